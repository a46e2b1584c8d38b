"""``sayso consent``: what a speaker allows, to whom, for what, until when."""

# ruff: noqa: ARG001 - the options of `grant` and `amend` are read from the context, under the names of `Terms`

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sayso.doors.cli import tables
from sayso.doors.cli.options import declared, read_file, read_text
from sayso.doors.cli.output import AsJson, show
from sayso.doors.cli.session import local_session
from sayso.doors.shapes import consent as shapes

if TYPE_CHECKING:
    from sayso.workflows.consent.granting import GrantShown

app = typer.Typer(no_args_is_help=True)

Speaker = Annotated[str, typer.Option(help="The speaker, such as spk_...")]
Grant = Annotated[str, typer.Argument(help="The grant, such as grt_...")]
Licensee = Annotated[str, typer.Option(help="Who may use the voice: a company or a person, one name.")]
Purposes = Annotated[
    list[str],
    typer.Option("--purpose", help="A path such as audiobook/mystery; allows what is below it; may be repeated."),
]
Project = Annotated[str | None, typer.Option(help="One project only; without it, any project of the licensee.")]
Languages = Annotated[list[str] | None, typer.Option("--language", help="A language tag such as en; without it, any.")]
Actions = Annotated[
    list[str] | None, typer.Option("--action", help="clone, synthesize, publish, ...; without it, those three.")
]
Territories = Annotated[
    list[str] | None, typer.Option("--territory", help="A country code such as DE; may be repeated; without it, any.")
]
Channels = Annotated[
    list[str] | None, typer.Option("--channel", help="One word such as broadcast; may be repeated; without it, any.")
]
Since = Annotated[str | None, typer.Option(help="First day, such as 2027-01-01; without it, now.")]
Until = Annotated[str | None, typer.Option(help="The day it ends, such as 2027-12-31; without it, when withdrawn.")]
MaxMinutes = Annotated[float | None, typer.Option(help="Minutes of speech in all; without it, no cap.")]
MaxTakes = Annotated[int | None, typer.Option(help="Pieces of speech in all; without it, no cap.")]
ScriptedOnly = Annotated[bool | None, typer.Option("--scripted-only/--live-too", help="No live speech.")]
BlockWords = Annotated[
    list[str] | None, typer.Option("--block-word", help="A word or phrase that is never said; may be repeated.")
]
BlockTopics = Annotated[
    list[str] | None, typer.Option("--block-topic", help="A topic such as politics, with what is below it.")
]
Approval = Annotated[
    bool | None, typer.Option("--approval/--no-approval", help="Each text is approved by the speaker before.")
]
DisclosureOption = Annotated[
    str | None, typer.Option("--disclosure", help="How listeners learn that it is synthetic: spoken, metadata or both.")
]
Compensation = Annotated[str | None, typer.Option(help="The contract by which the speaker is paid, one name.")]
Sublicensing = Annotated[
    bool | None, typer.Option("--sublicensing/--no-sublicensing", help="Others may act in the licensee's place.")
]
PostMortem = Annotated[
    bool | None, typer.Option("--post-mortem/--lifetime-only", help="It goes on after the speaker's death.")
]
Notice = Annotated[Path | None, typer.Option(help="The text that the speaker was shown; its hash is kept.")]
NoticeLanguage = Annotated[str | None, typer.Option(help="The language of that text.")]
Draft = Annotated[Path | None, typer.Option(help="Write the document here for the speaker to sign, and enter nothing.")]


@app.command()
def grant(
    context: typer.Context,
    speaker: Speaker,
    licensee: Licensee,
    purposes: Purposes,
    project: Project = None,
    languages: Languages = None,
    territories: Territories = None,
    channels: Channels = None,
    actions: Actions = None,
    since: Since = None,
    until: Until = None,
    max_minutes: MaxMinutes = None,
    max_takes: MaxTakes = None,
    scripted_only: ScriptedOnly = None,
    blocked_words: BlockWords = None,
    blocked_topics: BlockTopics = None,
    approval: Approval = None,
    disclosure: DisclosureOption = None,
    compensation: Compensation = None,
    sublicensing: Sublicensing = None,
    post_mortem: PostMortem = None,
    notice: Notice = None,
    notice_language: NoticeLanguage = None,
    outer: Annotated[
        bool, typer.Option("--outer", help="An outer consent: it bounds licences; * as licensee or purpose is any.")
    ] = False,
    ceiling: Annotated[str | None, typer.Option(help="The outer consent it is cut from, where there are more.")] = None,
    draft: Draft = None,
    as_json: AsJson = False,
) -> None:
    """Give a grant: what is not in it stays refused."""
    from sayso.workflows.consent import granting  # noqa: PLC0415

    terms = granting.Terms(**options_of(context))
    if draft is not None:
        drafted(granting.draft(local_session(), terms), draft, as_json=as_json)
        return
    grant_id = granting.give(local_session(), terms)
    show(
        {"grant": grant_id},
        (f"grant {grant_id}", f"take it back with: sayso consent withdraw {grant_id}"),
        as_json=as_json,
    )


