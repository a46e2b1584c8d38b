"""The one door to onnxruntime: a checked model becomes a session, once a process."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sayso.models.catalogue import ModelTampered, weights

if TYPE_CHECKING:
    from onnxruntime import InferenceSession, OrtValue


class Stoppable(Protocol):
    """A signal that calls whoever asked for it."""

    def is_set(self) -> bool:
        """Return whether it is set."""
        ...

    def calling(self, act: Callable[[], None]) -> AbstractContextManager[None]:
        """Call ``act`` once the signal is set, as long as the block runs."""
        ...


__all__ = ["InferenceSession", "OrtValue", "open_session", "run", "run_lean", "session", "value_of"]


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
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # waiting threads take no core from others
    try:
        return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except onnxruntime.capi.onnxruntime_pybind11_state.InvalidProtobuf as error:
        raise ModelTampered(f"model {name} is no ONNX file that this onnxruntime reads") from error


def run(
    session: InferenceSession,
    outputs: Sequence[str] | None,
    feeds: Mapping[str, NDArray[Any]],
    stop: Stoppable | None = None,
) -> list[NDArray[Any]] | None:
    """Return the ``outputs`` (None: all) of ``session`` for ``feeds``; None where ``stop`` came first.

    onnxruntime looks at its own signal between two operations: tens of milliseconds at most, mostly less than one.
    """
    import onnxruntime  # noqa: PLC0415 - loaded with the session

    if stop is None:
        return list(session.run(outputs, feeds))
    options = onnxruntime.RunOptions()

    def end() -> None:
        options.terminate = True

    with stop.calling(end):
        try:
            return list(session.run(outputs, feeds, options))
        except onnxruntime.capi.onnxruntime_pybind11_state.Fail:
            if stop.is_set():
                return None
            raise


def run_lean(
    session: InferenceSession, outputs: Sequence[str] | None, feeds: Mapping[str, NDArray[Any]]
) -> list[NDArray[Any]]:
    """Return what `run` does, and keep none of the memory that it took: for large nets that are asked now and then."""
    import onnxruntime  # noqa: PLC0415 - loaded with the session

    options = onnxruntime.RunOptions()
    options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
    return list(session.run(outputs, feeds, options))


def value_of(array: NDArray[Any]) -> OrtValue:
    """Return ``array`` as a value that sessions share without copying it again."""
    import onnxruntime  # noqa: PLC0415 - 100 ms that most commands do not need

    return onnxruntime.OrtValue.ortvalue_from_numpy(np.ascontiguousarray(array))
