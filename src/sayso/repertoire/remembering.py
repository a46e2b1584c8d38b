"""An engine that says a phrase again as it said it before: the sound comes from where it is kept, and is yet unmarked.

It stands where the engine stands, behind the permit and before the mark: whoever takes its pieces marks them as ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from sayso.audio.signal import Signal
from sayso.engines.protocol import Capability, Engine, Licence, StockVoice, StyleSpace, VoiceAsset
from sayso.engines.stop import Stop, is_stopped
from sayso.engines.traits import Traits, WordTime
from sayso.repertoire.asked import PhraseAsked

Pieces = tuple[Signal, ...]
Recall = Callable[[PhraseAsked], Pieces | None]
"""Returns what is kept of a phrase, None for nothing."""
Remember = Callable[[PhraseAsked, Pieces], None]
"""Is told of a phrase that was made to its end."""


class RememberingEngine:
    """``engine``, but that ``recall`` is asked before it, and ``remember`` told of what it made."""

    def __init__(self, engine: Engine, recall: Recall, remember: Remember) -> None:
        self._engine, self._recall, self._remember = engine, recall, remember

    @property
    def name(self) -> str:
        """Return the name of the engine."""
        return self._engine.name

    @property
    def version(self) -> str:
        """Return its version."""
        return self._engine.version

    @property
    def licence(self) -> Licence:
        """Return under what it may be used."""
        return self._engine.licence

    @property
    def sample_rate(self) -> int:
        """Return the rate of its sound, Hz."""
        return self._engine.sample_rate

    @property
    def languages(self) -> tuple[str, ...]:
        """Return the languages it speaks."""
        return self._engine.languages

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Return what it can do."""
        return self._engine.capabilities

    @property
    def traits(self) -> Traits:
        """Return the way it works."""
        return self._engine.traits

    def digest(self) -> str:
        """Return the SHA-256 (hex) of weights and version."""
        return self._engine.digest()

    def load(self) -> None:
        """Get the engine ready."""
        self._engine.load()

    def stock_voices(self) -> Sequence[StockVoice]:
        """Return the voices that come with the engine."""
        return self._engine.stock_voices()

    def stock_asset(self, name: str) -> VoiceAsset:
        """Return the asset of the stock voice ``name``; raise `NotFound`."""
        return self._engine.stock_asset(name)

    def style_space(self) -> StyleSpace:
        """Return the space to search for a voice."""
        return self._engine.style_space()

    def clone(self, reference: Signal) -> VoiceAsset:
        """Return the voice of ``reference``."""
        return self._engine.clone(reference)

    def stream(
        self,
        text: str,
        voice: VoiceAsset,
        *,
        speed: float = 1.0,
        seed: int = 0,
        early: bool = False,
        stop: Stop | None = None,
    ) -> Iterator[Signal]:
        """Yield the pieces of `Engine.stream`, those that are kept where there are some."""
        asked = PhraseAsked(text, self.digest(), voice.digest(), speed=speed, seed=seed, early=early)
        known = self._recall(asked)
        if known is not None:
            for piece in known:
                if is_stopped(stop):
                    return
                yield piece
            return
        made: list[Signal] = []
        for piece in self._engine.stream(text, voice, speed=speed, seed=seed, early=early, stop=stop):
            made.append(piece)
            yield piece
        if not is_stopped(stop):
            self._remember(asked, tuple(made))

    def align(
        self, text: str, voice: VoiceAsset, *, speed: float = 1.0, seed: int = 0, early: bool = False
    ) -> Sequence[WordTime]:
        """Return when each word is said."""
        return self._engine.align(text, voice, speed=speed, seed=seed, early=early)
