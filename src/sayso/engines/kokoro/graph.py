"""Kokoro's graph in two parts, with what lies between them open: pitch, energy, and a style for each layer.

The one graph of the package is cut at loading where its encoder hands over to its decoder: the text's features, its
F0 and its energy, frame by frame. The timbre half of a style feeds 58 adaptive normalisations (Huang and Belongie,
ICCV 2017) of the decoder through one quantised vector; here each has a vector of its own, quantised in the same way, so
that equal vectors give the samples of the uncut graph, bit for bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final, overload

import numpy as np
from numpy.typing import NDArray

from sayso import models
from sayso.engines.stop import Stop
from sayso.models.onnx_file import Node, OnnxFile, encoded_attribute, read_onnx

if TYPE_CHECKING:
    from sayso.models.session import InferenceSession

LAYERS: Final = 58
TIMBRE: Final = 128

_TEXT: Final = "/encoder/MatMul_1_output_0"
_PITCH: Final = "/encoder/Reshape_output_0"
_ENERGY: Final = "/encoder/Reshape_1_output_0"
_LENGTHS: Final = "/encoder/Clip_output_0"
SOURCE: Final = "/decoder/decoder/generator/Concat_3_output_0"
_HANDED_OVER: Final = {_TEXT: (1, 512, "frames"), _PITCH: (1, "halves"), _ENERGY: (1, "halves")}
_STYLES: Final = "styles"
DECODER_INPUTS: Final = {**_HANDED_OVER, _STYLES: (LAYERS, TIMBRE)}
_SHARED: Final = "/decoder/Slice_output_0"
_KINDS: Final = ("_dynamic_quantized", "_scale", "_zero_point")
DECODER: Final = "/decoder/decoder/"
_LAYER_END: Final = "/fc/Gemm_MatMul_quant"
_SCALES_END: Final = _LAYER_END + "_scales_mul"

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Handed:
    """What the encoder hands over.

    ``text`` (1, 512, frames), ``pitch`` in Hz and ``energy`` (1, twice as many); ``lengths`` (tokens,) in frames of
    25 ms, how long each token is held.
    """

    text: Floats
    pitch: Floats
    energy: Floats
    lengths: Floats

    @property
    def frames(self) -> int:
        """Return the number of frames."""
        return int(self.text.shape[2])

    def part(self, first: int, last: int) -> Handed:
        """Return the frames from ``first`` up to ``last``; the lengths stay those of the whole."""
        halves = slice(2 * first, 2 * last)
        return Handed(self.text[:, :, first:last], self.pitch[:, halves], self.energy[:, halves], self.lengths)


@overload
def encode(tokens: NDArray[np.int64], style: Floats, speed: float, threads: int) -> Handed: ...
@overload
def encode(
    tokens: NDArray[np.int64], style: Floats, speed: float, threads: int, stop: Stop | None
) -> Handed | None: ...
def encode(
    tokens: NDArray[np.int64], style: Floats, speed: float, threads: int, stop: Stop | None = None
) -> Handed | None:
    """Return what the encoder makes of ``tokens`` (with the pads) in ``style`` (256,); None once ``stop`` is set."""
    feeds: dict[str, NDArray[Any]] = {
        "tokens": tokens[None],
        "style": style[None],
        "speed": np.array([speed], np.float32),
    }
    found = models.run(_parts(threads)[0], [_TEXT, _PITCH, _ENERGY, _LENGTHS], feeds, stop)
    return None if found is None else Handed(found[0], found[1], found[2], found[3].reshape(-1))


@overload
def decode(handed: Handed, styles: Floats, threads: int) -> Floats: ...
@overload
def decode(handed: Handed, styles: Floats, threads: int, stop: Stop | None) -> Floats | None: ...
def decode(handed: Handed, styles: Floats, threads: int, stop: Stop | None = None) -> Floats | None:
    """Return the samples at 24 kHz of what the encoder handed over, with ``styles`` (58, 128), one a layer.

    Once ``stop`` is set the net is broken off between two of its operations: then return None.
    """
    results = models.run(_parts(threads)[1], ["audio"], feeds(handed, styles), stop)
    return None if results is None else np.asarray(results[0].reshape(-1), np.float32)


@overload
def source(handed: Handed, threads: int) -> Floats: ...
@overload
def source(handed: Handed, threads: int, stop: Stop | None) -> Floats | None: ...
def source(handed: Handed, threads: int, stop: Stop | None = None) -> Floats | None:
    """Return the harmonic source that the generator starts from: (1, 22, steps). No style changes it.

    Return None once ``stop`` is set.
    """
    found = models.run(_source_part(threads), [SOURCE], {_PITCH: handed.pitch}, stop)
    return None if found is None else np.asarray(found[0], np.float32)


def read() -> OnnxFile:
    """Return the graph of the package, whole."""
    return read_onnx(models.weights("kokoro"))


def wide() -> OnnxFile:
    """Return the whole graph with a style for each layer of its decoder."""
    graph = read()
    places = {name: place for place, name in enumerate(layer_names(graph))}
    nodes = [*_quantised(), *(_rewired(node, places) for node in graph.nodes)]
    return OnnxFile(nodes, graph.initializers, graph.inputs, graph.head)


def layer_names(graph: OnnxFile) -> list[str]:
    """Return the names of the adaptive normalisations of the whole graph, in the order of a voice's styles."""
    return sorted(_layer(node) for node in graph.nodes if _SHARED + _KINDS[0] in node.inputs)


@cache
def _parts(threads: int) -> tuple[InferenceSession, InferenceSession]:
    """Return encoder and decoder, ready to run."""
    encoder = read().part({}, [_TEXT, _PITCH, _ENERGY, _LENGTHS])
    decoder = wide().part(DECODER_INPUTS, ["audio"])
    return models.open_session(encoder, threads), models.open_session(decoder, threads)


@cache
def _source_part(threads: int) -> InferenceSession:
    """Return what makes the source of a pitch: a session computes all its outputs, so this is one of its own."""
    return models.open_session(read().part({_PITCH: _HANDED_OVER[_PITCH]}, [SOURCE]), threads)


def feeds(handed: Handed, styles: Floats) -> dict[str, Floats]:
    """Return what the decoder is fed."""
    return {_TEXT: handed.text, _PITCH: handed.pitch, _ENERGY: handed.energy, _STYLES: styles}


def _quantised() -> list[Node]:
    """Return what takes the styles apart and quantises each by itself."""
    rows = [f"style {place}" for place in range(LAYERS)]
    split = [encoded_attribute("axis", 0), encoded_attribute("num_outputs", LAYERS)]
    nodes = [Node("Split", [_STYLES], rows, "styles", attributes=split)]
    return nodes + [Node("DynamicQuantizeLinear", [row], [row + kind for kind in _KINDS], row) for row in rows]


def _rewired(node: Node, places: Mapping[str, int]) -> Node:
    """Return ``node`` with the layer's own style in place of the shared one."""
    if not any(_SHARED + kind in node.inputs for kind in _KINDS) or _layer(node) not in places:
        return node
    own = {_SHARED + kind: f"style {places[_layer(node)]}" + kind for kind in _KINDS}
    return replace(node, inputs=[own.get(name, name) for name in node.inputs])


def _layer(node: Node) -> str:
    return node.name.removeprefix(DECODER).removesuffix(_SCALES_END).removesuffix(_LAYER_END)
