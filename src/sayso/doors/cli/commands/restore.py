"""``sayso restore``: diagnose and repair recordings."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from sayso.doors.cli.batch import each
from sayso.doors.cli.outlet import Force, free, sound_outlet
from sayso.doors.cli.output import AsJson, talk
from sayso.doors.cli.progress import bar
from sayso.doors.shapes import restoration as shapes
from sayso.errors import Invalid

if TYPE_CHECKING:
    from sayso.workflows.restoration.folders import Job
    from sayso.workflows.restoration.restoring import RestoredFile

STDIN: Final = Path("-")
_MOST_BYTES: Final = 1 << 30


class RestoreUsage(Invalid):
    """Name one recording and -o, or recordings and --out-dir, or --raw for live sound."""


def restore(
    recordings: Annotated[
        list[Path] | None, typer.Argument(help="Recordings or folders of them, not changed; - for standard input.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Output file of one recording; - writes WAV to standard output."),
    ] = None,
    out_dir: Annotated[
        Path | None, typer.Option(help="Folder for the output of many; run again, it goes on where it stopped.")
    ] = None,
    page: Annotated[Path | None, typer.Option(help="Also write an HTML page: before and after.")] = None,
    raw: Annotated[
        int | None, typer.Option(help="Live: 16-bit mono PCM at this rate from standard input to standard output.")
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Repair recordings: noise, other talkers, hum, clipping.

    A repair is applied only where it improves the recording; a clean recording stays as it is.
    """
    if raw is not None:
        _refuse_unless(not recordings and output is None and out_dir is None and page is None)
        _live(raw)
        return
    _refuse_unless(bool(recordings) and (output is None) != (out_dir is None))
    if page is not None:
        free(page, force=force)
    done: list[RestoredFile] = []
    if output is not None:
        _refuse_unless(len(recordings or ()) == 1)
        _one((recordings or [])[0], output, done, force=force, as_json=as_json, looks=page is not None)
        code = 0
    else:
        code = _many(recordings or [], out_dir or Path(), done, force=force, as_json=as_json, looks=page is not None)
    if page is not None and done:
        from sayso.disk import write_document  # noqa: PLC0415 - only with a page
        from sayso.doors.reports.restoration import page as drawn  # noqa: PLC0415

        write_document(page, drawn(done), mode=0o644)
        talk(f"page: {page}")
    raise typer.Exit(code)


def _refuse_unless(fits: bool) -> None:
    if not fits:
        raise RestoreUsage


def _one(recording: Path, output: Path, done: list[RestoredFile], *, force: bool, as_json: bool, looks: bool) -> None:
    from sayso.workflows.restoration.restoring import restore_file  # noqa: PLC0415

    source = sys.stdin.buffer.read(_MOST_BYTES) if recording == STDIN else recording
    with sound_outlet(output, force=force) as out:
        with bar("restoring") as report:
            done.append(restore_file(source, out.path, report, with_looks=looks))
        result = shapes.restored(done[-1])
        out.show(result, _lines(result), as_json=as_json)


def _many(
    recordings: list[Path], folder: Path, done: list[RestoredFile], *, force: bool, as_json: bool, looks: bool
) -> int:
    from sayso.workflows.restoration.folders import done_before, jobs, note  # noqa: PLC0415
    from sayso.workflows.restoration.restoring import restore_file  # noqa: PLC0415

    found: dict[Path, Job] = {job.recording: job for job in jobs(recordings, folder)}

    def act(recording: Path) -> dict[str, Any]:
        job = found[recording]
        kept = None if force or not recording.exists() else done_before(job)
        if kept is not None:
            return {**kept, "state": "kept"}
        job.output.parent.mkdir(parents=True, exist_ok=True)
        with bar(recording.name) as report:
            done.append(restore_file(recording, job.output, report, with_looks=looks))
        result = shapes.restored(done[-1])
        note(job, result)
        return result

    return each(list(found), act, _lines, as_json=as_json)


def _live(sample_rate: int) -> None:
    from sayso.workflows.restoration.living import restore_live  # noqa: PLC0415

    if sys.stdout.isatty():
        raise RestoreUsage("sound is not written to a terminal; pipe it into a program")
    restore_live(sys.stdin.buffer, sys.stdout.buffer, sample_rate)


def _lines(result: dict[str, Any]) -> Iterator[str]:
    if result["state"] == "kept":
        yield f"{result['out']}: done before"
        return
    yield f"{result['file']} -> {result['out']}"
    yield "  faults: " + (", ".join(result["found"]["faults"]) or "none")
    yield "  repaired: " + (", ".join(result["repaired"]) or "nothing")
    if result["refused"]:
        yield "  tried, without benefit: " + ", ".join(result["refused"])
    before, after = (result[side]["overall"] for side in ("before", "after"))
    yield f"  quality (DNSMOS overall): {before:.2f} before, {after:.2f} after"
