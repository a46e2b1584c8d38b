"""Who signs content credentials. No private key is taken: it lies at the operator's desk, or in a slot that signs."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from sayso.doors.api.asking import Asked, Asking
from sayso.doors.api.bodies import Line
from sayso.doors.api.told import done_and_shown, shown, told
from sayso.doors.shapes import credentials as shapes
from sayso.workflows.provenance import certificates

router = APIRouter(tags=["accounts"])

PEM_CHARS: Final = 32_768

_PEM: Final = "-----BEGIN CERTIFICATE-----\nMIIB...\n-----END CERTIFICATE-----\n"

Pem = Annotated[str, Field(min_length=1, max_length=PEM_CHARS)]


class CertificateBody(BaseModel):
    """A certificate in PEM, followed by its chain."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"certificate": _PEM}]})

    certificate: Pem


class SignerBody(BaseModel):
    """A certificate with its chain, the slot of a key service that signs with its key, and more roots to trust."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"certificate": _PEM, "slot": "hsm"}]})

    certificate: Pem
    slot: Line
    anchors: Pem | None = None


@router.post("/v1/certificate-checks", responses=told("certificate-check"))
async def check_certificate(body: CertificateBody, asked: Asked) -> JSONResponse:
    """Check whether a certificate can sign content credentials; nothing is kept."""
    return await shown(asked, lambda: shapes.certificate_checked(certificates.checked(body.certificate.encode())))


@router.get("/v1/signer", responses=told("signer"))
async def show_signer(asked: Asked) -> JSONResponse:
    """Show who signs here, and when the certificate expires."""
    return await shown(asked, lambda: _signer(asked))


@router.post("/v1/signer", status_code=201, responses=told("signer", 201))
async def use_certificate(body: SignerBody, asked: Asked, request: Request) -> JSONResponse:
    """Sign with a certificate of your own, whose key a slot keeps."""
    anchors = None if body.anchors is None else body.anchors.encode()

    def used() -> None:
        certificates.use_slot(asked.session, body.certificate.encode(), body.slot, anchors=anchors)

    return await done_and_shown(asked, request, used, lambda: _signer(asked))


@router.post("/v1/signer/local", responses=told("signer"))
async def use_local(asked: Asked) -> JSONResponse:
    """Return to the local signing authority; a private key of the operator that lies here is deleted."""
    return await shown(asked, lambda: shapes.signer(certificates.use_local(asked.session)))


def _signer(asked: Asking) -> dict[str, Any]:
    return shapes.signer(certificates.signer(asked.session))
