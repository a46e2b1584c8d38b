"""``sayso consent``: grants, amendments, and explanations of decisions."""

# ruff: noqa: ARG001 - the options of `grant` and `amend` are read from the context, under the names of `Terms`

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sayso.doors.cli import tables
from sayso.doors.cli.group import group
from sayso.doors.cli.options import LexiconFile, declared, read_file, read_text
from sayso.doors.cli.outlet import Force
from sayso.doors.cli.output import AsJson, show
from sayso.doors.cli.session import local_session
from sayso.doors.shapes import consent as shapes

if TYPE_CHECKING:
    from sayso.workflows.consent.granting import GrantShown

app = group()

Speaker = Annotated[str, typer.Option(help="Speaker id, spk_...")]
Grant = Annotated[str, typer.Argument(help="Grant id, grt_...")]
Licensee = Annotated[str, typer.Option(help="Licensee: the company or person that may use the voice.")]
Purposes = Annotated[
    list[str],
    typer.Option("--purpose", help="Purpose, such as audiobook/mystery; includes those below it; repeatable."),
]
Project = Annotated[str | None, typer.Option(help="Project of the licensee; default: any.")]
Languages = Annotated[
    list[str] | None, typer.Option("--language", help="Language tag such as en; repeatable; default: any.")
]
Actions = Annotated[
    list[str] | None, typer.Option("--action", help="Action; repeatable; default: clone, synthesize, publish.")
]
Territories = Annotated[
    list[str] | None, typer.Option("--territory", help="Country code such as DE; repeatable; default: any.")
]
Channels = Annotated[
    list[str] | None, typer.Option("--channel", help="Release channel such as broadcast; repeatable; default: any.")
]
Since = Annotated[str | None, typer.Option(help="First day, such as 2027-01-01; default: now.")]
Until = Annotated[str | None, typer.Option(help="End date, such as 2027-12-31; default: none.")]
MaxMinutes = Annotated[float | None, typer.Option(help="Maximum minutes of speech in total; default: unlimited.")]
MaxTakes = Annotated[int | None, typer.Option(help="Maximum number of clips in total; default: unlimited.")]
ScriptedOnly = Annotated[bool | None, typer.Option("--scripted-only/--live-too", help="Forbid or allow live speech.")]
BlockWords = Annotated[list[str] | None, typer.Option("--block-word", help="Forbidden word or phrase; repeatable.")]
BlockTopics = Annotated[
    list[str] | None,
    typer.Option("--block-topic", help="Forbidden topic such as politics, with those below it; repeatable."),
]
Approval = Annotated[
    bool | None, typer.Option("--approval/--no-approval", help="Require the speaker's approval of each text.")
]
DisclosureOption = Annotated[
    str | None, typer.Option("--disclosure", help="Disclosure that the speech is synthetic: spoken, metadata or both.")
]
Compensation = Annotated[str | None, typer.Option(help="Reference of the contract that pays the speaker.")]
Sublicensing = Annotated[
    bool | None, typer.Option("--sublicensing/--no-sublicensing", help="Allow sublicensees to act for the licensee.")
]
PostMortem = Annotated[
    bool | None, typer.Option("--post-mortem/--lifetime-only", help="Stay valid after the speaker's death.")
]
Notice = Annotated[Path | None, typer.Option(help="File of the notice shown to the speaker; its hash is stored.")]
NoticeLanguage = Annotated[str | None, typer.Option(help="Language of the notice.")]
Draft = Annotated[
    Path | None, typer.Option(help="Write a document for the speaker to sign instead of making the change.")
]


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
        bool,
        typer.Option("--outer", help="Outer consent: the limit of later grants; * as licensee or purpose means any."),
    ] = False,
    ceiling: Annotated[
        str | None, typer.Option(help="Outer consent that limits this grant, if there are several.")
    ] = None,
    draft: Draft = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Give a grant; anything it does not allow is refused."""
    from sayso.workflows.consent import granting  # noqa: PLC0415

    terms = granting.Terms(**options_of(context))
    if draft is not None:
        drafted(granting.draft(local_session(), terms), draft, force=force, as_json=as_json)
        return
    grant_id = granting.give(local_session(), terms)
    show(
        {"grant": grant_id},
        (f"grant {grant_id}", f"withdraw it with: sayso consent withdraw {grant_id}"),
        as_json=as_json,
    )


@app.command()
def amend(
    context: typer.Context,
    grant: Grant,
    purposes: Annotated[
        list[str] | None, typer.Option("--purpose", help="New purpose; repeatable; replaces the old ones.")
    ] = None,
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
        list[str] | None, typer.Option("--clear", help="Limit to remove, such as until or territory; repeatable.")
    ] = None,
    draft: Draft = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Change a grant: create its next version.

    Options that are not given keep their value. Existing permits end.
    """
    from sayso.workflows.consent import granting  # noqa: PLC0415

    terms = granting.Terms(**options_of(context))
    if draft is not None:
        drafted(granting.draft_amended(local_session(), grant, terms), draft, force=force, as_json=as_json)
        return
    told(granting.amend(local_session(), grant, terms), as_json=as_json)


