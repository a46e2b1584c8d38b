"""One installation for all attacks: what they leave behind does not stand in each other's way."""

from __future__ import annotations

import pytest

from sayso.audio import Container, Signal, encode
from sayso.settings import Settings
from sayso.workflows.consent.granting import Terms, give
from sayso.workflows.consent.speakers import add_speaker
from sayso.workflows.installation.session import open_session
from sayso.workflows.voices import cloning
from sayso.workflows.voices.cloning import Commission, clone_voice
from tests.workflows.conftest import FREE, LICENSEE, PURPOSE, Estate, hibari_fit

from .attacks import Site


@pytest.fixture(scope="session")
def short(speech: Signal) -> Signal:
    """Return as much speech as a clone needs at least."""
    return speech.slice(0, 5 * speech.sample_rate)


@pytest.fixture(scope="module")
def site(tmp_path_factory, short):
    folder = tmp_path_factory.mktemp("security")
    recording = folder / "recording.flac"
    recording.write_bytes(encode(short, Container.FLAC))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cloning, "fit", hibari_fit)
        session = open_session(Settings(home=folder / "home"))
        speaker = add_speaker(session, "Ada")
        grant = give(session, Terms(speaker=speaker, licensee=LICENSEE, purposes=(PURPOSE,)))
        cloned = clone_voice(session, Commission(speaker, (recording,), effort="fast", engine="hibari", **FREE))
        yield Site(Estate(session, speaker, grant, cloned.voice, recording), folder)
