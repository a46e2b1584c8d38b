"""``sayso enroll``: a speaker reads a statement, and the recordings are checked before a voice is made of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from sayso.consent.dimension import Command
from sayso.doors.cli import exits, tables
from sayso.doors.cli.group import Group
from sayso.doors.cli.limits import takes_terms, typed_terms
from sayso.doors.cli.options import read_text
from sayso.doors.cli.outlet import Force, optional_outlet, show_at
from sayso.doors.cli.output import AsJson, show
from sayso.doors.cli.progress import bar
from sayso.doors.cli.session import local_session
from sayso.doors.shapes import enrollment as shapes
from sayso.errors import Conflict, Refused

if TYPE_CHECKING:
    from sayso.workflows.enrollment.showing import EnrollmentShown

app = typer.Typer(cls=Group, no_args_is_help=True)

_CODES: Final = {"pass": exits.DONE, "review": exits.code_of(Conflict), "refuse": exits.code_of(Refused)}

EnrollmentArgument = Annotated[str, typer.Argument(metavar="ENROLLMENT", help="Enrolment id, enr_...")]
Statement = Annotated[Path, typer.Option(help="Recording of the statement that the speaker read.")]
Samples = Annotated[list[Path], typer.Argument(help="Recordings that the voice would be made of.")]


@app.command("start")
@takes_terms(Command.GRANT)
def start(
    speaker: Annotated[str, typer.Option(help="Speaker id, spk_...")],
    assisted: Annotated[bool, typer.Option("--assisted", help="Somebody helps the speaker, who cannot read.")] = False,
    as_json: AsJson = False,
    **typed: Any,
) -> None:
    """Get the statement that a speaker must read aloud.

    It dictates a grant, holds words that nobody knew before, is valid for 120 seconds and can be submitted once.
    With --assisted somebody says it first, phrase by phrase, it is valid for 15 minutes, and two people must accept it.
    """
    from sayso.workflows.consent.terms import Terms  # noqa: PLC0415
    from sayso.workflows.enrollment.starting import start as started  # noqa: PLC0415

    issued = shapes.issued(started(local_session(), Terms(speaker, **typed_terms(typed)), assisted=assisted))
    submit_with = f"sayso enroll submit {issued['enrollment']} --statement RECORDING SAMPLE..."
    helped = "say it first, phrase by phrase, and record it now; within 15 minutes:"
    told = helped if assisted else "read it aloud and record it now; within 120 seconds:"
    lines = (issued["text"], "", told, submit_with)
    show(issued, lines, as_json=as_json)


@app.command("submit")
def submit(enrollment: EnrollmentArgument, samples: Samples, statement: Statement, as_json: AsJson = False) -> None:
    """Submit a recorded statement with samples of the voice.

    Uses the statement up. Exit code: 0 pass, 4 review by a person, 5 refuse. Needs the extra sayso[asr].
    """
    from sayso.workflows.enrollment.submitting import Recordings  # noqa: PLC0415
    from sayso.workflows.enrollment.submitting import submit as submitted  # noqa: PLC0415

    with bar("checking") as report:
        shown = submitted(local_session(), enrollment, Recordings.read(statement, samples), report)
    _told(shown, as_json=as_json)
    raise typer.Exit(_CODES[shapes.status(shown)["verdict"]])


@app.command("status")
def status(enrollment: EnrollmentArgument, as_json: AsJson = False) -> None:
    """Show what an enrolment is now, and what to do next."""
    from sayso.workflows.enrollment import showing  # noqa: PLC0415

    _told(showing.shown(local_session(), enrollment), as_json=as_json)


@app.command("list")
def list_(speaker: Annotated[str, typer.Option(help="Speaker id, spk_...")], as_json: AsJson = False) -> None:
    """List the enrolments of a speaker."""
    from sayso.workflows.enrollment import showing  # noqa: PLC0415

    _listed(shapes.statuses(showing.listed(local_session(), speaker)), as_json=as_json)


@app.command("evidence")
def evidence(
    enrollment: EnrollmentArgument,
    again: Annotated[bool, typer.Option("--again", help="Run the checks of today on it.")] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Also write it: recordings and report, .zip.")
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Show what was read and found, and by which models.

    It is held against the ledger first.
    """
    from sayso.workflows.enrollment.evidence import evidence as kept  # noqa: PLC0415
    from sayso.workflows.enrollment.evidence import write_evidence  # noqa: PLC0415

    with optional_outlet(output, force=force, suffix=".zip") as out:
        with bar("checking") as report:
            found = kept(local_session(), enrollment, again=again)
            report(1.0)
        if out is not None:
            write_evidence(found, out.path)
        shown = shapes.evidence(found, None if out is None else out.path)
        show_at(out, shown, _evidence_lines(shown), as_json=as_json)


