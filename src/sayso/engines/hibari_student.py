"""Students: hibari's net with a decoder of one voice, which that voice on Kokoro has taught (`sayso.voices.student`).

What the net makes of a text stays: tokens, how long they are held, pitch and energy. Pace, pitch and energy are moved
to those of the teacher by a number or two each; the decoder, which makes spectra of them, has weights of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass, replace
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sayso import models
from sayso.engines.errors import VoiceUnfit
from sayso.engines.phonemes import PAD, token_ids
from sayso.engines.protocol import VoiceAsset
from sayso.models.onnx_file import OnnxFile, encoded_array, read_onnx

if TYPE_CHECKING:
    from sayso.models.session import InferenceSession

ENGINE: Final = "hibari"
KIND: Final = "student"
TEACHER: Final = "kokoro"
"""The engine whose voices teach."""

BLOCKS: Final = 8
"""Blocks of the decoder (ConvNeXt: Liu et al., CVPR 2022)."""

_MAGIC: Final = b"hibari-student-1"
_KEPT: Final = 4
"""Voices whose nets stay loaded, about 30 MB each."""

FORGOTTEN_S: Final = 300.0
"""After so long without a word of any student all of them are unloaded: nothing of an erased voice stays in memory."""

_PARTS: Final = {"dw.weight", "dw.bias", "norm.weight", "norm.bias", "pw1.bias", "pw2.bias", "gamma"}
_ENDS: Final = ("dec_in.weight", "dec_in.bias", "dec_norm.weight", "dec_norm.bias", "head.bias")
_PROSODY: Final = ("pn.pro_out.weight", "pn.pro_out.bias")
_FEATURES: Final = "/Transpose_22_output_0"
HELD: Final = "/Clip_output_0"
"""Where the net has the length of each token, in steps of 25 ms, two frames."""

SPECTRA: Final = ("lh", "theta", "ln", "lr", "phi")
_PITCH, _ENERGY = "f0", "/Mul_62_output_0"
_ENERGY_UNIT: Final = 5.0

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Moves:
    """How a teacher's prosody differs from hibari's.

    ``pace``: how much longer it holds what it says; ``pitch``: the ratio of the F0; ``energy`` and ``lift``: what the
    energy is multiplied by, and what is added.
    """

    pace: float = 1.0
    pitch: float = 1.0
    energy: float = 1.0
    lift: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Prosody:
    """What the net makes of a text.

    ``features`` (128, tokens); ``held`` (tokens,) in steps of 25 ms; ``pitch`` in Hz and ``energy``, each 12.5 ms.
    """

    features: Floats
    held: NDArray[np.int64]
    pitch: Floats
    energy: Floats


def prosody(spoken: str) -> Prosody:
    """Return what the net makes of phonemes, pads included, at its own pace."""
    feeds = {"ids": np.asarray([[PAD, *token_ids(spoken), PAD]], np.int64), "speed": np.ones(1, np.float32)}
    features, held, pitch, energy = _front().run([_FEATURES, HELD, _PITCH, _ENERGY], feeds)
    return Prosody(features[0], held.reshape(-1).astype(np.int64), pitch.reshape(-1), energy.reshape(-1))


def pulses(pitch: Floats) -> Floats:
    """Return the pulse train of an F0 in Hz, each 12.5 ms: 300 samples for each."""
    from hibari import dsp  # noqa: PLC0415 - brings scipy, which most commands do not need

    return np.asarray(dsp.pulses(pitch), np.float32)


def own_weights() -> dict[str, Floats]:
    """Return the weights of the package's decoder, by name: where a student starts. Those of matrices are (in, out)."""
    graph = _graph()
    plain = {name: np.asarray(graph.array(f"m.{name}"), np.float32) for name in _plain()}
    return plain | {name: _whole(graph, name) for name in _matrices()}


def student_asset(weights: Mapping[str, Floats], moves: Moves) -> VoiceAsset:
    """Return the voice with these ``weights``, as `own_weights` names them: matrices in whole numbers of 8 bits."""
    parts = [np.asarray(astuple(moves), "<f4").tobytes()]
    parts += [np.asarray(weights[name], "<f2").tobytes() for name in _plain()]
    for name in _matrices():
        scale = np.float32(max(float(np.abs(weights[name]).max()), 1e-8) / 127)
        parts += [scale.astype("<f4").tobytes(), np.round(weights[name] / scale).astype("i1").tobytes()]
    return VoiceAsset(ENGINE, KIND, _MAGIC + b"".join(parts))


class Student(NamedTuple):
    """A voice that is loaded: the whole net with its weights, and the pace of its teacher."""

    net: InferenceSession
    pace: float


