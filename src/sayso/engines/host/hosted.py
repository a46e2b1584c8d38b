"""A hosted engine: the `Engine` that speaks through a host, for all who take an engine, such as the renderer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sayso.audio.signal import Signal
from sayso.engines.errors import CannotAlign, CannotClone
from sayso.engines.host.errors import WorkerLost
from sayso.engines.host.host import EngineHost
from sayso.engines.host.orders import AlignOrder, CloneOrder, SpeakOrder
from sayso.engines.protocol import Capability, Engine, Licence, StockVoice, StyleSpace, VoiceAsset
from sayso.engines.registry import engine as engine_named
from sayso.engines.stop import Stop
from sayso.engines.traits import Timing, Traits, WordTime


class HostedEngine:
    """The engine of a host. What is said of it is asked here, unloaded; what it makes is made in its process.

    ``patience_s``: how long a text may wait for a worker before `HostBusy`.
    """

    def __init__(self, host: EngineHost, *, patience_s: float = 10.0) -> None:
        self._host = host
        self._patience_s = patience_s
        self._facts: Engine = engine_named(host.engine_name)

    @property
    def name(self) -> str:
        """Return the name of the engine."""
        return self._facts.name

    @property
    def version(self) -> str:
        """Return its version."""
        return self._facts.version

    @property
    def licence(self) -> Licence:
        """Return under what it may be used."""
        return self._facts.licence

    @property
    def sample_rate(self) -> int:
        """Return the rate of its sound, Hz."""
        return self._facts.sample_rate

    @property
    def languages(self) -> tuple[str, ...]:
        """Return the languages it speaks."""
        return self._facts.languages

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Return what it can do."""
        return self._facts.capabilities

    @property
    def traits(self) -> Traits:
        """Return the way it works."""
        return self._facts.traits

    def digest(self) -> str:
        """Return the SHA-256 (hex) of weights and version."""
        return self._facts.digest()

    def load(self) -> None:
        """Do nothing: the host loads it when it starts."""

    def stock_voices(self) -> Sequence[StockVoice]:
        """Return the voices that come with the engine."""
        return self._facts.stock_voices()

    def stock_asset(self, name: str) -> VoiceAsset:
        """Return the asset of the stock voice ``name``; raise `NotFound`."""
        return self._facts.stock_asset(name)

    def style_space(self) -> StyleSpace:
        """Return the space to search for a voice: a search runs in this process."""
        return self._facts.style_space()

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
        early: bool = False,
        stop: Stop | None = None,
    ) -> Iterator[Signal]:
        """Yield the pieces of `Engine.stream`; raise `HostBusy`, `WorkerLost` or `EngineFailed`, too."""
        order = SpeakOrder(text, voice, speed=speed, seed=seed, early=early, patience_s=self._patience_s)
        return self._host.stream(order, stop=stop)

    def align(
        self, text: str, voice: VoiceAsset, *, speed: float = 1.0, seed: int = 0, early: bool = False
    ) -> Sequence[WordTime]:
        """Return when each word is said; raise as `stream` does."""
        if self.traits.timing is Timing.NONE:
            raise CannotAlign
        words = self._host.ask(AlignOrder(text, voice, speed=speed, seed=seed, early=early))
        if not isinstance(words, tuple):
            raise WorkerLost
        return words
