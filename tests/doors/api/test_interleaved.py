"""Requests of all kinds at once, while something fails in mid-stream: no sound without a valid permit, none unmarked.

What the engine made is kept beside what left: a frame that left as it was made carries no mark.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
import pytest

from sayso.audio.signal import Signal
from sayso.clock import now, stamp
from sayso.consent.permit import Gate
from sayso.doors.api.app import application
from sayso.doors.api.service import Service
from sayso.engines.registry import engine as engine_named
from sayso.errors import Unavailable
from sayso.mark import embedder, live
from sayso.workflows.accounts import api_keys
from sayso.workflows.consent import changing, granting, showing
from sayso.workflows.consent.granting import Terms
from sayso.workflows.installation.installation import Installation
from tests.workflows.conftest import LICENSEE, PURPOSE

from .conftest import furnished

RATE = 24_000
FRAME = RATE // 10
STEP = 1.5 / 32768
FAULTS = ("none", "engine", "marker", "database", "clock", "withdrawal")
LINES = ("The lamp was lit at noon. ", "Nobody saw it, and the keeper said nothing at all. ", "It went out. ")


@dataclass
class Trouble:
    """What fails, and after how many of its calls."""

    kind: str = "none"
    after: int = 0

    def comes(self, kind: str) -> bool:
        if kind == self.kind:
            self.after -= 1
        return kind == self.kind and self.after < 0


class Listened:
    """An engine that keeps what it makes, and fails when it is told to."""

    def __init__(self, trouble: Trouble) -> None:
        self._engine, self._trouble, self.made = engine_named("hibari"), trouble, []

    def __getattr__(self, name):
        return getattr(self._engine, name)

    def stream(self, *args, **more):
        for signal in self._engine.stream(*args, **more):
            if self._trouble.comes("engine"):
                raise RuntimeError("the engine fell over")
            self.made.append(signal.samples[0].astype(np.float32))
            yield signal

    def has_made(self, frame: np.ndarray) -> bool:
        """Return whether the frame is, within half a step of 16 bits, a part of what was made."""
        whole = np.concatenate([np.zeros(FRAME, np.float32), *self.made])
        starts = np.flatnonzero(np.abs(whole[: -FRAME + 1] - frame[0]) < STEP)
        for place in range(40, FRAME, 40):
            starts = starts[np.abs(whole[starts + place] - frame[place]) < STEP]
        return any(np.abs(whole[start : start + FRAME] - frame).max() < STEP for start in starts)


def frames_of(samples: np.ndarray) -> list[np.ndarray]:
    """Return the audible frames of 100 ms."""
    frames = [samples[first : first + FRAME] for first in range(0, len(samples) - FRAME + 1, FRAME)]
    return [frame for frame in frames if np.abs(frame).max() > 0.01]


def samples_of(body: bytes) -> np.ndarray:
    """Return the samples of 16-bit PCM."""
    return np.frombuffer(body[: len(body) // 2 * 2], "<i2").astype(np.float32) / 32768


@dataclass
class Heard:
    """What one request got: its status, headers, the bytes that came, and whether they came to their end."""

    kind: str
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    is_whole: bool = False
    grants: set[str] = field(default_factory=set)


async def asked(
    app, kind: str, key: str | None, path: str, body: dict | None, *, leaves: bool = False, repeat: str = ""
) -> Heard:
    """Ask the application, as a server would, and return what left it, however that ended."""
    heard, sent = Heard(kind), json.dumps(body or {}).encode()
    gone, is_asked = asyncio.Event(), False
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(sent)).encode())]
    headers += [(b"authorization", f"Bearer {key}".encode())] if key else []
    headers += [(b"idempotency-key", repeat.encode())] if repeat else []
    scope = {
        "type": "http", "method": "POST" if body is not None else "GET", "path": path, "raw_path": path.encode(),
        "query_string": b"", "headers": headers, "http_version": "1.1", "scheme": "http", "root_path": "",
        "server": ("here", 1), "client": ("there", 1), "asgi": {"version": "3.0"},
    }  # fmt: skip

    async def receive():
        nonlocal is_asked
        if not is_asked:
            is_asked = True
            return {"type": "http.request", "body": sent, "more_body": False}
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        if message["type"] == "http.response.start":
            heard.status = message["status"]
            heard.headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
        elif message["type"] == "http.response.body":
            heard.body += message.get("body", b"")
            heard.is_whole = not message.get("more_body", False)
            if leaves and heard.body:
                gone.set()

    try:
        await app(scope, receive, send)
    except Exception:  # noqa: BLE001 - the server breaks the connection off; what came so far is what counts
        heard.is_whole = False
    return heard


async def talked(app, key: str, messages: list[dict]) -> Heard:
    """Send ``messages`` over a WebSocket, one after the other, and return the sound that left, with its grants."""
    heard, coming = Heard("reordered"), iter(messages)
    is_over = asyncio.Event()
    scope = {
        "type": "websocket", "path": "/v1/speech/stream", "raw_path": b"/v1/speech/stream", "query_string": b"",
        "headers": [(b"authorization", f"Bearer {key}".encode())], "http_version": "1.1", "scheme": "ws",
        "root_path": "", "server": ("here", 1), "client": ("there", 1), "subprotocols": [], "asgi": {"version": "3.0"},
    }  # fmt: skip
    is_connected = False

    async def receive():
        nonlocal is_connected
        if not is_connected:
            is_connected = True
            return {"type": "websocket.connect"}
        if (message := next(coming, None)) is not None:
            await asyncio.sleep(0.01)
            return {"type": "websocket.receive", "text": json.dumps(message)}
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(is_over.wait(), 2)
        return {"type": "websocket.disconnect", "code": 1000}

    async def send(message):
        heard.status = 200 if message["type"] == "websocket.accept" else heard.status
        told = json.loads(message["text"]) if message["type"] == "websocket.send" else {}
        heard.body += base64.b64decode(told.get("audio", ""))
        heard.grants |= {told["grant"]} if told.get("type") == "utterance" else set()
        if told.get("type") == "closed":
            is_over.set()

    await app(scope, receive, send)
    heard.kind = "reordered, heard" if heard.body else "reordered"
    return heard


class Scene:
    """An installation with keys of two organisations, its application, and what may fail in it."""

    def __init__(self, estate, seed: int, monkeypatch) -> None:
        self.session, self.random, self.trouble = estate.session, random.Random(seed), Trouble()
        self.keys, self.ids = furnished(estate.session, estate.voice, estate.speaker)
        self.grant = estate.grant
        self.passing = granting.give(
            self.session, Terms(estate.speaker, LICENSEE, ("passing",), actions=("synthesize",), max_minutes=500.0)
        )
        granting.give(
            self.session, Terms(estate.speaker, LICENSEE, ("agent",), actions=("stream",), max_minutes=5000.0)
        )
        self.live = {each.grant.grant_id for each in showing.listed(self.session, estate.speaker)} - {
            self.grant,
            self.passing,
        }
        self.keys["expired"] = self._expired()
        self.service = Service(self.session, warm=(), places=4)
        self.engine = Listened(self.trouble)
        self.service.hosts.engine = lambda _: self.engine
        self.app = application(self.service)
        self._break(monkeypatch)

    def _expired(self) -> str:
        """Return a key that was good for a moment."""
        until = now() + timedelta(seconds=0.5)
        words = {"organisation": self.ids["org"], "licensee": LICENSEE, "purpose": PURPOSE, "until": stamp(until)}
        key = api_keys.add(self.session, "producer", **words).secret
        while now() <= until:
            time.sleep(0.05)
        return key

    async def repeated(self, clip: str) -> Heard:
        """Ask twice at once for the same release under one idempotency key, and a foreigner with the same: one answer."""
        path, body, token = f"/v1/clips/{clip}/releases", {"format": "wav"}, f"again-{self.random.random()}"
        keys = self.keys["ours"], self.keys["ours"], self.keys["theirs"]
        asking = [asked(self.app, "repeated", key, path, body, repeat=token) for key in keys]
        first, second, foreign = await asyncio.gather(*asking)
        assert (first.status, first.body) == (second.status, second.body) or 201 not in {first.status, second.status}
        assert foreign.status in {403, 404, 429, 500, 503}, foreign.status
        return first

    def reordered(self, text: str):
        """Return a conversation whose messages come in any order."""
        context = {"context": "a"}
        messages = [
            {"type": "open", "voice": "narrator", **context}, {"type": "text", "text": text, **context},
            {"type": "flush", **context}, {"type": "cancel", **context}, {"type": "text", "text": LINES[0], **context},
            {"type": "close", **context},
        ]  # fmt: skip
        self.random.shuffle(messages)
        return talked(self.app, self.keys["live"], messages)

    def _break(self, monkeypatch) -> None:
        trouble = self.trouble
        push, epoch_of, check = embedder.LiveEmbedding.push, Installation.epoch_of, Gate.check

        def pushed(marking, *args, **more):
            if trouble.comes("marker"):
                raise RuntimeError("the marker fell over")
            return push(marking, *args, **more)

        def read(installation, speaker):
            if trouble.comes("database"):
                raise Unavailable("the database fell over")
            return epoch_of(installation, speaker)

        def checked(gate, *args, **more):
            if trouble.comes("clock"):
                gate._clock = lambda: now() + timedelta(days=400)
            return check(gate, *args, **more)

        monkeypatch.setattr(embedder.LiveEmbedding, "push", pushed)
        monkeypatch.setattr(Installation, "epoch_of", read)
        monkeypatch.setattr(Gate, "check", checked)

    def request(self, clips: list[str]):
        """Return a request of a kind that is drawn."""
        text = "".join(self.random.choices(LINES, k=self.random.randint(1, 3)))
        words = {"model": "sayso", "voice": self.ids["voice"], "input": text, "response_format": "pcm"}
        speak, draw = "/v1/audio/speech", self.random.random()
        clip = self.random.choice(clips or ["clp_aaaaaaaaaaaaaaaa"])
        odd = {
            "revoked": (self.keys["revoked"], speak, words),
            "expired": (self.keys["expired"], speak, words),
            "nobody": (None, speak, words),
            "auditor": (self.keys["auditor"], speak, words),
            "foreign": (self.keys["theirs"], speak, words),
            "foreign clip": (self.keys["theirs"], f"/v1/clips/{clip}", None),
            "foreign release": (self.keys["theirs"], f"/v1/clips/{clip}/releases", {"format": "wav"}),
            "foreign grant": (self.keys["theirs"], f"/v1/grants/{self.grant}", None),
            "other purpose": (self.keys["ours"], speak, {**words, "purpose": "podcast"}),
        }
        if draw < 0.08:
            return self.reordered(text)
        if draw < 0.12 and clips:
            return self.repeated(clip)
        if draw < 0.5:
            kind = self.random.choice([*odd])
            return asked(self.app, kind, *odd[kind])
        body = {**words, "purpose": "passing"} if draw < 0.75 else words
        return asked(self.app, "good", self.keys["ours"], speak, body, leaves=self.random.random() < 0.15)

    async def round(self, fault: str, clips: list[str]) -> list[Heard]:
        """Ask some of each kind at once while ``fault`` is under way."""
        self.trouble.kind, self.trouble.after = fault, self.random.randint(0, 6)
        self.engine.made.clear()  # a round's sound is all out when the round ends
        asking = [self.request(clips) for _ in range(6)]
        if fault == "withdrawal":
            asking.append(self._suspended())
        found = await asyncio.gather(*asking)
        self.trouble.kind = "none"
        return [one for one in found if one is not None]

    async def _suspended(self) -> None:
        await asyncio.sleep(self.random.random() / 20)
        await self.service.run(lambda: changing.suspend(self.session, self.passing))
        late = await asked(
            self.app, "suspended", self.keys["ours"], "/v1/audio/speech",
            {"model": "sayso", "voice": self.ids["voice"], "input": "Too late.", "purpose": "passing"},
        )  # fmt: skip
        assert late.status in {403, 429}, late.body
        await self.service.run(lambda: changing.resume(self.session, self.passing))


def judge(scene: Scene, one: Heard) -> None:
    """Hold one answer against what may leave: sound under a permit in the ledger, marked; nothing of others'."""
    if one.kind == "repeated":
        assert one.status in {201, 403, 404, 429, 500, 503}, (one.kind, one.status)
        return
    if one.kind.startswith("reordered"):
        assert one.grants <= scene.live
        assert bool(one.body) <= bool(one.grants)
        assert not [frame for frame in frames_of(samples_of(one.body)) if scene.engine.has_made(frame)]
        return
    if one.kind != "good":
        assert one.status in {401, 403, 404, 429, 500, 503}, (one.kind, one.status)
        assert "x-sayso-clip" not in one.headers
        return
    if one.status != 200:
        assert one.headers["content-type"] == "application/problem+json"
        return
    assert one.headers["x-sayso-grant"] in {scene.grant, scene.passing}
    samples = samples_of(one.body)
    unmarked = [frame for frame in frames_of(samples) if scene.engine.has_made(frame)]
    assert not unmarked
    if one.is_whole and len(samples) > 3 * RATE:
        found = scene.session.detector.read_at(Signal.mono(samples, RATE), 0)
        assert found.present
        assert str(found.mark) == one.headers["x-sayso-mark"]


