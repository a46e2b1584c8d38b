"""Texts and recordings that are handed in: told of as on the command line, and nothing of them is kept."""

from __future__ import annotations

import base64
import io
import wave

import pytest

from sayso.audio import Container, decode, encode
from sayso.doors.api.uploads.receiving import SOUND_S, UPLOAD_BYTES
from tests.doors.schemas import validator

MARK = "00112233aabbccdd"


def shown(answer, name, status=200):
    assert answer.status_code == status, answer.text
    assert not list(validator(name).iter_errors(answer.json()))
    return answer.json()


def handed(answer, name, status=200):
    """Return the record and the sound of an answer that is a file."""
    assert answer.status_code == status, answer.text
    told = answer.json()
    assert set(told) == {"record", "media_type", "sound"}
    assert not list(validator(name).iter_errors(told["record"]))
    return told["record"], decode(base64.b64decode(told["sound"]))


@pytest.fixture(scope="module")
def flac(speech):
    return encode(speech.slice(0, 4 * speech.sample_rate), Container.FLAC)


def silence(seconds: float) -> bytes:
    """Return so much silence as a small file: what is small may be long."""
    file = io.BytesIO()
    with wave.open(file, "wb") as made:
        made.setparams((1, 1, 8000, 0, "NONE", ""))
        made.writeframes(b"\x80" * round(8000 * seconds))
    return file.getvalue()


def test_a_text_is_told_as_it_will_be_spoken(server):
    body = {"text": "Dr. Quixano paid $5.50.", "phonemes": True, "lexicon": "Quixano\tkey-HO-tee"}
    with server.http("auditor") as http:
        told = shown(http.post("/v1/texts", json=body), "text-read")
        plain = shown(http.post("/v1/texts", json={"text": body["text"]}), "text-read")
        wrong = http.post("/v1/texts", json={**body, "lexicon": "one line without a tab"})
    assert "five dollars" in told["spoken"]
    assert told["spoken"] != plain["spoken"]
    assert plain["phonemes"] is None
    assert (wrong.status_code, wrong.json()["error"]) == (400, "lexicon-invalid")
    assert "/tmp" not in wrong.text


def test_a_recording_is_diagnosed_by_its_bytes(server, flac):
    with server.http("speaker") as http:
        told = shown(http.post("/v1/diagnoses", files={"file": ("../../etc/passwd", flac)}), "diagnosis")
    assert told["file"] == "upload"
    assert told["duration_s"] == pytest.approx(4, abs=0.1)


@pytest.mark.parametrize("path", ["diagnoses", "restorations", "label-readings", "marks/detections"])
@pytest.mark.parametrize(
    ("data", "statuses"),
    [(b"", {400, 415}), (b"no sound at all", {415}), (b"fLaC" + bytes(200), {400, 415}), (b"x", {400, 415})],
)
def test_what_is_no_sound_is_refused(server, path, data, statuses):
    with server.http() as http:
        answer = http.post(f"/v1/{path}", files={"file": ("a.flac", data)})
    assert answer.status_code in statuses, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert "sayso-" not in answer.text


@pytest.mark.parametrize("path", ["diagnoses", "restorations", "marks/detections"])
def test_what_is_too_long_or_too_large_is_refused(server, path):
    long = encode(decode(silence(SOUND_S + 1)), Container.FLAC)
    assert len(long) < 1_000_000
    with server.http() as http:
        for data in (long, bytes(UPLOAD_BYTES * 4)):
            assert http.post(f"/v1/{path}", files={"file": ("a.flac", data)}).status_code == 413


def test_a_recording_is_repaired_and_comes_back_with_what_was_done(server, flac):
    form = {"format": "flac", "voice": server.ids["voice"]}
    with server.http("operator") as http:
        told, sound = handed(http.post("/v1/restorations", data=form, files={"file": ("a.flac", flac)}), "restored")
        assert told["speaker"]["heard"]
        assert sound.duration_s == pytest.approx(4, abs=0.1)
        files = {"file": ("a.flac", flac), "match": ("b.flac", flac), "speaker": ("c.flac", flac)}
        alone = http.post("/v1/restorations", data={"format": "mp3"}, files=files, headers={"Accept": "audio/*"})
    assert alone.headers["content-type"] == "audio/mpeg"
    assert decode(alone.content).duration_s == pytest.approx(4, abs=0.2)


def test_a_voice_that_is_meant_is_asked_for_by_its_speaker_alone_and_is_never_a_path(server, flac):
    def answer(key, **form):
        with server.http(key) as http:
            return http.post("/v1/restorations", data=form, files={"file": ("a.flac", flac)})

    refused = answer("ours", voice=server.ids["voice"])
    assert (refused.status_code, refused.json()["error"]) == (403, "role-refused")
    assert answer("theirs", voice=server.ids["voice"]).status_code in {403, 404}
    path = answer("operator", voice="/etc/hostname")
    assert (path.status_code, path.json()["error"]) == (400, "id-invalid")
    assert answer("ours", format="exe").status_code == 400
    assert answer("ours", fuller_below="nan").status_code == 400


