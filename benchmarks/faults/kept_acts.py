"""Acts on what a home keeps beside voices and clips: enrolments, recordings in storage, plans, keys, the gate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from benchmarks.faults.worlds import LICENSEE, PURPOSE, World, hearing_all
from tests.recognition.echo import Echo

from sayso.clock import now
from sayso.workflows.accounts import api_keys
from sayso.workflows.consent.granting import Terms
from sayso.workflows.enrollment import reviewing, starting, submitting
from sayso.workflows.enrollment.submitting import Recordings
from sayso.workflows.fairness import judging
from sayso.workflows.installation.session import Session
from sayso.workflows.productions import planning
from sayso.workflows.storage import clearing, copying, keeping
from sayso.workflows.storage.keeping import Deposit

Act = Callable[[Session, World], Any]


def _enrol(session: Session, world: World) -> None:
    """Start, and hand in at once a recording in which every word is heard."""
    issued = starting.start(session, Terms(world.speaker, "Southwind", ("podcast",)))
    data = world.recording.read_bytes()
    with hearing_all(submitting, Echo(), after=timedelta(seconds=20), clock=now):
        submitting.submit(session, issued.enrollment, Recordings(data, (data,)))


def _judge(session: Session, world: World) -> None:
    rows = "".join(f"{n},{group},likeness,0.{n + 50},synthetic\n" for group in "ab" for n in range(30))
    table = world.folder / "table.csv"
    table.write_text("speaker,group,metric,value,kind\n" + rows)
    judging.judged(session, "engine:hibari", table)


def _plan(session: Session, world: World) -> None:
    book = world.folder / "book.txt"
    book.write_text("The lamp was lit at noon.")
    planning.plan(session, planning.Brief(book, LICENSEE, PURPOSE, voice="heart", project="the-lamp"))


KEPT_ACTS: Final[Mapping[str, Act]] = {
    "start an enrolment": lambda session, world: starting.start(
        session, Terms(world.speaker, "Southwind", ("podcast",))
    ),
    "enrol": _enrol,
    "reject an enrolment": lambda session, world: reviewing.decide(session, world.enrolled, "reject", "another voice"),
    "issue an API key": lambda session, world: api_keys.add(
        session, "producer", licensee="Westwind", purpose="podcast", organisation=world.organisation
    ),
    "judge at the gate": _judge,
    "plan a production": _plan,
    "keep a recording": lambda session, world: keeping.add(session, Deposit(world.recording, world.speaker, "preview")),
    "copy what is kept": lambda session, world: copying.export(session, world.item, world.out / "kept.flac"),
    "clear what is kept": lambda session, _: clearing.clear(session, 0),
}
"""Every one of them, by its name."""
