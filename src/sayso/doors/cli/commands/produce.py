"""``sayso produce``: a manuscript becomes an audiobook or a podcast; ``sayso runs``: the durable runs of that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from sayso.doors.cli.options import LexiconFile, several
from sayso.doors.cli.output import AsJson, show, talk
from sayso.doors.cli.progress import bar
from sayso.doors.cli.session import local_session
from sayso.doors.shapes import productions as shapes

if TYPE_CHECKING:
    from sayso.workflows.productions.delivery import Delivery
    from sayso.workflows.productions.planning import Planned
    from sayso.workflows.productions.reporting import PackageReport
    from sayso.workflows.productions.running import Produced, Progress
    from sayso.workflows.productions.runs import RunShown

app = typer.Typer(no_args_is_help=True)
runs_app = typer.Typer(no_args_is_help=True)

ProductionName = Annotated[str, typer.Argument(metavar="PRODUCTION", help="Production id, prd_...")]
Folder = Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Folder for the package.")]
Formats = Annotated[
    str | None,
    typer.Option("--formats", help="Formats, with commas: mp3, m4b, epub, feed, flac, wav; default: the first four."),
]
Levels = Annotated[str, typer.Option("--target", help="Levels to master to: acx or podcast.")]
BaseUrl = Annotated[str, typer.Option("--base-url", help="Address under which the feed's files will lie.")]


Priority = Annotated[
    int | None,
    typer.Option(min=1, max=9, help="Place among the licensee's runs: 1 (last) to 9 (first); default: 5."),
]


@app.command("plan")
def plan(
    book: Annotated[Path, typer.Argument(help="Manuscript: EPUB, Markdown, text, HTML, DOCX, PDF or a script.")],
    licensee: Annotated[str, typer.Option(help="Licensee that uses the voices.")],
    purpose: Annotated[str, typer.Option(help="Purpose of use, such as audiobook/mystery.")],
    voice: Annotated[str | None, typer.Option(help="Narrator's voice: an id or a stock voice's name.")] = None,
    project: Annotated[str | None, typer.Option(help="Project of the licensee.")] = None,
    cast: Annotated[Path | None, typer.Option(help="Cast file (YAML): voices by character, and changed lines.")] = None,
    write_cast: Annotated[
        Path | None, typer.Option("--write-cast", help="Write the cast here, each line in it.")
    ] = None,
    revise: Annotated[str | None, typer.Option(help="Production to plan anew; its unchanged lines are kept.")] = None,
    language: Annotated[str | None, typer.Option(help="Language of the text; default: the manuscript's.")] = None,
    territory: Annotated[str | None, typer.Option(help="Territory of use: a country code such as DE.")] = None,
    channel: Annotated[str | None, typer.Option(help="Release channel: one word such as broadcast.")] = None,
    lexicon: LexiconFile = None,
    as_json: AsJson = False,
) -> None:
    """Plan a production and check its permissions.

    Nothing is spoken yet. The answer names what is missing, and who could grant it.
    """
    from sayso.workflows.productions import planning  # noqa: PLC0415

    brief = planning.Brief(
        book=book,
        licensee=licensee,
        purpose=purpose,
        voice=voice,
        project=project,
        cast=cast,
        lexicons=() if lexicon is None else (lexicon,),
        language=language,
        territory=territory,
        channel=channel,
    )
    planned = planning.plan(local_session(), brief, revises=revise, cast_out=write_cast)
    show(shapes.planned(planned), _planned(planned), as_json=as_json)


@app.command("run")
def run(
    production: ProductionName,
    output: Folder,
    formats: Formats = None,
    target: Levels = "acx",
    base_url: BaseUrl = "",
    priority: Priority = None,
    as_json: AsJson = False,
) -> None:
    """Make a production, or go on with it after a crash."""
    from sayso.workflows.productions import running  # noqa: PLC0415

    with bar("producing") as report:
        delivery = _delivery(output, formats, target, base_url)
        done = running.run(local_session(), production, delivery, report, priority=priority)
    _show(done, as_json=as_json)


@app.command("resume")
def resume(
    production: ProductionName,
    output: Folder,
    formats: Formats = None,
    target: Levels = "acx",
    base_url: BaseUrl = "",
    priority: Priority = None,
    as_json: AsJson = False,
) -> None:
    """Go on with an interrupted production."""
    run(production, output, formats, target, base_url, priority, as_json=as_json)


@app.command("package")
def package(
    production: ProductionName,
    output: Folder,
    formats: Formats = None,
    target: Levels = "acx",
    base_url: BaseUrl = "",
    priority: Priority = None,
    as_json: AsJson = False,
) -> None:
    """Package a production in other formats or levels.

    Lines that are made are not made again.
    """
    run(production, output, formats, target, base_url, priority, as_json=as_json)


@app.command("status")
def status(production: ProductionName, as_json: AsJson = False) -> None:
    """Show how far a production is."""
    from sayso.workflows.productions import running  # noqa: PLC0415

    found = running.progress(local_session(), production)
    show(shapes.progress(found), _progress(found), as_json=as_json)


@app.command("redo")
def redo(
    production: ProductionName,
    line: Annotated[str, typer.Argument(metavar="LINE", help="Line, such as c02-0014.")],
    as_json: AsJson = False,
) -> None:
    """Have one line spoken anew by the next run."""
    from sayso.workflows.productions import running  # noqa: PLC0415

    changed = running.redo(local_session(), production, line)
    take = changed.take_number(changed.plan.line(line))
    show(shapes.redone(changed, line, take), [f"{line}: take {take + 1} is made by the next run"], as_json=as_json)


@app.command("report")
def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a package.")],
    page: Annotated[
        bool, typer.Option("--page", help="Write listen.html: the lines that stand out, to be heard.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check a package: hashes, levels and marks."""
    from sayso.doors.player import write_page  # noqa: PLC0415
    from sayso.workflows.productions import reporting  # noqa: PLC0415

    found = reporting.report(folder)
    if page:
        talk(f"wrote {write_page(found, folder)}")
    show(shapes.report(found), _report(found), as_json=as_json)
    if not found.is_whole:
        raise typer.Exit(code=6)