async def interleaved(scene: Scene, rounds: int) -> Counter:
    """Ask ``rounds`` times; return how many answers there were of each kind and status."""
    counts: Counter = Counter()
    clips: list[str] = []
    async with scene.service.serving():
        for number in range(rounds):
            for one in await scene.round(FAULTS[number % len(FAULTS)], clips):
                judge(scene, one)
                counts[one.kind, one.status] += 1
                if one.kind == "good" and one.is_whole and one.status == 200:
                    clips.append(one.headers["x-sayso-clip"])
    intended = {row.entry.facts["clip"] for row in scene.session.log.query(type="synthesis:clip:intended")}
    assert set(clips) <= intended
    return counts


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_no_sound_leaves_unpermitted_or_unmarked_and_no_answer_crosses_whatever_fails(estate, seed, monkeypatch):
    counts = asyncio.run(interleaved(Scene(estate, seed, monkeypatch), 12))
    assert sum(counts.values()) >= 72
    assert counts["good", 200]
    assert any(status >= 500 for kind, status in counts if kind == "good"), counts


def test_a_frame_that_left_as_it_was_made_would_be_seen(estate, monkeypatch):
    scene = Scene(estate, 3, monkeypatch)
    monkeypatch.setattr(live.Live, "push", lambda _, samples: samples)
    monkeypatch.setattr(live.Live, "finish", lambda _: np.zeros((1, 0), np.float32))

    async def spoken() -> Heard:
        words = {"model": "sayso", "voice": scene.ids["voice"], "input": LINES[1], "response_format": "pcm"}
        async with scene.service.serving():
            return await asked(scene.app, "good", scene.keys["ours"], "/v1/audio/speech", words)

    heard = asyncio.run(spoken())
    assert heard.status == 200
    with pytest.raises(AssertionError, match="array"):
        judge(scene, heard)


@pytest.mark.slow
def test_hundreds_of_interleaved_requests(estate, monkeypatch):
    """Ten thousand are a benchmark: `make bench ARGS=interleaved`."""
    counts = asyncio.run(interleaved(Scene(estate, 10, monkeypatch), 100))
    assert sum(counts.values()) >= 600
