"""A production over HTTP: planned, made, told and asked for again, by whom it belongs to."""

from __future__ import annotations

import time

import pytest

from tests.doors.schemas import validator
from tests.workflows.conftest import LICENSEE, PURPOSE

BOOK = b"Title: The Lamp\n\nCHAPTER I\n\nThe keeper climbed the narrow stair before dawn.\n\nNobody answered him.\n"


def shown(answer, name, status=200):
    assert answer.status_code == status, answer.text
    assert not list(validator(name).iter_errors(answer.json()))
    return answer.json()


@pytest.fixture(scope="module")
def planned(server):
    form = {"licensee": LICENSEE, "purpose": PURPOSE, "voice": server.ids["stock"]}
    with server.http() as http:
        answer = http.post("/v1/productions", data=form, files={"book": ("lamp.txt", BOOK)})
        return shown(answer, "production-planned", 201)


def test_a_production_is_planned_once_for_one_idempotency_key(server):
    form = {"licensee": LICENSEE, "purpose": PURPOSE, "voice": server.ids["stock"]}
    headers = {"Idempotency-Key": "book-once"}
    with server.http() as http:
        first, again = (
            http.post("/v1/productions", data=form, files={"book": ("lamp.txt", BOOK)}, headers=headers)
            for _ in range(2)
        )
        assert first.status_code == 201
        assert first.json() == again.json()
        other = {"book": ("lamp.txt", BOOK + b"More.\n")}
        changed = http.post("/v1/productions", data=form, files=other, headers=headers)
        assert (changed.status_code, changed.json()["error"]) == (409, "repeat-differs")


@pytest.mark.parametrize(
    "name", ["..", "../../etc/passwd.txt", "a\0b.txt", "é" * 300 + ".txt", "cast.yaml", ".txt", "?"]
)
def test_a_manuscript_may_have_any_name_and_lies_under_one_of_ours(server, name):
    form = {"licensee": LICENSEE, "purpose": PURPOSE, "voice": server.ids["stock"]}
    with server.http() as http:
        answer = http.post("/v1/productions", data=form, files={"book": (name, BOOK)})
    assert answer.status_code in {201, 400, 415}, answer.text


def test_a_lexicon_is_sent_along_and_one_that_is_none_is_refused(server):
    form = {"licensee": LICENSEE, "purpose": PURPOSE, "voice": server.ids["stock"]}
    with server.http() as http:
        answers = {}
        for words in (b"keeper\tKEE-per", b"one line without a tab"):
            files = {"book": ("lamp.txt", BOOK), "lexicon": ("../words", words)}
            answers[words[:3]] = http.post("/v1/productions", data=form, files=files)
    shown(answers[b"kee"], "production-planned", 201)
    wrong = answers[b"one"]
    assert (wrong.status_code, wrong.json()["error"]) == (400, "lexicon-invalid")
    assert "/tmp" not in wrong.text


def ended(http, production, within_s=60.0):
    ends = time.monotonic() + within_s
    while time.monotonic() < ends:
        found = http.get(f"/v1/productions/{production}").json()
        if found["stage"] in {"packaged", "failed"}:
            return found
        time.sleep(0.2)
    raise AssertionError(found)


