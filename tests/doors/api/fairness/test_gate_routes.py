"""The gate over HTTP: planned, judged, waived once each, by who keeps it, and shown to all."""

from tests.doors.api.fairness.test_fairness import table
from tests.doors.api.refusals import Try, refused
from tests.doors.schemas import validator

OPERATORS = ("ours", "auditor", "speaker")
PLAN = {"subject": "mark:standard", "metrics": ["likeness=0.05"], "groups": ["men", "women"], "speakers": 40}
WAIVER = {"subject": "mark:standard", "reason": "a trial", "until": "2999-01-01"}

ROUTES = [
    Try("/v1/gate/plans", PLAN, roles=OPERATORS, rubbish=({**PLAN, "groups": ["men"]}, {**PLAN, "metrics": ["a=b"]}, {**PLAN, "subject": "car:red"}, {**PLAN, "speakers": 1}, {})),
    Try("/v1/gate/waivers", WAIVER, roles=OPERATORS, rubbish=({**WAIVER, "until": "2001-01-01"}, {**WAIVER, "until": "soon"}, {**WAIVER, "reason": " "}, {**WAIVER, "key": "PEM"}, {})),
]  # fmt: skip


def record(answer, status=201):
    assert answer.status_code == status, answer.text
    assert not list(validator("gate-record").iter_errors(answer.json()))
    return answer.json()


def test_who_does_not_keep_the_gate_neither_plans_nor_waives(server):
    refused(server, ROUTES)


def test_a_version_is_planned_judged_and_waived_once_for_one_key(server):
    with server.http("operator") as http, server.http() as ours:
        for path, body in (("/v1/gate/plans", PLAN), ("/v1/gate/waivers", WAIVER)):
            again = {"Idempotency-Key": path}
            first, second = (record(http.post(path, json=body, headers=again)) for _ in range(2))
            assert first == second
            assert record(ours.get(f"/v1/gate/records/{first['record']}"), 200) == first
        assert (first["verdict"], first["reason"]) == ("waived", "a trial")
        standing = ours.get("/v1/gate", params={"subject": "mark:standard"})
        assert not list(validator("gate-status").iter_errors(standing.json())), standing.text
        assert standing.json()["versions"][0]["record"] == first["record"]

        def judged():
            files, again = {"table": table(0.2)}, {"Idempotency-Key": "judge"}
            return record(http.post("/v1/gate/reports", files=files, data={"subject": "mark:standard"}, headers=again))

        assert judged() == judged()
        assert judged()["verdict"] == "fail"  # it ends the waiver
        standing = ours.get("/v1/gate", params={"subject": "mark:standard"}).json()["versions"][0]
        assert (standing["verdict"], standing["open"]) == ("fail", False)
        other = {"files": {"table": table(0.0)}, "data": {"subject": "mark:standard"}}
        assert http.post("/v1/gate/reports", **other, headers={"Idempotency-Key": "judge"}).status_code == 409


def test_what_is_not_there_is_told(server):
    with server.http() as ours, server.http(None) as nobody:
        assert ours.get("/v1/gate/records/gat_zzzzzzzzzzzzzzzz").status_code == 404
        assert ours.get("/v1/gate/records/gat_1").status_code == 400
        assert ours.get("/v1/gate?subject=engine:none").status_code == 404
        assert ours.get("/v1/gate?subject=car:red").status_code == 400
        assert nobody.get("/v1/gate").status_code == 401
