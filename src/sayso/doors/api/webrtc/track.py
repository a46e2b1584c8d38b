"""An utterance as a track: 20 ms of its marked sound at a time, each part asked for when it is due, and no sooner.

A part leaves the gate when it is taken, so that a withdrawal ends the track within one part and its jitter buffer. The
connection asks no STUN server and no other address but those of the offer.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from fractions import Fraction
from typing import Final

from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame

from sayso.audio.streamed import StreamFormat
from sayso.doors.api.errors import BodyInvalid
from sayso.doors.api.parts import SoundPart, parts_of
from sayso.doors.api.speech import Speaking
from sayso.workflows.speech.live import LiveSpeech

RATE: Final = 24_000
FRAME: Final = 480
"""Samples that leave at once: 20 ms."""

_FRAME_BYTES: Final = 2 * FRAME
_CONNECTED_S: Final = 10.0
_PLAYED_S: Final = 0.4
"""What a listener may still have to play when the last frame was sent."""
_MOST_CANDIDATES: Final = 32
_OVER: Final = frozenset({"failed", "closed", "disconnected"})


class SoundTrack(MediaStreamTrack):
    """The sound of one utterance, in its own time."""

    kind = "audio"

    def __init__(self, speaking: Speaking, utterance: LiveSpeech) -> None:
        """Take the utterance, which is permitted and begun."""
        super().__init__()
        self._speaking, self._utterance = speaking, utterance
        self._parts: AsyncIterator[SoundPart] = parts_of(utterance, speaking.pieces(), StreamFormat.PCM)
        self._rest = bytearray()
        self._sent = 0
        self._began_s = 0.0

    async def recv(self) -> AudioFrame:
        """Return the next 20 ms when they are due; end the track where there are none, or where consent has ended."""
        try:
            data = await self._next()
        except Exception:  # noqa: BLE001 - whatever ended it, the listener hears no more
            self.stop()
            raise MediaStreamError from None
        self._began_s = self._began_s or time.perf_counter()
        await asyncio.sleep(max(0.0, self._began_s + self._sent / RATE - time.perf_counter()))
        frame = AudioFrame(format="s16", layout="mono", samples=FRAME)
        frame.planes[0].update(data)
        frame.sample_rate, frame.pts, frame.time_base = RATE, self._sent, Fraction(1, RATE)
        self._sent += FRAME
        return frame

    async def _next(self) -> bytes:
        while len(self._rest) < _FRAME_BYTES:
            part = await anext(self._parts, None)
            if part is None:
                break
            self._rest += part.data
            self._speaking.latency.sent(self._utterance, part)
        if not self._rest:
            raise EOFError
        data = bytes(self._rest[:_FRAME_BYTES])
        del self._rest[:_FRAME_BYTES]
        return data.ljust(_FRAME_BYTES, b"\0")


class Call:
    """One connection, from the offer of who listens to the end of what is said."""

    def __init__(self, connection: RTCPeerConnection, speaking: Speaking) -> None:
        """Take a connection that has its offer, and speech that is not yet begun."""
        self._connection, self._speaking = connection, speaking
        self._connected, self._over = asyncio.Event(), asyncio.Event()

    @classmethod
    async def offered(cls, sdp: str, speaking: Speaking) -> Call:
        """Return the call of an offer; raise `BodyInvalid` for what is none."""
        if sdp.count("a=candidate:") > _MOST_CANDIDATES:
            raise BodyInvalid(f"sdp: got more than {_MOST_CANDIDATES} candidates")
        connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        try:
            await connection.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
            if not any(each.kind == "audio" for each in connection.getTransceivers()):
                raise BodyInvalid("sdp: expected an offer to receive audio")
        except BodyInvalid:
            await connection.close()
            raise
        except Exception:  # noqa: BLE001 - the library raises anything on what is no offer
            await connection.close()
            raise BodyInvalid("sdp: expected an offer as a browser makes it") from None
        return cls(connection, speaking)

    async def answer(self, utterance: LiveSpeech) -> str:
        """Return the answer (SDP) by which the utterance is heard."""
        track = SoundTrack(self._speaking, utterance)
        self._connection.on("connectionstatechange", self._changed)
        track.on("ended", self._over.set)
        self._connection.addTrack(track)
        await self._connection.setLocalDescription(await self._connection.createAnswer())
        return str(self._connection.localDescription.sdp)

    async def held(self) -> None:
        """Return once all is said, or nobody listens any more; nothing is made after that."""
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._connected.wait(), _CONNECTED_S)
                await self._over.wait()
                await asyncio.sleep(_PLAYED_S)
        finally:
            await self.close()

    async def close(self) -> None:
        """End the connection, and have what was heard kept."""
        try:
            await self._connection.close()
        finally:
            await self._speaking.aclose()

    def _changed(self) -> None:
        state = self._connection.connectionState
        if state == "connected" or state in _OVER:
            self._connected.set()
        if state in _OVER:
            self._over.set()
