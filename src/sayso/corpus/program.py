"""The program on Daft: a stage over units of work, on this machine or on a Ray cluster, the same program.

Units go in as text and answers come out as text. Daft hands a worker its next unit when it is done with the last, so
no more units are in memory than there are workers: that is the back pressure.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from sayso.corpus.errors import CorpusPartMissing, CorpusRunFailed
from sayso.corpus.stages import Answer, CorpusStage, tell_begun, tell_over
from sayso.corpus.workers import WorkersWatched
from sayso.corpus.worklog import FinishedWork
from sayso.errors import Invalid

_GROUP: Final = 10_000
_GROUP_BYTES: Final = 4 << 20
"""So many units, or bytes of them, are in memory at a time. Workers are started for each group."""

_ALONE: Final = 3
"""So many deaths of a worker that had nothing else in hand convict a unit."""

_RESTARTS: Final = 25

_QUIET: Final = {
    "DO_NOT_TRACK": "1",
    "DAFT_ANALYTICS_ENABLED": "0",
    "RAY_USAGE_STATS_ENABLED": "0",
    "DAFT_PROGRESS_BAR": "0",
    "RAY_DEDUP_LOGS": "1",
    "RAY_DEDUP_LOGS_SKIP_REGEX": ".",
    "LANCE_LOG": "error",
}
"""Daft and Ray report home, and all three write to the terminal, unless they are told not to before they are loaded."""

_ONE_THREAD: Final = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""Each worker has one core: threads that wait for the turns of others took five times the processor time."""


class RunnerName(StrEnum):
    """Where stages run."""

    NATIVE = "native"
    RAY = "ray"


class RunnerInvalid(Invalid):
    """The runner is none of native and ray."""


@dataclass(frozen=True, slots=True)
class Runner:
    """Which runner of Daft, how many workers, and, for Ray, the address of its head ("" starts one here)."""

    name: RunnerName = RunnerName.NATIVE
    workers: int = 1
    address: str = ""


def runner_named(name: str, workers: int, address: str = "") -> Runner:
    """Return the runner; raise `RunnerInvalid`."""
    try:
        return Runner(RunnerName(name), max(1, workers), address)
    except ValueError:
        raise RunnerInvalid(f"runner: got {name[:20]!r}, expected one of {', '.join(RunnerName)}") from None


def answers(stage: CorpusStage, units: Iterable[Answer], runner: Runner, scratch: Path) -> Iterator[Answer]:
    """Yield what comes of each unit, as it is done, in any order. Units are read up to 10,000 at a time, or 4 MB.

    Where a worker dies, what is left of the units is tried again, those that it had in hand alone; a unit that is alone
    when its worker dies, three times, is answered with the state ``deadly``. What was finished and whose answer was
    lost with the worker counts no seconds. Raise `CorpusRunFailed` where that does not end. Closed before the end, it
    lets workers finish what they have in hand and pass over the rest.
    """
    begun = scratch / "begun"
    tell_begun(scratch)
    for group in _groups(units):
        left = dict(group)
        suspects: dict[str, int] = {}
        for _ in range(_RESTARTS):
            for name in [name for name, deaths in suspects.items() if deaths >= _ALONE and name in left]:
                del left[name]
                yield {"unit": name, "state": "deadly", "why": "killed-its-worker", "seconds": 0.0}
            if not left:
                break
            alone = [left[name] for name in suspects if name in left][:1]
            _clear(begun)
            try:
                by = replace(runner, workers=1) if alone else runner  # an idle one that dies would look like its death
                for answer in _wanted(_collected(stage, alone or list(left.values()), by), scratch):
                    left.pop(answer["unit"], None)
                    yield answer
            except WorkerDied as death:
                for name in _suspected(death, begun):
                    suspects[name] = suspects.get(name, 0) + bool(alone)
                yield from _unanswered(stage, left, scratch)
        else:
            raise CorpusRunFailed(
                "workers died again and again; look at the memory of the machine, then run this again"
            )


def _wanted(found: Iterator[Answer], scratch: Path) -> Iterator[Answer]:
    """Hand on what is ``found``; where nobody wants more of it, workers are told before Daft is broken off."""
    for answer in found:
        try:
            yield answer
        except GeneratorExit:
            tell_over(scratch)
            raise