@app.command()
def approve(
    grant: Grant,
    text: Annotated[str, typer.Argument(help="Text; - reads standard input, @FILE reads a file.")],
    lexicon: LexiconFile = None,
    as_json: AsJson = False,
) -> None:
    """Approve a text under a grant that requires approval.

    Only a keyed hash of the text is stored.
    """
    from sayso.workflows.consent import granting  # noqa: PLC0415

    told(granting.approve(local_session(), grant, read_text(text), lexicon=lexicon), as_json=as_json)


@app.command("list")
def list_(
    speaker: Annotated[str | None, typer.Option(help="Grants of this speaker.")] = None,
    as_json: AsJson = False,
) -> None:
    """List grants and their current state."""
    from sayso.workflows.consent import granting  # noqa: PLC0415

    listed = shapes.grants(granting.listed(local_session(), speaker))
    columns = ("grant", "state", "licensee", "purposes", "until", "minutes_left")
    show(listed, tables.rows(columns, listed["grants"]), as_json=as_json)


@app.command("show")
def show_(grant: Annotated[str, typer.Argument(help="Grant id, grt_...")], as_json: AsJson = False) -> None:
    """Show a grant: terms, state, use and history."""
    from sayso.workflows.consent import granting  # noqa: PLC0415

    shown = shapes.grant(granting.shown(local_session(), grant))
    show(shown, tables.pairs(shown), as_json=as_json)


@app.command()
def why(
    voice: Annotated[str, typer.Option(help="Voice id, voi_...")],
    licensee: Licensee,
    purpose: Annotated[str, typer.Option(help="Purpose, such as audiobook/mystery/the-lamp.")],
    project: Project = None,
    language: Annotated[str, typer.Option(help="Language of the text.")] = "en",
    action: Annotated[str, typer.Option(help="Action, such as synthesize or clone.")] = "synthesize",
    territory: Annotated[str | None, typer.Option(help="Territory of use: a country code such as DE.")] = None,
    channel: Annotated[str | None, typer.Option(help="Release channel: one word such as broadcast.")] = None,
    text: Annotated[str | None, typer.Option(help="Text to speak; - reads standard input, @FILE reads a file.")] = None,
    topic: Annotated[
        list[str] | None, typer.Option(help="Topic of the text; repeatable; none if it has no topic.")
    ] = None,
    sublicensee: Annotated[str | None, typer.Option(help="Sublicensee acting for the licensee.")] = None,
    disclosure: DisclosureOption = None,
    lexicon: LexiconFile = None,
    as_json: AsJson = False,
) -> None:
    """Explain whether a request would be permitted, by rule.

    Exits with 5 if it would be refused. Nothing is made or logged.
    """
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
        lexicon=lexicon,
    )
    answer = explaining.why(local_session(), asked)
    show(shapes.why(answer), tables.rules(answer), as_json=as_json)
    if not answer.allowed:
        raise typer.Exit(5)


def options_of(context: typer.Context) -> dict[str, Any]:
    """Return the options of a command that are fields of `Terms`, as `Terms` takes them."""
    from sayso.workflows.consent.terms import Terms  # noqa: PLC0415

    names = {field.name for field in fields(Terms)}
    given = {name: value for name, value in context.params.items() if name in names and value not in (None, [])}
    if "notice" in given:
        given["notice"] = read_file(Path(given["notice"]))
    return {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}


def told(shown: GrantShown, *, as_json: bool) -> None:
    """Show a grant after a change."""
    values = shapes.grant(shown)
    show(values, (f"grant {values['grant']} is {values['state']}, version {values['version']}",), as_json=as_json)


def drafted(document: bytes, path: Path, *, force: bool, as_json: bool) -> None:
    """Write a document for the speaker to sign, and show the command that signs it."""
    from sayso.disk import check_target, write_document  # noqa: PLC0415

    check_target(path, overwrite=force)
    write_document(path, document.decode())
    lines = (f"{path}: sign it with: sayso consent sign {path} --key KEY -o SIGNED",)
    show({"draft": str(path)}, lines, as_json=as_json)
