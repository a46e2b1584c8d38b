"""Kokoro-82M as an engine: 24 kHz, US and British English, stock voices and voices found by a style search."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final, NoReturn, overload

import numpy as np
from numpy.typing import NDArray

from sayso import canonical, models
from sayso.audio.signal import Signal
from sayso.engines.checks import check_speed, check_voice
from sayso.engines.errors import CannotClone
from sayso.engines.kokoro import graph
from sayso.engines.kokoro.styles import MODEL, Styles, styles
from sayso.engines.kokoro.voice import ENGINE, KIND, KokoroVoice
from sayso.engines.kokoro.windows import Windows
from sayso.engines.phonemes import PAD, growing_pieces, package_version, phonemes, split_phonemes, token_ids
from sayso.engines.protocol import Capability, Licence, StockVoice, VoiceAsset
from sayso.engines.stop import Stop, is_stopped
from sayso.engines.tone import apply_tone
from sayso.engines.traits import Control, Determinism, Early, Streaming, Timing, Traits, WordTime
from sayso.engines.wordtimes import word_times
from sayso.errors import NotFound

_VERSION: Final = "1.0-int8"
_MODELS: Final = ("hibari-words", "kokoro", MODEL)
_LANGUAGES: Final = {"a": "en-US", "b": "en-GB"}
_MAX_TOKENS: Final = 510
_FRAME_S: Final = 0.025
_GROWING: Final = (100, 200, 400)
"""The most phonemes of the first phrases for a listener who waits: to encode 100 takes a tenth of a second."""

_LEAD, _PAUSE, _RUN_ON, _TAIL = 3, 5, 1, 8
"""Frames of silence kept before such a piece, after one that ends with punctuation, within a clause, and at the end."""
_ORIGIN: Final = "npm kokoro-js 1.2.1, voice {name} of Kokoro-82M"


class Kokoro:
    """The engine. Safe to share between threads: a render keeps no state. ``threads`` is how many one render takes."""

    name: Final = ENGINE
    version: Final = _VERSION
    licence: Final = Licence(code="Apache-2.0", weights="Apache-2.0", commercial=True)
    sample_rate: Final = 24_000
    languages: Final = ("en-US", "en-GB")
    capabilities: Final = frozenset({Capability.STOCK, Capability.STYLE, Capability.PHONEMES})
    traits: Final = Traits(
        streaming=Streaming.NATIVE,
        timing=Timing.WORD,
        determinism=Determinism.BITWISE,
        controls=frozenset({Control.SPEED}),
        thread_safe=True,
    )

    def __init__(self, threads: int = 2) -> None:
        self._threads = threads

    def digest(self) -> str:
        """Return the SHA-256 (hex) of the versions and of the digests that the weights must have to load."""
        weights = {name: models.cards()[name].sha256 for name in _MODELS}
        facts = {"engine": self.name, "version": self.version, "phonemes": package_version(), "weights": weights}
        return hashlib.sha256(canonical.encode(facts)).hexdigest()

    def load(self) -> None:
        """Load the net and the lexicons, and speak a word unheard, which is what makes the first phrase fast."""
        for _ in self.stream("Ready.", self.stock_asset("af_heart"), early=Early.FIRST):
            pass

    def stock_voices(self) -> Sequence[StockVoice]:
        """Return the English voices that the style space was derived from."""
        return [
            StockVoice(name, _LANGUAGES[name[0]], "Apache-2.0", _ORIGIN.format(name=name))
            for name in styles().stock_names
        ]

    def stock_asset(self, name: str) -> VoiceAsset:
        """Return the asset of the stock voice ``name``; raise `NotFound`, which names those there are."""
        space = styles()
        if name not in space.stock_names:
            raise NotFound(f"got the stock voice {name[:40]!r}, expected one of {', '.join(space.stock_names)}")
        return space.asset(space.stock_points()[space.stock_names.index(name)])

    def style_space(self) -> Styles:
        """Return the space to search for a voice."""
        return styles()

    def clone(self, reference: Signal) -> NoReturn:  # noqa: ARG002 - the protocol's signature
        """Raise `CannotClone`: this engine's voices are searched for, see `sayso.voices.fit`."""
        raise CannotClone("kokoro clones by a search in its style space; call sayso.voices.fit instead of clone")

    def stream(
        self,
        text: str,
        voice: VoiceAsset,
        *,
        speed: float = 1.0,
        seed: int = 0,  # noqa: ARG002 - it changes nothing
        early: Early = Early.NO,
        stop: Stop | None = None,
    ) -> Iterator[Signal]:
        """Yield ``text`` as mono signals at 24 kHz, one for each 510 phonemes; with ``early`` window by window.

        A render that runs when ``stop`` is set is broken off within the net. Raise `VoiceUnfit`, `SpeedInvalid`
        (outside 0.5 to 2.0) or `Unspeakable`.
        """
        known = self._checked(voice, speed)
        windows = Windows(self._threads, stop, is_begun=early is Early.NEXT) if early else None
        for piece in _pieces(text, early=bool(early)):
            if is_stopped(stop):
                return
            for samples in self._decoded(piece, known, speed, windows, stop):
                if is_stopped(stop):
                    return
                yield Signal.mono(np.clip(samples, -1.0, 1.0), self.sample_rate)

    def _decoded(
        self, piece: str, voice: KokoroVoice, speed: float, windows: Windows | None, stop: Stop | None
    ) -> Iterator[graph.Floats]:
        found = handed_over(token_ids(piece), voice, speed, self._threads, stop)
        if found is None:
            return
        handed, drift = found
        styles_ = (voice.timbres() + drift).astype(np.float32)
        toned = partial(apply_tone, tone_db=voice.tone_db, sample_rate=self.sample_rate)
        if windows is not None:
            yield from windows.decoded(handed, _kept(handed, piece), styles_, toned)
        elif (samples := graph.decode(handed, styles_, self._threads, stop)) is not None:
            yield toned(samples)

    def align(
        self,
        text: str,
        voice: VoiceAsset,
        *,
        speed: float = 1.0,
        seed: int = 0,  # noqa: ARG002 - as `stream`
        early: Early = Early.NO,
    ) -> Sequence[WordTime]:
        """Return when each word is said, from the lengths that the net gives its phonemes: to 25 ms."""
        known = self._checked(voice, speed)
        lengths = (
            (piece, self._lengths(piece, known, speed, early=bool(early))) for piece in _pieces(text, early=bool(early))
        )
        return word_times(text, ((piece, _FRAME_S * frames) for piece, frames in lengths))

    def _lengths(self, piece: str, voice: KokoroVoice, speed: float, *, early: bool) -> NDArray[np.float64]:
        """Return the frames of each token of ``piece``; ``early``, without most silence."""
        handed = handed_over(token_ids(piece), voice, speed, self._threads)[0]
        lengths = handed.lengths.astype(np.float64)
        if early:
            kept = _kept(handed, piece)
            lengths[0] -= kept.start
            lengths[-1] -= handed.frames - kept.stop
        return lengths

    def _checked(self, voice: VoiceAsset, speed: float) -> KokoroVoice:
        check_voice(voice, engine=self.name, kinds=frozenset({KIND}))
        check_speed(speed)
        return KokoroVoice.from_asset(voice)


