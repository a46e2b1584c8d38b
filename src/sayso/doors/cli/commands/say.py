"""``sayso say``: speak one text under consent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sayso.doors.cli.options import declared, read_text, several
from sayso.doors.cli.output import AsJson, show, talk
from sayso.doors.cli.progress import bar
from sayso.doors.cli.session import local_session
from sayso.doors.shapes import speech as shapes

if TYPE_CHECKING:
    from sayso.workflows.speech.speaking import Spoken

AnnounceEvery = Annotated[
    float | None, typer.Option(help="Say so again about every so many seconds, 30 or more, between sentences.")
]
Jurisdictions = Annotated[
    str | None, typer.Option(help="Carry the labels that these ask, such as eu,china; default: the settings'.")
]


def say(
    text: Annotated[str, typer.Argument(help="What to say; - reads standard input, @FILE reads a file.")],
    voice: Annotated[str, typer.Option(help="The voice, such as voi_...")],
    licensee: Annotated[str, typer.Option(help="Who asks for it.")],
    purpose: Annotated[str, typer.Option(help="What for, such as audiobook/mystery/the-lamp.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to: .wav, .flac, .mp3, .m4a or .opus.")],
    project: Annotated[str | None, typer.Option(help="The licensee's project.")] = None,
    language: Annotated[str, typer.Option(help="The language of the text.")] = "en",
    territory: Annotated[str | None, typer.Option(help="Where it will be heard: a country code such as DE.")] = None,
    channel: Annotated[str | None, typer.Option(help="How it will be released: one word such as broadcast.")] = None,
    topic: Annotated[
        list[str] | None, typer.Option(help="What the text is about, such as politics; may be repeated; none for none.")
    ] = None,
    sublicensee: Annotated[str | None, typer.Option(help="Who acts in place of the licensee.")] = None,
    announce: Annotated[bool, typer.Option("--announce", help="Begin by saying that the voice is synthetic.")] = False,
    announce_every: AnnounceEvery = None,
    jurisdiction: Jurisdictions = None,
    speed: Annotated[float, typer.Option(help="Tempo: 0.5 to 2.0.")] = 1.0,
    seed: Annotated[int, typer.Option(help="The same seed, voice and text give the same speech.")] = 0,
    profile: Annotated[str, typer.Option(help="How firmly to mark: see `sayso mark profiles`.")] = "standard",
    as_json: AsJson = False,
) -> None:
    """Speak TEXT if a grant permits it: marked, signed, logged; refused with every reason if not."""
    from sayso.workflows.speech.speaking import Order, speak  # noqa: PLC0415

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
    )
    with bar("speaking") as report:
        spoken = speak(local_session(), order, output, report)
    for line in _warnings(spoken):
        talk(line)
    show(shapes.spoken(spoken), _lines(spoken, output), as_json=as_json)


def _warnings(spoken: Spoken) -> Iterator[str]:
    if not spoken.mark_readable:
        yield "note: the clip is too short for its mark to be read back; it is logged all the same"
    elif not all(one.is_readable for one in spoken.mark_checks):
        lost = ", ".join(one.chain for one in spoken.mark_checks if not one.is_readable)
        yield f"note: the mark of this clip is weak, it is not read after {lost}; the ledger says so too"
    if spoken.labels.missing:
        missing = ", ".join(sorted(spoken.labels.missing))
        asking = ", ".join(spoken.labels.jurisdictions)
        yield f"warning: {asking} asks for labels that the clip does not carry: {missing}"


def _lines(spoken: Spoken, output: Path) -> Iterator[str]:
    yield f"{output}: {spoken.duration_s:.1f} s, clip {spoken.clip}, mark {spoken.mark}"
    yield f"permitted by {spoken.grant}, ledger entry {spoken.entry}; check it with: sayso verify {output}"
