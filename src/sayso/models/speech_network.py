"""Silero VAD over a whole stretch of sound at once: what it says of each 32 ms, in one call.

Asked window by window, as it is published, it takes 0.7 ms a call, nearly all of it the asking. Only its LSTM needs the
window before. So its encoder, taken from the published file, hears all windows as a batch, and one LSTM operation with
the published weights goes over what comes out: the same function, to rounding (tests/models/test_speech_network.py).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from sayso.models.catalogue import weights
from sayso.models.onnx_file import Node, OnnxFile, encoded_array, encoded_attribute, read_onnx
from sayso.models.session import open_session

if TYPE_CHECKING:
    from sayso.models.session import InferenceSession

RATE: Final = 16_000
WINDOW: Final = 512
CONTEXT: Final = 64
"""Samples at the end of the window before, which the network hears again."""

_UNITS: Final = 128
_BATCH: Final = 256
"""Windows at a time: what the encoder makes of them stays in the processor's cache, and memory is bounded."""

_MODEL: Final = "silero-vad"
_ENCODED: Final = "/model/encoder/3/activation/Relu_output_0"
_GATES: Final = (0, 3, 1, 2)
"""The file has the gates as PyTorch does (input, forget, cell, output), ONNX (LSTM-14): input, output, forget, cell."""

Floats = NDArray[np.float32]


def speech_of(samples: Floats) -> Floats:
    """Return the probability of speech, 0 to 1, for each 32 ms of ``samples``, shape (samples,), 16 kHz. Deterministic.

    The last window is filled with zeros.
    """
    count = -(-samples.size // WINDOW)
    if not count:
        return np.zeros(0, np.float32)
    padded = np.zeros(CONTEXT + count * WINDOW, np.float32)
    padded[CONTEXT : CONTEXT + samples.size] = samples
    windows = np.lib.stride_tricks.sliding_window_view(padded, CONTEXT + WINDOW)[::WINDOW]
    hidden = cell = np.zeros((1, 1, _UNITS), np.float32)
    found = []
    for start in range(0, count, _BATCH):
        heard = np.ascontiguousarray(windows[start : start + _BATCH])
        told, hidden, cell = _network().run(None, {"input": heard, "hidden": hidden, "cell": cell})
        found.append(told.reshape(-1))
    return np.concatenate(found)


@cache
def _network() -> InferenceSession:
    """Return the network from windows, shape (windows, 576), to their probabilities, with its state in and out."""
    file = read_onnx(weights(_MODEL))
    file.nodes += _recurrent(file)
    state: tuple[int | str, ...] = (1, 1, _UNITS)
    ends = ["told", "hidden after", "cell after"]
    data = file.part({"input": ("windows", CONTEXT + WINDOW), "hidden": state, "cell": state}, ends)
    return open_session(data, name=_MODEL)


def _recurrent(file: OnnxFile) -> list[Node]:
    """Return the operations after the encoder, their constants put into ``file``: LSTM, ReLU, one sum, sigmoid."""
    bias = np.concatenate([_turned(file, "bias_ih"), _turned(file, "bias_hh")])
    constants = {
        "steps": np.array([-1, 1, _UNITS], np.int64),
        "rows": np.array([-1, _UNITS], np.int64),
        "from below": _turned(file, "weight_ih")[np.newaxis],
        "from before": _turned(file, "weight_hh")[np.newaxis],
        "bias": bias[np.newaxis],
        "sum": np.ascontiguousarray(file.array("model.decoder.decoder.2.weight").reshape(1, _UNITS).T),
        "offset": file.array("model.decoder.decoder.2.bias"),
    }
    file.initializers |= {name: encoded_array(name, value) for name, value in constants.items()}
    size = [encoded_attribute("hidden_size", _UNITS)]
    taken = ["below", "from below", "from before", "bias", "", "hidden", "cell"]
    return [
        Node("Reshape", [_ENCODED, "steps"], ["below"]),
        Node("LSTM", taken, ["over time", "hidden after", "cell after"], attributes=size),
        Node("Reshape", ["over time", "rows"], ["each"]),
        Node("Relu", ["each"], ["positive"]),
        Node("MatMul", ["positive", "sum"], ["summed"]),
        Node("Add", ["summed", "offset"], ["level"]),
        Node("Sigmoid", ["level"], ["told"]),
    ]


def _turned(file: OnnxFile, name: str) -> NDArray[np.generic]:
    """Return the constant ``name`` of the LSTM with its gates in the order of ONNX."""
    gates = np.split(file.array(f"model.decoder.rnn.{name}"), len(_GATES))
    return np.concatenate([gates[place] for place in _GATES])
