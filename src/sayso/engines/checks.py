"""What every engine asks before it speaks."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from sayso.audio.signal import Signal
from sayso.engines.errors import PhonemesUnsupported, ReferenceUnfit, SpeedInvalid, Unspeakable, VoiceUnfit
from sayso.engines.pronounced import has_pronounced, words_of
from sayso.engines.protocol import Capability, Engine, VoiceAsset
from sayso.engines.traits import Traits

MIN_SPEED: Final = 0.5
MAX_SPEED: Final = 2.0


def check_voice(voice: VoiceAsset, *, engine: str, kinds: frozenset[str]) -> None:
    """Return if ``voice`` was made for ``engine`` and is of one of its ``kinds``; otherwise raise `VoiceUnfit`."""
    if voice.engine != engine or voice.kind not in kinds:
        expected = " or ".join(sorted(kinds))
        raise VoiceUnfit(
            f"got a voice of {voice.engine!r}, kind {voice.kind!r}, expected one of {engine!r}, kind {expected}; "
            f"speak with the engine that the voice was made for"
        )


def check_speed(speed: float) -> None:
    """Return if ``speed`` is from 0.5 (half as fast) to 2.0 (twice as fast); otherwise raise `SpeedInvalid`."""
    if not math.isfinite(speed) or not MIN_SPEED <= speed <= MAX_SPEED:
        raise SpeedInvalid(f"got the speed {speed}, expected {MIN_SPEED} to {MAX_SPEED}, where 1.0 is the usual pace")


def check_fixed_speed(speed: float) -> None:
    """Return if ``speed`` is 1.0, for an engine that has no other; otherwise raise `SpeedInvalid`."""
    check_speed(speed)
    if speed != 1.0:
        raise SpeedInvalid(f"got the speed {speed}, expected 1.0: this engine has one pace")


def check_reference(reference: Signal, traits: Traits) -> None:
    """Return if ``reference`` is as long as the engine asks for; otherwise raise `ReferenceUnfit`."""
    least_s, most_s = traits.reference_s or (0.0, math.inf)
    if not least_s <= reference.duration_s <= most_s:
        raise ReferenceUnfit(
            f"got {reference.duration_s:.1f} s of speech to clone from, expected {least_s:g} to {most_s:g} s"
        )


def spoken_words(text: str) -> str:
    """Return the words of ``text``, for an engine that takes no phonemes; raise `Unspeakable` if there are none."""
    words = words_of(text)
    if not any(character.isalnum() for character in words):
        raise Unspeakable(f"got {text[:40]!r}, which has no sound; expected at least one word")
    return words


def check_pronounced(texts: Iterable[str], engine: Engine) -> None:
    """Return unless a text has a `pronounced` word and ``engine`` takes none; then raise `PhonemesUnsupported`."""
    if Capability.PHONEMES not in engine.capabilities and any(map(has_pronounced, texts)):
        raise PhonemesUnsupported(
            f"the engine {engine.name} takes no phonemes, expected a lexicon without them; write respellings instead"
        )
