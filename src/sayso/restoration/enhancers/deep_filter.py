"""Deep filtering: the steps around three networks of the family of DeepFilterNet.

Schroeter et al., "DeepFilterNet: perceptually motivated real-time speech enhancement" (Interspeech 2023): an encoder
hears the level of each band and the shape of the low bins, one decoder tells a gain for each band, and another a filter
of some frames for each low bin. The frames, bands, running norms, gains and filters are written here; a `Design` names
what differs from network to network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from sayso.models import cards, open_session, weights
from sayso.models.onnx_file import read_onnx
from sayso.restoration.enhancers.overlapped import Floats, Framed, Spectra

if TYPE_CHECKING:
    from sayso.models.session import InferenceSession

PARTS: Final = ("encoder", "bands", "filter")
HIDDEN: Final = ("emb", "e3", "e2", "e1", "e0", "c0")
"""What the encoder tells the decoders; `bands` hears the first five, `filter` the first and the last."""

MEMORY: Final = 256
ORDER: Final = 5
"""Frames of a filter."""

BLOCK: Final = 2_000
"""Frames that are computed at once."""

_BANDS: Final = 32
_MIN_BINS: Final = 2
_FORGET: Final = 0.99  # a time constant of one second
_REACH: Final = 2  # frames before it that the first layer hears with each frame
_ERB: Final = (24.7, 9.265)
_OUTPUTS: Final = {"encoder": HIDDEN, "bands": ("m",), "filter": ("coefs",)}
_OPEN: Final[dict[str, dict[str, InferenceSession]]] = {}


@dataclass(frozen=True, slots=True)
class Design:
    """An enhancer of the family: what differs between its networks and those of another.

    Attributes
    ----------
    name : of the enhancer; its networks are ``name-encoder``, ``name-bands`` and ``name-filter`` of the catalogue
    licence : SPDX, of its weights
    sample_rate : Hz
    hop : samples from frame to frame; a frame has two hops
    filtered : how many of the lowest bins are filtered
    ahead : frames that are heard beyond the one that is enhanced
    features : what the first layers of the encoder hear: levels, shapes
    pathway : what the decoder of filters hears of ``c0``, and how many frames before each it does
    memories : of each network, what goes into a recurrent layer and what comes out of it. The published graphs begin
        each run anew; cut open here, the memory of each layer goes in and comes out.
    """

    name: str
    licence: str
    sample_rate: int
    hop: int
    filtered: int
    ahead: int
    features: tuple[str, str]
    pathway: tuple[str, int]
    memories: Mapping[str, Mapping[str, str]]

    @property
    def delay(self) -> int:
        """Return by how many samples the sound comes out later."""
        return (1 + self.ahead) * self.hop

    @property
    def latency_s(self) -> float:
        """Return the seconds after which live sound comes out, not counting the time to compute."""
        return self.delay / self.sample_rate

    def stream(self) -> DeepFilterStream:
        """Return a run over one recording."""
        return DeepFilterStream(self)

    def digest(self) -> str:
        """Return the digests of the three networks, joined and hashed."""
        return sha256("".join(cards()[f"{self.name}-{part}"].sha256 for part in PARTS).encode()).hexdigest()

    def inputs(self, part: str) -> dict[str, Sequence[int | str]]:
        """Return the inputs of a network, without its memories, with their shapes; () is unknown."""
        if part == "encoder":
            levels, shapes = self.features
            return {levels: (1, 1, "s", _BANDS), shapes: (1, 2, "s", self.filtered)}
        return dict.fromkeys(HIDDEN[:5] if part == "bands" else ("emb", self.pathway[0]), ())

    def networks(self) -> Mapping[str, InferenceSession]:
        """Return the networks, cut open at their memories; they are kept."""
        if self.name not in _OPEN:
            _OPEN[self.name] = {part: self._network(part) for part in PARTS}
        return _OPEN[self.name]

    def _network(self, part: str) -> InferenceSession:
        memories = self.memories[part]
        inputs = {**self.inputs(part), **dict.fromkeys(memories, (1, 1, MEMORY))}
        whole = read_onnx(weights(f"{self.name}-{part}"))
        return open_session(whole.part(inputs, [*_OUTPUTS[part], *memories.values()]), name=f"{self.name}-{part}")


class DeepFilter:
    """The networks of one design on the spectra of one recording, block by block.

    A spectrum is that of a frame under the window of `deep_window`, divided by the samples of the frame: of frames of
    20 ms the lowest bins are the same at any rate.
    """

    def __init__(self, design: Design) -> None:
        """Begin a recording: before it there is silence."""
        self._design = design
        self._networks = design.networks()
        self._band_of = band_of(design.sample_rate, 2 * design.hop)
        self._mean = np.linspace(-60, -90, _BANDS)
        self._size = np.linspace(0.001, 0.0001, design.filtered)
        self._heard = np.zeros((_REACH, _BANDS), np.float32)
        self._seen = np.zeros((2, _REACH, design.filtered), np.float32)
        self._pathway: Floats | None = None
        nothing = np.zeros((1, 1, MEMORY), np.float32)
        self._memories = {part: dict.fromkeys(design.memories[part], nothing) for part in PARTS}
        self._before = np.zeros((ORDER - 1, design.hop + 1), np.complex64)

    def enhanced(self, spectra: Spectra) -> Spectra:
        """Return ``spectra`` (frames, hop + 1) enhanced, ``ahead`` frames later: as many as came in."""
        gains, filters = self._told(spectra)
        with_past = np.concatenate([self._before, spectra])
        self._before = with_past[len(with_past) - ORDER + 1 :]
        first, count, low = ORDER - 1 - self._design.ahead, len(spectra), self._design.filtered
        made: Spectra = (with_past[first : first + count] * gains[:, self._band_of]).astype(np.complex64, copy=False)
        made[:, :low] = sum(with_past[place : place + count, :low] * filters[:, :, place] for place in range(ORDER))
        return made

    def _told(self, spectra: Spectra) -> tuple[Floats, NDArray[np.complex64]]:
        """Return the gains (frames, bands) and the filters (frames, bins, order) for ``spectra``."""
        heard = np.concatenate([self._heard, self._levels(spectra)])
        seen = np.concatenate([self._seen, self._shapes(spectra)], axis=1)
        self._heard, self._seen = heard[-_REACH:], seen[:, -_REACH:]
        levels, shapes = self._design.features
        found = dict(zip(HIDDEN, self._run("encoder", {levels: heard[None, None], shapes: seen[None]}), strict=True))
        gains = self._run("bands", {name: found[name] for name in HIDDEN[:5]})[0][0, 0]
        fed = {"emb": found["emb"], self._design.pathway[0]: self._followed_on(found["c0"])}
        told = np.ascontiguousarray(self._run("filter", fed)[0][0], np.float32)
        return gains, told.view(np.complex64).reshape(len(spectra), self._design.filtered, ORDER)

    def _followed_on(self, shapes: Floats) -> Floats:
        """Return ``shapes`` (1, channels, frames, bins) with what came before them, as the decoder of filters hears."""
        reach = self._design.pathway[1]
        if reach == 0:
            return shapes
        before = np.zeros_like(shapes[:, :, :1]).repeat(reach, axis=2) if self._pathway is None else self._pathway
        joined = np.concatenate([before, shapes], axis=2)
        self._pathway = joined[:, :, -reach:]
        return joined

    def _run(self, part: str, fed: dict[str, Floats]) -> list[Floats]:
        """Return the outputs of one network, and keep its memories."""
        memories, outputs = self._memories[part], _OUTPUTS[part]
        wanted = [*outputs, *self._design.memories[part].values()]
        made: list[Floats] = self._networks[part].run(wanted, {**fed, **memories})
        self._memories[part] = dict(zip(memories, made[len(outputs) :], strict=True))
        return made[: len(outputs)]

    def _levels(self, spectra: Spectra) -> Floats:
        levels = 10 * np.log10(
            (np.abs(spectra) ** 2) @ band_averages(self._design.sample_rate, 2 * self._design.hop) + 1e-10
        )
        means = _followed(levels, self._mean)
        self._mean = means[-1]
        return np.asarray((levels - means) / 40, np.float32)

    def _shapes(self, spectra: Spectra) -> Floats:
        low = spectra[:, : self._design.filtered]
        sizes = _followed(np.abs(low), self._size)
        self._size = sizes[-1]
        shaped = low / np.sqrt(sizes)
        return np.stack([shaped.real, shaped.imag]).astype(np.float32)


class DeepFilterStream:
    """A run over one recording, block by block, each of whole hops; what comes out is ``delay`` samples later."""

    def __init__(self, design: Design) -> None:
        self.hop, self.delay = design.hop, design.delay
        self._framed = Framed(deep_window(2 * design.hop))
        self._scale = np.float32(2 * design.hop)
        self._filter = DeepFilter(design)

    def push(self, samples: Floats) -> Floats:
        """Return ``samples`` enhanced, ``delay`` later: as many as came in."""
        size = BLOCK * self.hop
        pieces = [self._some(samples[start : start + size]) for start in range(0, samples.size, size)]
        return np.concatenate(pieces) if pieces else samples

    def _some(self, samples: Floats) -> Floats:
        spectra = self._framed.spectra(samples) / self._scale
        return self._framed.sound(self._filter.enhanced(spectra) * self._scale)


def _followed(values: NDArray[np.floating], state: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the running mean of ``values`` (frames, n) that starts at ``state``."""
    made = (1 - _FORGET) * np.asarray(values, np.float64)
    for place in range(len(made)):  # scipy's filter is no faster here, and takes half a second to load
        made[place] += _FORGET * state
        state = made[place]
    return made


