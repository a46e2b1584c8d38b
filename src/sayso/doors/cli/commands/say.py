"""``sayso say``: synthesize speech from a text, under a grant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sayso.doors.cli.options import LexiconFile, declared, read_text, several
from sayso.doors.cli.outlet import Force, SoundOutput, sound_outlet
from sayso.doors.cli.output import AsJson, talk
from sayso.doors.cli.progress import bar
from sayso.doors.cli.session import entry_of, local_session
from sayso.doors.shapes import speech as shapes

if TYPE_CHECKING:
    from sayso.workflows.speech.orders import Order, Spoken

AnnounceEvery = Annotated[
    float | None, typer.Option(help="Repeat the disclosure about every N seconds (30 or more), between sentences.")
]
Jurisdictions = Annotated[
    str | None, typer.Option(help="Jurisdictions whose labels to apply, such as eu,china; default: the settings.")
]


def say(
    text: Annotated[str, typer.Argument(help="Text to speak; - reads standard input, @FILE reads a file.")],
    voice: Annotated[str, typer.Option(help="Voice id, voi_..., or name of a stock voice.")],
    licensee: Annotated[str, typer.Option(help="Licensee who requests the speech.")],
    purpose: Annotated[str, typer.Option(help="Purpose, such as audiobook/mystery/the-lamp.")],
    output: SoundOutput,
    project: Annotated[str | None, typer.Option(help="Project of the licensee.")] = None,
    language: Annotated[str, typer.Option(help="Language of the text.")] = "en",
    territory: Annotated[str | None, typer.Option(help="Territory of use: a country code such as DE.")] = None,
    channel: Annotated[str | None, typer.Option(help="Release channel: one word such as broadcast.")] = None,
    topic: Annotated[
        list[str] | None, typer.Option(help="Topic of the text, such as politics; repeatable; none if it has no topic.")
    ] = None,
    sublicensee: Annotated[str | None, typer.Option(help="Sublicensee acting for the licensee.")] = None,
    announce: Annotated[
        bool, typer.Option("--announce", help="Begin with a spoken disclosure that the voice is synthetic.")
    ] = False,
    announce_every: AnnounceEvery = None,
    jurisdiction: Jurisdictions = None,
    speed: Annotated[float, typer.Option(help="Speaking rate: 0.5 to 2.0.")] = 1.0,
    seed: Annotated[int, typer.Option(help="Random seed; same seed, voice and text, same speech.")] = 0,
    profile: Annotated[str, typer.Option(help="Watermark strength; see `sayso mark profiles`.")] = "standard",
    lexicon: LexiconFile = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Synthesize speech from text under a grant."""
    from sayso.workflows.speech.orders import Order  # noqa: PLC0415

    order = Order(
        text=read_text(text),
        voice=voice,
        licensee=licensee,
        purpose=purpose,
        project=project,
        language=language,
        speed=speed,
        seed=seed,
        territory=territory,
        channel=channel,
        topics=declared(topic),
        sublicensee=sublicensee,
        announced=announce,
        announce_every_s=announce_every,
        jurisdictions=several(jurisdiction),
        profile=profile,
        lexicon=lexicon,
    )
    _speak(order, output, force=force, as_json=as_json)


def _speak(order: Order, output: Path, *, force: bool, as_json: bool) -> None:
    from sayso.disk import check_target  # noqa: PLC0415
    from sayso.workflows.speech.labels import beside  # noqa: PLC0415
    from sayso.workflows.speech.speaking import speak  # noqa: PLC0415

    with sound_outlet(output, force=force) as out:
        check_target(beside(out.path), overwrite=force)
        session = local_session()
        with bar("speaking") as report:
            spoken = speak(session, order, out.path, report)
        for line in _warnings(spoken):
            talk(line)
        entry = entry_of(session, spoken.ticket, f"{output} is written, and clip {spoken.clip} is charged")
        out.show(shapes.spoken(spoken, entry), _lines(spoken, output, entry), as_json=as_json)


def _warnings(spoken: Spoken) -> Iterator[str]:
    if not spoken.mark_readable:
        yield "note: the clip is too short for its watermark to be read; the clip is still logged"
    elif not all(one.is_readable for one in spoken.mark_checks):
        lost = ", ".join(one.chain for one in spoken.mark_checks if not one.is_readable)
        yield f"note: weak watermark: it cannot be read after {lost}; the ledger records this"
    if spoken.labels.missing:
        missing = ", ".join(sorted(spoken.labels.missing))
        asking = ", ".join(spoken.labels.jurisdictions)
        yield f"warning: labels required by {asking} are missing from the clip: {missing}"


def _lines(spoken: Spoken, output: Path, entry: int) -> Iterator[str]:
    yield f"{output}: {spoken.duration_s:.1f} s, clip {spoken.clip}, mark {spoken.mark}"
    yield f"permitted by {spoken.grant}, ledger entry {entry}; verify it with: sayso verify {output}"
