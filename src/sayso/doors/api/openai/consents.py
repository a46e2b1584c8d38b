"""``/v1/audio/voice_consents`` and voices made with them, as OpenAI's clients call them.

A voice consent is a grant that allows cloning: its id is the grant's, deleting it withdraws the grant. The recording
has to say the phrase that its refusal names, in the voice of the samples. It waits in this process, sealed with the
speaker's key, for a day; what is made of it is kept with the voice.
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from fastapi.responses import JSONResponse

from sayso.accounts.rights import RIGHTS, Right
from sayso.clock import now
from sayso.consent import Action, State
from sayso.doors.api.asking import Asked, Asking
from sayso.doors.api.errors import BodyInvalid, KeyUnbound, StatementGone, TooLarge
from sayso.doors.api.openai.answers import ConsentAnswer, ConsentDeleted, ConsentsAnswer, VoiceClonedAnswer
from sayso.doors.api.uploads.receiving import unplaced
from sayso.errors import SaysoError
from sayso.workflows.consent import changing, showing, speakers
from sayso.workflows.consent.showing import GrantShown
from sayso.workflows.enrollment import stating
from sayso.workflows.enrollment.stating import StatedConsent
from sayso.workflows.voices import cloning
from sayso.workflows.voices.cloning import Commission

router = APIRouter(tags=["speech"])

RECORDING_BYTES: Final = 10 * 1024 * 1024
UPLOADS: Final = ("/v1/audio/voice_consents", "/v1/audio/voices")
KEPT_S: Final = 24 * 3600.0
MOST: Final = 32

Name = Annotated[str, Form(min_length=1, max_length=200)]


class Statements:
    """Recordings of consents of which no voice is made yet, sealed; the oldest go where there are too many."""

    def __init__(self) -> None:
        """Begin with none."""
        self._kept: dict[str, tuple[float, StatedConsent]] = {}

    def keep(self, stated: StatedConsent) -> None:
        """Keep one."""
        ends = time.monotonic() - KEPT_S
        self._kept = {grant: one for grant, one in self._kept.items() if one[0] > ends}
        while len(self._kept) >= MOST:
            del self._kept[next(iter(self._kept))]
        self._kept[stated.grant] = (time.monotonic(), stated)

    def of(self, grant: str) -> StatedConsent:
        """Return that of a grant; raise `StatementGone`."""
        if grant not in self._kept:
            raise StatementGone(f"consent: the recording of {grant} is not here any more; make a new voice consent")
        return self._kept[grant][1]

    def drop(self, grant: str) -> None:
        """Forget one."""
        self._kept.pop(grant, None)


@router.post("/v1/audio/voice_consents", response_model=ConsentAnswer)
async def create(
    asked: Asked,
    request: Request,
    name: Name,
    language: Annotated[
        str, Form(min_length=2, max_length=35, json_schema_extra={"pattern": "^[Ee][Nn](-.*)?$", "example": "en-US"})
    ],
    recording: Annotated[UploadFile, File()],
    speaker: Annotated[str | None, Form(max_length=64, description="Sayso's own: a speaker who is known.")] = None,
) -> JSONResponse:
    """Enter a consent that was recorded; only whoever acts for speakers may."""
    if language.partition("-")[0].lower() != "en":
        raise BodyInvalid(f"language: got {language[:20]!r}, expected en-US or en-GB: no other statement is understood")
    data = await _sound(recording)
    key = asked.caller.key
    if key is None:
        raise KeyUnbound("got a credential that names no licensee, expected a key of the API")

    def act() -> str:
        stated = stating.state_consent(
            asked.session,
            data,
            name=name,
            licensee=key.licensee,
            purpose=key.purpose,
            project=key.project,
            speaker=speaker,
        )
        _statements(request).keep(stated)
        return stated.grant

    grant = await asked.done_once(request, act, sent=[json.dumps([name, language, speaker]).encode(), data])
    return JSONResponse(await asked.run(lambda: _consent(asked, showing.shown(asked.session, grant))))


@router.get("/v1/audio/voice_consents", response_model=ConsentsAnswer)
async def list_consents(
    asked: Asked, after: Annotated[str, Query(max_length=64)] = "", limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> JSONResponse:
    """List the grants in force that allow cloning."""

    def act() -> dict[str, Any]:
        grants = sorted(filter(_is_consent, showing.listed(asked.session)), key=lambda one: one.grant.not_before)
        ids: list[str] = [one.grant.grant_id for one in grants]
        first = ids.index(after) + 1 if after in ids else 0
        shown = [_consent(asked, one) for one in grants[first : first + limit]]
        ends = {"first_id": shown[0]["id"], "last_id": shown[-1]["id"]} if shown else {}
        return {"object": "list", "data": shown, "has_more": first + limit < len(grants), **ends}

    return JSONResponse(await asked.run(act))


@router.get("/v1/audio/voice_consents/{consent}", response_model=ConsentAnswer)
async def retrieve(consent: str, asked: Asked) -> JSONResponse:
    """Show a voice consent."""
    return JSONResponse(await asked.run(lambda: _consent(asked, showing.shown(asked.session, consent))))


@router.post("/v1/audio/voice_consents/{consent}", response_model=ConsentAnswer)
async def update(consent: str, asked: Asked) -> JSONResponse:
    """Refuse: the name of a voice consent is its speaker's."""
    await asked.run(lambda: showing.shown(asked.session, consent))
    raise BodyInvalid("name: it is the speaker's, under seal, and is not changed here; make a new voice consent")


