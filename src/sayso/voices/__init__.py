"""The voices room: knowing a voice again, and finding it in an engine."""

from sayso.voices.embedding import Embedding, embed_voice, mean_embedding, similarity
from sayso.voices.errors import NoVoiceInside, ProfileMalformed, VoiceUnknown
from sayso.voices.permitted import CloningPermit
from sayso.voices.reference import Reference, prepared
from sayso.voices.style_fit import Effort, FittedVoice, fit
from sayso.voices.zero_shot import zero_shot

__all__ = [
    "CloningPermit",
    "Effort",
    "Embedding",
    "FittedVoice",
    "NoVoiceInside",
    "ProfileMalformed",
    "Reference",
    "VoiceUnknown",
    "embed_voice",
    "fit",
    "mean_embedding",
    "prepared",
    "similarity",
    "zero_shot",
]
