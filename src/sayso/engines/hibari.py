"""hibari: a small, fast engine with one stock voice; about a hundred times faster than real time on one core."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Final, NoReturn

import numpy as np

from sayso import canonical, models
from sayso.audio.signal import Signal
from sayso.engines.checks import check_speed, check_voice
from sayso.engines.errors import CannotClone
from sayso.engines.phonemes import PACKAGE, PAD, package_version, phonemes, split_phonemes, token_ids
from sayso.engines.protocol import Capability, Licence, StockVoice, VoiceAsset
from sayso.errors import NotFound

_KIND: Final = "stock"
_MODELS: Final = ("hibari", "hibari-words")
_MAX_TOKENS: Final = 400
"""The longest sequence that the net was made for."""


class HibariEngine:
    """The package hibari-tts as an engine: stock voice ``heart``, US English, 24 kHz. Safe to share between threads."""

    name: Final = "hibari"
    licence: Final = Licence(code="Apache-2.0", weights="Apache-2.0", commercial=True)
    sample_rate: Final = 24_000
    languages: Final = ("en-US",)
    capabilities: Final = frozenset({Capability.STOCK, Capability.PHONEMES})

    @property
    def version(self) -> str:
        """Return the version of the package."""
        return package_version()

    def digest(self) -> str:
        """Return the SHA-256 (hex) of the package's version and the digests that its weights must have to load."""
        weights = {name: models.cards()[name].sha256 for name in _MODELS}
        return hashlib.sha256(
            canonical.encode({"engine": self.name, "version": self.version, "weights": weights})
        ).hexdigest()

    def load(self) -> None:
        """Load the net and the lexicons, and speak a word unheard, which is what makes the first phrase fast."""
        for _ in self.stream("Ready.", self.stock_asset("heart")):
            pass

    def stock_voices(self) -> Sequence[StockVoice]:
        """Return the one voice in the package."""
        source = f"{PACKAGE} {self.version}, distilled from voice af_heart of Kokoro-82M"
        return (StockVoice(name="heart", language="en-US", licence="Apache-2.0", source=source),)

    def stock_asset(self, name: str) -> VoiceAsset:
        """Return the asset of the stock voice ``name``; raise `NotFound`."""
        if name != "heart":
            raise NotFound(f"got the stock voice {name[:40]!r}, expected heart, the only voice of hibari")
        return VoiceAsset(engine=self.name, kind=_KIND, data=name.encode())

    def style_space(self) -> NoReturn:
        """Raise `CannotClone`."""
        raise CannotClone

    def clone(self, reference: Signal) -> NoReturn:  # noqa: ARG002 - the protocol's signature
        """Raise `CannotClone`."""
        raise CannotClone

    def stream(self, text: str, voice: VoiceAsset, *, speed: float = 1.0, seed: int = 0) -> Iterator[Signal]:
        """Yield ``text`` as mono signals at 24 kHz, one for each 400 phonemes.

        Raise `VoiceUnfit`, `SpeedInvalid` (outside 0.5 to 2.0) or `Unspeakable`; the seed is that of the breath noise.
        """
        check_voice(voice, engine=self.name, kinds=frozenset({_KIND}))
        self.stock_asset(voice.data.decode(errors="replace"))
        check_speed(speed)
        noise = np.random.default_rng(seed)
        for piece in split_phonemes(phonemes(text), max_tokens=_MAX_TOKENS):
            yield self._speak(piece, speed=speed, noise=noise)

    def _speak(self, piece: str, *, speed: float, noise: np.random.Generator) -> Signal:
        from hibari import dsp  # noqa: PLC0415 - brings scipy, which most commands do not need

        feeds = {
            "ids": np.asarray([[PAD, *token_ids(piece), PAD]], np.int64),
            "speed": np.asarray([speed], np.float32),
        }
        spectra = models.session("hibari").run(None, feeds)
        return Signal.mono(dsp.synth(*(spectrum[0] for spectrum in spectra), noise), self.sample_rate)
