"""A hosted engine: the `Engine` that speaks through a host, for all who take an engine, such as the renderer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sayso.audio.signal import Signal
from sayso.engines.errors import CannotAlign, CannotClone
from sayso.engines.facts import EngineFacts
from sayso.engines.host.errors import WorkerLost
from sayso.engines.host.host import EngineHost
from sayso.engines.host.orders import AlignOrder, CloneOrder, SpeakOrder
from sayso.engines.protocol import Capability, VoiceAsset
from sayso.engines.registry import engine as engine_named
from sayso.engines.stop import Stop
from sayso.engines.traits import Early, Timing, WordTime


class HostedEngine(EngineFacts):
    """The engine of a host. What is said of it is asked here, unloaded; what it makes is made in its process.

    ``patience_s``: how long a text may wait for a worker before `HostBusy`.
    """

    def __init__(self, host: EngineHost, *, patience_s: float = 10.0) -> None:
        super().__init__(engine_named(host.engine_name))
        self._host, self._patience_s = host, patience_s

    def load(self) -> None:
        """Do nothing: the host loads it when it starts."""

    def clone(self, reference: Signal) -> VoiceAsset:
        """Return the voice of ``reference``, made in the engine's process."""
        if Capability.CLONE not in self.capabilities:
            raise CannotClone
        voice = self._host.ask(CloneOrder(reference))
        if not isinstance(voice, VoiceAsset):
            raise WorkerLost
        return voice

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
        """Yield the pieces of `Engine.stream`; raise `HostBusy`, `WorkerLost` or `EngineFailed`, too."""
        order = SpeakOrder(text, voice, speed=speed, seed=seed, early=early, patience_s=self._patience_s)
        return self._host.stream(order, stop=stop)

    def align(
        self, text: str, voice: VoiceAsset, *, speed: float = 1.0, seed: int = 0, early: Early = Early.NO
    ) -> Sequence[WordTime]:
        """Return when each word is said; raise as `stream` does."""
        if self.traits.timing is Timing.NONE:
            raise CannotAlign
        words = self._host.ask(AlignOrder(text, voice, speed=speed, seed=seed, early=early))
        if not isinstance(words, tuple):
            raise WorkerLost
        return words
