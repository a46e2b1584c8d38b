"""The marking room: an identifier inside the sound, and what is read from it."""

from sayso.mark.embedder import Embedding, LiveEmbedding, Marker
from sayso.mark.mark import Mark, MarkKeys
from sayso.mark.marked import MarkedAudio

__all__ = ["Embedding", "LiveEmbedding", "Mark", "MarkKeys", "MarkedAudio", "Marker"]
