"""An engine that says a phrase again as it said it before: the sound comes from where it is kept, and is yet unmarked.

It stands where the engine stands, behind the permit and before the mark: whoever takes its pieces marks them as ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from sayso.audio.signal import Signal
from sayso.engines.facts import EngineFacts
from sayso.engines.protocol import Engine, VoiceAsset
from sayso.engines.stop import Stop, is_stopped
from sayso.engines.traits import Early, WordTime
from sayso.repertoire.asked import PhraseAsked

Pieces = tuple[Signal, ...]
Recall = Callable[[PhraseAsked], Pieces | None]
"""Returns what is kept of a phrase, None for nothing."""
Remember = Callable[[PhraseAsked, Pieces], None]
"""Is told of a phrase that was made to its end."""


class RememberingEngine(EngineFacts):
    """``engine``, but that ``recall`` is asked before it, and ``remember`` told of what it made."""

    def __init__(self, engine: Engine, recall: Recall, remember: Remember) -> None:
        super().__init__(engine)
        self._engine, self._recall, self._remember = engine, recall, remember

    def load(self) -> None:
        """Get the engine ready."""
        self._engine.load()

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
        early: Early = Early.NO,
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
        self, text: str, voice: VoiceAsset, *, speed: float = 1.0, seed: int = 0, early: Early = Early.NO
    ) -> Sequence[WordTime]:
        """Return when each word is said."""
        return self._engine.align(text, voice, speed=speed, seed=seed, early=early)