@app.command("reviews")
def reviews(
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Also write a page (.html) with the evidence side by side."),
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """List the enrolments that wait for a person."""
    from sayso.disk import write_document  # noqa: PLC0415
    from sayso.workflows.enrollment import reviewing  # noqa: PLC0415

    session = local_session()
    waiting = reviewing.waiting(session)
    shown = shapes.statuses(waiting)
    with optional_outlet(output, force=force, suffix=".html") as out:
        if out is not None:
            from sayso.doors.reports.enrollment import page  # noqa: PLC0415
            from sayso.workflows.enrollment.evidence import evidence as kept  # noqa: PLC0415

            write_document(out.path, page([kept(session, one.row.enrollment_id) for one in waiting]), mode=0o600)
        columns = ("enrollment", "speaker", "submitted_at", "next")
        show_at(out, shown, tables.rows(columns, shown["enrollments"]), as_json=as_json)


@app.command("decide")
def decide(
    enrollment: EnrollmentArgument,
    decision: Annotated[str, typer.Argument(help="accept or reject")],
    reason: Annotated[str, typer.Option(help="Why; kept encrypted, with a keyed hash of it in the ledger.")],
    as_json: AsJson = False,
) -> None:
    """Decide on an enrolment that waits for a person.

    Where the setting reviewers is 2, two people must accept it, each with a credential of their own.
    """
    from sayso.workflows.enrollment import reviewing  # noqa: PLC0415

    _told(reviewing.decide(local_session(), enrollment, decision, reason), as_json=as_json)


@app.command("check")
def check(
    samples: Samples,
    statement: Statement,
    text: Annotated[str, typer.Option(help="The statement's text; - reads standard input, @FILE reads a file.")],
    as_json: AsJson = False,
) -> None:
    """Check a statement and samples: words, speaker, marks.

    Stores nothing. Exit code: 0 pass, 4 review by a person, 5 refuse. Needs the extra sayso[asr].
    """
    from sayso.workflows.enrollment.checking import check_recordings  # noqa: PLC0415

    with bar("checking") as report:
        found = shapes.enrollment(check_recordings(local_session(), statement, read_text(text), samples, report))
    show(found, _lines(found), as_json=as_json)
    raise typer.Exit(_CODES[found["verdict"]])


def _told(shown: EnrollmentShown, *, as_json: bool) -> None:
    found = shapes.status(shown)
    grant = f", grant {found['grant']}" if found["grant"] else ""
    show(found, (f"enrolment {found['enrollment']}: {found['state']}{grant}", found["next"]), as_json=as_json)


def _listed(shown: dict[str, Any], *, as_json: bool) -> None:
    columns = ("enrollment", "state", "grant", "submitted_at", "next")
    show(shown, tables.rows(columns, shown["enrollments"]), as_json=as_json)


def _evidence_lines(found: dict[str, Any]) -> Iterator[str]:
    yield found["text"]
    yield "then:"
    yield from _lines(found["then"])
    if found["again"]:
        yield "again:"
        yield from _lines(found["again"])
    changed = [name for name, model in found["models"].items() if not model["same"]]
    yield f"models changed since: {', '.join(changed)}" if changed else "the models are those of the day"


def _lines(found: dict[str, Any]) -> Iterator[str]:
    for name, one in found["checks"].items():
        figures = ", ".join(f"{figure} {value}" for figure, value in one["figures"].items())
        yield f"{name}: {one['verdict']}" + (f" ({figures})" if figures else "")
        yield from (f"  {reason}" for reason in one["reasons"])
    yield f"verdict: {found['verdict']}"
