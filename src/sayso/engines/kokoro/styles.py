"""The space of Kokoro's styles, derived from its 54 stock voices by tools/models/derive_styles.py."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.engines.kokoro import graph
from sayso.engines.kokoro.voice import MAX_SHIFT, KokoroVoice
from sayso.engines.protocol import Engine, MeasuredStyles, Speak, VoiceAsset
from sayso.engines.tone import BANDS, frequencies_hz

MODEL: Final = "kokoro-styles"
MEASURED: Final = "kokoro-measured"
"""The catalogue's names of the files."""

_PROSODY_WEIGHT: Final = 0.5  # an embedding tells less of prosody; found by cross-validation on the measured points

_THREADS: Final = 2
_SEARCHING: Final = 1  # a render; the same for all, since each number of threads has sessions of its own

Point = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Styles:
    """The style space: a point holds first the coordinates of timbre, then those of prosody."""

    mean: NDArray[np.float64]
    knots: NDArray[np.float64]
    drift: NDArray[np.float64]
    timbre: NDArray[np.float64]
    prosody: NDArray[np.float64]
    stock_names: tuple[str, ...]
    stock: NDArray[np.float64]

    @property
    def dimensions(self) -> int:
        """Return the number of coordinates."""
        return len(self.timbre) + len(self.prosody)

    def style(self, point: Sequence[float] | Point) -> NDArray[np.float32]:
        """Return the style (256,) at ``point``."""
        coordinates = np.asarray(point, dtype=np.float64)
        count = len(self.timbre)
        moved = np.concatenate([coordinates[:count] @ self.timbre, coordinates[count:] @ self.prosody])
        return np.asarray(self.mean + moved, dtype=np.float32)

    @property
    def weights(self) -> Sequence[float]:
        """Return how much each coordinate changes the sound: by how far it moves the style, prosody at half."""
        timbre, prosody = (np.linalg.norm(axes, axis=1) for axes in (self.timbre, self.prosody))
        return list(np.concatenate([timbre / timbre[0], _PROSODY_WEIGHT * prosody / prosody[0]]))

    @property
    def tone_hz(self) -> Sequence[float]:
        """Return the frequencies of the tone."""
        return list(frequencies_hz())

    def asset(self, point: Sequence[float], *, tone_db: Sequence[float] = ()) -> VoiceAsset:
        """Return the voice at ``point`` with the tone ``tone_db`` (empty: flat)."""
        tone = np.asarray(tone_db, dtype=np.float32) if len(tone_db) else np.zeros(BANDS, dtype=np.float32)
        return KokoroVoice(self.style(point), tone_db=tone).asset()

    def measured(self) -> MeasuredStyles:
        """Return the points measured by tools/models/measure_styles.py."""
        from sayso import models  # noqa: PLC0415 - read only by those who search

        with np.load(io.BytesIO(models.weights(MEASURED)), allow_pickle=False) as file:
            adds = zip(file["sentences"], file["adds"].astype(np.float64), strict=True)
            return MeasuredStyles(
                points=file["points"].astype(np.float64),
                embeddings=file["embeddings"].astype(np.float64),
                log_pitches=file["log_pitches"].astype(np.float64),
                adds={str(sentence): add for sentence, add in adds},
            )

    def searcher(self) -> Engine:
        """Return a Kokoro of one thread a render: two renders side by side are faster than one on two cores."""
        from sayso.engines.kokoro.engine import Kokoro  # noqa: PLC0415 - the engine knows its styles, too

        return Kokoro(threads=_SEARCHING)

    def stock_points(self) -> Sequence[Sequence[float]]:
        """Return the points of the English stock voices."""
        return [row.tolist() for row in self.stock]

    def styles_of(self, asset: VoiceAsset) -> NDArray[np.float32]:
        """Return the timbre of each layer: (58, 128)."""
        return KokoroVoice.from_asset(asset).timbres()

    def with_styles(self, asset: VoiceAsset, styles: NDArray[np.float32]) -> VoiceAsset:
        """Return the voice with other timbres."""
        return replace(KokoroVoice.from_asset(asset), layers=styles).asset()

    def with_melody(self, asset: VoiceAsset, semitones: float, span: float, pivot_hz: float) -> VoiceAsset:
        """Return the voice with its pitch moved by ``semitones``, and spread by ``span`` about ``pivot_hz``."""
        voice = KokoroVoice.from_asset(asset)
        shift = float(np.clip(voice.melody.shift + semitones, -MAX_SHIFT, MAX_SHIFT))
        return replace(voice, melody=replace(voice.melody, shift=shift, span=span, pivot_hz=pivot_hz)).asset()

    def spoken(self, asset: VoiceAsset, text: str, longest_s: float) -> Speak:
        """Return what speaks a part of ``text``, of 510 phonemes at most, as the voice does, but with other timbres.

        It takes the timbres, and which part: 0.0 for the first ``longest_s``, 1.0 for the last.
        """
        from sayso.engines.kokoro import gradient  # noqa: PLC0415 - only a fit differentiates
        from sayso.engines.kokoro.engine import handed_over  # noqa: PLC0415 - the engine knows its styles, too
        from sayso.engines.phonemes import phonemes, token_ids  # noqa: PLC0415 - reads the lexicons

        handed, drift = handed_over(token_ids(phonemes(text)), KokoroVoice.from_asset(asset), 1.0, _SEARCHING)
        sentence = gradient.Sentence(handed, graph.source(handed, _SEARCHING), drift.astype(np.float32))
        return lambda styles, place: gradient.speak(sentence.cut(place, longest_s), styles, _THREADS)

    def drift_at(self, num_tokens: int) -> NDArray[np.float64]:
        """Return what a style gains (256,) for a text of ``num_tokens``: the stock voices share one drift."""
        return np.asarray([np.interp(num_tokens, self.knots, column) for column in self.drift.T])


@cache
def styles() -> Styles:
    """Return the style space; raise `ModelMissing` or `ModelTampered`."""
    from sayso import models  # noqa: PLC0415 - read only by those who speak

    with np.load(io.BytesIO(models.weights(MODEL)), allow_pickle=False) as file:
        wide = {name: file[name].astype(np.float64) for name in ("mean", "knots", "drift", "timbre", "prosody")}
        stock_names = tuple(str(name) for name in file["stock_names"])
        return Styles(**wide, stock_names=stock_names, stock=file["stock_points"].astype(np.float64))
