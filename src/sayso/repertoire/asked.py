"""What an engine is asked to say: with who asks, all that its sound depends on."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sayso import canonical
from sayso.engines.traits import Early


@dataclass(frozen=True, slots=True)
class PhraseAsked:
    """One phrase as an engine is asked for it.

    ``text`` is the phrase as it is spoken: read out, with the phonemes that a lexicon gives a word. ``engine`` and
    ``voice`` are digests, of weights with version and of the voice's data.
    """

    text: str
    engine: str
    voice: str
    speed: float
    seed: int
    early: Early

    def told(self, **whose: str | int) -> bytes:
        """Return canonical bytes of what is asked and of ``whose`` it is: two that differ in anything differ here."""
        return canonical.encode({**whose, "asked": {**asdict(self), "speed": repr(float(self.speed))}})
