"""The public detector: anyone with the key file can tell that a mark is there, and nothing more."""

from __future__ import annotations

import json

import pytest

from sayso.audio import Container, encode
from sayso.doors.shapes.mark import publicly_detected
from sayso.errors import NotFound
from sayso.mark.errors import DetectorKeyInvalid
from sayso.mark.mark import MarkKeys
from sayso.settings import Settings
from sayso.workflows.installation.session import open_session
from sayso.workflows.provenance.public_detector import detect_public, publish, read_key
from sayso.workflows.speech.speaking import speak


def test_the_key_finds_marks_and_says_nothing_more(estate, speech, tmp_path):
    spoken = speak(estate.session, estate.order(), tmp_path / "out.mp3")
    publish(estate.session, tmp_path / "key.json")
    keys = read_key(tmp_path / "key.json")
    found = publicly_detected(detect_public(keys, tmp_path / "out.mp3"))
    assert set(found) == {"file", "present", "p_value", "segments"}
    assert found["present"]
    assert found["p_value"] <= 1e-6
    ((start_s, end_s),) = found["segments"]
    assert start_s < 1
    assert end_s == pytest.approx(spoken.duration_s, abs=1)
    (tmp_path / "plain.wav").write_bytes(encode(speech, Container.WAV))
    plain = publicly_detected(detect_public(keys, tmp_path / "plain.wav"))
    assert (plain["present"], plain["segments"]) == (False, [])


def test_the_file_holds_the_public_key_only_and_is_always_the_same(session, tmp_path):
    publish(session, tmp_path / "key.json")
    publish(session, tmp_path / "again.json")
    text = (tmp_path / "key.json").read_text()
    assert text == (tmp_path / "again.json").read_text()
    assert session.mark_keys.private_pilot.hex() not in text
    assert session.mark_keys.data.hex() not in text
    assert session.vault.operator_secret("mark").hex() not in text
    assert read_key(tmp_path / "key.json") == session.mark_keys.public == MarkKeys(session.mark_keys.public_pilot)


def test_another_operators_key_finds_nothing(estate, tmp_path):
    speak(estate.session, estate.order(), tmp_path / "out.wav")
    publish(open_session(Settings(home=tmp_path / "elsewhere")), tmp_path / "key.json")
    assert not detect_public(read_key(tmp_path / "key.json"), tmp_path / "out.wav").scan.present


SPOILS = {
    "no JSON": lambda key: "not json",
    "a list": lambda key: "[1]",
    "another format": lambda key: json.dumps({**key, "format": "x"}),
    "a newer version": lambda key: json.dumps({**key, "version": 2}),
    "another algorithm": lambda key: json.dumps({**key, "algorithm": "x"}),
    "a short key": lambda key: json.dumps({**key, "public_pilot": "00"}),
    "no key": lambda key: json.dumps({k: v for k, v in key.items() if k != "public_pilot"}),
    "another key": lambda key: json.dumps({**key, "public_pilot": "00" * 32}),
}


@pytest.mark.parametrize("spoil", SPOILS.values(), ids=SPOILS.keys())
def test_a_spoilt_key_is_refused(session, tmp_path, spoil):
    key = publish(session, tmp_path / "key.json").key
    (tmp_path / "key.json").write_text(spoil(key))
    with pytest.raises(DetectorKeyInvalid, match=r"key\.json"):
        read_key(tmp_path / "key.json")


def test_an_absent_key_is_not_found(tmp_path):
    with pytest.raises(NotFound):
        read_key(tmp_path / "absent.json")
