"""Speakers' keys: public ones come and go, private ones never."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.doors.api.refusals import Try, refused
from tests.doors.schemas import validator

OLD, NEW = (Ed25519PrivateKey.from_private_bytes(bytes([n] * 32)).public_key().public_bytes_raw().hex() for n in (8, 9))
BAD = ({}, {"public_key": ""}, {"public_key": "no key"}, {"public_key": OLD, "more": 1}, {"public_key": 7})

ROUTES = [
    Try("/v1/speakers/{someone}/death", roles=("ours", "auditor", "speaker")),
    Try("/v1/speakers/{someone}/key", {"public_key": OLD}, rubbish=BAD),
    Try("/v1/speakers/{someone}/key/rotation", {"public_key": NEW}, rubbish=BAD[1:]),
    Try(
        "/v1/speakers/{someone}/key/recovery",
        {"public_key": NEW, "reason": "lost"},
        roles=("ours", "auditor", "speaker"),
        rubbish=({"public_key": NEW}, {"public_key": "no", "reason": "lost"}, {"public_key": NEW, "reason": ""}),
    ),
]


def key(answer, status=200):
    assert answer.status_code == status, answer.text
    assert not list(validator("speaker-key").iter_errors(answer.json()))
    return answer.json()["public_key"], answer.json()["kept_by"]


def test_who_may_not_touch_a_key_and_what_is_none_change_nothing(server, given):
    refused(server, ROUTES, **given)
    with server.http("theirs") as theirs, server.http("speaker") as another:
        for path in (f"/v1/speakers/{given['someone']}/key", "/v1/speakers/spk_zzzzzzzzzzzzzzzz/key"):
            assert theirs.get(path).status_code == 404
            assert another.get(path).status_code == 404
        asked = theirs.post(f"/v1/speakers/{given['someone']}/key/drafts", json={"public_key": NEW})
    assert asked.status_code == 404


def test_a_key_is_registered_once_and_recovered_by_the_operator(server):
    with server.http("operator") as http:
        speaker = http.post("/v1/speakers", json={"name": "Bea"}).json()["speaker"]
        path, again = f"/v1/speakers/{speaker}/key", {"Idempotency-Key": f"register {speaker}"}
        assert key(http.get(path)) == (None, None)
        assert key(http.post(path, json={"public_key": OLD}, headers=again), 201) == (OLD, "speaker")
        assert key(http.post(path, json={"public_key": OLD}, headers=again), 201) == (OLD, "speaker")
        assert http.post(path, json={"public_key": NEW}).status_code == 409
        assert http.post(f"{path}/rotation", json={"public_key": NEW}).status_code == 409  # the speaker signs that
        body = {"public_key": NEW, "reason": "lost with the laptop"}
        assert key(http.post(f"{path}/recovery", json=body), 201) == (NEW, "speaker")
        assert "laptop" not in http.get("/v1/ledger", params={"speaker": speaker}).text


def test_the_key_that_sayso_keeps_is_rotated_and_no_answer_holds_a_private_one(server, given):
    path = f"/v1/speakers/{given['someone']}/key"
    with server.http("operator") as http:
        first, keeper = key(http.get(path))
        assert keeper == "sayso"
        again = {"Idempotency-Key": f"rotate {given['someone']}"}
        second = key(http.post(f"{path}/rotation", json={}, headers=again), 201)
        assert second[1] == "sayso"
        assert second[0] != first
        assert key(http.post(f"{path}/rotation", json={}, headers=again), 201) == second
        assert key(http.post(f"{path}/rotation", json={"public_key": NEW}), 201) == (NEW, "speaker")


def test_a_speaker_reads_and_rotates_their_own_key_alone(server, given):
    with server.http("speaker") as own:
        assert key(own.get(f"/v1/speakers/{server.ids['speaker']}/key"))[1] == "sayso"
        assert own.post(f"/v1/speakers/{given['someone']}/key/rotation", json={}).status_code == 404


def test_a_death_is_noted_by_the_operator(server, given):
    path = f"/v1/speakers/{given['someone']}/death"
    with server.http("operator") as http:
        noted = http.post(path)
        assert not list(validator("speaker-deceased").iter_errors(noted.json()))
        (found,) = [each for each in http.get("/v1/speakers").json()["speakers"] if each["speaker"] == given["someone"]]
        assert found["died_at"]
        assert http.post("/v1/speakers/spk_zzzzzzzzzzzzzzzz/death").status_code == 404