@router.delete("/v1/audio/voice_consents/{consent}", response_model=ConsentDeleted)
async def delete(consent: str, asked: Asked, request: Request) -> JSONResponse:
    """Withdraw the grant; streams under it end at once, and nothing more is made."""

    def act() -> dict[str, Any]:
        changing.withdraw(asked.session, consent)
        _statements(request).drop(consent)
        return {"id": consent, "deleted": True, "object": "audio.voice_consent"}

    return JSONResponse(await asked.run(act))


@router.post("/v1/audio/voices", response_model=VoiceClonedAnswer)
async def create_voice(
    asked: Asked,
    request: Request,
    name: Name,
    audio_sample: Annotated[UploadFile, File()],
    consent: Annotated[str, Form(min_length=1, max_length=64)],
) -> JSONResponse:
    """Clone the voice of a sample, which has to be that of the voice consent; minutes, with Kokoro."""
    sample = await _sound(audio_sample)

    def act() -> dict[str, Any]:
        voice = _cloned(asked, _statements(request).of(consent), sample)
        _statements(request).drop(consent)
        return {"id": voice, "created_at": int(now().timestamp())}

    made = await asked.done_once(request, act, sent=[json.dumps([name, consent]).encode(), sample])
    return JSONResponse({**made, "object": "audio.voice", "name": name, "type": "audio_sample"})


def _cloned(asked: Asking, stated: StatedConsent, sample: bytes) -> str:
    """Return the voice that was made of the sample and of the statement, which is kept with it."""
    stating.check_samples(asked.session, stated, [sample])
    with tempfile.TemporaryDirectory(prefix="sayso-") as folder, unplaced(folder):
        paths = [Path(folder) / name for name in ("sample", "statement")]
        for path, data in zip(paths, (sample, stated.recording(asked.session)), strict=True):
            path.write_bytes(data)
        return cloning.clone_voice(asked.session, Commission(stated.speaker, tuple(paths), effort="fast")).voice


def _statements(request: Request) -> Statements:
    kept: Statements = request.app.state.statements
    return kept


async def _sound(file: UploadFile) -> bytes:
    data = await file.read(RECORDING_BYTES + 1)
    if len(data) > RECORDING_BYTES:
        raise TooLarge(f"got a larger recording than is taken here, expected at most {RECORDING_BYTES} bytes")
    return data


def _is_consent(shown: GrantShown) -> bool:
    return Action.CLONE in shown.grant.actions and shown.state is State.GIVEN and not shown.grant.house


def _consent(asked: Asking, shown: GrantShown) -> dict[str, Any]:
    return {
        "id": shown.grant.grant_id,
        "object": "audio.voice_consent",
        "name": _name(asked, shown),
        "language": "en",
        "created_at": int(shown.grant.not_before.timestamp()),
    }


def _name(asked: Asking, shown: GrantShown) -> str:
    """Return the speaker's name to whoever acts for speakers, and the grant's id to others."""
    if Right.CONSENT not in RIGHTS[asked.session.actor.role]:
        return shown.grant.grant_id
    try:
        return speakers.name_of(asked.session, shown.grant.speaker)
    except SaysoError:
        return shown.grant.grant_id
