"""Grants: given, asked for, shown, amended, stopped and ended."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from sayso.consent.state import Party
from sayso.doors.api.asking import Asked
from sayso.doors.api.bodies import AmendmentBody, GrantBody
from sayso.doors.api.errors import BodyInvalid
from sayso.doors.api.told import SpeakerWord, done_and_shown, shown, told
from sayso.doors.api.uploads.receiving import lying
from sayso.doors.shapes import consent as shapes
from sayso.workflows.consent import changing, granting, showing
from sayso.workflows.consent.granting import GrantShown
from sayso.workflows.installation.session import Session

router = APIRouter(tags=["consent"])

PATH: Final = "/v1/grants"
MAX_TEXT_CHARS: Final = 16_384
"""Twice as many, each spelled as six bytes, fit a body: a text that is longer is told so by its name."""

CHANGES: Final[Mapping[str, Callable[[Session, str], GrantShown]]] = {
    "accept": granting.accept,
    "decline": changing.decline,
    "withdraw": changing.withdraw,
    "suspend": changing.suspend,
    "resume": changing.resume,
    "revoke": changing.revoke,
    "invalidate": changing.invalidate,
}
"""What is done to a grant, by name."""

_BY: Final[Mapping[str, Callable[[Session, str, str], GrantShown]]] = {
    "suspend": changing.suspend,
    "resume": changing.resume,
    "revoke": changing.revoke,
}
"""Of these, what different parties may do."""


class ApprovalBody(BaseModel):
    """A text as it will be spoken, and words of the lexicon that it will be spoken with."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"text": "The lamp was lit at noon."}]})

    text: Annotated[str, Field(min_length=1, max_length=MAX_TEXT_CHARS)]
    lexicon: Annotated[str | None, Field(max_length=MAX_TEXT_CHARS)] = None


ByWord = Annotated[
    str | None,
    Query(
        max_length=20,
        description="Who acts: of suspend and resume the speaker or operator, of revoke the operator or licensee.",
        json_schema_extra={"enum": [*map(str, Party)]},
    ),
]


@router.get(PATH, responses=told("grants"))
async def list_grants(asked: Asked, speaker: SpeakerWord = None) -> JSONResponse:
    """List the grants that the key may see."""
    return await shown(asked, lambda: shapes.grants(showing.listed(asked.session, speaker)))


@router.post(PATH, status_code=201, responses=told("grant-given", 201))
async def give_grant(body: GrantBody, asked: Asked, request: Request) -> JSONResponse:
    """Enter what a speaker allows, or ask the speaker for it."""
    act = granting.request if body.request else granting.give

    def given() -> dict[str, Any]:
        return {"grant": act(asked.session, body.terms())}

    return await asked.once(request, given)


@router.get(PATH + "/{grant}", responses=told("grant"))
async def show_grant(grant: str, asked: Asked) -> JSONResponse:
    """Show a grant with its state now and its history."""
    return await shown(asked, lambda: shapes.grant(showing.shown(asked.session, grant)))


@router.post(PATH + "/{grant}/amendments", status_code=201, responses=told("grant", 201))
async def amend_grant(grant: str, body: AmendmentBody, asked: Asked, request: Request) -> JSONResponse:
    """Make the next version of a grant; permits that were made before end at once."""
    return await done_and_shown(
        asked,
        request,
        lambda: granting.amend(asked.session, grant, body.terms()),
        lambda: shapes.grant(showing.shown(asked.session, grant)),
    )


@router.post(PATH + "/{grant}/approvals", status_code=201, responses=told("grant", 201))
async def approve_text(grant: str, body: ApprovalBody, asked: Asked, request: Request) -> JSONResponse:
    """Approve a text under a grant that asks for it: its next version. Of the text a keyed hash is kept."""

    def approved() -> None:
        with contextlib.ExitStack() as held:
            lexicon = None if body.lexicon is None else held.enter_context(lying(body.lexicon.encode(), ".lexicon"))
            granting.approve(asked.session, grant, body.text, lexicon=lexicon)

    return await done_and_shown(asked, request, approved, lambda: shapes.grant(showing.shown(asked.session, grant)))


@router.post(PATH + "/{grant}/{change}", responses=told("grant"))
async def change_grant(grant: str, change: str, asked: Asked, by: ByWord = None) -> JSONResponse:
    """Accept, decline, withdraw, suspend, resume, revoke or invalidate a grant; streams under it end at once."""
    act = CHANGES.get(change)
    if act is None:
        raise BodyInvalid(f"change: got {change[:20]!r}, expected one of {', '.join(CHANGES)}")
    if by is not None:
        if change not in _BY:
            raise BodyInvalid(f"by: got {by[:20]!r} of {change}, expected it of {', '.join(_BY)} only")
        act = partial(_by, _BY[change], by)
    return await shown(asked, lambda: shapes.grant(act(asked.session, grant)))


def _by(act: Callable[[Session, str, str], GrantShown], by: str, session: Session, grant: str) -> GrantShown:
    return act(session, grant, by)
