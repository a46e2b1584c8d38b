"""Schemathesis asks whatever the OpenAPI allows, and what it does not: no fault, and no answer that is not described."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.doors.api.conftest import furnished, started, stopped

SECONDS = 60
BESIDE_THE_POINT = ("positive_data_acceptance", "use_after_free", "ensure_resource_availability")
"""A valid request may be refused, an id that is gone may be named in an answer, and what is made may need time."""

LEFT_OUT = (
    r"^/v1/(productions/\{production\}/run|runs/\{run\}/resume|erasures/\{plan\}/run"
    r"|(keys|credentials)/\{credential\}/revoke)$"
)
"""Minutes of speech, and the end of what is asked, and of who asks."""


@pytest.fixture(scope="module")
def asked(template, tmp_path_factory) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the address of a server on a home of its own, and its keys."""
    estate = template.copied(tmp_path_factory.mktemp("fuzzed"))
    keys, _ = furnished(estate.session, estate.voice, estate.speaker)
    home = estate.session.settings.home
    estate.session.close()
    process, url = started(home, log=home.parent / "server.log")
    yield url, keys
    assert stopped(process) == 0


@pytest.mark.slow
@pytest.mark.parametrize("key", ["operator", "ours"])
def test_nothing_that_is_asked_brings_a_fault_or_an_answer_that_is_not_described(asked, key, tmp_path):
    url, keys = asked
    program = Path(sys.executable).parent / "schemathesis"
    command = [str(program), "run", f"{url}/openapi.json", "--header", f"Authorization: Bearer {keys[key]}"]
    command += ["--exclude-checks", ",".join(BESIDE_THE_POINT), "--exclude-path-regex", LEFT_OUT, "--no-color"]
    command += ["--phases", "coverage,fuzzing", "--warnings", "off", "--max-time", str(SECONDS), "--seed", "7"]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=280, check=False)
    assert told.returncode == 0, told.stdout[told.stdout.find("FAILURES") :][:6000]
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {keys[key]}"}) as client:
        assert client.get("/v1/models").status_code == 200  # whoever asked was let in to the end