def _pieces(text: str, *, early: bool) -> Iterator[str]:
    """Yield the phonemes of ``text`` in pieces that the net takes at once."""
    for part in growing_pieces(phonemes(text), _GROWING) if early else [phonemes(text)]:
        yield from split_phonemes(part, max_tokens=_MAX_TOKENS)


def _kept(handed: graph.Handed, piece: str) -> range:
    """Return the frames of ``piece`` without most of the silence at both ends, a third of a second each."""
    tail = _TAIL if piece[-1] in ".!?…”" else _PAUSE if not piece[-1].isalpha() else _RUN_ON
    first, last = max(0, int(handed.lengths[0]) - _LEAD), max(0, int(handed.lengths[-1]) - tail)
    return range(first, handed.frames - last)


HandedOver = tuple[graph.Handed, NDArray[np.float64]]


@overload
def handed_over(tokens: Sequence[int], voice: KokoroVoice, speed: float, threads: int) -> HandedOver: ...
@overload
def handed_over(
    tokens: Sequence[int], voice: KokoroVoice, speed: float, threads: int, stop: Stop | None
) -> HandedOver | None: ...
def handed_over(
    tokens: Sequence[int], voice: KokoroVoice, speed: float, threads: int, stop: Stop | None = None
) -> HandedOver | None:
    """Return what the decoder gets for ``tokens`` said by ``voice``, and what each of its timbres gains (128,).

    Return None once ``stop`` is set.
    """
    drift = styles().drift_at(len(tokens))
    framed = np.asarray([PAD, *tokens, PAD], dtype=np.int64)
    handed = graph.encode(framed, (voice.style + drift).astype(np.float32), speed * voice.pace, threads, stop)
    if handed is None:
        return None
    pitch, energy = voice.melody.pitch(handed.pitch), voice.melody.loudness(handed.energy)
    moved = graph.Handed(handed.text, pitch, energy, handed.lengths)
    return moved, drift[: graph.TIMBRE]
