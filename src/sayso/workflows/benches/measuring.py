"""Measuring a version on a cohort, person by person: what `sayso fairness judge` and the gate then judge."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sayso.accounts.rights import Right
from sayso.clock import now, stamp
from sayso.fairness.cohort import Cohort, CohortMember
from sayso.fairness.errors import CohortInvalid
from sayso.fairness.measured import MeasuredTable, SampleFigure
from sayso.fairness.subject import JudgedVersion, SubjectName
from sayso.ledger import append
from sayso.ledger.account_acts import BenchMeasured
from sayso.progress import Report, silent
from sayso.workflows.benches.sample import bench_of, figures_of
from sayso.workflows.fairness.judging import digest_of
from sayso.workflows.fairness.versions import version_of
from sayso.workflows.installation.session import Session
from sayso.workflows.speech.orders import Order

if TYPE_CHECKING:
    from sayso.corpus.program import Runner


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured: recordings in the table, those of now among them, and who was left out."""

    subject: str
    version: str
    table: Path
    samples: int
    new: int
    unconsented: int


def measure(
    session: Session,
    subject: str,
    cohort: Cohort,
    table: Path,
    *,
    order: Order | None,
    runner: Runner | None = None,
    report: Report = silent,
) -> Measured:
    """Measure the version of ``subject`` that is here on each recording of ``cohort``, into ``table``.

    What stands in the table already is not measured again. An engine speaks as ``order`` says, but for its text and its
    voice. With a ``runner`` of the corpus room its workers measure: the same figures without latency, in the same
    order. Raise `CohortInvalid`, which names the recording, `SubjectInvalid`, `TableInvalid`, `ConsentRefused`, and
    `CorpusPartMissing` for workers that are not installed.
    """
    session.require(Right.GATE)
    named = SubjectName.parse(subject)
    bench, version = bench_of(session, named, order), version_of(named)
    members = {_digest(member): member for member in cohort.members}
    if len(members) < len(cohort.members):
        raise CohortInvalid("got one recording twice, expected each once; a person may have several recordings")
    kept = MeasuredTable(table, version, members)
    due = [sample for sample in members if sample not in kept.done]
    found = (
        ((sample, figures_of(bench, members[sample])) for sample in due)
        if runner is None
        else _spread(session, version, order, {sample: members[sample] for sample in due}, runner)
    )
    for number, (sample, figures) in enumerate(found):
        kept.add(sample, members[sample], figures)
        report((number + 1) / len(due))
    kept.settle(members)
    with session.act() as tx:
        append(tx, _told(session, version, kept, digest_of(table)).entry(stamp(now())))
    return Measured(subject, version.digest, table, len(kept.done), len(due), cohort.unconsented)


def _spread(
    session: Session, version: JudgedVersion, order: Order | None, due: Mapping[str, CohortMember], runner: Runner
) -> Iterator[tuple[str, list[SampleFigure]]]:
    from sayso.workflows.benches.stage import BenchStage, by_workers  # noqa: PLC0415 - needs the extra

    with tempfile.TemporaryDirectory(prefix=".bench-", dir=session.settings.home) as work:
        stage = BenchStage(session.settings, session.actor, version, order, due, Path(work))
        yield from by_workers(session, stage, list(due), runner)


def _told(session: Session, version: JudgedVersion, kept: MeasuredTable, table: str) -> BenchMeasured:
    """Return which table was measured, and since when: a report then tells whether its margins were fixed before."""
    return BenchMeasured(
        subject=session.actor.organisation,
        judged=str(version.of),
        version=version.digest,
        table=table,
        begun=kept.begun,
        samples=len(kept.done),
    )


def _digest(member: CohortMember) -> str:
    if member.sample:
        return member.sample
    try:
        with member.file.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise CohortInvalid(f"the recording {member.file} cannot be read: {error.strerror}") from None
