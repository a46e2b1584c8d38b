"""Measuring a version on a cohort, person by person: what `sayso fairness judge` and the gate then judge."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from sayso.accounts.rights import Right
from sayso.clock import now, stamp
from sayso.errors import Invalid
from sayso.fairness.cohort import Cohort, CohortMember
from sayso.fairness.errors import CohortInvalid, SubjectInvalid
from sayso.fairness.measured import MeasuredTable, SampleFigure
from sayso.fairness.subject import JudgedVersion, SubjectKind, SubjectName
from sayso.ledger import append
from sayso.ledger.account_acts import BenchMeasured
from sayso.progress import Report, silent
from sayso.workflows.benches import figures
from sayso.workflows.fairness.judging import digest_of
from sayso.workflows.fairness.versions import REPAIR, version_of
from sayso.workflows.installation.session import Session
from sayso.workflows.speech.orders import Order

Bench = Callable[[CohortMember, Path], Iterator[SampleFigure]]
"""Measures one recording; the folder is for what it makes, and is deleted."""


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
    session: Session, subject: str, cohort: Cohort, table: Path, *, order: Order | None, report: Report = silent
) -> Measured:
    """Measure the version of ``subject`` that is here on each recording of ``cohort``, into ``table``.

    What stands in the table already is not measured again. An engine speaks as ``order`` says, but for its text and its
    voice. Raise `CohortInvalid`, which names the recording, `SubjectInvalid`, `TableInvalid`, and `ConsentRefused`.
    """
    session.require(Right.GATE)
    named = SubjectName.parse(subject)
    bench, version = _bench_of(session, named, order), version_of(named)
    members = {_digest(member): member for member in cohort.members}
    if len(members) < len(cohort.members):
        raise CohortInvalid("got one recording twice, expected each once; a person may have several recordings")
    kept = MeasuredTable(table, version, members)
    due = [sample for sample in members if sample not in kept.done]
    for number, sample in enumerate(due):
        kept.add(sample, members[sample], _measured(bench, members[sample]))
        report((number + 1) / len(due))
    with session.act() as tx:
        append(tx, _told(session, version, kept, digest_of(table)).entry(stamp(now())))
    return Measured(subject, version.digest, table, len(kept.done), len(due), cohort.unconsented)


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


def _bench_of(session: Session, subject: SubjectName, order: Order | None) -> Bench:
    """Return what measures ``subject``; raise `SubjectInvalid`."""
    if order is not None and subject.kind is not SubjectKind.ENGINE:
        raise SubjectInvalid(f"got {subject} with a licensee and a purpose, which are for an engine alone")
    match subject.kind, subject.name:
        case SubjectKind.MARK, profile:
            return lambda member, folder: figures.of_mark(session, member, profile, folder)
        case SubjectKind.RESTORATION, _:
            return lambda member, _: figures.of_repair(member)
        case SubjectKind.ENGINE, name if order is not None:
            return partial(figures.of_engine, session, name, order)
        case SubjectKind.MODEL, "campplus":
            return lambda member, _: figures.of_verifier(member)
        case SubjectKind.MODEL, "silero-vad":
            return lambda member, _: figures.of_intake(member)
    raise SubjectInvalid(
        f"got {subject}, expected engine:NAME with a licensee and a purpose, mark:PROFILE,"
        f" restoration:{REPAIR}, model:campplus or model:silero-vad; for others, hand in a table"
    )


def _measured(bench: Bench, member: CohortMember) -> list[SampleFigure]:
    """Return the figures of one recording; an error tells which it is."""
    try:
        with tempfile.TemporaryDirectory(prefix="sayso-") as folder:
            return list(bench(_in_a_file(member, Path(folder)), Path(folder)))
    except Invalid as error:
        raise CohortInvalid(f"{member.file}: {error.message}") from None


def _in_a_file(member: CohortMember, folder: Path) -> CohortMember:
    """Return the member with a file to read, which is deleted with ``folder``."""
    if member.sound is None:
        return member
    file = folder / "recording.flac"
    file.write_bytes(member.sound())
    return replace(member, file=file)


def _digest(member: CohortMember) -> str:
    if member.sample:
        return member.sample
    try:
        with member.file.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise CohortInvalid(f"the recording {member.file} cannot be read: {error.strerror}") from None
