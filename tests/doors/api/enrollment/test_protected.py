"""Protected voices and checks at hand are the operator's; of a recording a print is kept, of a check nothing."""

from importlib.resources import files as resources

import pytest

from sayso.audio import Container, decode, encode
from sayso.workflows.enrollment import checking
from tests.doors.api.refusals import Try, done, refused
from tests.doors.schemas import validator
from tests.recognition.echo import Echo

LIST, CHECKS = "/v1/protected-voices", "/v1/enrollment-checks"
REASON = "a voice that everybody knows"


@pytest.fixture(scope="module")
def person() -> bytes:
    """Return 8 s of somebody."""
    reader = decode((resources("sayso.doors.demo") / "two_cities.flac").read_bytes())
    return encode(reader.slice(0, 8 * reader.sample_rate), Container.FLAC)


def sent(http, person: bytes, reason: str = REASON, **headers: str):
    return http.post(LIST, files=[("recordings", ("a.flac", person))], data={"reason": reason}, headers=headers)


def test_a_voice_is_put_on_the_list_once_and_taken_off(server, person):
    with server.http("operator") as http:
        first, second = (sent(http, person, **{"Idempotency-Key": "protect"}) for _ in range(2))
        assert first.status_code == 201, first.text
        assert not list(validator("protected-voice").iter_errors(first.json()))
        assert first.json() == second.json()
        made = first.json()["protected"]
        told = http.get(LIST)
        assert not list(validator("protected-voices").iter_errors(told.json())), told.text
        assert [each["protected"] for each in told.json()["entries"]].count(made) == 1
        path = f"{LIST}/{made}/removal"
        refused(
            server,
            [Try(path, {"reason": "asked"}, roles=("ours", "auditor", "speaker"), rubbish=({}, {"reason": "x"}))],
        )
        gone = http.post(path, json={"reason": "asked for it"})
        assert not list(validator("protected-voice").iter_errors(gone.json())), gone.text
        assert made not in http.get(LIST).text
        assert http.post(path, json={"reason": "asked for it"}).status_code == 404


def test_who_may_not_see_or_change_the_list_and_what_is_no_recording_leave_it(server, person):
    before = done(server)
    for key, status in (("ours", 403), ("theirs", 403), ("auditor", 403), ("speaker", 403), (None, 401)):
        with server.http(key) as http:
            assert http.get(LIST).status_code == status
            assert sent(http, person).status_code == status
            sounds = [("statement", person), ("samples", person)]
            assert http.post(CHECKS, files=sounds, data={"text": "I allow."}).status_code == status
    with server.http("operator") as http:
        assert sent(http, b"no sound").status_code == 415
        assert sent(http, person, reason="x").status_code == 400
        many = [("recordings", (f"{n}.flac", b"x")) for n in range(99)]
        assert http.post(LIST, files=many, data={"reason": REASON}).status_code == 400
        assert http.post(CHECKS, files=[("statement", b"x")], data={"text": "I allow."}).status_code == 400
        none = http.get("/v1/enrollments/enr_zzzzzzzzzzzzzzzz/likenesses")
        assert none.status_code == 404
    assert done(server) == before


def test_recordings_at_hand_are_checked_and_nothing_is_stored(inside, person, monkeypatch):
    monkeypatch.setattr(checking, "recogniser", Echo)
    http = inside("operator")
    told = http.post(CHECKS, files=[("statement", person), ("samples", person)], data={"text": "I allow this."})
    assert told.status_code == 200, told.text
    assert not list(validator("enrollment-check").iter_errors(told.json()))
    assert http.get("/v1/ledger", params={"type": "enrollment"}).json()["count"] == 0