@cache
def deep_window(frame: int) -> Floats:
    """Return the window of Vorbis, whose square adds up to one at half overlap."""
    at = (np.arange(frame) + 0.5) / frame
    return np.sin(0.5 * np.pi * np.sin(np.pi * at) ** 2).astype(np.float32)


@cache
def band_of(rate: int, frame: int) -> NDArray[np.int64]:
    """Return the band of each bin: equal widths on the scale of Glasberg and Moore, of two bins at least."""
    slope, width = _ERB
    highest = width * np.log1p(rate / 2 / (slope * width))
    found: list[int] = []
    edge_before = over = 0
    for band in range(_BANDS):
        hertz = slope * width * np.expm1((band + 1) * highest / _BANDS / width)
        edge = int(hertz / (rate / frame) + 0.5)
        bins = edge - edge_before - over
        over = max(_MIN_BINS - bins, 0)
        found += [band] * max(bins, _MIN_BINS)
        edge_before = edge
    # The last band takes the bin at half the rate.
    return np.array([*found, _BANDS - 1][: frame // 2 + 1])


@cache
def band_averages(rate: int, frame: int) -> Floats:
    """Return what takes the mean of the bins of each band: (bins, bands)."""
    inside = band_of(rate, frame)[:, None] == np.arange(_BANDS)
    return np.asarray(inside / inside.sum(axis=0), np.float32)
