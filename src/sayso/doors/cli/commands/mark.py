"""``sayso mark``: watermarks in audio."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sayso.doors.cli.batch import each
from sayso.doors.cli.group import group
from sayso.doors.cli.outlet import Force, free, outlet
from sayso.doors.cli.output import AsJson, show
from sayso.doors.cli.session import local_session
from sayso.doors.shapes import mark as shapes
from sayso.errors import Invalid

if TYPE_CHECKING:
    from sayso.workflows.provenance.public_detector import PublishedKey

app = group()

Files = Annotated[list[Path], typer.Argument(help="Audio files.")]


@app.command()
def embed(
    files: Files,
    out_dir: Annotated[Path, typer.Option(help="Output folder; file names stay the same.")],
    mark_id: Annotated[str, typer.Option("--id", help="Identifier: 16 hexadecimal digits.")],
    profile: Annotated[str, typer.Option(help="Watermark strength; see `sayso mark profiles`.")] = "standard",
    survive: Annotated[
        list[str] | None, typer.Option(help="Codec chain that the watermark must survive, such as opus-16; repeatable.")
    ] = None,
    refuse_weak: Annotated[
        bool, typer.Option("--refuse-weak", help="Refuse a file whose watermark fails a check.")
    ] = False,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Embed a watermark with a given identifier."""
    from sayso.disk import make_folder  # noqa: PLC0415
    from sayso.mark.verifying import MarkPolicy  # noqa: PLC0415
    from sayso.workflows.provenance import marking_files  # noqa: PLC0415 - loads the marker

    mark = marking_files.parse_mark(mark_id)
    policy = MarkPolicy(profile, tuple(survive or ()), refuse_weak)
    _check_distinct(files)
    make_folder(out_dir)
    batch = marking_files.Batch(local_session())
    with batch:
        code = each(
            files,
            lambda file: shapes.marked_file(batch.embed(file, free(out_dir / file.name, force=force), mark, policy)),
            _embedded,
            as_json=as_json,
        )
    raise typer.Exit(code)


@app.command()
def profiles(as_json: AsJson = False) -> None:
    """List watermark strengths and their measured robustness."""
    from sayso.mark.profiles import described  # noqa: PLC0415
    from sayso.mark.strength import PROFILES  # noqa: PLC0415

    every = [described(name) for name in PROFILES]
    show({"profiles": every}, (line for one in every for line in _profile(one)), as_json=as_json)


@app.command()
def detect(files: Files, as_json: AsJson = False) -> None:
    """Detect watermarks and read their identifiers.

    Reports for each file the p-value: the probability of such a result by chance.
    """
    from sayso.workflows.provenance.marking_files import detect_file  # noqa: PLC0415 - loads the detector

    here = local_session()
    raise typer.Exit(
        each(files, lambda file: shapes.searched_file(detect_file(here, file)), _detected, as_json=as_json)
    )


@app.command()
def publish(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Output file of the public key (.json).")
    ] = None,
    page: Annotated[
        Path | None, typer.Option(help="Output folder of a detector web page, to host on any web server.")
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Publish the detector key, as a file or as a web page.

    With the key anyone can detect a watermark (`sayso detect`), but neither read nor write one. The page searches a
    file in the browser; set `provider` and `contact` in the settings first.
    """
    from sayso.doors.page.folder import write_page  # noqa: PLC0415 - loads the detector
    from sayso.workflows.provenance.public_detector import publish as write  # noqa: PLC0415

    if output is None and page is None:
        raise Invalid("got no output, expected --output FILE, --page FOLDER or both")
    here = local_session()
    if output is not None:
        with outlet(output, force=force, suffix=".json") as out:
            key = write(here, out.path)
            use = f"use it with: sayso detect FILE --key {output}"
            out.show(shapes.published_key(key), _published(key, use), as_json=as_json)
    if page is not None:
        key = write_page(here, page, overwrite=force)
        show(shapes.published_key(key), _published(key, "host the folder on a web server"), as_json=as_json)


def _published(published: PublishedKey, use: str) -> Iterator[str]:
    yield f"{published.file}: public key {published.key['key_id']}; {use}"


def _check_distinct(files: Sequence[Path]) -> None:
    """Raise `Invalid` where two files have one name: the second would replace the first."""
    twice = [name for name, count in Counter(file.name for file in files).items() if count > 1]
    if twice:
        raise Invalid(f"got {twice[0]} twice, expected a different name for each file; mark them into two folders")


def _profile(profile: dict[str, Any]) -> Iterator[str]:
    yield f"{profile['profile']}: {profile['purpose']}"
    for row in profile["measured"]:
        yield f"  {row['chain']}: id read in {row['id_read']} of {row['clips']} clips"
    if not profile["measured"]:
        yield "  not measured yet"


def _embedded(marked: dict[str, Any]) -> Iterator[str]:
    lost = ", ".join(check["chain"] for check in marked["checks"] if not check["readable"])
    read = f"NOT READABLE AFTER: {lost}" if lost else "verified"
    yield f"{marked['out']}: mark {marked['mark']}, {marked['snr_db']:.1f} dB below the signal, {read}"


def _detected(found: dict[str, Any]) -> Iterator[str]:
    if not found["present"]:
        yield f"{found['file']}: no watermark (p = {found['p_value']:.2g})"
        return
    yield f"{found['file']}: mark {found['mark'] or 'present, not readable'} (p = {found['p_value']:.2g})"
    for start_s, end_s in found["segments"]:
        yield f"  {start_s:.2f} s to {end_s:.2f} s"
