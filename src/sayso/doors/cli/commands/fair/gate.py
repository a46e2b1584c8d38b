"""``sayso gate``: what may reach production."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from sayso.doors.cli import exits, tables
from sayso.doors.cli.commands.fair.cohort import (
    SUBJECTS,
    By,
    Corpus,
    Licensee,
    MeasureUsage,
    Project,
    PurposeOf,
    ordered,
    people,
)
from sayso.doors.cli.group import Group
from sayso.doors.cli.outlet import Force, optional_outlet, show_at
from sayso.doors.cli.output import AsJson, show
from sayso.doors.cli.progress import bar
from sayso.doors.cli.session import local_session
from sayso.doors.shapes import gate as shapes
from sayso.errors import Conflict, Refused

if TYPE_CHECKING:
    from sayso.fairness.standing import GateOutcome

app = typer.Typer(cls=Group, no_args_is_help=True)

Subject = Annotated[str, typer.Argument(help=SUBJECTS)]

_MAX_KEY: Final = 10_000

_CODES: Final = {
    "pass": exits.DONE,
    "waived": exits.DONE,
    "fail": exits.code_of(Refused),
    "insufficient": exits.code_of(Conflict),
    "unjudged": exits.code_of(Conflict),
}


@app.command("register")
def register(
    subject: Subject,
    metric: Annotated[
        list[str], typer.Option(help="What will be measured, with its margin: likeness, or likeness=0.03. Repeatable.")
    ],
    group: Annotated[list[str], typer.Option(help="A group that will be measured, as the table names it. Repeatable.")],
    speakers: Annotated[int, typer.Option(help="How many speakers of each group will be measured.")],
    as_json: AsJson = False,
) -> None:
    """Fix metrics, margins, groups and speakers before measuring.

    The plan stands in the ledger; the report of `sayso gate run` tells whether it was there first, and was kept to.
    """
    from sayso.workflows.fairness import registering  # noqa: PLC0415

    shown = shapes.record(registering.registered(local_session(), subject, metric, group, speakers))
    show(shown, _lines(shown), as_json=as_json)


@app.command("run")
def run(
    subject: Subject,
    table: Annotated[
        Path,
        typer.Option(
            help="CSV file of measurements; with --cohort or --corpus, where they are written and gone on with."
        ),
    ],
    cohort: Annotated[
        Path | None, typer.Option(help="Measure these people first, as `sayso fairness measure` does (CSV file).")
    ] = None,
    corpus: Corpus = None,
    by: By = None,
    licensee: Licensee = None,
    purpose: PurposeOf = None,
    project: Project = None,
    margin: Annotated[
        list[str] | None, typer.Option(help="Largest gap that does not matter, such as likeness=0.05. Repeatable.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Judge the version that is here, and log the report.

    Exit code: 0 pass, 5 fail, 4 insufficient evidence.
    """
    from sayso.workflows.fairness import judging  # noqa: PLC0415

    session = local_session()
    if cohort is None and corpus is None and any((by, licensee, purpose, project)):
        raise MeasureUsage
    if cohort is not None or corpus is not None:
        from sayso.workflows.benches.measuring import measure  # noqa: PLC0415

        with bar("measuring") as report:
            order = ordered(licensee, purpose, project)
            whom = people(session, subject, cohort, corpus, by)
            measure(session, subject, whom, table, order=order, report=report)
    _answer(shapes.record(judging.judged(session, subject, table, margin or ())), as_json=as_json)


@app.command("show")
def show_(
    record: Annotated[str, typer.Argument(help="Record id, gat_...")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write it as a model card (HTML).")] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Show a report, a waiver or a plan."""
    from sayso.workflows.fairness import gating  # noqa: PLC0415

    with optional_outlet(output, force=force, suffix=".html") as out:
        shown = shapes.record(gating.shown(local_session(), record))
        if out:
            from sayso.doors.reports.model_card import card  # noqa: PLC0415 - only with a page

            out.path.write_text(card(shown), "utf-8")
        show_at(out, shown, _lines(shown), as_json=as_json)


@app.command("waive")
def waive(
    subject: Subject,
    reason: Annotated[str, typer.Option(help="Why it is let through; only a digest of it is logged.")],
    until: Annotated[str, typer.Option(help="End date, such as 2027-12-31.")],
    key: Annotated[
        Path | None, typer.Option(help="File with the signer's Ed25519 key (PEM); default: the installation's own.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Let the version that is here through until a date, signed.

    A report made afterwards that does not pass ends the waiver.
    """
    from sayso.disk import read_bounded  # noqa: PLC0415
    from sayso.workflows.fairness import judging  # noqa: PLC0415

    signer = None if key is None else read_bounded(key, _MAX_KEY)
    _answer(
        shapes.record(judging.waived(local_session(), subject, reason=reason, until=until, key=signer)), as_json=as_json
    )


@app.command("status")
def status(
    subject: Annotated[str | None, typer.Argument(help="As for `sayso gate run`; default: all that is here.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show where the versions that are here stand.

    Exit code with a subject: 0 passed or waived, 5 failed, 4 insufficient evidence or not judged.
    """
    from sayso.workflows.fairness import gating  # noqa: PLC0415

    session = local_session()
    found = gating.status(session, subject)
    shown = shapes.standings(session.settings.gate, found)
    lines = (f"policy: {shown['policy']}", *tables.rows(("subject", "verdict", "record", "until"), shown["versions"]))
    show(shown, lines, as_json=as_json)
    if subject is not None:
        raise typer.Exit(_code(found[0].outcome))


def _answer(shown: dict[str, Any], *, as_json: bool) -> None:
    show(shown, _lines(shown), as_json=as_json)
    raise typer.Exit(_CODES[shown["verdict"]])


def _code(outcome: GateOutcome) -> int:
    return _CODES[outcome.value]


def _lines(shown: dict[str, Any]) -> Iterator[str]:
    yield from tables.pairs({name: value for name, value in shown.items() if name != "groups"})
    if shown["groups"]:
        yield ""
        yield from tables.rows(
            ("metric", "group", "speakers", "gap", "low", "high", "margin", "power", "verdict"), shown["groups"]
        )
