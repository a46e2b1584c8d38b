"""DNSMOS P.835 on sound of any length: what the published network says, at three quarters of its work.

The published network hears 9.01 s in one piece. Up to its last maximum over time it is made of convolutions, so it may
as well hear a stretch piece by piece, each with what reaches into it from around: the same numbers, to rounding, and
less memory. Of the 64 channels of its second convolution 23 sound on no recording, clean or noisy; patterns that were
searched for bring them to 0.4 at most, where the others reach 17 to 50. They are left out, and the scores stay the
same to rounding (tests/models/test_quality_network.py).

For many clips there is the network in whole numbers: its second to fourth convolutions, nearly all of its work, take
half the time so, and the overall score is 0.02 off (standard deviation; docs/measurements.md).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from sayso.models.catalogue import weights
from sayso.models.onnx_file import OnnxFile, encoded_array, read_onnx
from sayso.models.session import open_session, run_lean
from sayso.models.whole_numbers import in_whole_numbers

if TYPE_CHECKING:
    from sayso.models.session import InferenceSession

RATE: Final = 16_000
FRAME: Final = 320
HOP: Final = 160

_MODEL: Final = "dnsmos"
_IN: Final = "mos_estimator_logpow/"
_FRAMES: Final = _IN + "concat:0"
_TOLD: Final = _IN + "conv2d_6/Relu:0"
_MOST: Final = _IN + "global_max_pooling2d/Max:0"
_ENDS: Final = "Identity:0"

_STEP: Final = 8
"""Frames of one step of what is told: three halvings."""

_PIECE: Final = 56 * _STEP
_AROUND: Final = 3 * _STEP
"""Frames before and after a piece that what is told of it depends on: 18, in whole steps."""

_SHORTEST: Final = 2 * _STEP
_SILENT: Final = (2, 4, 8, 12, 21, 22, 29, 30, 31, 33, 34, 36, 38, 40, 41, 42, 44, 46, 48, 53, 55, 56, 62)

_MOST_HEARD: Final = 4.0
_MOST_TOLD: Final = {"conv2d_1/kernel:0": 6.0, "conv2d_2/kernel:0": 5.0, "conv2d_3/kernel:0": 4.0}
"""What comes out of the first convolution and of the next three: of 30 clips, half of them in noise, 99.99 % lies
below 2.4, 4.8, 3.5 and 2.6."""

Floats = NDArray[np.float32]
Run = Callable[[list[str] | None, dict[str, Floats]], list[Floats]]


def quality_of(samples: Floats) -> Floats:
    """Return what the network tells of ``samples``, shape (samples,), 16 kHz: three numbers, of speech, noise, both.

    They are turned into scores by the fit published with the model. The last part of a frame (20 ms each 10 ms) is not
    heard; less than 16 frames is filled up with zeros. Of 144,160 samples it tells what the published network tells.
    Deterministic.
    """
    return _told(samples, partial(run_lean, _network()))


def quality_in_whole_numbers(samples: Floats) -> Floats:
    """Return nearly what `quality_of` does, in half the time; the memory it takes is kept for the next call.

    Deterministic.
    """
    return _told(samples, _whole().run)


def _told(samples: Floats, run: Run) -> Floats:
    needed = FRAME + (_SHORTEST - 1) * HOP
    if samples.size < needed:
        samples = np.pad(samples, (0, needed - samples.size))
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME)[::HOP]
    most = np.max([_heard(frames, first, run) for first in range(0, len(frames) - _STEP + 1, _PIECE)], axis=0)
    return np.asarray(_judge().run(None, {_MOST: most[np.newaxis]})[0][0], np.float32)


def _heard(frames: Floats, first: int, run: Run) -> Floats:
    """Return the most that each of 64 features is in the piece of ``frames`` that begins at ``first``."""
    start, stop = max(first - _AROUND, 0), min(first + _PIECE + _AROUND, len(frames))
    told = run(None, {_FRAMES: np.ascontiguousarray(frames[start:stop])[np.newaxis]})[0][0]
    skipped = (first - start) // _STEP
    return np.asarray(told[:, skipped : skipped + _PIECE // _STEP].max(axis=(1, 2)), np.float32)


@cache
def _network() -> InferenceSession:
    """Return the network from frames (1, frames, 320) to features (1, 64, steps, 20), without what never sounds."""
    file = read_onnx(weights(_MODEL))
    _leave_out_silent(file)
    return open_session(file.part({_FRAMES: (1, "frames", FRAME)}, [_TOLD]), name=_MODEL)


@cache
def _whole() -> InferenceSession:
    """Return the same network, most of it in whole numbers."""
    file = read_onnx(weights(_MODEL))
    _leave_out_silent(file)
    in_whole_numbers(file, _MOST_HEARD, _MOST_TOLD)
    return open_session(file.part({_FRAMES: (1, "frames", FRAME)}, [_TOLD]), name=_MODEL)


def network_weights() -> dict[str, Floats]:
    """Return the weights of the network by name, without what never sounds."""
    file = read_onnx(weights(_MODEL))
    _leave_out_silent(file)
    return {name: np.asarray(file.array(name), np.float32) for name in file.initializers if _is_weight(name)}


def _is_weight(name: str) -> bool:
    return name.endswith(("/kernel:0", "/bias:0", "/resource:0"))


def _leave_out_silent(file: OnnxFile) -> None:
    convolutions = [node.inputs[1:] for node in file.nodes if node.op == "Conv" and len(node.inputs) > 2]
    (weight, bias), (following, _) = convolutions[1:3]
    for name, axis in ((weight, 0), (bias, 0), (following, 1)):
        file.initializers[name] = encoded_array(name, np.delete(file.array(name), _SILENT, axis=axis))


@cache
def _judge() -> InferenceSession:
    """Return the rest of the network, from the most of each feature (1, 64) to three numbers."""
    return open_session(read_onnx(weights(_MODEL)).part({_MOST: (1, 64)}, [_ENDS]), name=_MODEL)
