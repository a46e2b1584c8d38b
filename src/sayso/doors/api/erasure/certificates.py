"""Certificates of erasure: shown with their proof, and checked."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, UploadFile
from fastapi.responses import JSONResponse

from sayso.doors.api.asking import Asked
from sayso.doors.api.ledger.evidence import MaybeKey, refuting
from sayso.doors.api.told import shown, told, worked
from sayso.doors.api.uploads.receiving import lying, received
from sayso.doors.shapes import erasure as shapes
from sayso.workflows.erasure import erasing

router = APIRouter(tags=["erasure"])

CHECKS: Final = "/v1/certificates/checks"


@router.get("/v1/certificates/{certificate}", responses=told("erasure-certificate"))
async def show_certificate(certificate: str, asked: Asked) -> JSONResponse:
    """Show the certificate of an erasure with its proof."""
    return await shown(asked, lambda: shapes.certificate(erasing.certificate(asked.session, certificate, None)))


@router.post(CHECKS, responses=told("erasure-check"))
async def check_certificate_file(asked: Asked, file: UploadFile, key: MaybeKey = None) -> JSONResponse:
    """Check a certificate that is sent: signature, inventory, outcome, times, entry and proof."""
    text = await received(file)

    def checked() -> dict[str, Any]:
        with lying(text) as path, refuting():
            return shapes.certificate_checked(erasing.check(str(path), key, lambda: asked.session))

    return await worked(asked, checked)
