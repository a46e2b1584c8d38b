"""Convolutions in whole numbers say nearly what those in fractions say, and never more than their most."""

from __future__ import annotations

import numpy as np
import pytest

from sayso.models.onnx_file import Node, OnnxFile, encoded_array, encoded_attribute
from sayso.models.session import open_session
from sayso.models.whole_numbers import in_whole_numbers, seven_bits

SHAPES = {"first": (8, 3, 3, 3), "second": (4, 8, 3, 3)}


def network():
    rng = np.random.default_rng(0)
    file = OnnxFile([], {}, {})
    for name, shape in SHAPES.items():
        file.initializers[name] = encoded_array(name, (0.2 * rng.standard_normal(shape)).astype(np.float32))
        bias = f"{name} bias"
        file.initializers[bias] = encoded_array(bias, (0.1 * rng.standard_normal(shape[0])).astype(np.float32))
    pads = [encoded_attribute("pads", [1, 1, 1, 1])]
    file.nodes = [
        Node("Conv", ["heard", "first", "first bias"], ["one"], attributes=pads),
        Node("Relu", ["one"], ["one up"]),
        Node("Conv", ["one up", "second", "second bias"], ["two"], attributes=pads),
        Node("Relu", ["two"], ["two up"]),
    ]
    return file


def told(file, heard):
    session = open_session(file.part({"heard": (1, 3, "rows", "columns")}, ["two up"]))
    return session.run(None, {"heard": heard})[0]


@pytest.fixture
def heard():
    return np.random.default_rng(1).uniform(0, 2, (1, 3, 20, 30)).astype(np.float32)


def test_a_chain_says_nearly_the_same(heard):
    whole, expected = network(), told(network(), heard)
    in_whole_numbers(whole, 2.0, {"first": 6.0, "second": 8.0})
    assert {node.op for node in whole.nodes} == {"QuantizeLinear", "QLinearConv", "DequantizeLinear"}
    np.testing.assert_allclose(told(whole, heard), expected, atol=0.15)
    assert np.abs(told(whole, heard) - expected).mean() < 0.03


def test_what_is_above_the_most_is_cut_off(heard):
    whole = network()
    in_whole_numbers(whole, 2.0, {"first": 6.0, "second": 0.5})
    assert told(whole, heard).max() == pytest.approx(0.5)


def test_weights_take_seven_bits_by_channel():
    kernel = np.array([[1.0, -0.5, 0.25], [0.002, 0.001, 0.0], [0.0, 0.0, 0.0]], np.float32)
    weights, steps = seven_bits(kernel)
    assert weights.dtype == np.int8
    assert np.abs(weights).max() <= 63
    np.testing.assert_allclose(weights * steps[:, None], kernel, atol=0.01)
    np.testing.assert_allclose(weights[1] * steps[1], kernel[1], atol=2e-5)
