"""Checking: each line that was made is measured, and some are heard by models; what is found is kept beside its clip.

DNSMOS costs about 0.03 seconds of processor time a second of sound, an embedding 0.015, a recogniser 0.15 and more,
beside 0.5 of Kokoro: so they hear every line that the cheap measures find fault with, and a sample of the others. Which
are in the sample follows from the line's key, so that a run that was killed chooses the same ones.
"""

from __future__ import annotations

import functools
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio import Signal
from sayso.errors import NotFound
from sayso.productions.quality import misheard, problems, sounds_bad, sounds_like_another
from sayso.recognition import Recogniser, RecogniserMissing, recogniser
from sayso.workflows.installation.session import Session
from sayso.workflows.productions.plans import PlannedLine, Production
from sayso.workflows.voices.voicebook import profile_of, row_of

_SOUND_ONE_OF: Final = 16
_VOICE_ONE_OF: Final = 8
_WORDS_ONE_OF: Final = 64
_LONG_S: Final = 4.0
"""Models of hearing are made for sentences: DNSMOS takes windows of 9 s, and costs as much for a word."""

_SIZE: Final = 256


def found_in(session: Session, production: Production, line: PlannedLine, signal: Signal) -> tuple[str, ...]:
    """Return what is wrong with the sound of a line, nothing for a good one."""
    longest = max((phrase.pause_ms for phrase in line.phrases), default=0)
    found = problems(signal, bound_ms=line.bound_ms, longest_pause_ms=longest)
    asked = session.settings.line_checks
    if asked == "signal" or (signal.duration_s < _LONG_S and not found and asked != "all"):
        return found
    every = asked == "all" or bool(found)
    if every or is_sampled(line, _SOUND_ONE_OF):
        found += sounds_bad(signal)
    if (every or is_sampled(line, _VOICE_ONE_OF)) and (voice := _embedding(session, line.voice)) is not None:
        found += sounds_like_another(signal, voice)
    if (every or is_sampled(line, _WORDS_ONE_OF)) and (ear := _ear()) is not None:
        found += misheard(line.line.text, ear.hear(signal, production.plan.language.partition("-")[0]).text)
    return found


def is_sampled(line: PlannedLine, one_of: int) -> bool:
    """Return whether ``line`` is among the one of ``one_of`` lines that a costly check hears: always the same ones."""
    return int(line.key[:8], 16) % one_of == 0


def let_go() -> None:
    """Free the recogniser (some 400 MB), until a line is heard again."""
    _ear.cache_clear()
    recogniser.cache_clear()


def _embedding(session: Session, voice: str) -> NDArray[np.float32] | None:
    """Return the speaker's embedding; None for a stock voice, and for one whose engine keeps another kind."""
    found = profile_of(session, row_of(session, voice)).embedding
    is_one = found.size == _SIZE and bool(found.min() >= 0) and abs(float(np.linalg.norm(found)) - 1) < 0.01
    return found if is_one else None


@functools.cache
def _ear() -> Recogniser | None:
    """Return the recogniser, None where none is installed."""
    try:
        return recogniser()
    except (NotFound, RecogniserMissing):
        return None
