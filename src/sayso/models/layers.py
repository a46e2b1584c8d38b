"""The layers that differentiated networks here are made of; each returns the name of its output on the tape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sayso.models.tape import Floats, Tape


def add(tape: Tape, one: str, other: str) -> str:
    """Return the sum of two values of one shape."""

    def pull(gradient: str) -> None:
        tape.give(one, gradient)
        tape.give(other, gradient)

    return tape.follow(tape.op("Add", one, other), [one, other], pull)


def scale(tape: Tape, value: str, factor: float) -> str:
    """Return ``value`` times a number."""
    by = tape.constant(np.float32(factor).reshape(1))
    return tape.follow(
        tape.op("Mul", value, by), [value], lambda gradient: tape.give(value, tape.op("Mul", gradient, by))
    )


def affine(tape: Tape, value: str, factor: Floats, offset: Floats) -> str:
    """Return ``value`` times ``factor`` plus ``offset``, each (channels,) for a value (1, channels, ...)."""
    by, plus = (tape.constant(one.reshape(1, -1, 1)) for one in (factor, offset))
    made = tape.op("Add", tape.op("Mul", value, by), plus)
    return tape.follow(made, [value], lambda gradient: tape.give(value, tape.op("Mul", gradient, by)))


def relu(tape: Tape, value: str) -> str:
    """Return the positive part of ``value``."""
    made = tape.op("Relu", value)
    return tape.follow(
        made, [value], lambda gradient: tape.give(value, tape.op("Mul", gradient, tape.op("Sign", made)))
    )


def leaky_relu(tape: Tape, value: str, slope: float) -> str:
    """Return ``value``, times ``slope`` where it is negative."""
    made = tape.op("LeakyRelu", value, alpha=slope)
    return tape.follow(made, [value], lambda gradient: tape.give(value, leaky_slope(tape, made, gradient, slope)))


def leaky_slope(tape: Tape, made: str, gradient: str, slope: float) -> str:
    """Return ``gradient`` passed through a leaky ReLU that gave ``made``."""
    half, rest = (tape.constant(np.float32(one).reshape(1)) for one in ((1.0 - slope) / 2, (1.0 + slope) / 2))
    return tape.op("Mul", gradient, tape.op("Add", tape.op("Mul", tape.op("Sign", made), half), rest))


def concat(tape: Tape, values: Sequence[str], channels: Sequence[int]) -> str:
    """Return ``values`` of so many ``channels`` each, one after another along axis 1."""

    def pull(gradient: str) -> None:
        sizes = tape.constant(np.asarray(channels, np.int64))
        for value, part in zip(values, tape.ops("Split", [gradient, sizes], len(values), axis=1), strict=True):
            tape.give(value, part)

    return tape.follow(tape.op("Concat", *values, axis=1), list(values), pull)


def conv(tape: Tape, value: str, weight: Floats, bias: Floats | None = None, *, pad: int = 0, dilation: int = 1) -> str:
    """Return the convolution of stride 1 of ``value`` with ``weight`` (out, in, width or height and width).

    Its gradient is the convolution with the weight turned round, which is faster than a transposed one.
    """
    spatial = weight.ndim - 2
    back = dilation * (weight.shape[2] - 1) - pad

    def pull(gradient: str) -> None:
        turned = np.flip(weight.swapaxes(0, 1), axis=tuple(range(2, weight.ndim)))
        tape.give(value, _conv(tape, gradient, turned, None, pads=[back] * 2 * spatial, dilations=[dilation] * spatial))

    return tape.follow(
        _conv(tape, value, weight, bias, pads=[pad] * 2 * spatial, dilations=[dilation] * spatial), [value], pull
    )


def strided_conv(
    tape: Tape, value: str, weight: Floats, bias: Floats | None, strides: Sequence[int], *, pad: int
) -> str:
    """Return a convolution with ``strides`` by axis, each of which divides the length of its axis."""
    words: dict[str, Any] = {"strides": list(strides), "pads": [pad] * 2 * len(strides)}

    def pull(gradient: str) -> None:
        rest = [stride - 1 for stride in strides]  # of the odd widths and pads used here
        back = tape.op("ConvTranspose", gradient, tape.constant(weight), output_padding=rest, **words)
        tape.give(value, back)

    sources = [value, tape.constant(weight)] + ([] if bias is None else [tape.constant(bias)])
    return tape.follow(tape.op("Conv", *sources, **words), [value], pull)


def upsampling_conv(
    tape: Tape, value: str, weight: Floats, bias: Floats, *, stride: int, pad: int, rest: int = 0, groups: int = 1
) -> str:
    """Return the transposed convolution of ``value`` with ``weight`` (in, out of a group, width)."""
    words: dict[str, Any] = {"strides": [stride], "pads": [pad, pad], "group": groups}
    kernel = tape.constant(weight)
    made = tape.op("ConvTranspose", value, kernel, tape.constant(bias), output_padding=[rest], **words)
    return tape.follow(made, [value], lambda gradient: tape.give(value, tape.op("Conv", gradient, kernel, **words)))


def doubled(tape: Tape, value: str) -> str:
    """Return ``value`` (1, channels, time) with each step of time twice."""
    axis = tape.constant(np.array([3], np.int64))
    flat, paired = tape.constant(np.array([0, 0, -1], np.int64)), tape.constant(np.array([0, 0, -1, 2], np.int64))
    column = tape.op("Unsqueeze", value, axis)
    made = tape.op("Reshape", tape.op("Concat", column, column, axis=3), flat)

    def pull(gradient: str) -> None:
        pairs = tape.op("Reshape", gradient, paired)
        tape.give(value, tape.op("ReduceSum", pairs, axis, keepdims=0))

    return tape.follow(made, [value], pull)


def mirrored(tape: Tape, value: str) -> str:
    """Return ``value`` (1, channels, time) with its second step put before the first."""

    def part(source: str, first: int, stop: int) -> str:
        ends = [tape.constant(np.array([one], np.int64)) for one in (first, stop, 2)]
        return tape.op("Slice", source, *ends)

    far = np.iinfo(np.int64).max

    def pull(gradient: str) -> None:
        twice = tape.op("Add", part(gradient, 2, 3), part(gradient, 0, 1))
        tape.give(value, tape.op("Concat", part(gradient, 1, 2), twice, part(gradient, 3, far), axis=2))

    return tape.follow(tape.op("Concat", part(value, 1, 2), value, axis=2), [value], pull)


def _conv(tape: Tape, value: str, weight: Floats, bias: Floats | None, *, pads: list[int], dilations: list[int]) -> str:
    sources: list[NDArray[Any]] = [weight] if bias is None else [weight, bias]
    return tape.op("Conv", value, *(tape.constant(one) for one in sources), pads=pads, dilations=dilations)


def halved(tape: Tape, value: str) -> str:
    """Return the largest of each two by two numbers of ``value`` (1, channels, height, width), odd ends left out.

    The gradient goes to the largest; to each of several as large.
    """
    made = tape.op("MaxPool", value, kernel_shape=[2, 2], strides=[2, 2])

    def spread(small: str) -> str:
        scales = tape.constant(np.array([1.0, 1.0, 2.0, 2.0], np.float32))
        wide = tape.op(
            "Resize",
            small,
            "",
            scales,
            mode="nearest",
            coordinate_transformation_mode="asymmetric",
            nearest_mode="floor",
        )
        missing = tape.op("Sub", tape.op("Shape", value), tape.op("Shape", wide))
        return tape.op("Pad", wide, tape.op("Concat", tape.constant(np.zeros(4, np.int64)), missing, axis=0))

    def pull(gradient: str) -> None:
        largest = tape.op("Cast", tape.op("Equal", value, spread(made)), to=1)
        tape.give(value, tape.op("Mul", spread(gradient), largest))

    return tape.follow(made, [value], pull)


def reshaped(tape: Tape, value: str, shape: Sequence[int], back: Sequence[int]) -> str:
    """Return ``value`` in ``shape``; ``back`` is the shape that it has."""
    made = tape.op("Reshape", value, tape.constant(np.asarray(shape, np.int64)))

    def pull(gradient: str) -> None:
        tape.give(value, tape.op("Reshape", gradient, tape.constant(np.asarray(back, np.int64))))

    return tape.follow(made, [value], pull)


def gated(tape: Tape, value: str, gate: str) -> str:
    """Return ``value`` times the logistic function of ``gate``."""
    opening = tape.op("Sigmoid", gate)
    made = tape.op("Mul", value, opening)
    one = tape.constant(np.ones(1, np.float32))

    def pull(gradient: str) -> None:
        tape.give(value, tape.op("Mul", gradient, opening))
        tape.give(gate, tape.op("Mul", tape.op("Mul", gradient, made), tape.op("Sub", one, opening)))

    return tape.follow(made, [value, gate], pull)


def segment_means(tape: Tape, value: str, length: int) -> str:
    """Return at each time the mean of ``value`` (1, channels, time) plus that of its segment of ``length``."""
    collect, spread = _segments(tape, value, length)
    axis = [2]
    made = tape.op("MatMul", tape.op("MatMul", value, collect), spread)
    made = tape.op("Add", made, tape.op("ReduceMean", value, axes=axis))

    def pull(gradient: str) -> None:
        turned = [tape.op("Transpose", one, perm=[1, 0]) for one in (spread, collect)]
        back = tape.op("MatMul", tape.op("MatMul", gradient, turned[0]), turned[1])
        tape.give(value, tape.op("Add", back, tape.op("ReduceMean", gradient, axes=axis)))

    return tape.follow(made, [value], pull)


def _segments(tape: Tape, value: str, length: int) -> tuple[str, str]:
    """Return matrices that take the mean of each segment (time, segments), and that spread it (segments, time)."""

    def whole(*numbers: int) -> str:
        return tape.constant(np.asarray(numbers, np.int64))

    zero, one = (tape.constant(np.array(number, np.int64)) for number in (0, 1))
    time = tape.op("Gather", tape.op("Shape", value), tape.constant(np.array(2, np.int64)))
    segment = tape.op("Div", tape.op("Range", zero, time, one), whole(length))
    count = tape.op("Add", tape.op("ReduceMax", segment, keepdims=0), one)
    places = tape.op("Unsqueeze", tape.op("Range", zero, count, one), whole(1))
    inside = tape.op("Equal", places, tape.op("Unsqueeze", segment, whole(0)))
    spread = tape.op("Cast", inside, to=1)
    means = tape.op("Div", spread, tape.op("ReduceSum", spread, whole(1)))
    return tape.op("Transpose", means, perm=[1, 0]), spread
