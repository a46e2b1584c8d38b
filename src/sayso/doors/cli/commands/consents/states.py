"""``sayso consent request``, ``accept``, ``suspend``, ...: changes of a grant's state."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from sayso.consent.dimension import Command
from sayso.doors.cli.commands.consents.consent import Draft, Grant, Speaker, drafted, told
from sayso.doors.cli.limits import takes_terms, typed_terms
from sayso.doors.cli.outlet import Force
from sayso.doors.cli.output import AsJson, show
from sayso.doors.cli.session import local_session
from sayso.doors.shapes import consent as shapes
from sayso.errors import Invalid

By = Annotated[str, typer.Option(help="Acting party: speaker, licensee or operator.")]


def attach(app: typer.Typer) -> None:
    """Add the commands to ``sayso consent``."""
    for command in (request, accept, decline, withdraw, suspend, resume, revoke):
        app.command()(command)


@takes_terms(Command.REQUEST)
def request(speaker: Speaker, as_json: AsJson = False, **typed: Any) -> None:
    """Request a grant from a speaker, as the licensee.

    A request permits nothing until the speaker accepts it.
    """
    from sayso.workflows.consent import granting  # noqa: PLC0415

    grant_id = granting.request(local_session(), granting.Terms(speaker, **typed_terms(typed)))
    lines = (f"requested {grant_id}", f"accept it with: sayso consent accept {grant_id} (or decline)")
    show({"grant": grant_id, "state": "requested"}, lines, as_json=as_json)


def accept(grant: Grant, draft: Draft = None, force: Force = False, as_json: AsJson = False) -> None:
    """Accept a licensee's request, as the speaker."""
    from sayso.workflows.consent import granting  # noqa: PLC0415

    if draft is not None:
        drafted(granting.draft_accepted(local_session(), grant), draft, force=force, as_json=as_json)
        return
    told(granting.accept(local_session(), grant), as_json=as_json)


def decline(grant: Grant, as_json: AsJson = False) -> None:
    """Decline a licensee's request, as the speaker."""
    from sayso.workflows.consent import changing  # noqa: PLC0415

    told(changing.decline(local_session(), grant), as_json=as_json)


def withdraw(grant: Grant, draft: Draft = None, force: Force = False, as_json: AsJson = False) -> None:
    """Withdraw a grant permanently and stop running speech."""
    from sayso.workflows.consent import changing  # noqa: PLC0415

    if _is_drafted(grant, "withdrawn", draft, force=force, as_json=as_json):
        return
    withdrawn = changing.withdraw(local_session(), grant)
    lines = (
        f"grant {grant} is withdrawn",
        "to erase the voice and everything derived from it: sayso erase plan --speaker S",
    )
    show(shapes.grant(withdrawn), lines, as_json=as_json)


def suspend(
    grant: Grant, by: By = "speaker", draft: Draft = None, force: Force = False, as_json: AsJson = False
) -> None:
    """Suspend a grant and stop running speech.

    Only the party that suspended a grant can resume it.
    """
    from sayso.workflows.consent import changing  # noqa: PLC0415

    if not _is_drafted(grant, "suspended", draft, force=force, as_json=as_json):
        told(changing.suspend(local_session(), grant, by), as_json=as_json)


def resume(
    grant: Grant, by: By = "speaker", draft: Draft = None, force: Force = False, as_json: AsJson = False
) -> None:
    """Resume a suspended grant.

    A speaker who holds their own key signs a draft of the change (--draft).
    """
    from sayso.workflows.consent import changing  # noqa: PLC0415

    if not _is_drafted(grant, "given", draft, force=force, as_json=as_json):
        told(changing.resume(local_session(), grant, by), as_json=as_json)


def revoke(
    grant: Grant,
    by: By = "operator",
    invalid: Annotated[
        bool, typer.Option("--invalid", help="The grant was never valid, such as a forged one; operator only.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Revoke a grant permanently, as operator or licensee."""
    from sayso.workflows.consent import changing  # noqa: PLC0415

    if invalid and by != "operator":
        raise Invalid(f"by: got {by[:40]!r}, expected operator with --invalid")
    session = local_session()
    told(changing.invalidate(session, grant) if invalid else changing.revoke(session, grant, by), as_json=as_json)


def _is_drafted(grant: str, state: str, path: Path | None, *, force: bool, as_json: bool) -> bool:
    """Write the declaration of a change for the speaker to sign, if ``path`` is given."""
    from sayso.workflows.consent import changing  # noqa: PLC0415

    if path is not None:
        drafted(changing.draft_change(local_session(), grant, state), path, force=force, as_json=as_json)
    return path is not None
