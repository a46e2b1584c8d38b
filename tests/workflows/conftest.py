"""An installation with a speaker, a grant and a voice that speaks with hibari, so that tests have real sound fast."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
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
from sayso.workflows.speech.orders import Order
from sayso.workflows.speech.orders import Spoken as Clip
from sayso.workflows.speech.speaking import speak
from sayso.workflows.voices import cloning
from sayso.workflows.voices.cloning import Commission, clone_voice

LICENSEE = "Northwind Audio"
PURPOSE = "audiobook/mystery"
TEXT = "The keeper climbed the narrow stair before dawn, and he was not alone."
FREE = {"licence": "public-domain", "evidence": "https://example.org/free"}
"""How the recordings of tests come to be cloned from: nobody reads a statement for them."""
NAME = "Adelheid Quixano-Featherstonehaugh"


def hibari_fit(engine, references, permitted, *, effort, start, seed, progress):  # the signature of voices.fit
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

    def closed(self) -> Estate:
        """Close the session, which writes all of them into their files: then the home can be copied."""
        self.session.close()
        return self

    def copied(self, folder: Path) -> Estate:
        """Return the same estate, closed before, in a home of its own in ``folder``."""
        home = self.session.settings.home
        shutil.copytree(home, folder / "home")
        recording = Path(shutil.copy(self.recording, folder))
        return replace(self, session=open_session(Settings(home=folder / "home")), recording=recording)


@dataclass(frozen=True)
class Spoken:
    """An estate, and a clip of it."""

    estate: Estate
    clip: Clip
    file: Path


def granted(session: Session, *, name: str = NAME, **terms) -> tuple[str, str]:
    """Add a speaker and a grant; return both."""
    speaker = add_speaker(session, name)
    fields = {"licensee": LICENSEE, "purposes": (PURPOSE,), "max_minutes": 10.0, **terms}
    return speaker, give(session, Terms(speaker=speaker, **fields))


def furnished(session: Session, recording: Path, **terms) -> Estate:
    """Add a speaker, a grant and a cloned voice."""
    speaker, grant = granted(session, **terms)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cloning, "fit", hibari_fit)
        cloned = clone_voice(session, Commission(speaker, (recording,), effort="fast", engine="hibari", **FREE))
    return Estate(session, speaker, grant, cloned.voice, recording)


@pytest.fixture
def session(tmp_path) -> Session:
    return open_session(Settings(home=tmp_path / "home"))


@pytest.fixture(scope="session")
def recording(tmp_path_factory, speech) -> Path:
    path = tmp_path_factory.mktemp("recording") / "recording.flac"
    path.write_bytes(encode(speech, Container.FLAC))
    return path


@pytest.fixture
def make_estate(recording):
    """Return what furnishes an open installation, for tests that need terms or a speaker of their own."""

    def make(session: Session, **terms) -> Estate:
        return furnished(session, recording, **terms)

    return make


@pytest.fixture(scope="session")
def template(tmp_path_factory, recording) -> Estate:
    """Return the estate that tests get copies of: a copy takes milliseconds, a cloned voice a second."""
    session = open_session(Settings(home=tmp_path_factory.mktemp("template") / "home"))
    return furnished(session, recording).closed()


@pytest.fixture(scope="session")
def spoken_template(tmp_path_factory, template) -> Spoken:
    folder = tmp_path_factory.mktemp("spoken")
    estate = template.copied(folder)
    clip = speak(estate.session, estate.order(), folder / "out.wav")
    return Spoken(estate.closed(), clip, folder / "out.wav")


@pytest.fixture
def estate(tmp_path, template) -> Estate:
    """Return an estate in a home of the test's own. A test that asks for it does not ask for ``session`` too."""
    return template.copied(tmp_path)


@pytest.fixture
def spoken(tmp_path, spoken_template) -> Spoken:
    """Return an estate whose voice has spoken once, into ``out.wav``; a test asks for this or for ``estate``."""
    file = Path(shutil.copy(spoken_template.file, tmp_path))
    return replace(spoken_template, estate=spoken_template.estate.copied(tmp_path), file=file)
