"""Homes to be hurt: one is furnished, closed, and copied for each trial, which takes milliseconds."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType

import numpy as np
from tests.recognition.echo import Echo

from sayso.audio import Container, Signal, encode
from sayso.clock import now
from sayso.engines.registry import engine as engine_named
from sayso.ledger.note import COSIGNATURE, SignerKey, VerifierKey
from sayso.ledger.witness import Witness
from sayso.settings import Settings
from sayso.voices import FittedVoice
from sayso.workflows.accounts import credentials, organisations
from sayso.workflows.consent import granting
from sayso.workflows.consent.granting import Terms
from sayso.workflows.consent.speakers import add_speaker
from sayso.workflows.enrollment import starting, submitting
from sayso.workflows.enrollment.submitting import Recordings
from sayso.workflows.erasure import erasing
from sayso.workflows.installation.session import Session, open_session
from sayso.workflows.speech.orders import Order
from sayso.workflows.speech.speaking import speak
from sayso.workflows.storage import keeping
from sayso.workflows.storage.keeping import Deposit
from sayso.workflows.voices import cloning, house
from sayso.workflows.voices.cloning import Commission, clone_voice

LICENSEE, PURPOSE = "Northwind Audio", "audiobook/mystery"
FREE = {"licence": "public-domain", "evidence": "https://example.org/free"}
TEXT = "He carried a lamp and two letters."
_ACTIONS = ("clone", "synthesize", "export", "stream", "publish")
_READ = "The keeper climbed the narrow stair before dawn. He carried a lamp, two letters, and bad news for the harbour."


@dataclass(frozen=True)
class World:
    """A home with two speakers who have a voice, a clip and grants in several states, and what else an act needs."""

    folder: Path
    speaker: str
    grant: str
    voice: str
    clip: str
    asked: str
    stopped: str
    other: str
    other_voice: str
    plan: str
    organisation: str
    credential: str
    enrolled: str
    item: str

    @property
    def home(self) -> Path:
        """Return the home."""
        return self.folder / "home"

    @property
    def out(self) -> Path:
        """Return the folder that sound is released into."""
        return self.folder / "out"

    @property
    def recording(self) -> Path:
        """Return a recording of the speaker."""
        return self.folder / "recording.flac"

    @property
    def clip_file(self) -> Path:
        """Return a file of a clip."""
        return self.folder / "clip.wav"

    def opened(self) -> Session:
        """Return a session of the local operator."""
        return open_session(Settings(home=self.home))

    def order(self, **changes: object) -> Order:
        """Return an order for a short clip."""
        return Order(**{"text": TEXT, "voice": self.voice, "licensee": LICENSEE, "purpose": PURPOSE, **changes})

    def copied(self, folder: Path) -> World:
        """Return the same in a folder of its own."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return replace(self, folder=folder)


def template(folder: Path) -> World:
    """Return the world in ``folder``, furnished if it is not there yet."""
    kept = folder / "world.json"
    if kept.exists():
        return World(folder, **json.loads(kept.read_text()))
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "out").mkdir(parents=True)
    world = _furnished(folder)
    kept.write_text(json.dumps({name: value for name, value in asdict(world).items() if name != "folder"}))
    return world


def stand_in_for_the_fit() -> None:
    """Let cloning take a stock voice: fitting one takes a minute, and is not what is tried."""
    asset = engine_named("hibari").stock_asset("heart")
    fitted = FittedVoice(asset, np.ones(256, np.float32) / 16, similarity=0.8, naturalness=3.0, renders=0, seconds=0.0)
    cloning.fit = lambda *_, **__: fitted


@contextmanager
def hearing_all(room: ModuleType, heard: Echo, *, after: timedelta, clock: Callable[[], datetime]) -> Iterator[None]:
    """Let a stand-in hear enrolments, which arrive so long ``after`` they began: what is said is not what is tried."""
    before = room.recogniser, room.now  # type: ignore[attr-defined]
    room.recogniser, room.now = (lambda: heard), (lambda: clock() + after)  # type: ignore[attr-defined]
    try:
        yield
    finally:
        room.recogniser, room.now = before  # type: ignore[attr-defined]


def witness(folder: Path, vkey: str) -> Witness:
    """Return a witness of the log, whose memory is in ``folder``."""
    key = SignerKey("w", b"w" * 32, type=COSIGNATURE)
    return Witness(folder / "witness", key, [VerifierKey.parse(vkey)])


def _furnished(folder: Path) -> World:
    stand_in_for_the_fit()
    engine = engine_named("hibari")
    samples = np.concatenate([piece.samples[0] for piece in engine.stream(_READ, engine.stock_asset("heart"))])
    recording = folder / "recording.flac"
    recording.write_bytes(encode(Signal.mono(samples, engine.sample_rate), Container.FLAC))
    session = open_session(Settings(home=folder / "home"))
    speaker, grant, voice, clip = _spoken(session, recording, folder)
    other, _, other_voice, _ = _spoken(session, recording, folder)
    asked = granting.request(session, _terms(speaker, "Eastwind"))
    stopped = granting.give(session, _terms(speaker, "Westwind"))
    granting.suspend(session, stopped)
    organisation = organisations.add(session, "Eastwind")
    issued = credentials.issue(session, "producer", organisation=organisation)
    plan = erasing.plan(session, other).plan_id
    house.admit_stock_voices(session)
    enrolled = _enrolled(session, speaker, recording)
    item = _kept(session, speaker, recording)
    witness(folder, session.log.vkey)
    session.close()
    return World(
        folder, speaker, grant, voice, clip, asked, stopped, other, other_voice, plan, organisation,
        issued.credential.credential_id, enrolled, item,
    )  # fmt: skip


def _spoken(session: Session, recording: Path, folder: Path) -> tuple[str, str, str, str]:
    speaker = add_speaker(session, "Ada")
    grant = granting.give(
        session, Terms(speaker=speaker, licensee=LICENSEE, purposes=(PURPOSE,), max_minutes=5.0, actions=_ACTIONS)
    )
    voice = clone_voice(session, Commission(speaker, (recording,), effort="fast", engine="hibari", **FREE)).voice
    scratch = folder / "scratch.wav"
    clip = speak(session, Order(TEXT, voice, LICENSEE, PURPOSE), scratch).clip
    scratch.replace(folder / "clip.wav")
    return speaker, grant, voice, clip


def _enrolled(session: Session, speaker: str, recording: Path) -> str:
    """Return an enrolment that waits for a person, as a word was not heard."""
    issued = starting.start(session, _terms(speaker, "Eastwind"))
    data = recording.read_bytes()
    with hearing_all(submitting, Echo(unsaid=("Eastwind",)), after=timedelta(seconds=20), clock=now):
        return submitting.submit(session, issued.enrollment, Recordings(data, (data,))).row.enrollment_id


def _kept(session: Session, speaker: str, recording: Path) -> str:
    """Return a recording in storage."""
    return str(keeping.add(session, Deposit(recording, speaker)).item.item_id)


def _terms(speaker: str, licensee: str) -> Terms:
    return Terms(speaker=speaker, licensee=licensee, purposes=("podcast",))
