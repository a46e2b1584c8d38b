"""Papers about grants: consent records and policies (JSON-LD), written and taken in, and the speaker's receipt."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from sayso.accounts.rights import Right
from sayso.doors.api.asking import Asked
from sayso.doors.api.bodies import Id
from sayso.doors.api.consent.grants import PATH
from sayso.doors.api.errors import BodyInvalid
from sayso.doors.api.told import told
from sayso.doors.shapes import consent as shapes
from sayso.records.exchange import DocumentFormat
from sayso.records.receipts import Commands, Receipt, text
from sayso.workflows.consent import exchanging

router = APIRouter(tags=["consent"])

_LINKED: Final = "application/ld+json"
_EXAMPLE: Final[Mapping[str, Any]] = {"@context": {"odrl": "http://www.w3.org/ns/odrl/2/"}, "@type": "odrl:Agreement"}


def _page(receipt: Receipt) -> str:
    from sayso.doors.reports.receipt import page  # noqa: PLC0415 - templates, which the server's start need not wait for

    return page(receipt)


_RECEIPTS: Final[Mapping[str, tuple[str, Callable[[Receipt], str]]]] = {
    "txt": ("text/plain", text),
    "html": ("text/html", _page),
}
"""The forms of a receipt: its media type, and what writes it."""

_COMMANDS: Final = Commands(withdraw="POST /v1/grants/{grant}/withdraw", erase="POST /v1/erasures for {speaker}")

FormWord = Annotated[str, Query(max_length=20, json_schema_extra={"enum": [*map(str, DocumentFormat)]})]
ReceiptWord = Annotated[str, Query(max_length=20, json_schema_extra={"enum": [*_RECEIPTS]})]


class ImportBody(BaseModel):
    """A consent record or a policy, and the speaker who gives now what it grants."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"speaker": "spk_aaaaaaaaaaaaaaaa", "document": dict(_EXAMPLE)}]},
    )

    speaker: Id
    document: dict[str, Any]


@router.get(
    PATH + "/{grant}/record",
    response_class=Response,
    responses={
        200: {
            "description": "The grant as JSON-LD.",
            "content": {_LINKED: {"schema": {"type": "object"}, "example": dict(_EXAMPLE)}},
        }
    },
)
async def export_grant(
    grant: str, asked: Asked, form: Annotated[FormWord, Query(alias="format")] = "27560"
) -> Response:
    """Hand out a grant as a consent record (ISO/IEC TS 27560) or an ODRL policy."""
    return Response(await asked.run(lambda: exchanging.exported(asked.session, grant, form)), media_type=_LINKED)


@router.post(PATH + "/imports", status_code=201, responses=told("grant-imported", 201))
async def import_grant(body: ImportBody, asked: Asked, request: Request) -> JSONResponse:
    """Take a consent record or policy in as a new grant; a term that cannot be represented exactly is refused."""
    data = json.dumps(body.document).encode()
    return await asked.once(
        request, lambda: shapes.taken(exchanging.take_in_document(asked.session, data, body.speaker))
    )


@router.get(
    PATH + "/{grant}/receipt",
    response_class=Response,
    responses={
        200: {
            "description": "The receipt, for the speaker to keep.",
            "content": {kind: {"schema": {"type": "string"}} for kind, _ in _RECEIPTS.values()},
        }
    },
)
async def show_receipt(
    grant: str, asked: Asked, form: Annotated[ReceiptWord, Query(alias="format")] = "txt"
) -> Response:
    """Hand out the plain-language receipt of a grant, with the speaker's name, to whoever acts for the speaker."""
    if form not in _RECEIPTS:
        raise BodyInvalid(f"format: got {form!r}, expected one of {', '.join(_RECEIPTS)}")
    kind, write = _RECEIPTS[form]

    def written() -> str:
        asked.session.require(Right.CONSENT)
        return write(exchanging.receipt_of(asked.session, grant, _COMMANDS))

    return Response(await asked.run(written), media_type=kind)