class WorkerDied(Exception):
    """A worker ended before it answered."""


class WorkerUnmet(WorkerDied):
    """A worker ended before it had anything in hand: it says nothing against any unit."""


def _suspected(death: WorkerDied, begun: Path) -> list[str]:
    """Return the units that a worker may have died of: those that were begun; of anything else nobody is guilty."""
    return [] if isinstance(death, WorkerUnmet) else _names(begun)


def _unanswered(stage: CorpusStage, left: dict[str, str], scratch: Path) -> Iterator[Answer]:
    """Answer for the units in ``left`` that are finished by now, and keep of the others what is left of them.

    Workers on a cluster answer for many units at once, so that one that dies may have finished most of them.
    """
    found = FinishedWork(stage.worklog, scratch)
    for name, told in list(left.items()):
        unit = stage.left(json.loads(told), found)
        if unit is None:
            del left[name]
            yield {"unit": name, "state": "done", "seconds": 0.0}
        else:
            left[name] = json.dumps(unit)
    found.close()


def _collected(stage: CorpusStage, units: list[str], runner: Runner) -> Iterator[Answer]:
    daft = _daft(runner)

    @daft.cls(max_concurrency=runner.workers, use_process=True)
    class Worker:
        def __init__(self, stage: CorpusStage) -> None:
            self.stage = stage

        @daft.method.batch(return_dtype=daft.DataType.string(), batch_size=1)  # type: ignore[untyped-decorator]
        def work(self, units: Any) -> list[str]:
            return [self.stage(unit) for unit in units.to_pylist()]

    frame = daft.from_pydict({"unit": units})
    if runner.name is RunnerName.RAY:
        frame = frame.into_partitions(min(len(units), 4 * runner.workers))
    frame = frame.into_batches(1)
    worker = Worker(stage)
    with WorkersWatched() as watched:
        try:
            for row in frame.select(worker.work(frame["unit"]).alias("answer")).iter_rows():
                yield json.loads(row["answer"])
        except Exception as error:
            raise (WorkerUnmet if watched.hung_up else WorkerDied)(str(error)) from error


def _daft(runner: Runner) -> Any:
    for name, value in (_QUIET | _ONE_THREAD).items():
        os.environ.setdefault(name, value)
    try:
        import daft  # noqa: PLC0415 - of the extra, and a second to load
    except ImportError:
        raise CorpusPartMissing("corpora need Daft: install sayso[corpus]") from None
    if runner.name is RunnerName.RAY:
        _join(runner.address)
        daft.set_runner_ray(noop_if_initialized=True)
    elif daft.get_or_infer_runner_type() != runner.name.value:
        daft.set_runner_native()
    if (first := daft.get_or_infer_runner_type()) != runner.name.value:
        # Daft says nothing of this, and would work with the other.
        raise CorpusRunFailed(f"this process runs on {first} already; run this in a process of its own")
    return daft


def _join(address: str) -> None:
    """Join the Ray cluster at ``address``, or start one here; its workers are told what is told here.

    A worker does not see the environment of this process, and what it prints would come out here, on stdout, too.
    """
    import ray  # noqa: PLC0415 - of the extra, and a second to load

    if ray.is_initialized():
        return
    found = address or os.environ.get("RAY_ADDRESS", "local")
    told = {"env_vars": _QUIET | _ONE_THREAD}
    ray.init(found, runtime_env=told, log_to_driver=False, logging_level=logging.ERROR, include_dashboard=False)


def _groups(units: Iterable[Answer]) -> Iterator[list[tuple[str, str]]]:
    """Yield names of units and their JSON, in groups of bounded size."""
    group: list[tuple[str, str]] = []
    size = 0
    for unit in units:
        told = json.dumps(unit)
        group.append((unit["unit"], told))
        size += len(told)
        if len(group) >= _GROUP or size >= _GROUP_BYTES:
            yield group
            group, size = [], 0
    if group:
        yield group


def _clear(begun: Path) -> None:
    for path in begun.glob("*"):
        path.unlink(missing_ok=True)


def _names(begun: Path) -> list[str]:
    return [path.read_text() for path in sorted(begun.glob("*"))]
