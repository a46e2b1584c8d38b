"""What the commands that measure a cohort have in common."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from sayso.errors import Invalid

if TYPE_CHECKING:
    from sayso.corpus.program import Runner
    from sayso.fairness.cohort import Cohort
    from sayso.workflows.installation.session import Session
    from sayso.workflows.speech.orders import Order

SUBJECTS: Final = (
    "What is judged: engine:NAME, model:NAME, mark:PROFILE, restoration:repair, restoration:fuller:GAIN or "
    "enrollment:speaker."
)

WORKERS: Final = 2

By = Annotated[
    list[str] | None,
    typer.Option(help="Column that makes the groups, such as sex. Repeatable. Default, of a file: group."),
]
Licensee = Annotated[str | None, typer.Option(help="Of an engine: under whose grant the voices speak.")]
PurposeOf = Annotated[str | None, typer.Option("--purpose", help="Of an engine: for which purpose they speak.")]
Project = Annotated[str | None, typer.Option(help="Of an engine: for which project they speak.")]


Corpus = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Measure the people of this corpus, as far as they may be used now; needs --by."),
]


Channel = Annotated[
    bool,
    typer.Option("--channel", help="Compare within channels, too: each recording is diagnosed for noise and such."),
]
RunnerName = Annotated[
    str | None,
    typer.Option("--runner", help="Measure by workers: native (this machine) or ray (a cluster). Tells no latency."),
]
Workers = Annotated[int, typer.Option(min=1, max=10_000, help="Of --runner: worker processes.")]
RayAddress = Annotated[str, typer.Option(metavar="ADDRESS", help="Of --runner ray: head of the Ray cluster.")]


class MeasureUsage(Invalid):
    """Name --licensee and --purpose together, and these, --project and --by with a cohort or a corpus alone."""


class CohortUsage(Invalid):
    """Name people to measure once: a cohort's file, or --corpus."""


class RunnerUsage(Invalid):
    """Name --workers and --ray-address with --runner alone."""


class CorpusUsage(Invalid):
    """An engine is measured with a cohort's file: nobody knows which recordings of a corpus its voices heard."""


def people(session: Session, subject: str, cohort: Path | None, corpus: str | None, by: list[str] | None) -> Cohort:
    """Return who is to be measured; raise `CohortUsage`, `CorpusUsage`, `CohortInvalid`, or as a reader of a corpus."""
    from sayso.fairness.cohort import read_cohort  # noqa: PLC0415
    from sayso.fairness.subject import SubjectKind, SubjectName  # noqa: PLC0415

    if (cohort is None) == (corpus is None):
        raise CohortUsage
    if corpus is None:
        return read_cohort(cohort or Path(), by or ())
    if SubjectName.parse(subject).kind is SubjectKind.ENGINE:
        raise CorpusUsage
    from sayso.workflows.corpus.cells import cohort_of  # noqa: PLC0415 - needs the extra

    return cohort_of(session, corpus, by or ())


def ordered(licensee: str | None, purpose: str | None, project: str | None) -> Order | None:
    """Return what an engine's voices are asked for, without text and voice; None where nobody is named."""
    from sayso.workflows.speech.orders import Order  # noqa: PLC0415

    if licensee is None and purpose is None and project is None:
        return None
    if licensee is None or purpose is None:
        raise MeasureUsage
    return Order(text="", voice="", licensee=licensee, purpose=purpose, project=project)


def runner(name: str | None, workers: int, address: str) -> Runner | None:
    """Return who measures, None for this process; raise `RunnerUsage`, or as `runner_named`."""
    if name is None:
        if workers != WORKERS or address:
            raise RunnerUsage
        return None
    from sayso.corpus.program import runner_named  # noqa: PLC0415

    return runner_named(name, workers, address)
