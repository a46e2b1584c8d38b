"""A voice of Kokoro: a style or one for each layer, a pace, a tone, a pitch; and the bytes they are kept as."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.engines.errors import VoiceUnfit
from sayso.engines.kokoro.graph import LAYERS, TIMBRE
from sayso.engines.protocol import VoiceAsset
from sayso.engines.tone import BANDS, MAX_GAIN_DB

ENGINE: Final = "kokoro"
KIND: Final = "style"
STYLE_SIZE: Final = 256
MIN_PACE: Final = 0.7
MAX_PACE: Final = 1.4

MAX_SHIFT: Final = 24.0
MAX_ENERGY: Final = 2.0
_RANGES: Final = (0.25, 4.0)
_PIVOTS_HZ: Final = (40.0, 600.0)
_VOICED_HZ: Final = 10.0  # below it the generator makes noise, not a tone

_NARROW: Final = b"KOKOROV1"
_WIDE: Final = b"KOKOROV2"
_NUMBERS: Final = np.dtype("<f4")
_NARROW_SIZE: Final = STYLE_SIZE + 1 + BANDS
_SIZES: Final = {_NARROW: _NARROW_SIZE, _WIDE: _NARROW_SIZE + 4 + LAYERS * TIMBRE}

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Melody:
    """How a voice moves the pitch that its style gives, and how loud it is.

    ``shift`` in semitones, -24 to 24; ``span`` 0.25 to 4, what distances from ``pivot_hz`` (in semitones) are
    multiplied by; ``energy`` -2 to 2, added to the energy of each frame.
    """

    shift: float = 0.0
    span: float = 1.0
    pivot_hz: float = 150.0
    energy: float = 0.0

    def pitch(self, pitch_hz: Floats) -> Floats:
        """Return ``pitch_hz`` moved where there is a voice."""
        if self.shift == 0.0 and self.span == 1.0:
            return pitch_hz
        voiced = pitch_hz > _VOICED_HZ
        away = np.log2(np.where(voiced, pitch_hz, self.pivot_hz) / self.pivot_hz)
        moved = self.pivot_hz * 2.0 ** (away * self.span + self.shift / 12.0)
        return np.where(voiced, moved, pitch_hz).astype(np.float32)

    def loudness(self, energy: Floats) -> Floats:
        """Return the ``energy`` of each frame, moved."""
        return energy if self.energy == 0.0 else (energy + np.float32(self.energy)).astype(np.float32)

    def in_range(self) -> bool:
        """Return whether every number is."""
        spans, pivots = _RANGES[0] <= self.span <= _RANGES[1], _PIVOTS_HZ[0] <= self.pivot_hz <= _PIVOTS_HZ[1]
        return spans and pivots and abs(self.shift) <= MAX_SHIFT and abs(self.energy) <= MAX_ENERGY


@dataclass(frozen=True, slots=True, eq=False)
class KokoroVoice:
    """A voice.

    ``style`` float32 (256,), timbre then prosody; ``pace`` 0.7 to 1.4, where 1.0 is the style's own; ``tone_db``
    float32 (BANDS,), the gains of the spectral correction, -6 to 6 dB; ``layers`` float32 (58, 128), the timbre of
    each layer in the place of that in ``style``, or None; ``melody`` the pitch.
    """

    style: Floats
    pace: float = 1.0
    tone_db: Floats = field(default_factory=lambda: np.zeros(BANDS, dtype=np.float32))
    layers: Floats | None = None
    melody: Melody = field(default_factory=Melody)

    def timbres(self) -> Floats:
        """Return the timbre of each layer: (58, 128)."""
        return np.repeat(self.style[None, :TIMBRE], LAYERS, axis=0) if self.layers is None else self.layers

    def asset(self) -> VoiceAsset:
        """Return the voice as an asset: the same bytes for the same voice, fewer for one style and its own melody."""
        numbers: list[Floats] = [self.style, np.asarray([self.pace], np.float32), self.tone_db]
        wide = self.layers is not None or self.melody != Melody()
        if wide:
            melody = (self.melody.shift, self.melody.span, self.melody.pivot_hz, self.melody.energy)
            numbers += [np.asarray(melody, np.float32), self.timbres().reshape(-1)]
        data = np.concatenate(numbers).astype(_NUMBERS).tobytes()
        return VoiceAsset(engine=ENGINE, kind=KIND, data=(_WIDE if wide else _NARROW) + data)

    @classmethod
    def from_asset(cls, asset: VoiceAsset) -> KokoroVoice:
        """Return the voice in ``asset``; raise `VoiceUnfit` unless its bytes are those of `asset`."""
        magic = asset.data[: len(_NARROW)]
        if len(asset.data) != len(magic) + _SIZES.get(magic, -1) * _NUMBERS.itemsize:
            raise VoiceUnfit(f"got {len(asset.data)} bytes that are no Kokoro voice; clone it again")
        numbers = np.frombuffer(asset.data, dtype=_NUMBERS, offset=len(magic)).astype(np.float32)
        style, pace, tone_db = numbers[:STYLE_SIZE], float(numbers[STYLE_SIZE]), numbers[STYLE_SIZE + 1 : _NARROW_SIZE]
        layers, melody = None, Melody()
        if magic == _WIDE:
            melody = Melody(*(float(number) for number in numbers[_NARROW_SIZE : _NARROW_SIZE + 4]))
            layers = numbers[_NARROW_SIZE + 4 :].reshape(LAYERS, TIMBRE)
        limit_db = MAX_GAIN_DB + 1e-3
        fits = MIN_PACE <= pace <= MAX_PACE and np.abs(tone_db).max() <= limit_db and melody.in_range()
        if not (np.isfinite(numbers).all() and fits):
            raise VoiceUnfit("got a Kokoro voice with numbers out of range; clone it again")
        return cls(style, pace, tone_db, layers, melody)
