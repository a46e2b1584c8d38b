"""A speaker and a grant of each test's own, on the one server."""

from __future__ import annotations

import pytest

from tests.workflows.conftest import LICENSEE, PURPOSE


@pytest.fixture
def given(server) -> dict[str, str]:
    """Return a new speaker's id and that of a grant of theirs."""
    with server.http("operator") as http:
        speaker = http.post("/v1/speakers", json={"name": "Ada Quixano"}).json()["speaker"]
        body = {"speaker": speaker, "licensee": LICENSEE, "purposes": [PURPOSE], "max_minutes": 5}
        return {"someone": speaker, "theirs": http.post("/v1/grants", json=body).json()["grant"]}
