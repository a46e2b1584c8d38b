"""One sample: which bench measures it, and its figures, in whatever process that is done."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from sayso.errors import Invalid
from sayso.fairness.cohort import CohortMember
from sayso.fairness.errors import CohortInvalid, SubjectInvalid
from sayso.fairness.measured import SampleFigure
from sayso.fairness.subject import SubjectKind, SubjectName
from sayso.workflows.benches import figures, speakers
from sayso.workflows.fairness.versions import FULLER, REPAIR, SPEAKER, fuller_below
from sayso.workflows.installation.session import Session
from sayso.workflows.speech.orders import Order

Bench = Callable[[CohortMember, Path], Iterator[SampleFigure]]
"""Measures one recording; the folder is for what it makes, and is deleted."""


def bench_of(session: Session, subject: SubjectName, order: Order | None) -> Bench:
    """Return what measures ``subject``; raise `SubjectInvalid`."""
    if order is not None and subject.kind is not SubjectKind.ENGINE:
        raise SubjectInvalid(f"got {subject} with a licensee and a purpose, which are for an engine alone")
    match subject.kind, subject.name:
        case SubjectKind.MARK, profile:
            return lambda member, folder: figures.of_mark(session, member, profile, folder)
        case SubjectKind.RESTORATION, name:
            below = fuller_below(name)
            return lambda member, _: figures.of_repair(member, below)
        case SubjectKind.ENGINE, name if order is not None:
            return partial(figures.of_engine, session, name, order)
        case SubjectKind.MODEL, "campplus":
            return lambda member, _: speakers.of_verifier(member)
        case SubjectKind.MODEL, "silero-vad":
            return lambda member, _: figures.of_intake(member)
        case SubjectKind.ENROLLMENT, name if name == SPEAKER:
            return lambda member, _: speakers.of_same_speaker(member)
    raise SubjectInvalid(
        f"got {subject}, expected engine:NAME with a licensee and a purpose, mark:PROFILE, restoration:{REPAIR},"
        f" restoration:{FULLER}:GAIN, model:campplus, model:silero-vad or enrollment:{SPEAKER}; for others, hand in a"
        " table"
    )


def figures_of(bench: Bench, member: CohortMember) -> list[SampleFigure]:
    """Return the figures of one recording; an error tells which it is."""
    try:
        with tempfile.TemporaryDirectory(prefix="sayso-") as folder:
            return list(bench(in_a_file(member, Path(folder)), Path(folder)))
    except Invalid as error:
        raise CohortInvalid(f"{member.file}: {error.message}") from None


def in_a_file(member: CohortMember, folder: Path) -> CohortMember:
    """Return the member with a file to read, which is deleted with ``folder``."""
    if member.sound is None:
        return member
    file = folder / "recording.flac"
    file.write_bytes(member.sound())
    return replace(member, file=file)
