import numpy as np
import pytest

from sayso.models import layers
from sayso.models.tape import Tape

RANDOM = np.random.default_rng(3)
BEGIN = RANDOM.bit_generator.state


@pytest.fixture(autouse=True)
def begun_anew():
    """Draw the same numbers whichever tests ran before: the tolerances hold for nearly all, not for all."""
    RANDOM.bit_generator.state = BEGIN


def weight(*shape):
    return RANDOM.standard_normal(shape).astype(np.float32)


PLAIN = (1, 4, 12)
LAYERS = {
    "add": (PLAIN, lambda tape, x: layers.add(tape, x, layers.scale(tape, x, 0.3))),
    "affine": (PLAIN, lambda tape, x: layers.affine(tape, x, weight(4), weight(4))),
    "relu": (PLAIN, layers.relu),
    "leaky": (PLAIN, lambda tape, x: layers.leaky_relu(tape, x, 0.2)),
    "concat": (PLAIN, lambda tape, x: layers.concat(tape, [x, layers.scale(tape, x, 2.0)], [4, 4])),
    "conv": (PLAIN, lambda tape, x: layers.conv(tape, x, weight(5, 4, 3), weight(5), pad=2, dilation=2)),
    "conv 2-D": ((1, 2, 6, 8), lambda tape, x: layers.conv(tape, x, weight(3, 2, 3, 3), pad=1)),
    "strided": (PLAIN, lambda tape, x: layers.strided_conv(tape, x, weight(5, 4, 5), weight(5), [2], pad=2)),
    "strided 2-D": (
        (1, 2, 6, 8),
        lambda tape, x: layers.strided_conv(tape, x, weight(3, 2, 3, 3), None, [2, 1], pad=1),
    ),
    "upsampling": (PLAIN, lambda tape, x: layers.upsampling_conv(tape, x, weight(4, 3, 6), weight(3), stride=2, pad=2)),
    "grouped": (
        PLAIN,
        lambda tape, x: layers.upsampling_conv(tape, x, weight(4, 1, 3), weight(4), stride=2, pad=1, rest=1, groups=4),
    ),
    "doubled": (PLAIN, layers.doubled),
    "mirrored": (PLAIN, layers.mirrored),
    "halved": ((1, 2, 7, 8), layers.halved),
    "reshaped": (PLAIN, lambda tape, x: layers.reshaped(tape, x, (1, 2, 24), PLAIN)),
    "gated": (PLAIN, lambda tape, x: layers.gated(tape, x, layers.scale(tape, x, -0.5))),
    "segments": (PLAIN, lambda tape, x: layers.segment_means(tape, x, 5)),
}


@pytest.mark.parametrize("name", LAYERS)
def test_the_gradient_is_that_of_finite_differences(name):
    shape, layer = LAYERS[name]
    tape = Tape()
    network = tape.differentiated(layer(tape, tape.input("x", shape, followed=True)), threads=1)
    value, moved = weight(*shape), 1e-3 * weight(*shape)
    value += 0.05 * np.sign(value)  # away from the bends
    output, kept = network.run(x=value)
    by_output = weight(*output.shape)
    expected = (network.run(x=value + moved)[0] - network.run(x=value - moved)[0]) / 2.0
    told = float((network.gradients(by_output, kept)["x"] * moved).sum())
    assert told == pytest.approx(float((expected * by_output).sum()), abs=2e-5, rel=2e-3)


def test_segment_means_are_those_of_the_segments():
    tape = Tape()
    network = tape.differentiated(layers.segment_means(tape, tape.input("x", PLAIN, followed=True), 5), threads=1)
    value = weight(*PLAIN)
    parts = [value[..., first : first + 5] for first in (0, 5, 10)]
    segments = np.concatenate([np.broadcast_to(one.mean(2, keepdims=True), one.shape) for one in parts], axis=2)
    assert network.run(x=value)[0] == pytest.approx(segments + value.mean(2, keepdims=True), abs=1e-5)
