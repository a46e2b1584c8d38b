"""``sayso trace``: the parts of a recording that come from clips of this installation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sayso.doors.cli.outcomes import OUTCOMES
from sayso.doors.cli.outlet import Force, optional_outlet, show_at
from sayso.doors.cli.output import AsJson
from sayso.doors.cli.progress import bar
from sayso.doors.cli.session import local_session
from sayso.doors.shapes import provenance as shapes

if TYPE_CHECKING:
    from sayso.workflows.provenance.tracing import Trace


def trace(
    file: Annotated[Path, typer.Argument(help="Audio file; may be hours long.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Also write the result as a web page (.html).")
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Find the clips of this installation in a recording.

    Lists for each part the clip, licensee, purpose, date, current state of the grant and ledger proof. A part without
    a watermark is found by its content and reported as such. Exits with 0 if every grant found is in force, 4 if one
    is not, 3 if no clip was found, 6 if a watermark was copied or a proof fails.
    """
    from sayso.disk import write_document  # noqa: PLC0415
    from sayso.doors.reports.trace import page  # noqa: PLC0415
    from sayso.workflows.provenance.tracing import trace_file  # noqa: PLC0415 - loads the detector

    with optional_outlet(output, force=force, suffix=".html") as out:
        with bar("tracing") as report:
            found = trace_file(local_session(), file, report)
        if out is not None:
            write_document(out.path, page(found), mode=0o644)
        show_at(out, shapes.trace(found), () if as_json else _lines(found, output), as_json=as_json)
    raise typer.Exit(OUTCOMES[found.outcome])


def _lines(found: Trace, output: Path | None) -> Iterator[str]:
    from sayso.doors.reports.trace import clock_time, summary  # noqa: PLC0415

    yield f"{found.file}: {summary(found)}"
    for part in found.parts:
        seen = shapes.part(part)
        yield f"  {clock_time(part.passage.start_s)} to {clock_time(part.passage.end_s)}  {part.said}"
        if seen["clip"]:
            yield f"    clip {seen['clip']}, for {seen['purpose']} by {seen['licensee']}, {seen['made_at']}"
            proof = f"entry {seen['entry']}, proof valid" if seen["proof_ok"] else f"PROOF INVALID: {seen['problem']}"
            yield f"    grant {seen['grant']}: {seen['grant_state']} now; {proof}"
    yield from (f"  skipped: {skipped}" for skipped in found.skipped[:5])
    if output is not None:
        yield f"page: {output}"
