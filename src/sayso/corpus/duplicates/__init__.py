"""Duplicates: which segments repeat another, wholly or as a piece of it. Exact by samples, near by prints."""

from sayso.corpus.duplicates.agreement import SAME, SAME_ACROSS, SAME_IN_LONG, agreement
from sayso.corpus.duplicates.candidate import Candidate, Repeat
from sayso.corpus.duplicates.searching import duplicates, repeats

__all__ = ["SAME", "SAME_ACROSS", "SAME_IN_LONG", "Candidate", "Repeat", "agreement", "duplicates", "repeats"]