@app.command("demo")
def demo(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Folder for the demo.")] = Path(
        "produce-demo"
    ),
    as_json: AsJson = False,
) -> None:
    """Make two fables into a book and a feed, offline."""
    from sayso.doors.demo import production  # noqa: PLC0415

    with bar("producing") as report:
        done = production.demo(output, report)
    _show(done, as_json=as_json)


def _delivery(output: Path, formats: str | None, target: str, base_url: str) -> Delivery:
    from sayso.workflows.productions.delivery import DEFAULT_FORMATS, Delivery  # noqa: PLC0415

    return Delivery(output, several(formats) or DEFAULT_FORMATS, target, base_url)


def _show(done: Produced, *, as_json: bool) -> None:
    for label in done.stopped:
        talk(f"warning: line {label} is left out: its voice may not be used, or its sound could not be made")
    if done.stands_out:
        from sayso.doors.player import write_page  # noqa: PLC0415
        from sayso.workflows.productions import reporting  # noqa: PLC0415

        page = write_page(reporting.report(done.package.parent), done.package.parent)
        talk(f"{len(done.stands_out)} lines stand out; hear them on {page}")
    show(shapes.produced(done), _produced(done), as_json=as_json)


def _planned(planned: Planned) -> Iterator[str]:
    production = planned.production
    yield f"{production.production_id}: {planned.lines} lines, about {planned.minutes:.1f} minutes"
    yield from (f"left out: {what}" for what in production.plan.dropped)
    for one in planned.missing:
        yield f"missing: {one.action} with {one.voice} ({', '.join(one.characters)})"
        yield from (f"  - {reason}" for reason in one.reasons)
    if not planned.missing:
        yield f"nothing is missing; make it with: sayso produce run {production.production_id} -o DIR"


