"""An installation with a speaker, a grant and a voice that speaks with hibari, so that tests have real sound fast."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from sayso.audio import Container, encode
from sayso.engines.registry import engine as engine_named
from sayso.settings import Settings
from sayso.voices import FittedVoice
from sayso.workflows.consent.granting import Terms, give
from sayso.workflows.consent.speakers import add_speaker
from sayso.workflows.installation.session import Session, open_session
from sayso.workflows.speech.speaking import Order
from sayso.workflows.voices import cloning
from sayso.workflows.voices.cloning import Commission, clone_voice

LICENSEE = "Northwind Audio"
PURPOSE = "audiobook/mystery"
TEXT = "The keeper climbed the narrow stair before dawn, and he was not alone."
NAME = "Adelheid Quixano-Featherstonehaugh"


def hibari_fit(engine, references, permitted, *, effort, seed, progress):  # the signature of voices.fit
    """Stand in for the style fit: the voice speaks with hibari, its embedding is random but real bytes."""
    embedding = np.random.default_rng(seed).standard_normal(256).astype(np.float32)
    asset = engine_named("hibari").stock_asset("heart")
    return FittedVoice(asset=asset, embedding=embedding, similarity=0.8, naturalness=3.2, renders=0, seconds=0.0)


@dataclass(frozen=True)
class Estate:
    """A speaker with all that is theirs."""

    session: Session
    speaker: str
    grant: str
    voice: str
    recording: Path

    def order(self, **changes) -> Order:
        fields = {"text": TEXT, "voice": self.voice, "licensee": LICENSEE, "purpose": PURPOSE, **changes}
        return Order(**fields)


@pytest.fixture
def session(tmp_path) -> Session:
    return open_session(Settings(home=tmp_path / "home"))


@pytest.fixture
def make_estate(tmp_path, speech, monkeypatch):
    monkeypatch.setattr(cloning, "fit", hibari_fit)
    recording = tmp_path / "recording.flac"
    recording.write_bytes(encode(speech, Container.FLAC))

    def make(session: Session, *, name: str = NAME, **terms) -> Estate:
        speaker = add_speaker(session, name)
        fields = {"licensee": LICENSEE, "purposes": (PURPOSE,), "max_minutes": 10.0, **terms}
        grant = give(session, Terms(speaker=speaker, **fields))
        cloned = clone_voice(session, Commission(speaker, (recording,), effort="fast", engine="hibari"))
        return Estate(session, speaker, grant, cloned.voice, recording)

    return make


@pytest.fixture
def estate(session, make_estate) -> Estate:
    return make_estate(session)
