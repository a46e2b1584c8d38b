"""``POST /v1/speech/webrtc``: a browser's offer, and the answer by which it hears one utterance live.

pc.addTransceiver("audio", {direction: "recvonly"});  await pc.setLocalDescription();  // then wait for its candidates
{"sdp": pc.localDescription.sdp, "speech": {"model": "sayso", "voice": "alloy", "input": "The lamp was lit."}}
{"type": "answer", "sdp": ..., "clip": ..., "mark": ..., "grant": ...}                 // pc.setRemoteDescription
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Annotated, Final, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from sayso.doors.api.asking import Asked
from sayso.doors.api.errors import WebrtcMissing
from sayso.doors.api.openai.bodies import SpeechBody
from sayso.doors.api.ordering import begun

router = APIRouter(tags=["speech"])

_SDP: Final = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
_SPEECH: Final[JsonDict] = {"model": "sayso", "input": "The lamp was lit at noon.", "voice": "alloy"}


class OfferBody(BaseModel):
    """An offer to receive audio, and what is to be said; formats play no part here."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"sdp": _SDP, "speech": _SPEECH}]})

    sdp: Annotated[str, Field(min_length=1, max_length=32_768, description="The offer, with its candidates.")]
    speech: SpeechBody


class CallAnswer(BaseModel):
    """The answer to the offer, and the ids of what is heard."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "type": "answer",
                    "sdp": _SDP,
                    "clip": "clp_aaaaaaaaaaaaaaaa",
                    "mark": "00000000",
                    "grant": "grt_aaaaaaaaaaaaaaaa",
                }
            ]
        },
    )

    type: Literal["answer"] = "answer"
    sdp: str
    clip: str
    mark: str
    grant: str


@router.post("/v1/speech/webrtc", response_model=CallAnswer)
async def call(body: OfferBody, asked: Asked) -> CallAnswer:
    """Speak a text into a browser's connection (WebRTC); it ends with the speech, or when consent does."""
    if find_spec("aiortc") is None:
        raise WebrtcMissing
    from sayso.doors.api.webrtc.track import Call  # noqa: PLC0415 - an extra

    service, wanted = asked.service, body.speech.wanted()
    service.calls.require_room()
    speaking = service.speaking(
        asked.caller,
        lambda: begun(asked.caller, wanted, body.speech.action, service.hosts.engine),
        came_s=asked.came_s,
    )
    offered = await Call.offered(body.sdp, speaking)
    try:
        utterance = await speaking.start()
        answer = await offered.answer(utterance)
    except BaseException:
        await offered.close()
        raise
    service.calls.hold(offered.held())
    take = utterance.run.take
    return CallAnswer(sdp=answer, clip=take.clip, mark=str(take.mark), grant=utterance.run.permit.grant_id)
