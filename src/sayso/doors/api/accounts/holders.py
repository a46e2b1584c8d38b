"""Organisations, the licensees that they hold, and credentials, whose secret is told once."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict

from sayso.accounts.errors import CredentialInvalid
from sayso.doors.api.asking import Asked
from sayso.doors.api.bodies import Id, Line
from sayso.doors.api.errors import BodyInvalid
from sayso.doors.api.told import shown, told
from sayso.doors.shapes import accounts as shapes
from sayso.workflows.accounts import credentials, organisations

router = APIRouter(tags=["accounts"])


class OrganisationBody(BaseModel):
    """A new organisation; the name is never logged."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "Northwind Audio Limited"}]})

    name: Line


class LicenseeBody(BaseModel):
    """A licensee, as grants name it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"licensee": "Northwind Audio"}]})

    licensee: Line


class CredentialBody(BaseModel):
    """A new credential: of a role in an organisation, or of a speaker; ``until`` is a date, by default in a year."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"role": "auditor", "until": "2027-12-31"}]}
    )

    role: Line
    organisation: Id | None = None
    speaker: Id | None = None
    until: Line | None = None


@contextlib.contextmanager
def wanted_here() -> Iterator[None]:
    """Say of a credential that cannot be issued that the body is wrong; elsewhere it is who asks that is."""
    try:
        yield
    except CredentialInvalid as found:
        raise BodyInvalid(found.message, reasons=found.reasons) from found


@router.get("/v1/accounts", responses=told("accounts"))
async def list_accounts(asked: Asked) -> JSONResponse:
    """List organisations and credentials that the key may see."""
    return await shown(asked, lambda: shapes.accounts(organisations.listed(asked.session)))


@router.post("/v1/organisations", status_code=201, responses=told("organisation-added", 201))
async def add_organisation(body: OrganisationBody, asked: Asked, request: Request) -> JSONResponse:
    """Add an organisation that shares this installation."""
    return await asked.once(request, lambda: {"organisation": organisations.add(asked.session, body.name)})


@router.post("/v1/organisations/{organisation}/licensees", status_code=201, responses=told("licensee-held", 201))
async def hold_licensee(organisation: str, body: LicenseeBody, asked: Asked, request: Request) -> JSONResponse:
    """Assign a licensee to an organisation; a licensee belongs to one."""

    def held() -> dict[str, Any]:
        name = organisations.hold(asked.session, organisation, body.licensee)
        return {"organisation": organisation, "licensee": name}

    return await asked.once(request, held)


@router.post("/v1/credentials", status_code=201, responses=told("credential-issued", 201))
async def issue_credential(body: CredentialBody, asked: Asked, request: Request) -> JSONResponse:
    """Issue a credential; its secret is shown this once."""
    words = body.model_dump(exclude={"role"})

    def issued() -> dict[str, Any]:
        with wanted_here():
            return shapes.issued(credentials.issue(asked.session, body.role, **words))

    return await asked.once(request, issued)


@router.post("/v1/credentials/{credential}/revoke", responses=told("credential"))
async def revoke_credential(credential: str, asked: Asked) -> JSONResponse:
    """Revoke a credential; it is refused from now on."""
    return await shown(asked, lambda: shapes.credential(credentials.revoke(asked.session, credential)))
