"""``sayso consent``: grants, amendments, and explanations of decisions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sayso.consent.dimension import Command
from sayso.doors.cli import tables
from sayso.doors.cli.group import group
from sayso.doors.cli.limits import takes_terms, typed_terms
from sayso.doors.cli.options import LexiconFile, declared, read_text
from sayso.doors.cli.outlet import Force
from sayso.doors.cli.output import AsJson, show
from sayso.doors.cli.session import local_session
from sayso.doors.cli.usage import TextCommand
from sayso.doors.shapes import consent as shapes

if TYPE_CHECKING:
    from sayso.workflows.consent.granting import GrantShown

app = group()

Speaker = Annotated[str, typer.Option(help="Speaker id, spk_...")]
Grant = Annotated[str, typer.Argument(help="Grant id, grt_...")]
Licensee = Annotated[str, typer.Option(help="Licensee: the company or person that may use the voice.")]
Project = Annotated[str | None, typer.Option(help="Project of the licensee; default: any.")]
DisclosureOption = Annotated[
    str | None, typer.Option("--disclosure", help="Disclosure that the speech is synthetic: spoken, metadata or both.")
]
Draft = Annotated[
    Path | None, typer.Option(help="Write a document for the speaker to sign instead of making the change.")
]


@app.command()
@takes_terms(Command.GRANT)
def grant(speaker: Speaker, draft: Draft = None, force: Force = False, as_json: AsJson = False, **typed: Any) -> None:
    """Give a grant; anything it does not allow is refused."""
    from sayso.workflows.consent import granting  # noqa: PLC0415

    terms = granting.Terms(speaker, **typed_terms(typed))
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
@takes_terms(Command.AMEND)
def amend(
    grant: Grant,
    cleared: Annotated[
        list[str] | None, typer.Option("--clear", help="Limit to remove, such as until or territory; repeatable.")
    ] = None,
    draft: Draft = None,
    force: Force = False,
    as_json: AsJson = False,
    **typed: Any,
) -> None:
    """Change a grant: create its next version.

    Options that are not given keep their value. Existing permits end.
    """
    from sayso.workflows.consent import granting  # noqa: PLC0415

    terms = granting.Terms(cleared=cleared or (), **typed_terms(typed))
    if draft is not None:
        drafted(granting.draft_amended(local_session(), grant, terms), draft, force=force, as_json=as_json)
        return
    told(granting.amend(local_session(), grant, terms), as_json=as_json)


@app.command(cls=TextCommand)
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
    from sayso.workflows.consent import showing  # noqa: PLC0415

    listed = shapes.grants(showing.listed(local_session(), speaker))
    columns = ("grant", "state", "origin", "licensee", "purposes", "until", "minutes_left")
    show(listed, tables.rows(columns, listed["grants"]), as_json=as_json)


@app.command("show")
def show_(grant: Annotated[str, typer.Argument(help="Grant id, grt_...")], as_json: AsJson = False) -> None:
    """Show a grant: terms, state, use and history."""
    from sayso.workflows.consent import showing  # noqa: PLC0415

    shown = shapes.grant(showing.shown(local_session(), grant))
    show(shown, tables.pairs(shown), as_json=as_json)


@app.command()
def why(
    voice: Annotated[str, typer.Option(help="Voice id, voi_..., or name of a stock voice.")],
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

    asked = explaining.ProposedUse(
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
