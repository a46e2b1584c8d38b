"""What is said of an engine: asked of one by those that stand in its place and make sound another way."""

from __future__ import annotations

from collections.abc import Sequence

from sayso.engines.protocol import Capability, Engine, Licence, StockVoice, StyleSpace, VoiceAsset
from sayso.engines.traits import Traits


class EngineFacts:
    """All that an `Engine` says of itself and of its voices, without a sound; told by ``facts``."""

    def __init__(self, facts: Engine) -> None:
        """Take the engine that is asked."""
        self._facts = facts

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

    def stock_voices(self) -> Sequence[StockVoice]:
        """Return the voices that come with the engine."""
        return self._facts.stock_voices()

    def stock_asset(self, name: str) -> VoiceAsset:
        """Return the asset of the stock voice ``name``; raise `NotFound`."""
        return self._facts.stock_asset(name)

    def style_space(self) -> StyleSpace:
        """Return the space to search for a voice: the search runs in this process."""
        return self._facts.style_space()
