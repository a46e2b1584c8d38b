"""``sayso store``: keep recordings in as few bytes as what they are for allows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from sayso.doors.cli import tables
from sayso.doors.cli.batch import each
from sayso.doors.cli.group import group
from sayso.doors.cli.outlet import Force, SoundOutput, sound_outlet
from sayso.doors.cli.output import AsJson, show
from sayso.doors.cli.progress import bar
from sayso.doors.cli.session import entry_of, local_session
from sayso.doors.shapes import storage as shapes

app = group()

Item = Annotated[str, typer.Argument(help="Id of a stored item, art_...")]
Purpose = Annotated[
    str, typer.Option(help="What it is kept for: master, training, preview, live or archive.")
]  # the names of `StoragePurpose`, which loads what --help does not need
MastersFor = Annotated[
    int | None,
    typer.Option("--masters-for", help="Days after which a master goes of which an archived form is kept."),
]


@app.command("list")
def list_(
    speaker: Annotated[str | None, typer.Option(help="Only what is stored of this speaker, spk_...")] = None,
    as_json: AsJson = False,
) -> None:
    """List what is stored: purpose, form, bytes, grant."""
    from sayso.workflows.storage import shelf  # noqa: PLC0415

    listed = shapes.items(shelf.items(local_session(), speaker))
    columns = ("item", "purpose", "form", "duration_s", "bytes", "flac_bytes", "grant_state")
    show(listed, tables.rows(columns, listed["items"]), as_json=as_json)


@app.command("show")
def show_(item: Item, as_json: AsJson = False) -> None:
    """Show a stored item: form, closeness, loudness, grant."""
    from sayso.workflows.storage import shelf  # noqa: PLC0415

    shown = shapes.item(shelf.item(local_session(), item))
    show(shown, tables.pairs(shown), as_json=as_json)


@app.command()
def add(
    recordings: Annotated[list[Path], typer.Argument(help="Recordings of the speaker, not changed.")],
    speaker: Annotated[str, typer.Option(help="Speaker id, spk_...")],
    purpose: Purpose = "archive",
    as_json: AsJson = False,
) -> None:
    """Store recordings, encrypted, in a form that is good enough.

    Needs a grant that allows to clone the voice (training: to train, live: to stream). Codec and rate are chosen by
    measures of each recording; the same sound is stored once for each purpose; near duplicates are told.
    """
    from sayso.workflows.storage.keeping import Deposit  # noqa: PLC0415
    from sayso.workflows.storage.keeping import add as kept  # noqa: PLC0415

    session = local_session()

    def act(recording: Path) -> dict[str, Any]:
        with bar(recording.name) as report:
            return shapes.added(kept(session, Deposit(recording, speaker, purpose), report))

    raise typer.Exit(each(recordings, act, _stored_lines, as_json=as_json))


@app.command()
def export(item: Item, output: SoundOutput, force: Force = False, as_json: AsJson = False) -> None:
    """Write a stored recording to a file.

    The grant must allow to export, and hold. A stored clip is released with the command for clips.
    """
    from sayso.workflows.storage.copying import export as copied  # noqa: PLC0415

    with sound_outlet(output, force=force) as out:
        session = local_session()
        done = copied(session, item, out.path)
        entry = entry_of(session, done.ticket, f"{output} is written")
        out.show(shapes.copied(done, entry), [f"{output}: {item}", f"ledger entry {entry}"], as_json=as_json)


@app.command()
def gc(masters_for: MastersFor = None, as_json: AsJson = False) -> None:
    """Remove what is stored under ended grants.

    Also masters past their days, where an archived form of them is kept.
    """
    from sayso.workflows.storage.clearing import clear  # noqa: PLC0415

    cleared = shapes.cleared(clear(local_session(), masters_for))
    show(cleared, _cleared_lines(cleared), as_json=as_json)


@app.command()
def plan(
    recordings: Annotated[list[Path] | None, typer.Argument(help="Recordings that might be stored.")] = None,
    purpose: Purpose = "archive",
    masters_for: MastersFor = None,
    as_json: AsJson = False,
) -> None:
    """Show the bytes that would be saved; change nothing."""
    from sayso.workflows.storage.clearing import plan as made  # noqa: PLC0415

    with bar("measuring") as report:
        planned = shapes.planned(made(local_session(), tuple(recordings or ()), purpose, masters_for, report))
    show(planned, _planned_lines(planned), as_json=as_json)


def _stored_lines(result: dict[str, Any]) -> Iterator[str]:
    item = result["item"]
    ratio = item["bytes"] / max(1, item["flac_bytes"])
    yield f"{result['file']}: {item['item']}" + (" (stored before)" if result["state"] == "there" else "")
    yield f"  {item['purpose']}: {item['form']}, {item['bytes']:,} bytes, {ratio:.2f} of FLAC"
    if result["alike"]:
        yield "  nearly the same as " + ", ".join(result["alike"])


def _cleared_lines(result: dict[str, Any]) -> Iterator[str]:
    yield from tables.rows(("item", "why", "purpose", "bytes"), result["removed"])
    yield f"{result['freed_bytes']:,} bytes freed"


def _planned_lines(result: dict[str, Any]) -> Iterator[str]:
    if result["files"]:
        yield from tables.rows(("file", "form", "bytes", "flac_bytes", "saved_bytes"), result["files"])
    if result["leaving"]:
        yield from tables.rows(("item", "why", "purpose", "bytes"), result["leaving"])
    yield f"{result['saved_bytes']:,} bytes would be saved"
