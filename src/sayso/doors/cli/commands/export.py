"""``sayso export``: a clip in another audio format, under a permit to publish."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sayso.doors.cli.outlet import Force, SoundOutput, sound_outlet
from sayso.doors.cli.output import AsJson
from sayso.doors.cli.session import entry_of, local_session
from sayso.doors.shapes import speech as shapes

if TYPE_CHECKING:
    from sayso.workflows.speech.exporting import Exported


def export(
    clip_or_file: Annotated[
        str, typer.Argument(metavar="CLIP|FILE", help="Clip id, clp_..., or a file that holds the clip.")
    ],
    output: SoundOutput,
    language: Annotated[str | None, typer.Option(help="Language of the text; default: the voice's.")] = None,
    territory: Annotated[str | None, typer.Option(help="Territory of use: a country code such as DE.")] = None,
    channel: Annotated[str | None, typer.Option(help="Release channel: one word such as broadcast.")] = None,
    sublicensee: Annotated[str | None, typer.Option(help="Sublicensee acting for the licensee.")] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Export a clip to another audio format.

    The grant must allow publishing. The new file carries the same watermark, and content credentials that name the
    first file as their parent.
    """
    from sayso.workflows.speech.exporting import Publication  # noqa: PLC0415
    from sayso.workflows.speech.exporting import export as released  # noqa: PLC0415

    release = Publication(clip_or_file, language, territory, channel, sublicensee)
    with sound_outlet(output, force=force) as out:
        session = local_session()
        exported = released(session, release, out.path)
        entry = entry_of(session, exported.ticket, f"{output} is written")
        out.show(shapes.exported(exported, entry), _lines(exported, output, entry), as_json=as_json)


def _lines(exported: Exported, output: Path, entry: int) -> Iterator[str]:
    signed = "signed" if exported.content_credentials else "without content credentials (not supported by this format)"
    yield f"{output}: clip {exported.clip}, {signed}"
    yield f"permitted by {exported.grant}, ledger entry {entry}"
