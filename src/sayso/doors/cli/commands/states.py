"""``sayso consent request``, ``accept``, ``suspend``, ...: what a grant becomes, and by whose act."""

# ruff: noqa: ARG001 - the options of `request` are read from the context, under the names of `Terms`

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sayso.doors.cli.commands.consent import (
    Actions,
    BlockTopics,
    BlockWords,
    Channels,
    Compensation,
    DisclosureOption,
    Draft,
    Grant,
    Languages,
    Licensee,
    MaxMinutes,
    MaxTakes,
    PostMortem,
    Project,
    Purposes,
    ScriptedOnly,
    Since,
    Speaker,
    Sublicensing,
    Territories,
    Until,
    drafted,
    options_of,
    told,
)
from sayso.doors.cli.output import AsJson, show
from sayso.doors.cli.session import local_session
from sayso.doors.shapes import consent as shapes

By = Annotated[str, typer.Option(help="Who does it: speaker, licensee or operator.")]


def attach(app: typer.Typer) -> None:
    """Hang the commands on ``sayso consent``."""
    for command in (request, accept, decline, withdraw, suspend, resume, revoke, invalidate, expire):
        app.command()(command)


def request(
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
    disclosure: DisclosureOption = None,
    compensation: Compensation = None,
    sublicensing: Sublicensing = None,
    post_mortem: PostMortem = None,
    as_json: AsJson = False,
) -> None:
    """Ask a speaker for a grant, as the licensee: it permits nothing until they accept it."""
    from sayso.workflows.consent import granting  # noqa: PLC0415

    grant_id = granting.request(local_session(), granting.Terms(**options_of(context)))
    lines = (f"requested {grant_id}", f"the speaker answers with: sayso consent accept {grant_id} (or decline)")
    show({"grant": grant_id, "state": "requested"}, lines, as_json=as_json)


def accept(grant: Grant, draft: Draft = None, as_json: AsJson = False) -> None:
    """Give what a licensee asked for, as the speaker: signed, and from now on a grant like any other."""
    from sayso.workflows.consent import granting  # noqa: PLC0415

    if draft is not None:
        drafted(granting.draft_accepted(local_session(), grant), draft, as_json=as_json)
        return
    told(granting.accept(local_session(), grant), as_json=as_json)


def decline(grant: Grant, as_json: AsJson = False) -> None:
    """Decline what a licensee asked for, as the speaker, for good."""
    from sayso.workflows.consent import changing  # noqa: PLC0415

    told(changing.decline(local_session(), grant), as_json=as_json)


def withdraw(grant: Grant, draft: Draft = None, as_json: AsJson = False) -> None:
    """Take a grant back, for good: nothing more is made under it, and running speech stops."""
    from sayso.workflows.consent import changing  # noqa: PLC0415

    if _is_drafted(grant, "withdrawn", draft, as_json=as_json):
        return
    withdrawn = changing.withdraw(local_session(), grant)
    lines = (
        f"grant {grant} is withdrawn",
        "to erase the voice and all that came from it: sayso erase plan --speaker S",
    )
    show(shapes.grant(withdrawn), lines, as_json=as_json)


def suspend(grant: Grant, by: By = "speaker", draft: Draft = None, as_json: AsJson = False) -> None:
    """Stop a grant for a while (a strike, a dispute): running speech stops; whoever stopped it resumes it."""
    from sayso.workflows.consent import changing  # noqa: PLC0415

    if not _is_drafted(grant, "suspended", draft, as_json=as_json):
        told(changing.suspend(local_session(), grant, by), as_json=as_json)


def resume(grant: Grant, by: By = "speaker", draft: Draft = None, as_json: AsJson = False) -> None:
    """Let a suspended grant go on; a speaker who keeps their own key signs a draft of it."""
    from sayso.workflows.consent import changing  # noqa: PLC0415

    if not _is_drafted(grant, "given", draft, as_json=as_json):
        told(changing.resume(local_session(), grant, by), as_json=as_json)


def revoke(grant: Grant, by: By = "operator", as_json: AsJson = False) -> None:
    """End a grant for good by the operator's or the licensee's act; the speaker withdraws instead."""
    from sayso.workflows.consent import changing  # noqa: PLC0415

    told(changing.revoke(local_session(), grant, by), as_json=as_json)


def invalidate(grant: Grant, as_json: AsJson = False) -> None:
    """End a grant that should never have been, such as one that another gave in the speaker's name; by the operator."""
    from sayso.workflows.consent import changing  # noqa: PLC0415

    told(changing.invalidate(local_session(), grant), as_json=as_json)


def expire(as_json: AsJson = False) -> None:
    """Note of grants whose time is over that they are expired; nothing was permitted by them any more anyway."""
    from sayso.workflows.consent import changing  # noqa: PLC0415

    expired = changing.note_expired(local_session())
    show({"expired": expired}, (f"{len(expired)} expired", *expired), as_json=as_json)


def _is_drafted(grant: str, state: str, path: Path | None, *, as_json: bool) -> bool:
    """Write the declaration of a change for the speaker to sign, if they want to."""
    from sayso.workflows.consent import changing  # noqa: PLC0415

    if path is not None:
        drafted(changing.draft_change(local_session(), grant, state), path, as_json=as_json)
    return path is not None