def student(asset: VoiceAsset) -> Student:
    """Return the voice in ``asset``, ready to speak; raise `VoiceUnfit` unless its bytes are those of `student_asset`.

    It takes about 0.2 s the first time, and again once it was unloaded.
    """
    found = _loaded(asset)
    _FORGETTING.postpone(FORGOTTEN_S)
    return found


@lru_cache(_KEPT)
def _loaded(asset: VoiceAsset) -> Student:
    moves, arrays = _read(asset.data)
    graph = _graph()
    changed = {name: encoded_array(name, array) for name, array in {**arrays, **_moved(graph, moves)}.items()}
    taught = replace(graph, initializers={**graph.initializers, **changed})
    return Student(models.open_session(taught.part({}, [*SPECTRA, _PITCH])), moves.pace)


class Forgetting:
    """Does something once nobody has postponed it for a while."""

    def __init__(self, act: Callable[[], None]) -> None:
        self._act, self._lock = act, threading.Lock()
        self._timer: threading.Timer | None = None

    def postpone(self, seconds: float) -> None:
        """Do it in so many seconds from now, in a thread, and not before."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = threading.Timer(seconds, self._act)
            self._timer.daemon = True
            self._timer.start()


_FORGETTING: Final = Forgetting(_loaded.cache_clear)


def _read(data: bytes) -> tuple[Moves, dict[str, NDArray[np.generic]]]:
    """Return the moves, and the arrays of a voice by the names of the graph's initializers."""
    shapes = _shapes()
    sizes = [16, *(2 * int(np.prod(shapes[name])) for name in _plain())]
    sizes += [size for name in _matrices() for size in (4, int(np.prod(shapes[name])))]
    if not data.startswith(_MAGIC) or len(data) != len(_MAGIC) + sum(sizes):
        raise VoiceUnfit(f"got {len(data)} bytes that are no student of hibari; teach it again")
    edges = np.cumsum([len(_MAGIC), *sizes])
    parts = iter([data[start:stop] for start, stop in pairwise(edges.tolist())])
    moves = Moves(*(float(number) for number in np.frombuffer(next(parts), "<f4")))
    arrays: dict[str, NDArray[np.generic]] = {
        f"m.{name}": np.frombuffer(next(parts), "<f2").reshape(shapes[name]).astype(np.float32) for name in _plain()
    }
    for name in _matrices():
        arrays[f"{name}_scale"] = np.frombuffer(next(parts), "<f4").reshape(()).copy()
        arrays[f"{name}_quantized"] = np.frombuffer(next(parts), "i1").reshape(shapes[name]).copy()
        arrays[f"{name}_zero_point"] = np.zeros((), np.int8)
    _check_range(moves, arrays)
    return moves, arrays


def _check_range(moves: Moves, arrays: Mapping[str, NDArray[np.generic]]) -> None:
    numbers = np.asarray(astuple(moves))
    floats = [array for array in arrays.values() if array.dtype == np.float32]
    is_near = bool((numbers[:3] > 0.2).all() and (np.abs(numbers) < 20).all())  # a comparison with NaN is false
    if not is_near or not all(np.isfinite(array).all() for array in floats):
        raise VoiceUnfit("got a student of hibari with numbers out of range; teach it again")


def _moved(graph: OnnxFile, moves: Moves) -> dict[str, Floats]:
    """Return the last layer of the net's prosody, moved: rows of F0 in two halves of a step, then of energy."""
    weight, bias = (np.asarray(graph.array(name), np.float32) for name in _PROSODY)
    factors = np.asarray([moves.pitch, moves.pitch, moves.energy, moves.energy], np.float32)
    lifts = np.asarray([0.0, 0.0, moves.lift, moves.lift], np.float32) / np.float32(_ENERGY_UNIT)
    return dict(zip(_PROSODY, (weight * factors[:, None, None], bias * factors + lifts), strict=True))


def _whole(graph: OnnxFile, name: str) -> Floats:
    numbers, scale, zero = (graph.array(f"{name}_{kind}") for kind in ("quantized", "scale", "zero_point"))
    return (np.asarray(numbers, np.float32) - np.float32(zero)) * np.float32(scale)


def _plain() -> list[str]:
    return [*_ENDS, *(f"dec.{block}.{part}" for block in range(BLOCKS) for part in sorted(_PARTS))]


def _matrices() -> list[str]:
    layers = [f"dec.{block}/{layer}" for block in range(BLOCKS) for layer in ("pw1", "pw2")]
    return [f"/{layer}/Transpose_output_0" for layer in (*layers, "head")]


@cache
def _shapes() -> dict[str, tuple[int, ...]]:
    return {name: array.shape for name, array in own_weights().items()}


@cache
def _front() -> InferenceSession:
    return models.open_session(_graph().part({}, [_FEATURES, HELD, _PITCH, _ENERGY]))


@cache
def _graph() -> OnnxFile:
    return read_onnx(models.weights(ENGINE))
