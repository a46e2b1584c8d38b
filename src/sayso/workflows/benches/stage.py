"""The bench as a stage of the corpus room: samples measured by workers, of this machine or of a Ray cluster.

A worker opens the installation for itself and acts for who asked, so that consent is asked there as it is here. What it
finds comes back as numbers; no sound is sent. Workers see the same files: the recordings, and the installation.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from sayso.accounts.actor import Actor
from sayso.corpus.program import Runner, answers
from sayso.corpus.stages import Answer, begun
from sayso.corpus.worklog import FinishedWork
from sayso.errors import SaysoError
from sayso.fairness.cohort import CohortMember
from sayso.fairness.errors import SubjectInvalid
from sayso.fairness.measured import SampleFigure
from sayso.fairness.subject import JudgedVersion
from sayso.fairness.table import SampleKind
from sayso.settings import Settings
from sayso.workflows.benches.sample import Bench, bench_of, figures_of
from sayso.workflows.fairness.versions import version_of
from sayso.workflows.installation.session import Session, open_session
from sayso.workflows.speech.orders import Order

UNTOLD: Final = "latency"
"""Of workers that share a machine it would be that of the others."""


@dataclass(frozen=True)
class BenchStage:
    """Measures the samples of ``members``, named by their digests; ``work`` is a folder for what is in hand.

    A worker that has another version than ``version`` measures nothing.
    """

    settings: Settings
    actor: Actor
    version: JudgedVersion
    order: Order | None
    members: Mapping[str, CohortMember]
    work: Path
    name: str = field(default="bench")

    @property
    def worklog(self) -> Path:
        """Return the folder of what is finished: nothing lies there, since the table keeps it."""
        return self.work / self.name

    def __call__(self, unit: str) -> str:
        """Measure the sample ``unit``; what is refused or cannot be measured is answered as ``failed``."""
        sample = json.loads(unit)["unit"]
        with begun(self.work, sample):
            try:
                bench = _bench(self.settings, self.actor, self.version, self.order)
                found = figures_of(bench, self.members[sample])
            except SaysoError:
                return json.dumps({"unit": sample, "state": "failed", "seconds": 0.0})
        told = [(one.metric, one.value, one.kind.value) for one in found if one.metric != UNTOLD]
        return json.dumps({"unit": sample, "state": "done", "seconds": 0.0, "figures": told})

    def left(self, unit: Answer, _: FinishedWork) -> Answer:
        """Return the unit: what is finished is known by its answer alone."""
        return unit


def by_workers(
    session: Session, stage: BenchStage, due: list[str], runner: Runner
) -> Iterator[tuple[str, list[SampleFigure]]]:
    """Yield the samples ``due`` as they are done, in any order, each with its figures.

    What a worker could not measure is measured here: then the error is the same as without workers. Raise it, and as
    `answers` does.
    """
    for answer in answers(stage, ({"unit": sample} for sample in due), runner, stage.work):
        sample = answer["unit"]
        if answer["state"] == "done":
            yield sample, [SampleFigure(metric, value, SampleKind(kind)) for metric, value, kind in answer["figures"]]
        else:
            found = figures_of(bench_of(session, stage.version.of, stage.order), stage.members[sample])
            yield sample, [one for one in found if one.metric != UNTOLD]


@cache
def _bench(settings: Settings, actor: Actor, version: JudgedVersion, order: Order | None) -> Bench:
    if (here := version_of(version.of)) != version:
        raise SubjectInvalid(f"got {version.of} {here.digest} on this worker, expected {version.digest}")
    return bench_of(open_session(settings, actor), version.of, order)
