"""The one door to onnxruntime: a checked model becomes a session, once a process."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sayso.models.catalogue import ModelTampered, weights

if TYPE_CHECKING:
    from onnxruntime import InferenceSession, OrtValue

__all__ = ["InferenceSession", "OrtValue", "open_session", "session", "value_of"]


@cache
def session(name: str, threads: int = 1) -> InferenceSession:
    """Return the session of the catalogue's model ``name`` on the CPU, with ``threads`` threads.

    Small recurrent models are fastest on one thread; engines ask for more. Raise `ModelTampered` for bytes that are
    no ONNX file.
    """
    return open_session(weights(name), threads, name)


def open_session(data: bytes, threads: int = 1, name: str = "derived") -> InferenceSession:
    """Return a session of the ONNX file ``data``, which was made from checked weights; raise `ModelTampered`."""
    import onnxruntime  # noqa: PLC0415 - 100 ms that most commands do not need

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except onnxruntime.capi.onnxruntime_pybind11_state.InvalidProtobuf as error:
        raise ModelTampered(f"model {name} is no ONNX file that this onnxruntime reads") from error


def value_of(array: NDArray[Any]) -> OrtValue:
    """Return ``array`` as a value that sessions share without copying it again."""
    import onnxruntime  # noqa: PLC0415 - 100 ms that most commands do not need

    return onnxruntime.OrtValue.ortvalue_from_numpy(np.ascontiguousarray(array))
