"""The voices room: knowing a voice again, and finding it in an engine. Nothing is loaded before it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sayso.deferred import deferred

if TYPE_CHECKING:
    from sayso.voices.embedding import Embedding, embed_voice, mean_embedding, similarity
    from sayso.voices.errors import NoVoiceInside, ProfileMalformed, VoiceUnknown
    from sayso.voices.permitted import CloningPermit
    from sayso.voices.reference import Reference, prepared
    from sayso.voices.student import teach
    from sayso.voices.style_fit import Effort, FittedVoice, fit
    from sayso.voices.zero_shot import clone_zero_shot

__all__ = [
    "CloningPermit",
    "Effort",
    "Embedding",
    "FittedVoice",
    "NoVoiceInside",
    "ProfileMalformed",
    "Reference",
    "VoiceUnknown",
    "clone_zero_shot",
    "embed_voice",
    "fit",
    "mean_embedding",
    "prepared",
    "similarity",
    "teach",
]

__getattr__ = deferred(
    __name__,
    {
        "CloningPermit": "permitted",
        "Effort": "style_fit",
        "Embedding": "embedding",
        "FittedVoice": "style_fit",
        "NoVoiceInside": "errors",
        "ProfileMalformed": "errors",
        "Reference": "reference",
        "VoiceUnknown": "errors",
        "clone_zero_shot": "zero_shot",
        "embed_voice": "embedding",
        "fit": "style_fit",
        "mean_embedding": "embedding",
        "prepared": "reference",
        "similarity": "embedding",
        "teach": "student",
    },
)
