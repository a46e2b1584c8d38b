"""The fingerprint: coarse signs of what is said, to tell a mark's own clip from a sound that the mark was put on."""

from sayso.fingerprint.features import Features, clip_features_of, features_of, one_after_another, short_features_of
from sayso.fingerprint.finding import Find, apart, find
from sayso.fingerprint.fingerprint import Fingerprint
from sayso.fingerprint.index import Index
from sayso.fingerprint.matching import Content, compared

__all__ = [
    "Content",
    "Features",
    "Find",
    "Fingerprint",
    "Index",
    "apart",
    "clip_features_of",
    "compared",
    "features_of",
    "find",
    "one_after_another",
    "short_features_of",
]
