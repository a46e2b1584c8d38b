"""``sayso diagnose``: what is wrong with recordings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from sayso.doors.cli.batch import each
from sayso.doors.cli.outlet import Force, optional_outlet
from sayso.doors.cli.output import AsJson, talk
from sayso.doors.shapes import restoration as shapes


def diagnose(
    files: Annotated[list[Path], typer.Argument(help="Audio files.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Also write one HTML page of all files; - for standard output."),
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Tell what is wrong with recordings, without a reference.

    Noise, other talkers, echo, clipping, hum, bandwidth, codecs, dropouts, clicks, offset, level, plosives, microphone
    and channels; each with a measure, a confidence and the places. Needs no installation and changes no file.
    """
    from sayso.doors.reports.diagnosis import page  # noqa: PLC0415 - loads the reports
    from sayso.workflows.restoration.diagnosing import Examined, diagnose_file  # noqa: PLC0415

    done: list[Examined] = []

    def act(file: Path) -> dict[str, Any]:
        done.append(diagnose_file(file))
        return shapes.diagnosed(done[-1])

    with optional_outlet(output, force=force, suffix=".html") as out:
        code = each(files, act, _lines, as_json=as_json)
        if out is not None and done:
            from sayso.disk import write_document  # noqa: PLC0415 - only with an output

            write_document(out.path, page(done), mode=0o644)
            talk(f"page: {out.output}")
    raise typer.Exit(code)


def _lines(found: dict[str, Any]) -> Iterator[str]:
    faults = ", ".join(found["faults"]) or "nothing at fault"
    yield f"{found['file']}: {faults}"
    for name, each_ in found["findings"].items():
        if each_["value"] is not None:
            mark = "!" if each_["fault"] else " "
            unit = "" if each_["unit"] == "count" else f" {each_['unit']}"
            yield f" {mark} {name} {each_['value']}{unit}" + (f" ({each_['note']})" if each_["note"] else "")
