"""The marking room: an identifier inside the sound, and what is read from it."""

from sayso.marking.embedder import Embedding, LiveEmbedding, Marker
from sayso.marking.mark import Mark, MarkKeys
from sayso.marking.marked import MarkedAudio

__all__ = ["Embedding", "LiveEmbedding", "Mark", "MarkKeys", "MarkedAudio", "Marker"]
