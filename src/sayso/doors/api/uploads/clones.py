"""Voices that are cloned from recordings which are handed in, by the rules of the command line."""

from __future__ import annotations

import json
from typing import Annotated, Any, Final

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import JSONResponse

from sayso.accounts.rights import Right
from sayso.doors.api.asking import Asked
from sayso.doors.api.told import id_of, told
from sayso.doors.api.uploads.receiving import check_sound, lying_together, received
from sayso.doors.shapes import voices as shapes
from sayso.workflows.voices import cloning
from sayso.workflows.voices.cloning import Commission

router = APIRouter(tags=["voices"])

PATH: Final = "/v1/voices"
MOST: Final = 8
"""How many recordings one voice is cloned from."""

MaybeForm = Annotated[str | None, Form(max_length=200)]


@router.post(PATH, status_code=201, responses=told("voice-cloned", 201))
async def clone(
    asked: Asked,
    request: Request,
    files: Annotated[list[UploadFile], File(min_length=1, max_length=MOST)],
    speaker: Annotated[str, Form(min_length=1, max_length=64, json_schema_extra=id_of("speaker"))],
    effort: Annotated[str, Form(max_length=20)] = "best",
    engine: MaybeForm = None,
    seed: Annotated[int, Form(ge=0, le=2**31 - 1)] = 0,
    go_on: Annotated[str | None, Form(max_length=64, json_schema_extra=id_of("voice"))] = None,
    licence: MaybeForm = None,
    evidence: Annotated[
        str | None, Form(max_length=2000, description="Named in the ledger; nobody fetches it.")
    ] = None,
) -> JSONResponse:
    """Clone a voice: a grant has to allow it, and the speaker to have enrolled with these recordings; takes minutes.

    Send it with an idempotency key: asked again with the same key, it waits for the same voice.
    """
    several = [await received(file) for file in files]
    words = (speaker, effort, engine, seed, go_on, licence, evidence)

    def cloned() -> dict[str, Any]:
        asked.session.require(Right.SPEECH)
        for data in several:
            check_sound(data)
        with lying_together(several) as paths:
            return shapes.cloned(cloning.clone_voice(asked.session, Commission(speaker, paths, *words[1:])))

    return await asked.once(request, cloned, sent=[json.dumps(words).encode(), *several], by=asked.labour)
