"""Texts: what will be spoken for one."""

from __future__ import annotations

import contextlib
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from sayso.doors.api.asking import Asked
from sayso.doors.api.bodies import Line
from sayso.doors.api.told import shown, told
from sayso.doors.api.uploads.receiving import lying
from sayso.doors.shapes import speech as shapes
from sayso.workflows.speech import reading

router = APIRouter(tags=["texts"])


class ReadingBody(BaseModel):
    """A text, its language, and words of a lexicon: the lines of the file that the command line takes."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={"examples": [{"text": "Dr. Quixano paid $5.50.", "phonemes": True}]},
    )

    text: Annotated[str, Field(min_length=1, max_length=4096)]
    language: Line = "en"
    phonemes: bool = False
    lexicon: Annotated[str | None, Field(max_length=16 * 1024)] = None


@router.post("/v1/texts", responses=told("text-read"))
async def read_text(body: ReadingBody, asked: Asked) -> JSONResponse:
    """Tell what will be spoken for a text; nothing is."""
    return await shown(asked, lambda: _read(body))


def _read(body: ReadingBody) -> dict[str, Any]:
    with contextlib.ExitStack() as held:
        lexicon = None if body.lexicon is None else held.enter_context(lying(body.lexicon.encode(), ".lexicon"))
        return shapes.read(
            reading.read_text(body.text, with_phonemes=body.phonemes, language=body.language, lexicon=lexicon)
        )
