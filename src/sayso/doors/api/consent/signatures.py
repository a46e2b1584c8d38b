"""What a speaker signs with their own key, on their own machine: handed out as a draft, taken back with a signature."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from sayso.doors.api.asking import Asked
from sayso.doors.api.bodies import AmendmentBody, TermsBody
from sayso.doors.api.consent.grants import PATH
from sayso.doors.api.errors import BodyInvalid
from sayso.doors.api.told import shown, told
from sayso.doors.shapes import consent as shapes
from sayso.workflows.consent import changing, granting, keys, showing

router = APIRouter(tags=["consent"])

_STATES: Final[Mapping[str, str]] = {"withdraw": "withdrawn", "suspend": "suspended", "resume": "given"}
"""The state that each change leads to."""


class ChangeDraftBody(BaseModel):
    """Which change of a grant the speaker is to sign."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"change": "withdraw"}]})

    change: Annotated[str, Field(max_length=20, json_schema_extra={"enum": ["accept", *_STATES]})]


class SignedBody(BaseModel):
    """A document with the speaker's signature, as signing writes it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "document": {
                        "format": "sayso state v1",
                        "grant": "grt_aaaaaaaaaaaaaaaa",
                        "number": 2,
                        "state": "withdrawn",
                        "version": 1,
                    },
                    "signature": "00" * 64,
                }
            ]
        },
    )

    document: dict[str, Any]
    signature: Annotated[str, Field(pattern="^[0-9a-f]{128}$")]


@router.post(PATH + "/drafts", responses=told("draft"))
async def draft_grant(body: TermsBody, asked: Asked) -> JSONResponse:
    """Hand out the document of a grant, for the speaker to sign; nothing is entered."""
    return await shown(asked, lambda: {"draft": granting.draft(asked.session, body.terms()).decode()})


@router.post(PATH + "/{grant}/amendments/drafts", responses=told("draft"))
async def draft_amendment(grant: str, body: AmendmentBody, asked: Asked) -> JSONResponse:
    """Hand out the document of a grant's next version, for the speaker to sign; nothing is entered."""
    return await shown(asked, lambda: {"draft": granting.draft_amended(asked.session, grant, body.terms()).decode()})


@router.post(PATH + "/{grant}/drafts", responses=told("draft"))
async def draft_change(grant: str, body: ChangeDraftBody, asked: Asked) -> JSONResponse:
    """Hand out the declaration of a change, or the document of a request, for the speaker to sign."""

    def drafted() -> dict[str, Any]:
        if body.change == "accept":
            return {"draft": granting.draft_accepted(asked.session, grant).decode()}
        state = _STATES.get(body.change)
        if state is None:
            raise BodyInvalid(f"change: got {body.change!r}, expected one of accept, {', '.join(_STATES)}")
        return {"draft": changing.draft_change(asked.session, grant, state).decode()}

    return await shown(asked, drafted)


@router.post("/v1/submissions", status_code=201, responses=told("grant", 201, or_else="speaker-key-entered"))
async def submit(_: SignedBody, asked: Asked, request: Request) -> JSONResponse:
    """Enter what a speaker signed: a grant, an amendment, an accepted request, a change of state, or a new key."""
    data = await request.body()  # what was signed is in these very bytes

    def entered() -> dict[str, str]:
        if keys.is_rotation(data):
            return {"public_key": keys.enter_rotation(asked.session, data)}
        return {"grant": granting.enter(asked.session, data).grant.grant_id}

    done = await asked.done_once(request, entered)
    if "grant" not in done:
        return JSONResponse(done, 201)
    return await shown(asked, lambda: shapes.grant(showing.shown(asked.session, done["grant"])), 201)
