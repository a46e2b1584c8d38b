"""Enrolments over HTTP: the same shapes as the command line, each organisation its own."""

from tests.doors.schemas import validator

TERMS = {"licensee": "Northwind Audio", "purposes": ["audiobook/mystery"], "max_minutes": 5}


def fits(name, answer):
    assert not list(validator(name).iter_errors(answer.json())), answer.text
    return answer.json()


def test_a_statement_is_drawn_shown_and_seen_by_nobody_else(server):
    with server.http("operator") as http, server.http("theirs") as theirs:
        speaker = http.post("/v1/speakers", json={"name": "Bea"}).json()["speaker"]
        begun = http.post("/v1/enrollments", json={"speaker": speaker, **TERMS})
        assert begun.status_code == 201, begun.text
        issued = fits("enrollment-started", begun)
        assert "Northwind Audio" in issued["text"]
        path = f"/v1/enrollments/{issued['enrollment']}"
        assert fits("enrollment-status", http.get(path))["state"] == "started"
        assert len(fits("enrollments", http.get(f"/v1/enrollments?speaker={speaker}"))["enrollments"]) == 1
        assert fits("enrollments", http.get("/v1/reviews"))["enrollments"] == []
        assert theirs.get(path).status_code == 404
        assert theirs.post("/v1/enrollments", json={"speaker": speaker, **TERMS}).status_code == 403
        assert http.get(f"{path}/evidence").status_code == 409
        decided = http.post(f"{path}/decision", json={"decision": "accept", "reason": "heard"})
        assert (decided.status_code, decided.json()["error"]) == (409, "not-in-review")


def test_what_is_no_sound_is_refused_and_uses_nothing_up(server):
    with server.http("operator") as http:
        speaker = http.post("/v1/speakers", json={"name": "Cleo"}).json()["speaker"]
        issued = http.post("/v1/enrollments", json={"speaker": speaker, **TERMS}).json()["enrollment"]
        files = [("statement", ("a.wav", b"no sound")), ("samples", ("b.wav", b"nor this"))]
        answer = http.post(f"/v1/enrollments/{issued}/recordings", files=files)
        assert answer.status_code == 415, answer.text
        assert http.get(f"/v1/enrollments/{issued}").json()["state"] == "started"
        wrong = http.post("/v1/enrollments", json={"speaker": speaker, **TERMS, "unheard_of": 1})
        assert wrong.status_code == 400
