"""``sayso report``: compliance reports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sayso.doors.cli.group import group
from sayso.doors.cli.outlet import Force, optional_outlet, show_at
from sayso.doors.cli.output import AsJson
from sayso.doors.cli.session import local_session
from sayso.doors.shapes import compliance as shapes

if TYPE_CHECKING:
    from sayso.workflows.audit.compliance import Report

app = group()


@app.command()
def compliance(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Also write the report as a web page (.html).")
    ] = None,
    since: Annotated[str | None, typer.Option(help="Start of the period, such as 2026-11-01.")] = None,
    until: Annotated[str | None, typer.Option(help="End of the period, exclusive.")] = None,
    figures: Annotated[Path | None, typer.Option(help="File of measured figures; default: docs/figures.json.")] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Report on the measures of the EU Code of Practice.

    Shows for each measure what Sayso does, the clips that carry it, and measured figures.
    """
    from sayso.disk import write_document  # noqa: PLC0415
    from sayso.doors.reports.compliance import page  # noqa: PLC0415
    from sayso.workflows.audit.compliance import compliance as reported  # noqa: PLC0415

    with optional_outlet(output, force=force, suffix=".html") as out:
        found = reported(local_session(), since=since, until=until, figures=figures)
        if out is not None:
            write_document(out.path, page(found), mode=0o644)
        show_at(out, shapes.report(found), () if as_json else _lines(found, output), as_json=as_json)


def _lines(found: Report, output: Path | None) -> Iterator[str]:
    from sayso.doors.reports.compliance import judged, period, shown  # noqa: PLC0415

    clips = shapes.report(found)["clips"]
    yield f"{found.provider}, {period(found)}: {clips['made']} clips, {clips['files_marked']} files marked"
    yield "  " + ", ".join(f"{layer} {count}" for layer, count in clips["layers"].items())
    for code, row in clips["jurisdictions"].items():
        yield f"  {code}: {row['clips']} clips, {row['lacking_a_layer']} lacking a layer"
    for measure in found.measures:
        carrying = found.carrying(measure)
        yield f"{measure.code} {measure.title}" + ("" if carrying is None else f": {carrying} of {clips['made']} clips")
        yield from (f"  {figure.what}: {shown(figure)}, {judged(figure)}" for figure in measure.figures)
        yield f"  left to the operator: {measure.operator}"
    if found.figures_file is None:
        yield "no file of measured figures found; name one with --figures"
    if output is not None:
        yield f"page: {output}"