def _produced(done: Produced) -> Iterator[str]:
    yield f"{done.package}: {done.rendered} lines made, {done.reused} taken over, {len(done.stopped)} left out"
    yield f"digest {done.digest}"


def _progress(found: Progress) -> Iterator[str]:
    yield f"{found.production}: {found.stage}, {found.done} of {found.lines} lines, {found.made_s / 60:.1f} minutes"
    if found.rtf is not None:
        yield f"real-time factor {found.rtf:.3f}, about {found.left_s or 0:.0f} s left"


def _report(found: PackageReport) -> Iterator[str]:
    yield f"{found.production}: {len(found.files)} files, {len(found.altered)} altered or missing"
    for chapter in found.chapters:
        failed = found.failures(chapter)
        marks = chapter["marks"]
        levels = f"fails {', '.join(failed)}" if failed else "levels hold"
        yield f"chapter {chapter['number']}: {levels}; {marks['readable']} of {marks['checked']} marks read"
        mended = chapter["mended"]
        if mended["clicks"] or mended["hiss_s"]:
            yield f"  mended: {mended['clicks']} clicks, {mended['hiss_s']:.2f} s of sharp hiss"


_WAITS: Final = {"turn": "its turn", "licensee": "other lines of its licensee", "rate": "its licensee's rate"}

RunName = Annotated[str, typer.Argument(metavar="RUN", help="Run id, run_...")]


@runs_app.command("list")
def list_runs(as_json: AsJson = False) -> None:
    """List the runs of productions, the newest first."""
    from sayso.workflows.productions import runs  # noqa: PLC0415

    found = runs.listed(local_session())
    show(shapes.runs(found), map(_run, found), as_json=as_json)


@runs_app.command("show")
def show_run(run: RunName, as_json: AsJson = False) -> None:
    """Show one run and how many of its steps are done."""
    from sayso.workflows.productions import runs  # noqa: PLC0415

    found = runs.shown(local_session(), run)
    show(shapes.run(found), [_run(found), f"{found.steps} steps done"], as_json=as_json)


@runs_app.command("resume")
def resume_run(run: RunName, as_json: AsJson = False) -> None:
    """Go on with a run that was paused, killed or cancelled."""
    from sayso.workflows.productions import running  # noqa: PLC0415

    with bar("producing") as report:
        done = running.resume(local_session(), run, report)
    _show(done, as_json=as_json)


@runs_app.command("pause")
def pause_run(run: RunName, as_json: AsJson = False) -> None:
    """Stop a run at its next step until it is resumed."""
    from sayso.workflows.productions import runs  # noqa: PLC0415

    found = runs.pause(local_session(), run)
    show(shapes.run(found), [_run(found)], as_json=as_json)


@runs_app.command("cancel")
def cancel_run(run: RunName, as_json: AsJson = False) -> None:
    """Stop a run at its next step; what is made stays."""
    from sayso.workflows.productions import runs  # noqa: PLC0415

    found = runs.cancel(local_session(), run)
    show(shapes.run(found), [_run(found)], as_json=as_json)


@runs_app.command("fork")
def fork_run(
    run: RunName,
    step: Annotated[int, typer.Option(min=1, help="Step from which on the work is done again.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Run again from a step on, as a run of its own."""
    from sayso.workflows.productions import running  # noqa: PLC0415

    with bar("producing") as report:
        done = running.fork(local_session(), run, step, report)
    _show(done, as_json=as_json)


def _run(found: RunShown) -> str:
    problem = f": {found.problem}" if found.problem else ""
    waits = f", waits for {_WAITS[found.waits_for]}" if found.waits_for else ""
    since = found.ended_at or found.began_at
    return f"{found.run}: {found.production}, priority {found.priority}, {found.state} since {since}{waits}{problem}"
