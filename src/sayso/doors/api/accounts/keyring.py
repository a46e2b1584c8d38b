"""Keys of the API, told once, listed and revoked."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from sayso.doors.api.accounts.holders import wanted_here
from sayso.doors.api.asking import Asked
from sayso.doors.api.bodies import Line
from sayso.doors.api.told import shown, told
from sayso.doors.shapes import accounts as shapes
from sayso.workflows.accounts import api_keys, credentials

router = APIRouter(tags=["accounts"])


class KeyBody(BaseModel):
    """A new key of the API; ``voices`` are ids, each behind ``ALIAS=`` where it has one."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"licensee": "Northwind Audio", "purpose": "agent/support"}]},
    )

    licensee: Line
    purpose: Line
    organisation: Line | None = None
    role: Line = "producer"
    project: Line | None = None
    voices: Annotated[list[Line], Field(max_length=100)] = []
    rate: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    until: Line | None = None


@router.get("/v1/keys", responses=told("keys"))
async def list_keys(asked: Asked) -> JSONResponse:
    """List the keys that the key may see."""
    return await shown(asked, lambda: shapes.keys(api_keys.listed(asked.session)))


@router.post("/v1/keys", status_code=201, responses=told("key-issued", 201))
async def issue_key(body: KeyBody, asked: Asked, request: Request) -> JSONResponse:
    """Issue a key; it is shown this once."""
    fields = body.model_dump(exclude={"role"})

    def issued() -> dict[str, Any]:
        with wanted_here():
            return shapes.key_issued(api_keys.add(asked.session, body.role, **fields))

    return await asked.once(request, issued)


@router.post("/v1/keys/{credential}/revoke", responses=told("credential"))
async def revoke_key(credential: str, asked: Asked) -> JSONResponse:
    """Revoke a key; its running streams stop, too."""
    return await shown(asked, lambda: shapes.credential(credentials.revoke(asked.session, credential)))