def test_a_production_is_made_and_told(server, planned):
    production = planned["production"]
    assert planned["missing"] == []
    with server.http() as http:
        shown(http.get(f"/v1/productions/{production}"), "production-progress")
        begun = http.post(f"/v1/productions/{production}/run", json={"formats": ["wav"], "priority": 8})
        shown(begun, "production-progress", 202)
        assert ended(http, production)["stage"] == "packaged"
        report = shown(http.get(f"/v1/productions/{production}/report"), "package-report")
        assert report["whole"]
        shown(http.get("/v1/runs"), "runs")
        (run,) = runs_of(http, production)
        shown_run = shown(http.get(f"/v1/runs/{run['run']}"), "run")
        assert (shown_run["state"], shown_run["priority"], shown_run["licensee"]) == ("success", 8, LICENSEE)
        assert http.post(f"/v1/productions/{production}/run", json={"priority": 10}).status_code == 400
        assert shown(http.post(f"/v1/runs/{run['run']}/cancel"), "run")["run"] == run["run"]
        forked = until(lambda: (found := fork(http, run["run"])).status_code != 409 and found)
        new = shown(forked, "run", 201)
        assert new["run"] != run["run"]
        assert fork(http, run["run"]).json() == new
        until(lambda: http.get(f"/v1/runs/{new['run']}").json()["state"] == "success")
        redone = http.post(f"/v1/productions/{production}/lines/c01-0002/redo")
        while redone.status_code == 409:  # the process that made the package is still on its way out
            time.sleep(0.2)
            redone = http.post(f"/v1/productions/{production}/lines/c01-0002/redo")
        shown(redone, "line-redone")
    with server.http("theirs") as theirs:
        for path in (f"/v1/productions/{production}", f"/v1/productions/{production}/report", f"/v1/runs/{run['run']}"):
            foreign = theirs.get(path)
            assert foreign.status_code == 404
            assert production in path or production not in foreign.text
        assert theirs.get("/v1/runs").json() == {"runs": []}
        assert theirs.post(f"/v1/productions/{production}/run", json={}).status_code == 404
        for act in ("pause", "resume", "cancel"):
            assert theirs.post(f"/v1/runs/{run['run']}/{act}").status_code == 404
        assert fork(theirs, run["run"]).status_code == 404
    with server.http("auditor") as auditor:
        assert fork(auditor, run["run"]).status_code == 403


def test_a_run_is_paused_and_goes_on(server):
    form = {"licensee": LICENSEE, "purpose": PURPOSE, "voice": server.ids["stock"]}
    book = BOOK + b"\n".join(b"He wrote line %d into the book.\n" % line for line in range(40))
    with server.http() as http:
        answer = http.post("/v1/productions", data=form, files={"book": ("lamp.txt", book)})
        production = shown(answer, "production-planned", 201)["production"]
        http.post(f"/v1/productions/{production}/run", json={"formats": ["wav"]})
        run = until(lambda: next(iter([one["run"] for one in runs_of(http, production)]), ""))
        assert shown(http.post(f"/v1/runs/{run}/pause"), "run")["state"] == "paused"
        assert http.get(f"/v1/productions/{production}").json()["stage"] == "paused"
        resumed = until(lambda: (found := http.post(f"/v1/runs/{run}/resume")).status_code != 409 and found)
        shown(resumed, "run", 202)  # 409 as long as the process that was paused is on its way out
        until(lambda: [one["state"] for one in runs_of(http, production)] in (["pending"], ["enqueued"]))
        assert shown(http.post(f"/v1/runs/{run}/cancel"), "run")["state"] == "cancelled"
        refused = http.post(f"/v1/runs/{run}/pause")
        assert (refused.status_code, refused.json()["error"]) == (409, "run-ended")


def fork(http, run):
    return http.post(f"/v1/runs/{run}/fork", json={"step": 2}, headers={"Idempotency-Key": "fork-once"})


def runs_of(http, production):
    return [one for one in http.get("/v1/runs").json()["runs"] if one["production"] == production]


def until(found, within_s=60.0):
    ends = time.monotonic() + within_s
    while not (done := found()):
        assert time.monotonic() < ends
        time.sleep(0.05)
    return done


@pytest.mark.parametrize(
    ("key", "name", "data", "error", "status"),
    [
        ("ours", "lamp.epub", b"no zip", "manuscript-invalid", 400),
        ("ours", "lamp.exe", BOOK, "manuscript-invalid", 400),
        ("ours", "../../x.txt", b"", "manuscript-empty", 400),
        ("theirs", "lamp.txt", BOOK, "licensee-not-held", 403),
        ("bound", "lamp.txt", BOOK, "voice-not-of-key", 403),
        ("auditor", "lamp.txt", BOOK, "role-refused", 403),
    ],
)
def test_what_cannot_be_planned_is_refused(server, key, name, data, error, status):  # noqa: PLR0917
    form = {"licensee": LICENSEE, "purpose": PURPOSE, "voice": server.ids["stock"]}
    with server.http(key) as http:
        answer = http.post("/v1/productions", data=form, files={"book": (name, data)})
    assert (answer.status_code, answer.json()["error"]) == (status, error)
