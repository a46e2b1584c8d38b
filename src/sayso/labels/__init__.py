"""Labels: what a clip has to say of itself, where, and in which words."""

from sayso.labels.fields import AIGC, DISCLOSURE, VOICE, Origin
from sayso.labels.jurisdiction import PLAIN, Jurisdiction, RequiredLabels, asked_by, jurisdiction, table
from sayso.labels.layer import Layer
from sayso.labels.words import Words, all_words, words_for

__all__ = [
    "AIGC",
    "DISCLOSURE",
    "PLAIN",
    "VOICE",
    "Jurisdiction",
    "Layer",
    "Origin",
    "RequiredLabels",
    "Words",
    "all_words",
    "asked_by",
    "jurisdiction",
    "table",
    "words_for",
]
