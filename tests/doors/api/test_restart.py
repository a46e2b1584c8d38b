"""A server is replaced by the next one on the same home, and nobody who listens notices."""

from __future__ import annotations

import signal

import httpx
import pytest

from sayso.settings import Settings
from sayso.workflows.installation.session import open_session
from tests.doors.api.conftest import TEXT, furnished, started, stopped

LONG = f"{TEXT} " * 30


@pytest.mark.slow
def test_a_stream_goes_on_to_its_end_while_the_next_server_speaks(template, tmp_path):
    estate = template.copied(tmp_path)
    keys, ids = furnished(estate.session, estate.voice, estate.speaker)
    home = estate.session.settings.home
    estate.session.close()
    (old, url), (new, next_url) = started(home), started(home)
    words = {"model": "sayso", "voice": ids["voice"], "response_format": "pcm"}
    headers = {"Authorization": f"Bearer {keys['ours']}"}
    with httpx.Client(base_url=url, headers=headers, timeout=60) as http:
        with http.stream("POST", "/v1/audio/speech", json={**words, "input": LONG}) as response:
            coming = response.iter_raw()
            heard = len(next(coming))
            old.send_signal(signal.SIGTERM)
            other = httpx.post(
                f"{next_url}/v1/audio/speech", json={**words, "input": TEXT}, headers=headers, timeout=60
            )
            assert other.status_code == 200
            heard += sum(len(part) for part in coming)
        clip = response.headers["x-sayso-clip"]
        assert old.wait(40) == 0
        with pytest.raises(httpx.ConnectError):
            http.get("/healthz")
    old.stdout.close()
    assert stopped(new) == 0
    session = open_session(Settings(home=home))
    (entry,) = (row.entry for row in session.log.query(type="synthesis:clip:made") if row.entry.facts["clip"] == clip)
    session.close()
    assert entry.facts["live"] == "complete"
    assert abs(entry.facts["duration_ms"] - heard / 48) < 100
