"""The marking room: an identifier inside the sound, and what is read from it."""

from sayso.mark.embedder import Embedding, LiveEmbedding, Marker
from sayso.mark.mark import Mark, MarkKeys
from sayso.mark.marked import (
    Cue,
    EncodedAudio,
    EncodedProgramme,
    MarkedAudio,
    MarkedOutflow,
    Mends,
    PlacedMark,
    Programme,
)
from sayso.mark.reopening import LoggedClip, reopened

__all__ = [
    "Cue",
    "Embedding",
    "EncodedAudio",
    "EncodedProgramme",
    "LiveEmbedding",
    "LoggedClip",
    "Mark",
    "MarkKeys",
    "MarkedAudio",
    "MarkedOutflow",
    "Marker",
    "Mends",
    "PlacedMark",
    "Programme",
    "reopened",
]
