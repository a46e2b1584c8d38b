"""Many cases are decided at once, as they would be one by one, and nothing is done."""

from tests.doors.api.refusals import done
from tests.doors.schemas import validator
from tests.workflows.conftest import LICENSEE, PURPOSE


def test_cases_are_decided_as_they_would_be_and_nothing_is_logged(server):
    case = {"voice": server.ids["voice"], "licensee": LICENSEE, "purpose": PURPOSE}
    cases = [case, {**case, "purpose": "advertising"}, {**case, "voice": "voi_zzzzzzzzzzzzzzzz"}]
    before = done(server)
    with server.http() as ours, server.http("theirs") as theirs, server.http(None) as nobody:
        found = ours.post("/v1/simulations", json={"cases": cases})
        assert not list(validator("simulated-cases").iter_errors(found.json())), found.text
        assert [each["decision"] for each in found.json()["cases"]] == ["permitted", "refused", "refused"]
        assert found.json()["cases"][0]["grant"] == server.ids["grant"]
        assert ours.post("/v1/decisions", json={"voice": case["voice"]}).json()["decision"] == "permitted"
        assert theirs.post("/v1/simulations", json={"cases": cases}).status_code == 403
        assert nobody.post("/v1/simulations", json={"cases": cases}).status_code == 401
        for bad in ({"cases": []}, {"cases": [{}]}, {"cases": [{**case, "action": "sell"}]}, {"cases": [case] * 1001}):
            assert ours.post("/v1/simulations", json=bad).status_code == 400
    assert done(server) == before
