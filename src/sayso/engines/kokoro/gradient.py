"""Kokoro's decoder as a network that can be differentiated by the styles of its layers.

StyleTTS 2's decoder with an iSTFTNet generator (Li et al., NeurIPS 2023; Kaneko et al., ICASSP 2022), taken down anew
on a `Tape` with the weights of the package, dequantised to float32 when they are first needed. Nothing is trained: only
the styles move.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from sayso.engines.kokoro import graph, spectrum
from sayso.engines.kokoro.graph import LAYERS, TIMBRE, Handed
from sayso.models import layers
from sayso.models.onnx_file import Node, OnnxFile
from sayso.models.tape import Differentiated, Tape

if TYPE_CHECKING:
    from sayso.models.session import OrtValue

_WIDTHS: Final = (3, 7, 11)
_SOURCE_WIDTHS: Final = (7, 11)
_DILATIONS: Final = (1, 3, 5)
_RATES: Final = (10, 6)
_LEAK: Final = 0.2
_EPSILON: Final = 1e-5
_HALF: Final = 2.0**-0.5
_FRAMES_A_SECOND: Final = 40
_STEPS: Final = 120  # of the spectrum, in a frame
_PREFIX: Final = "/decoder/decoder/"

Floats = NDArray[np.float32]
Weights = dict[str, Floats]
Act = Callable[[Tape, str, str, str], tuple[str, Callable[[str], str]]]


@dataclass(frozen=True, slots=True, eq=False)
class Sentence:
    """A sentence ready to be spoken in any timbre: what does not change with it."""

    handed: Handed
    source: Floats
    drift: Floats

    def cut(self, place: float, longest_s: float) -> Sentence:
        """Return a part of at most ``longest_s``, which starts ``place`` (0 to 1) of the way to the last start."""
        frames = self.handed.frames
        size = min(frames, max(1, round(longest_s * _FRAMES_A_SECOND)))
        first = round(place * (frames - size))
        steps = slice(_STEPS * first, _STEPS * (first + size) + 1)
        return Sentence(self.handed.part(first, first + size), self.source[:, :, steps], self.drift)


@dataclass(frozen=True, slots=True)
class StyledSentence:
    """A sentence as spoken with some styles: ``samples`` at 24 kHz, and what is needed of the way there."""

    samples: Floats
    _logits: Floats
    _kept: dict[str, OrtValue]
    _threads: int

    def gradient(self, by_samples: Floats) -> Floats:
        """Return the gradient by the styles (58, 128), given that by the samples."""
        by_logits = spectrum.gradient(self._logits, by_samples)
        found = _network(self._threads).gradients(by_logits[None], self._kept)
        return np.concatenate([found[f"style {layer}"] for layer in range(LAYERS)])


def speak(sentence: Sentence, styles: Floats, threads: int) -> StyledSentence:
    """Return ``sentence`` spoken with ``styles`` (58, 128), so that it can be differentiated."""
    pitch, energy = (one[:, None] for one in (sentence.handed.pitch, sentence.handed.energy))
    rows = {f"style {layer}": row[None] for layer, row in enumerate(styles + sentence.drift)}
    inputs = {"text": sentence.handed.text, "pitch": pitch, "energy": energy, "source": sentence.source, **rows}
    logits, kept = _network(threads).run(**{name: one.astype(np.float32) for name, one in inputs.items()})
    return StyledSentence(spectrum.samples(logits[0]), logits[0], kept, threads)


@cache
def _network(threads: int) -> Differentiated:
    file = graph.read()
    tape = Tape()
    output = _Decoder(dequantised(file), graph.layer_names(file)).logits(tape)
    del file
    return tape.differentiated(output, threads)


def dequantised(file: OnnxFile) -> Weights:
    """Return the decoder's weights as float32, by the names of its layers."""
    found: Weights = {}
    for node in file.nodes:
        if node.name.startswith(_PREFIX) and len(node.inputs) > 1 and node.inputs[1] in file.initializers:
            name = node.name.removeprefix(_PREFIX).rsplit("/", 1)[0].replace("asr_res/", "").replace("/", ".")
            if node.op in {"ConvInteger", "MatMulInteger"}:
                found[name + ".weight"] = _dequantised(file, node)
            elif node.op in {"Conv", "ConvTranspose"}:
                found[name + ".weight"] = np.asarray(file.array(node.inputs[1]), np.float32)
    for name in file.initializers:
        short = name.removeprefix("decoder.decoder.")
        if short != name and (name.endswith(".bias") or ".alpha" in name):
            found[short] = np.asarray(file.array(name), np.float32)
    return found


