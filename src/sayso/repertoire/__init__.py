"""The repertoire: the engine's sound of phrases that were said, to be marked anew each time they are said again."""

from __future__ import annotations

from sayso.repertoire.asked import PhraseAsked
from sayso.repertoire.recorded import PhraseTampered, RecordedPhrase
from sayso.repertoire.remembering import RememberingEngine
from sayso.repertoire.repertoire import PhraseRef, Repertoire

__all__ = ["PhraseAsked", "PhraseRef", "PhraseTampered", "RecordedPhrase", "RememberingEngine", "Repertoire"]
