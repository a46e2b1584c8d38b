"""Live speech over WebRTC: how soon a listener with aiortc hears it, and how soon nothing more after a withdrawal.

    python benchmarks/live/webrtc.py --json .bench/live-webrtc.json

``answer`` is from the request, with the offer in it, to the answer; ``connected`` to the open connection; ``frame`` to
the first frame that the listener could play; ``first_sound`` to the first that is louder than -45 dBFS. ``late`` counts
frames that came more than 60 ms after the one before (they are 20 ms long, and the listener's buffer holds some).
Listener and withdrawal are in this process, the server in another.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any, Self

import httpx
import numpy as np
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from benchmarks.live.served import LONG, House, begun, body, house, percentiles, report, row, running
from benchmarks.live.server import granted

from sayso.workflows.consent import changing

AUDIBLE, LATE_S = 10 ** (-45 / 20), 0.06
TALK = " ".join([LONG] * 4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--cuts", type=int, default=10)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    figures = begun()
    with tempfile.TemporaryDirectory() as folder, house(Path(folder) / "home") as home, running(home.home) as server:
        figures |= asyncio.run(_measured(server.url, home, asked))
        figures["server_exceptions"] = server.faults()
    report(figures, asked.json)
    first = figures["first_sound_ms"]
    row("WebRTC, first sound (no bar)", f"{first['p50']:.0f} ms p50, {first['p95']:.0f} p95")
    row(
        "WebRTC, cut after a withdrawal <= 250 ms p99", f"{figures['cut_after_ms'].get('p99', float('nan')):.0f} ms p99"
    )


async def _measured(url: str, home: House, asked: argparse.Namespace) -> dict[str, Any]:
    times: dict[str, list[float]] = defaultdict(list)
    headers = {"Authorization": f"Bearer {home.key}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60) as http:
        for number in range(asked.rounds + 1):
            found = await _call(http, home.voice(), LONG)
            if number:
                for name, value in found.items():
                    times[name].append(value)
        for _ in range(asked.cuts):
            times["cut_after_ms"].append(await _cut(http, home))
    late = int(sum(times.pop("late")))
    return {name: percentiles(each) for name, each in times.items()} | {"late_frames": late}


async def _call(http: httpx.AsyncClient, voice: str, text: str) -> dict[str, float]:
    """Return how one call went, all in ms from the request."""
    async with Listener() as listener:
        await listener.call(http, voice, text)
        async for frame in listener.frames():
            listener.note(frame)
        return listener.points | {"late": listener.late}


async def _cut(http: httpx.AsyncClient, home: House) -> float:
    """Return how long after a withdrawal sound still came, in ms."""
    voice, grant = await asyncio.to_thread(granted, home)
    async with Listener() as listener:
        await listener.call(http, voice, TALK)
        cutting: asyncio.Task[float] | None = None
        last_s = 0.0
        async for frame in listener.frames():
            listener.note(frame)
            last_s = time.perf_counter() if _level(frame) > AUDIBLE else last_s
            if cutting is None and listener.told_s + 1.5 < time.perf_counter():
                cutting = asyncio.create_task(asyncio.to_thread(_withdrawn, home, grant))
        return max(0.0, 1000 * (last_s - await cutting)) if cutting else float("nan")


def _withdrawn(home: House, grant: str) -> float:
    changing.withdraw(home.session, grant)
    return time.perf_counter()


class Listener:
    """One connection that hears one utterance."""

    def __init__(self) -> None:
        self.points: dict[str, float] = {}
        self.late, self.told_s, self._last_s = 0, 0.0, 0.0
        self._peer = RTCPeerConnection()
        self._tracks: asyncio.Queue[Any] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._peer.close()

    async def call(self, http: httpx.AsyncClient, voice: str, text: str) -> None:
        """Make the offer, send it, and take the answer."""
        self._peer.addTransceiver("audio", direction="recvonly")
        self._peer.on("track", self._tracks.put_nowait)
        self._peer.on("connectionstatechange", self._changed)
        await self._peer.setLocalDescription(await self._peer.createOffer())
        speech = body(voice, text)
        del speech["response_format"]
        self.told_s = time.perf_counter()
        answer = await http.post("/v1/speech/webrtc", json={"sdp": self._peer.localDescription.sdp, "speech": speech})
        if answer.status_code != 200:
            raise SystemExit(f"{answer.status_code}: {answer.text}")
        self._note("answer_ms")
        await self._peer.setRemoteDescription(RTCSessionDescription(answer.json()["sdp"], "answer"))

    async def frames(self) -> Any:
        """Yield the frames as they come, until there are no more."""
        track = await self._tracks.get()
        while True:
            try:
                yield await asyncio.wait_for(track.recv(), 2.0)
            except (MediaStreamError, TimeoutError):
                return

    def note(self, frame: Any) -> None:
        """Note a frame that came."""
        now = time.perf_counter()
        self.late += bool(self._last_s) and now - self._last_s > LATE_S
        self._last_s = now
        self._note("frame_ms")
        if _level(frame) > AUDIBLE:
            self._note("first_sound_ms")

    def _changed(self) -> None:
        if self._peer.connectionState == "connected":
            self._note("connected_ms")

    def _note(self, point: str) -> None:
        self.points.setdefault(point, 1000 * (time.perf_counter() - self.told_s))


def _level(frame: Any) -> float:
    return float(np.sqrt(np.mean(np.square(frame.to_ndarray().astype(np.float64) / 32768))))


if __name__ == "__main__":
    main()