def test_labels_are_listed_and_read(server, flac):
    with server.http("theirs") as http:
        assert len(shown(http.get("/v1/labels"), "jurisdictions")["jurisdictions"]) > 3
        (one,) = shown(http.get("/v1/labels/eu"), "jurisdictions")["jurisdictions"]
        assert one["jurisdiction"] == "eu"
        assert http.get("/v1/labels/atlantis").status_code == 400
        told = shown(http.post("/v1/label-readings", files={"file": ("a.txt", flac)}), "file-labels")
    assert (told["file"], told["tags"]) == ("upload", {})


def test_the_operator_marks_a_file_once_for_one_idempotency_key_and_the_mark_is_read(server, flac):
    headers, form = {"Idempotency-Key": "mark-once"}, {"id": MARK}
    files = {"file": ("a.flac", flac)}
    with server.http("house") as http:
        before = len(server.entries("marking:file:made"))
        answers = [http.post("/v1/marks", data=form, files=files, headers=headers) for _ in range(2)]
        assert answers[0].json() == answers[1].json()
        told, _ = handed(answers[0], "marked-file", 201)
        assert (told["mark"], told["verified"]) == (MARK, True)
        assert len(server.entries("marking:file:made")) == before + 1
        other = http.post("/v1/marks", data={**form, "profile": "robust"}, files=files, headers=headers)
        assert (other.status_code, other.json()["error"]) == (409, "repeat-differs")
        marked = ("b.flac", base64.b64decode(answers[0].json()["sound"]))
        key = http.get("/v1/marks/key")
        shown(key, "detector-key-published")
    with server.http("theirs") as http:
        found = shown(http.post("/v1/marks/detections", files={"file": marked}), "mark-detection")
        assert (found["present"], found["mark"]) == (True, MARK)
        public = http.post("/v1/detections", files={"file": marked, "key": ("key.json", key.content)})
        assert shown(public, "public-detection")["present"]
        none = http.post("/v1/detections", files={"file": ("a.flac", flac), "key": ("key.json", key.content)})
        assert not shown(none, "public-detection")["present"]
        wrong = http.post("/v1/detections", files={"file": marked, "key": ("key.json", b"{}")})
        assert (wrong.status_code, wrong.json()["error"]) == (400, "detector-key-invalid")
        assert "/tmp" not in wrong.text


@pytest.mark.parametrize("key", ["ours", "theirs", "auditor", "speaker", "bound"])
def test_nobody_but_the_operator_marks_files_or_has_the_detectors_key(server, flac, key):
    before = len(server.entries("marking:file"))
    with server.http(key) as http:
        refused = http.post("/v1/marks", data={"id": MARK}, files={"file": ("a.flac", flac)})
        assert (refused.status_code, refused.json()["error"]) == (403, "role-refused")
        assert http.get("/v1/marks/key").status_code == 403
        shown(http.get("/v1/marks/profiles"), "mark-profiles")
    assert len(server.entries("marking:file")) == before


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"id": "no mark"}, "mark-invalid"),
        ({"id": MARK, "profile": "loud"}, "profile-unknown"),
        ({"id": MARK, "survive": ["ta\npe"]}, "chain-unknown"),
        ({"id": MARK, "survive": ["opus-16"] * 9}, "body-invalid"),
    ],
)
def test_a_mark_that_cannot_be_is_refused(server, flac, form, error):
    with server.http("house") as http:
        refused = http.post("/v1/marks", data=form, files={"file": ("a.flac", flac)})
        silent = http.post("/v1/marks", data={"id": MARK}, files={"file": ("a.wav", silence(2))})
    assert (refused.status_code, refused.json()["error"]) == (400, error)
    assert "\n" not in refused.json()["detail"]
    assert silent.status_code == 400, silent.text


def test_a_key_for_a_licensee_is_none_to_mark_with_even_an_operators(server, flac):
    with server.http("operator") as http:
        refused = http.post("/v1/marks", data={"id": MARK}, files={"file": ("a.flac", flac)})
    assert (refused.status_code, refused.json()["error"]) == (403, "licensee-not-held")


def test_nobody_asks_without_a_key(server):
    with server.http(None) as http:
        for path in (
            "texts",
            "diagnoses",
            "restorations",
            "marks",
            "marks/detections",
            "detections",
            "label-readings",
        ):
            assert http.post(f"/v1/{path}", content=b"{}").status_code == 401
        for path in ("labels", "labels/eu", "marks/profiles", "marks/key"):
            assert http.get(f"/v1/{path}").status_code == 401
