"""What the journal tells of speech."""

import json

import pytest

from sayso.errors import Refused
from sayso.workflows.speech.speaking import speak
from tests.workflows.conftest import NAME


def test_what_was_said_and_refused_is_told_without_whom_and_what(estate, journalled, tmp_path):
    speak(estate.session, estate.order(), tmp_path / "out.wav")
    with pytest.raises(Refused):
        speak(estate.session, estate.order(purpose="advertising"), tmp_path / "no.wav")
    events = [line["event"] for line in journalled()]
    assert events[:3] == ["use.permitted", "clip.made", "use.refused"]
    told = json.dumps(journalled()).lower()
    order = estate.order()
    assert not any(word.lower() in told for word in (order.licensee, order.text, estate.speaker, NAME))
