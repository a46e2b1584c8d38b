"""hibari: a small, fast engine with one stock voice, and students of cloned ones; a fiftieth of real time and less."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Final, NoReturn

import numpy as np
from numpy.typing import NDArray

from sayso import canonical, models
from sayso.audio.signal import Signal
from sayso.engines import hibari_sound, hibari_student
from sayso.engines.checks import check_speed, check_voice
from sayso.engines.errors import TeacherMissing
from sayso.engines.hibari_student import HELD, SPECTRA
from sayso.engines.phonemes import PACKAGE, PAD, package_version, phonemes, split_phonemes, token_ids
from sayso.engines.protocol import Capability, Licence, StockVoice, VoiceAsset
from sayso.engines.stop import Stop, is_stopped
from sayso.engines.traits import Control, Determinism, Early, Streaming, Timing, Traits, WordTime
from sayso.engines.wordtimes import word_times
from sayso.errors import NotFound
from sayso.models.onnx_file import read_onnx

if TYPE_CHECKING:
    from sayso.models.session import InferenceSession

_KIND: Final = "stock"
_MODELS: Final = ("hibari", "hibari-words")
_MAX_TOKENS: Final = 400
"""The longest sequence that the net was made for."""

_REST_FRAMES: Final = 64
_TOKEN_FRAMES: Final = 6
"""Frames of silence around a text and of each of its tokens, a little more than they mostly are."""

_STEP_S: Final = 0.025


class HibariEngine:
    """The package hibari-tts as an engine: stock voice ``heart``, US English, 24 kHz. Safe to share between threads.

    It says students, too: see `sayso.voices.teach`.
    """

    name: Final = "hibari"
    licence: Final = Licence(code="Apache-2.0", weights="Apache-2.0", commercial=True)
    sample_rate: Final = 24_000
    languages: Final = ("en-US",)
    capabilities: Final = frozenset({Capability.STOCK, Capability.PHONEMES, Capability.STUDENT})
    traits: Final = Traits(
        streaming=Streaming.NATIVE,
        timing=Timing.WORD,
        determinism=Determinism.BITWISE,
        controls=frozenset({Control.SPEED, Control.SEED}),
        thread_safe=True,
    )

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
        """Raise `TeacherMissing`."""
        raise TeacherMissing

    def clone(self, reference: Signal) -> NoReturn:  # noqa: ARG002 - the protocol's signature
        """Raise `TeacherMissing`."""
        raise TeacherMissing

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
        """Yield ``text`` at 24 kHz, one signal for each 400 phonemes; with ``early`` in blocks, a short one first.

        Raise `VoiceUnfit`, `SpeedInvalid` (outside 0.5 to 2.0) or `Unspeakable`; the seed is that of the breath noise.
        """
        net, pace = self._checked(voice, speed)
        noise = np.random.default_rng(seed)
        breath = hibari_sound.Breath(noise) if early else None
        for piece in split_phonemes(phonemes(text), max_tokens=_MAX_TOKENS):
            if is_stopped(stop):
                return
            if breath is not None:
                breath.expect(round((_REST_FRAMES + _TOKEN_FRAMES * len(piece)) / pace))
            found = models.run(net, [*SPECTRA, "f0"], _feeds(piece, pace), stop)
            if found is None:
                return
            spectra = [spectrum[0] for spectrum in found]
            sound = [hibari_sound.whole(spectra, noise)] if breath is None else hibari_sound.blocks(spectra, breath)
            for block in sound:
                if is_stopped(stop):
                    return
                yield Signal.mono(block, self.sample_rate)

    def align(
        self,
        text: str,
        voice: VoiceAsset,
        *,
        speed: float = 1.0,
        seed: int = 0,  # noqa: ARG002 - it moves no word
        early: Early = Early.NO,  # noqa: ARG002 - as `stream`
    ) -> Sequence[WordTime]:
        """Return when each word is said, from the lengths that the net gives its phonemes: to 25 ms."""
        _, pace = self._checked(voice, speed)
        pieces = split_phonemes(phonemes(text), max_tokens=_MAX_TOKENS)
        return word_times(text, ((piece, _held_s(piece, pace)) for piece in pieces))

    def _checked(self, voice: VoiceAsset, speed: float) -> tuple[InferenceSession, float]:
        """Return the net of ``voice``, and how fast it has to speak."""
        check_voice(voice, engine=self.name, kinds=frozenset({_KIND, hibari_student.KIND}))
        check_speed(speed)
        if voice.kind == hibari_student.KIND:
            student = hibari_student.student(voice)
            return student.net, speed / student.pace
        self.stock_asset(voice.data.decode(errors="replace"))
        return models.session("hibari"), speed


def _feeds(piece: str, pace: float) -> dict[str, NDArray[np.generic]]:
    return {
        "ids": np.asarray([[PAD, *token_ids(piece), PAD]], np.int64),
        "speed": np.asarray([pace], np.float32),
    }


def _held_s(piece: str, pace: float) -> NDArray[np.float64]:
    """Return how many seconds each token of ``piece`` is held, pads included."""
    (steps,) = _lengths().run([HELD], _feeds(piece, pace))
    return np.asarray(steps, np.float64) * _STEP_S


@cache
def _lengths() -> InferenceSession:
    """Return the part of the net that decides how long each token is held."""
    return models.open_session(read_onnx(models.weights("hibari")).part({}, [HELD]))
