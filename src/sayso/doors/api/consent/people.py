"""Speakers and their keys. No private key comes or goes: of a key the public part travels, and what it has signed."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from sayso.doors.api.asking import Asked, Asking
from sayso.doors.api.bodies import SpeakerBody
from sayso.doors.api.told import done_and_shown, shown, told
from sayso.doors.shapes import consent as shapes
from sayso.workflows.consent import granting, keys, signing, speakers

router = APIRouter(tags=["consent"])

PATH: Final = "/v1/speakers"
KEY_CHARS: Final = 500

_HEX: Final = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"

PublicKey = Annotated[str, Field(min_length=1, max_length=KEY_CHARS, description="Ed25519, PEM or hexadecimal.")]


class PublicKeyBody(BaseModel):
    """A public key whose private one the speaker keeps."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"public_key": _HEX}]})

    public_key: PublicKey


class RotationBody(BaseModel):
    """The new public key; without one Sayso makes a key pair, and keeps the private key sealed."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"public_key": _HEX}]})

    public_key: PublicKey | None = None


class RecoveryBody(BaseModel):
    """A new public key in place of one that was lost, and why: sealed, with a keyed hash of it in the ledger."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"public_key": _HEX, "reason": "lost with the laptop"}]}
    )

    public_key: PublicKey
    reason: Annotated[str, Field(min_length=1, max_length=500)]


@router.get(PATH, responses=told("speakers"))
async def list_speakers(asked: Asked) -> JSONResponse:
    """List the speakers that the key may see; their names stay sealed."""
    return await shown(asked, lambda: shapes.speakers(speakers.listed(asked.session)))


@router.post(PATH, status_code=201, responses=told("speaker-added", 201))
async def add_speaker(body: SpeakerBody, asked: Asked, request: Request) -> JSONResponse:
    """Add a speaker with a key of their own; nothing is allowed yet."""
    return await asked.once(
        request, lambda: {"speaker": speakers.add_speaker(asked.session, body.name, body.organisation)}
    )


@router.post(PATH + "/{speaker}/death", responses=told("speaker-deceased"))
async def note_death(speaker: str, asked: Asked) -> JSONResponse:
    """Record that a speaker has died: only what they allowed for that time still permits anything."""

    def noted() -> dict[str, Any]:
        granting.note_death(asked.session, speaker)
        return {"speaker": speaker, "deceased": True}

    return await shown(asked, noted)


@router.get(PATH + "/{speaker}/key", responses=told("speaker-key"))
async def show_key(speaker: str, asked: Asked) -> JSONResponse:
    """Show a speaker's public key, and who keeps the private one."""
    return await shown(asked, lambda: _key(asked, speaker))


@router.post(PATH + "/{speaker}/key", status_code=201, responses=told("speaker-key", 201))
async def register_key(speaker: str, body: PublicKeyBody, asked: Asked, request: Request) -> JSONResponse:
    """Register the first key of a speaker, who keeps the private one."""
    return await done_and_shown(
        asked,
        request,
        lambda: signing.register(asked.session, speaker, body.public_key),
        lambda: _key(asked, speaker),
    )


@router.post(PATH + "/{speaker}/key/rotation", status_code=201, responses=told("speaker-key", 201))
async def rotate_key(speaker: str, body: RotationBody, asked: Asked, request: Request) -> JSONResponse:
    """Replace the key that Sayso keeps, signed by it; with a public key, the speaker keeps the private one from now on.

    A speaker who keeps the old key signs a draft of the change.
    """
    return await done_and_shown(
        asked,
        request,
        lambda: keys.rotate(asked.session, speaker, body.public_key),
        lambda: _key(asked, speaker),
    )


@router.post(PATH + "/{speaker}/key/recovery", status_code=201, responses=told("speaker-key", 201))
async def recover_key(speaker: str, body: RecoveryBody, asked: Asked, request: Request) -> JSONResponse:
    """Replace a lost key, as the operator; the ledger tells for good that the speaker did not sign it."""
    return await done_and_shown(
        asked,
        request,
        lambda: keys.recover(asked.session, speaker, body.public_key, body.reason),
        lambda: _key(asked, speaker),
    )


@router.post(PATH + "/{speaker}/key/drafts", responses=told("draft"))
async def draft_rotation(speaker: str, body: PublicKeyBody, asked: Asked) -> JSONResponse:
    """Hand out the declaration of a new key, for the speaker to sign with the old one; nothing is changed."""
    return await shown(asked, lambda: {"draft": keys.draft_rotation(asked.session, speaker, body.public_key).decode()})


def _key(asked: Asking, speaker: str) -> dict[str, Any]:
    return shapes.speaker_key(signing.key_shown(asked.session, speaker))
