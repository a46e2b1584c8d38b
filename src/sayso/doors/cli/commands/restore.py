"""``sayso restore``: diagnose and repair a recording."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from sayso.doors.cli.outlet import Force, SoundOutput, sound_outlet
from sayso.doors.cli.output import AsJson
from sayso.doors.cli.progress import bar
from sayso.doors.shapes import restoration as shapes


def restore(
    recording: Annotated[Path, typer.Argument(help="Recording; the file is not changed.")],
    output: SoundOutput,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Repair a recording: noise, hum, clipping.

    A repair is applied only where it improves the recording; a clean recording stays as it is.
    """
    from sayso.workflows.restoration.restoring import restore_file  # noqa: PLC0415

    with sound_outlet(output, force=force) as out:
        with bar("restoring") as report:
            restored = shapes.restored(restore_file(recording, out.path, report))
        out.show(restored, _lines(restored), as_json=as_json)


def _lines(result: dict[str, Any]) -> Iterator[str]:
    yield "found: " + ", ".join(f"{name} {value}" for name, value in result["found"].items())
    yield "repaired: " + (", ".join(result["repaired"]) or "nothing; the recording is clean")
    yield f"quality (DNSMOS overall): {result['before']['overall']:.2f} before, {result['after']['overall']:.2f} after"