def _dequantised(file: OnnxFile, node: Node) -> Floats:
    names = (node.inputs[1], node.inputs[1].replace("_quantized", "_scale"), node.inputs[3])
    wide, scale, zero = (np.asarray(file.array(name), np.float32) for name in names)
    by_row = [-1, *[1] * (wide.ndim - 1)] if node.op == "ConvInteger" and scale.size > 1 else scale.shape
    plain = (wide - zero.reshape(by_row if zero.size > 1 else ())) * scale.reshape(by_row)
    return np.asarray(plain.T if node.op == "MatMulInteger" else plain, np.float32)


class _Decoder:
    """Takes down the decoder; each method returns the name of a value."""

    def __init__(self, weights: Weights, names: list[str]) -> None:
        self._weights = weights
        self._rows = {name.replace("/", "."): f"style {place}" for place, name in enumerate(names)}

    def logits(self, tape: Tape) -> str:
        """Return what the spectrum is made of, (1, 22, steps), from the inputs of `speak`."""
        text = tape.input("text", (1, 512, "frames"))
        curves = [tape.input(name, (1, 1, "halves")) for name in ("pitch", "energy")]
        source = tape.input("source", (1, 22, "steps"))
        for row in self._rows.values():
            tape.input(row, (1, TIMBRE), followed=True)
        sides = [self._halved(tape, one, name) for one, name in zip(curves, ("F0_conv", "N_conv"), strict=True)]
        value = self._block(tape, layers.concat(tape, [text, *sides], [512, 1, 1]), "encode")
        rest = self._conv(tape, text, "asr_res.0")
        for place in range(4):
            value = layers.concat(tape, [value, rest, *sides], [1024, 64, 1, 1])
            value = self._block(tape, value, f"decode.{place}", up=place == 3)
        return self._generator(tape, value, source)

    def _generator(self, tape: Tape, value: str, source: str) -> str:
        for stage, rate in enumerate(_RATES):
            value = layers.leaky_relu(tape, value, 0.1)
            ups = [self._weights[f"generator.ups.{stage}.{part}"] for part in ("weight", "bias")]
            value = layers.upsampling_conv(tape, value, *ups, stride=rate, pad=rate // 2)
            value = layers.mirrored(tape, value) if stage else value
            noise = self._source(tape, source, stage)
            noise = self._residual(tape, noise, f"generator.noise_res.{stage}", _SOURCE_WIDTHS[stage])
            value = layers.add(tape, value, noise)
            made = [
                self._residual(tape, value, f"generator.resblocks.{3 * stage + place}", width)
                for place, width in enumerate(_WIDTHS)
            ]
            value = layers.scale(tape, layers.add(tape, layers.add(tape, made[0], made[1]), made[2]), 1.0 / 3.0)
        return self._conv(tape, layers.leaky_relu(tape, value, 0.01), "generator.conv_post", pad=3)

    def _source(self, tape: Tape, source: str, stage: int) -> str:
        name = f"generator.noise_convs.{stage}"
        if stage:
            return self._conv(tape, source, name)
        weight, bias = self._weights[name + ".weight"], self._weights[name + ".bias"]
        return layers.strided_conv(tape, source, weight, bias, [6], pad=3)

    def _halved(self, tape: Tape, value: str, name: str) -> str:
        weight, bias = self._weights[name + ".weight"], self._weights[name + ".bias"]
        return layers.strided_conv(tape, value, weight, bias, [2], pad=1)

    def _conv(self, tape: Tape, value: str, name: str, *, pad: int = 0, dilation: int = 1) -> str:
        weight, bias = self._weights[name + ".weight"], self._weights.get(name + ".bias")
        return layers.conv(tape, value, weight, bias, pad=pad, dilation=dilation)

    def _block(self, tape: Tape, value: str, name: str, *, up: bool = False) -> str:
        """Take down one residual block of the decoder."""
        rest = self._normalised(tape, value, name + ".norm1", _leaky)
        if up:
            pool = [self._weights[f"{name}.pool.{part}"] for part in ("weight", "bias")]
            rest = layers.upsampling_conv(tape, rest, *pool, stride=2, pad=1, rest=1, groups=len(pool[0]))
        rest = self._conv(tape, rest, name + ".conv1", pad=1)
        rest = self._normalised(tape, rest, name + ".norm2", _leaky)
        rest = self._conv(tape, rest, name + ".conv2", pad=1)
        short = self._conv(tape, layers.doubled(tape, value) if up else value, name + ".conv1x1")
        return layers.scale(tape, layers.add(tape, rest, short), _HALF)

    def _residual(self, tape: Tape, value: str, name: str, width: int) -> str:
        """Take down one residual block of the generator."""
        for place, dilation in enumerate(_DILATIONS):
            rest = value
            for half, wide in ((1, dilation), (2, 1)):
                snake = _snake(self._weights[f"{name}.alpha{half}.{place}"])
                rest = self._normalised(tape, rest, f"{name}.adain{half}.{place}", snake)
                pad = wide * (width - 1) // 2
                rest = self._conv(tape, rest, f"{name}.convs{half}.{place}", pad=pad, dilation=wide)
            value = layers.add(tape, value, rest)
        return value

    def _normalised(self, tape: Tape, value: str, name: str, act: Act) -> str:
        """Take down an adaptive instance normalisation and the nonlinearity after it.

        Kept for the gradient is the normalised value alone; the rest is computed again.
        """
        row, weight, bias = self._rows[name], self._weights[name + ".fc.weight"], self._weights[name + ".fc.bias"]
        size = len(bias) // 2
        offset = np.concatenate([bias[:size] + 1.0, bias[size:]])[None]
        affine = tape.op("Gemm", row, tape.constant(weight), tape.constant(offset), transB=1)
        shape = tape.constant(np.array([1, 2 * size, 1], np.int64))
        sizes = tape.constant(np.array([size, size], np.int64))
        factor, plus = tape.ops("Split", [tape.op("Reshape", affine, shape), sizes], 2, axis=1)
        away = tape.op("Sub", value, tape.op("ReduceMean", value, axes=[2]))
        spread = tape.op("ReduceMean", tape.op("Mul", away, away), axes=[2])
        inverse = tape.op(
            "Reciprocal", tape.op("Sqrt", tape.op("Add", spread, tape.constant(np.full(1, _EPSILON, np.float32))))
        )
        normal = tape.op("Mul", away, inverse)
        made, _ = act(tape, normal, factor, plus)

        def pull(gradient: str) -> None:
            _, slope = act(tape, normal, factor, plus)
            by = slope(gradient)
            means = [tape.op("ReduceMean", one, axes=[2]) for one in (tape.op("Mul", by, normal), by)]
            if tape.is_followed(value):
                leaning = tape.op("Add", tape.op("Mul", normal, means[0]), means[1])
                back = tape.op("Sub", by, leaning)
                tape.give(value, tape.op("Mul", back, tape.op("Mul", factor, inverse)))
            both = tape.op("Reshape", tape.op("Concat", *means, axis=1), tape.constant(np.array([1, -1], np.int64)))
            by_row = tape.op("MatMul", both, tape.constant(weight))
            steps = tape.op("Cast", tape.op("Gather", tape.op("Shape", normal), tape.constant(np.array([2]))), to=1)
            tape.give(row, tape.op("Mul", by_row, steps))

        return tape.follow(made, [row, value], pull)


def _leaky(tape: Tape, normal: str, factor: str, plus: str) -> tuple[str, Callable[[str], str]]:
    made = tape.op("LeakyRelu", tape.op("Add", tape.op("Mul", normal, factor), plus), alpha=_LEAK)
    return made, lambda gradient: layers.leaky_slope(tape, made, gradient, _LEAK)


def _snake(alpha: Floats) -> Act:
    """Return x + sin(alpha x)^2 / alpha (Ziyin et al., NeurIPS 2020)."""

    def act(tape: Tape, normal: str, factor: str, plus: str) -> tuple[str, Callable[[str], str]]:
        twice, half = (tape.constant(one.astype(np.float32)) for one in (2.0 * alpha, 0.5 / alpha))
        value = tape.op("Add", tape.op("Mul", normal, factor), plus)
        turns = tape.op("Mul", value, twice)

        def slope(gradient: str) -> str:
            return tape.op("Add", gradient, tape.op("Mul", gradient, tape.op("Sin", turns)))

        # sin(a x)^2 = (1 - cos(2 a x)) / 2
        waves = tape.op("Sub", half, tape.op("Mul", tape.op("Cos", turns), half))
        return tape.op("Add", value, waves), slope

    return act
