"""``sayso restore``: diagnose and repair recordings."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
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
    from sayso.workflows.restoration.aims import Aims
    from sayso.workflows.restoration.folders import Job
    from sayso.workflows.restoration.restoring import RestoredFile

STDIN: Final = Path("-")
_MOST_BYTES: Final = 1 << 30


FullerBelow = Annotated[
    float | None,
    typer.Option(metavar="GAIN", help="Where a repair gains less DNSMOS, such as 0.5, take more of noise and voice."),
]


class RestoreUsage(Invalid):
    """Name one recording and -o, or recordings and --out-dir, or --raw for live sound."""


class GainUsage(Invalid):
    """Give --fuller-below a number of DNSMOS, such as 0.5."""


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
    speaker: Annotated[
        str | None,
        typer.Option(
            help="A recording, or a voice (voi_...) of yours, of who is meant; turns of others become room tone."
        ),
    ] = None,
    match: Annotated[
        Path | None, typer.Option(help="A recording whose colour (long-term spectrum) is matched, within 12 dB.")
    ] = None,
    fuller_below: FullerBelow = None,
    raw: Annotated[
        int | None, typer.Option(help="Live: 16-bit mono PCM at this rate from standard input to standard output.")
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Repair recordings: noise, other talkers, hum, clipping.

    A repair is applied only where it improves the recording; a clean recording stays as it is. With --speaker, turns
    that somebody else speaks alone become room tone, if what is left is not less like the speaker. With --match the
    recording gets the colour of another: of its microphone and room.
    """
    if raw is not None:
        _refuse_unless(not recordings and not any((output, out_dir, page, speaker, match)) and fuller_below is None)
        _live(raw)
        return
    _refuse_unless(bool(recordings) and (output is None) != (out_dir is None))
    if page is not None:
        free(page, force=force)
    _refuse_unless(output is None or len(recordings or ()) == 1)
    aims = replace(_aims(speaker, match), fuller_below=_gain(fuller_below))
    work = _Work(aims, force, as_json, page is not None)
    given = recordings or []
    code = work.one(given[0], output) if output is not None else work.many(given, out_dir or Path())
    if page is not None:
        work.draw(page)
    raise typer.Exit(code)


def _gain(given: float | None) -> float | None:
    if given is not None and math.isnan(given):
        raise GainUsage
    return given


def _refuse_unless(fits: bool) -> None:
    if not fits:
        raise RestoreUsage


def _aims(speaker: str | None, match: Path | None) -> Aims:
    from sayso.workflows.restoration.aims import Aims  # noqa: PLC0415

    if speaker is None and match is None:
        return Aims()
    from sayso.doors.cli.session import local_session  # noqa: PLC0415 - a file needs no installation
    from sayso.workflows.restoration.references import colour_of, speaker_of  # noqa: PLC0415

    wanted = None if speaker is None else speaker_of(speaker, local_session)
    return Aims(wanted, None if match is None else colour_of(match))


@dataclass(frozen=True, slots=True)
class _Work:
    """How recordings are restored, and those that are."""

    aims: Aims
    force: bool
    as_json: bool
    looks: bool
    done: list[RestoredFile] = field(default_factory=list)

    def one(self, recording: Path, output: Path) -> int:
        """Restore one recording, or standard input, into ``output``; return the exit code."""
        source = sys.stdin.buffer.read(_MOST_BYTES) if recording == STDIN else recording
        with sound_outlet(output, force=self.force) as out:
            result = self._restored(source, out.path, "restoring")
            out.show(result, _lines(result), as_json=self.as_json)
        return 0

    def many(self, recordings: list[Path], folder: Path) -> int:
        """Restore what is not yet done of ``recordings`` into ``folder``; return the exit code."""
        from sayso.workflows.restoration.folders import done_before, jobs, note  # noqa: PLC0415

        found: dict[Path, Job] = {job.recording: job for job in jobs(recordings, folder)}

        def act(recording: Path) -> dict[str, Any]:
            job, aims = found[recording], self.aims.digest()
            kept = None if self.force or not recording.exists() else done_before(job, aims)
            if kept is not None:
                return {**kept, "state": "kept"}
            job.output.parent.mkdir(parents=True, exist_ok=True)
            result = self._restored(recording, job.output, recording.name)
            note(job, result, aims)
            return result

        return each(list(found), act, _lines, as_json=self.as_json)

    def draw(self, page: Path) -> None:
        """Write the page of what was restored, if anything was."""
        from sayso.disk import write_document  # noqa: PLC0415 - only with a page
        from sayso.doors.reports.restoration import page as drawn  # noqa: PLC0415

        if self.done:
            write_document(page, drawn(self.done), mode=0o644)
            talk(f"page: {page}")

    def _restored(self, source: Path | bytes, output: Path, name: str) -> dict[str, Any]:
        from sayso.workflows.restoration.restoring import restore_file  # noqa: PLC0415

        with bar(name) as report:
            self.done.append(restore_file(source, output, report, aims=self.aims, with_looks=self.looks))
        return shapes.restored(self.done[-1])


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
    if result["speaker"] is not None:
        yield "  " + _of_speaker(result["speaker"])
    if result["match"] is not None:
        yield "  apart from the colour of the reference: {before_db} dB before, {after_db} dB after".format(
            **result["match"]
        )
    before, after = (result[side]["overall"] for side in ("before", "after"))
    yield f"  quality (DNSMOS overall): {before:.2f} before, {after:.2f} after"


def _of_speaker(told: dict[str, Any]) -> str:
    if not told["heard"]:
        return "the speaker is not heard in it: nobody is alike enough, and nothing is taken out"
    turns = f"{len(told['removed'])} turns of others, {told['removed_s']:.1f} s, became room tone"
    likeness = f"likeness to the speaker {told['likeness_before']} before, {told['likeness_after']} after"
    return f"{turns}; {likeness}"