@app.command()
def amend(
    context: typer.Context,
    grant: Grant,
    purposes: Annotated[list[str] | None, typer.Option("--purpose", help="These purposes instead.")] = None,
    project: Project = None,
    languages: Languages = None,
    territories: Territories = None,
    channels: Channels = None,
    actions: Actions = None,
    since: Since = None,
    until: Until = None,
    max_minutes: MaxMinutes = None,
    max_takes: MaxTakes = None,
    scripted_only: ScriptedOnly = None,
    blocked_words: BlockWords = None,
    blocked_topics: BlockTopics = None,
    approval: Approval = None,
    disclosure: DisclosureOption = None,
    compensation: Compensation = None,
    sublicensing: Sublicensing = None,
    post_mortem: PostMortem = None,
    cleared: Annotated[
        list[str] | None, typer.Option("--clear", help="A limit to take away, such as until or territory; repeatable.")
    ] = None,
    draft: Draft = None,
    as_json: AsJson = False,
) -> None:
    """Make the next version of a grant: what is named changes, all else stays. Permits made before end."""
    from sayso.workflows.consent import granting  # noqa: PLC0415

    terms = granting.Terms(**options_of(context))
    if draft is not None:
        drafted(granting.draft_amended(local_session(), grant, terms), draft, as_json=as_json)
        return
    told(granting.amend(local_session(), grant, terms), as_json=as_json)


@app.command()
def approve(
    grant: Grant,
    text: Annotated[str, typer.Argument(help="The text; - reads standard input, @FILE reads a file.")],
    as_json: AsJson = False,
) -> None:
    """Approve one text under a grant that asks for approval; a commitment to it is kept, not the text."""
    from sayso.workflows.consent import granting  # noqa: PLC0415

    told(granting.approve(local_session(), grant, read_text(text)), as_json=as_json)


@app.command("list")
def list_(
    speaker: Annotated[str | None, typer.Option(help="Only the grants of this speaker.")] = None,
    as_json: AsJson = False,
) -> None:
    """List grants with their state now."""
    from sayso.workflows.consent import granting  # noqa: PLC0415

    listed = shapes.grants(granting.listed(local_session(), speaker))
    columns = ("grant", "state", "licensee", "purposes", "until", "minutes_left")
    show(listed, tables.rows(columns, listed["grants"]), as_json=as_json)


@app.command("show")
def show_(grant: Annotated[str, typer.Argument(help="The grant, such as grt_...")], as_json: AsJson = False) -> None:
    """Show one grant: terms, state, minutes used, and its history."""
    from sayso.workflows.consent import granting  # noqa: PLC0415

    shown = shapes.grant(granting.shown(local_session(), grant))
    show(shown, tables.pairs(shown), as_json=as_json)


@app.command()
def deceased(speaker: Speaker, as_json: AsJson = False) -> None:
    """Note that a speaker has died: only grants given for that time too still permit anything."""
    from sayso.workflows.consent import granting  # noqa: PLC0415

    granting.note_death(local_session(), speaker)
    show({"speaker": speaker, "deceased": True}, (f"noted for {speaker}",), as_json=as_json)


@app.command()
def why(
    voice: Annotated[str, typer.Option(help="The voice, such as voi_...")],
    licensee: Licensee,
    purpose: Annotated[str, typer.Option(help="What for, such as audiobook/mystery/the-lamp.")],
    project: Project = None,
    language: Annotated[str, typer.Option(help="The language of the speech.")] = "en",
    action: Annotated[str, typer.Option(help="What would be done with the voice.")] = "synthesize",
    territory: Annotated[str | None, typer.Option(help="Where it would be heard.")] = None,
    channel: Annotated[str | None, typer.Option(help="How it would be released.")] = None,
    text: Annotated[str | None, typer.Option(help="What would be said; - reads standard input, @FILE a file.")] = None,
    topic: Annotated[list[str] | None, typer.Option(help="What the text is about; none for none.")] = None,
    sublicensee: Annotated[str | None, typer.Option(help="Who would act in place of the licensee.")] = None,
    disclosure: DisclosureOption = None,
    as_json: AsJson = False,
) -> None:
    """Say whether this would be permitted, rule by rule; exit 5 when it would not. Nothing is made or logged."""
    from sayso.workflows.speech import explaining  # noqa: PLC0415

    asked = explaining.Question(
        voice,
        licensee,
        purpose,
        project,
        language,
        action,
        territory=territory,
        channel=channel,
        text=None if text is None else read_text(text),
        topics=declared(topic),
        sublicensee=sublicensee,
        disclosure=disclosure,
    )
    answer = explaining.why(local_session(), asked)
    show(shapes.why(answer), tables.rules(answer), as_json=as_json)
    if not answer.allowed:
        raise typer.Exit(5)


def options_of(context: typer.Context) -> dict[str, Any]:
    """Return the options of a command that bear the names of `Terms`, as `Terms` takes them."""
    from sayso.workflows.consent.terms import Terms  # noqa: PLC0415

    names = {field.name for field in fields(Terms)}
    given = {name: value for name, value in context.params.items() if name in names and value not in (None, [])}
    if "notice" in given:
        given["notice"] = read_file(Path(given["notice"]))
    return {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}


def told(shown: GrantShown, *, as_json: bool) -> None:
    """Show what a grant is now, after something was done with it."""
    values = shapes.grant(shown)
    show(values, (f"grant {values['grant']} is {values['state']}, version {values['version']}",), as_json=as_json)


def drafted(document: bytes, path: Path, *, as_json: bool) -> None:
    """Write what the speaker is to sign, and say how."""
    from sayso.disk import write_document  # noqa: PLC0415

    write_document(path, document.decode())
    lines = (f"{path}: to be signed with: sayso consent sign {path} --key KEY -o SIGNED",)
    show({"draft": str(path)}, lines, as_json=as_json)
