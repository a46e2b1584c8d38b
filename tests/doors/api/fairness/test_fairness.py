"""Tables that are sent are judged as the command line judges files, for who keeps the gate."""

import pytest

from tests.doors.api.refusals import done
from tests.doors.schemas import validator

HEAD = "speaker,group,metric,value,kind\n"


def table(gap: float, speakers: int = 40) -> bytes:
    rows = (
        f"{n},{group},likeness,{level + (n % 7) / 100 + repeat / 1000},synthetic\n"
        for group, level in (("women", 0.8 - gap), ("men", 0.8))
        for n in range(speakers)
        for repeat in range(2)
    )
    return (HEAD + "".join(rows)).encode()


def samples(level: float) -> bytes:
    rows = (f"{n % 25},phone,ovrl,{level + n % 7 / 10},yes\n" for n in range(400))
    return ("speaker,stratum,metric,value,consented\n" + "".join(rows)).encode()


SENT = {
    "/v1/fairness/judgements": ({"table": table(0.0)}, {}),
    "/v1/fairness/remedies": ({"table": table(0.2), "other": table(0.0)}, {}),
    "/v1/fairness/collections": ({"table": table(0.0, 5)}, {"terms": "T1", "payment": "P1"}),
    "/v1/fairness/monitors": ({"samples": samples(2.5), "baseline": samples(3.0)}, {}),
    "/v1/gate/reports": ({"table": table(0.0)}, {"subject": "engine:hibari"}),
}


@pytest.mark.parametrize("path", SENT)
def test_who_does_not_keep_the_gate_is_refused_and_so_is_what_is_no_table(server, path):
    files, data = SENT[path]
    before = done(server)
    for key, status in (("ours", 403), ("auditor", 403), ("theirs", 403), ("speaker", 403), (None, 401)):
        with server.http(key) as http:
            assert http.post(path, files=files, data=data).status_code == status
    with server.http("operator") as http:
        for bad in (b"", b"a,b\n1,2\n", b"\xff\xfe\x00", HEAD.encode() + b"1,x,likeness,nan,synthetic\n"):
            answer = http.post(path, files=dict.fromkeys(files, ("/etc/passwd", bad)), data=data)
            assert answer.status_code == 400, answer.text
            assert "/tmp" not in answer.text
        if "monitors" not in path:
            assert http.post(path, files=files, data={**data, "margin": "likeness"}).status_code == 400
        assert http.post(path, data=data).status_code == 400
    assert done(server) == before


def test_a_judgement_is_as_its_schema_says_and_a_margin_changes_it(server):
    with server.http("operator") as http:
        for gap, margin, verdict in ((0.0, None, "pass"), (0.2, None, "fail"), (0.2, "likeness=0.5", "pass")):
            data = {} if margin is None else {"margin": margin}
            told = http.post("/v1/fairness/judgements", files={"table": table(gap)}, data=data)
            assert not list(validator("fairness-judgement").iter_errors(told.json())), told.text
            assert told.json()["verdict"] == verdict


def test_a_request_for_speakers_a_remedy_and_a_drift_are_told(server):
    told = {"remedies": "fairness-remedy", "collections": "fairness-collection", "monitors": "fairness-drift"}
    with server.http("operator") as http:
        found = {}
        for name, schema in told.items():
            files, data = SENT[f"/v1/fairness/{name}"]
            answer = http.post(f"/v1/fairness/{name}", files=files, data=data)
            assert not list(validator(schema).iter_errors(answer.json())), answer.text
            found[name] = answer.json()
        assert found["monitors"]["alarms"] == 1
        assert found["collections"]["missing"] > 0
        files, data = SENT["/v1/fairness/collections"]
        assert http.post("/v1/fairness/collections", files=files, data={**data, "by": "sex"}).status_code == 400
        unknown = http.post("/v1/fairness/collections", files=files, data={**data, "corpus": "none", "by": "sex"})
        assert unknown.status_code in {404, 503}
        served = http.post("/v1/fairness/monitors", files=SENT["/v1/fairness/monitors"][0], data={"served": "true"})
        assert served.status_code == 200
        assert "sayso_fairness_drift_alarm" in http.get("/metrics").text
