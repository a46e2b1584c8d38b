"""A person whose recordings pass every check, with a recogniser that hears what it is told."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

import pytest

from sayso.audio import Container, decode, encode
from sayso.workflows.consent.speakers import add_speaker
from sayso.workflows.consent.terms import Terms
from sayso.workflows.enrollment import evidence, starting, submitting
from sayso.workflows.enrollment.submitting import Recordings
from sayso.workflows.installation.session import Session
from tests.recognition.echo import Echo
from tests.workflows.conftest import LICENSEE, PURPOSE


@pytest.fixture(scope="session")
def halves() -> tuple[bytes, bytes]:
    """Return two parts of one person's recording, 6 s and 8 s."""
    person = decode((files("sayso.doors.demo") / "two_cities.flac").read_bytes())
    rate = person.sample_rate
    cuts = ((0, 6), (6, 14))
    first, second = (encode(person.slice(start * rate, stop * rate), Container.FLAC) for start, stop in cuts)
    return first, second


@dataclass
class Booth:
    """Where a speaker enrols: the clock and what is heard are the test's."""

    session: Session
    speaker: str
    recordings: Recordings
    patch: pytest.MonkeyPatch

    def start(self, **terms):
        fields = {"licensee": LICENSEE, "purposes": (PURPOSE,), "max_minutes": 10.0, **terms}
        return starting.start(self.session, Terms(self.speaker, **fields))

    def later(self, seconds: float) -> None:
        """Let what is submitted next arrive so long after now."""
        from datetime import timedelta

        from sayso.clock import now

        self.patch.setattr(submitting, "now", lambda: now() + timedelta(seconds=seconds))

    def submit(self, enrollment: str, recordings=None, *, unsaid=(), after_s=10.0):
        self.later(after_s)
        for module in (submitting, evidence):
            self.patch.setattr(module, "recogniser", lambda: Echo(unsaid=unsaid))
        return submitting.submit(self.session, enrollment, recordings or self.recordings)

    def enrolled(self, **terms):
        return self.submit(self.start(**terms).enrollment)


@pytest.fixture
def booth(session, halves, monkeypatch) -> Booth:
    speaker = add_speaker(session, "Ada")
    return Booth(session, speaker, Recordings(halves[0], (halves[1],)), monkeypatch)
