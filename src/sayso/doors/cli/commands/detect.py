"""``sayso detect``: the public detector, which needs no installation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from sayso.doors.cli.batch import each
from sayso.doors.cli.output import AsJson
from sayso.doors.shapes import mark as shapes


def detect(
    files: Annotated[list[Path], typer.Argument(help="Audio files.")],
    key: Annotated[Path, typer.Option(help="The operator's public key, written by `sayso mark publish`.")],
    as_json: AsJson = False,
) -> None:
    """Detect an operator's watermark with the public key.

    Reports whether the watermark is present, its p-value and its position; the identifier cannot be read. Needs no
    installation. A missing watermark proves nothing. A present one is a hint and no proof: whoever holds the public key
    can forge and remove this part of the watermark. The operator judges by the private part, with `sayso verify`.
    """
    from sayso.workflows.provenance.public_detector import detect_public, read_key  # noqa: PLC0415 - loads the detector

    keys = read_key(key)
    raise typer.Exit(
        each(files, lambda file: shapes.publicly_detected(detect_public(keys, file)), _lines, as_json=as_json)
    )


def _lines(found: dict[str, Any]) -> Iterator[str]:
    if not found["present"]:
        yield f"{found['file']}: not present (p = {found['p_value']:.2g})"
        return
    yield f"{found['file']}: present (p = {found['p_value']:.2g}); the public part can be forged: ask the operator"
    for start_s, end_s in found["segments"]:
        yield f"  {start_s:.2f} s to {end_s:.2f} s"
