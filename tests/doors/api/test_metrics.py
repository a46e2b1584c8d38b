"""The figures of the server: complete, readable by Prometheus' own tool, for operators, without a word of anybody."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from prometheus_client.parser import text_string_to_metric_families

from sayso.doors.api.latency import POINTS, Latency, Metrics
from sayso.doors.api.parts import SoundPart
from sayso.workflows.fairness import telling

DASHBOARD = Path(__file__).parents[3] / "examples" / "grafana-dashboard.json"
SAID = "Nobody but Quixano said xylophone."


@pytest.fixture
def figures(server):
    """What the operator reads once an utterance and a refusal are over."""
    words = {"model": "sayso", "voice": server.ids["voice"], "input": SAID, "response_format": "pcm"}
    with server.http() as http:
        spoken = http.post("/v1/audio/speech", json=words)
        assert http.post("/v1/audio/speech", json={**words, "purpose": "unheard/of"}).status_code == 403
    server.entry_of(spoken.headers["x-sayso-clip"])
    with server.http("operator") as http:
        answer = http.get("/metrics")
    assert answer.status_code == 200, answer.text
    return answer.text


def values(text: str) -> dict[str, float]:
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found[sample.name] = found.get(sample.name, 0.0) + sample.value
    return found


@pytest.fixture
def before(server):
    """The figures before those of `figures`, which other tests have left: of some of it nothing audible was heard."""
    with server.http("operator") as http:
        return values(http.get("/metrics").text)


def test_each_point_of_latency_is_counted_in_its_order(before, figures):
    found = values(figures)
    names = [f"sayso_{point}_seconds" for point in POINTS]
    assert all(found[f"{name}_count"] - before.get(f"{name}_count", 0.0) >= 1 for name in names)
    took = {name: found[f"{name}_sum"] - before.get(f"{name}_sum", 0.0) for name in names}
    assert 0 < took["sayso_admit_seconds"] <= took["sayso_first_byte_seconds"]
    assert took["sayso_first_byte_seconds"] <= took["sayso_audible_seconds"]
    assert found["sayso_utterances_total"] >= 1
    assert found["sayso_heard_seconds_total"] > 0.5
    assert 'sayso_refusals_total{error="consent-refused"}' in figures
    assert found["sayso_places"] >= 1


def test_drift_that_the_monitor_found_is_told_with_its_time(server):
    kind = "# HELP sayso_fairness_drift_alarm 1 where drifted\n# TYPE sayso_fairness_drift_alarm gauge\n"
    telling.tell_drift(server.session(), kind + 'sayso_fairness_drift_alarm{stratum="phone",metric="ovrl"} 1\n')
    with server.http("operator") as http:
        found = values(http.get("/metrics").text)
    assert found["sayso_fairness_drift_alarm"] == 1.0
    assert found["sayso_fairness_drift_told_seconds"] == pytest.approx(time.time(), abs=60)


def test_no_figure_tells_of_anybody(server, figures):
    for word in (*server.ids.values(), *server.keys.values(), "Quixano", "xylophone", "Northwind"):
        assert word not in figures


def test_operators_alone_read_them(server):
    for key, status in (("ours", 403), ("auditor", 403), (None, 401)):
        with server.http(key) as http:
            assert http.get("/metrics").status_code == status


def test_prometheus_finds_no_fault(figures):
    if (tool := shutil.which("promtool")) is None and not os.environ.get("CI"):
        pytest.skip("promtool is not installed (Debian: prometheus)")
    assert tool, "promtool is not installed; .ci/run installs it"
    checked = subprocess.run([tool, "check", "metrics"], input=figures, text=True, capture_output=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_dashboard_asks_for_what_is_told(figures):
    told = set(values(figures))
    asked = re.findall(r"sayso_[a-z_]+", DASHBOARD.read_text())
    assert asked
    assert set(asked) <= told
    assert len(json.loads(DASHBOARD.read_text())["panels"]) == 8


def utterance() -> SimpleNamespace:
    row = SimpleNamespace(engine="hibari")
    take = SimpleNamespace(clip="clp_a", voice=SimpleNamespace(row=row))
    return SimpleNamespace(began_s=10.001, first_s=10.011, heard_ms=400, run=SimpleNamespace(take=take))


def test_the_log_has_one_line_of_an_utterance_with_ids_and_times(caplog):
    latency = Latency(Metrics(), 10.0)
    with caplog.at_level("INFO", "sayso.server"):
        latency.sent(utterance(), SoundPart(b"", 0, 0))
        assert latency.first_byte_s is None
        latency.sent(utterance(), SoundPart(b"x", 0, 100, (), 60))
        latency.ended(utterance(), "complete")
    (line,) = (json.loads(record.message) for record in caplog.records)
    assert set(line) == {"event", "clip", "engine", "ending", "heard_s", *(f"{point}_ms" for point in POINTS)}
    assert line["admit_ms"] == pytest.approx(1.0, abs=0.01)
    assert line["audible_ms"] >= line["first_byte_ms"] + 59


@pytest.mark.parametrize(("quiet_ms", "loud"), [(0, 0.1), (35, 0.1), (90, 0.02)])
def test_the_onset_is_where_sound_begins(quiet_ms, loud):
    from sayso.audio.signal import Signal
    from sayso.doors.api.parts import onset_of

    samples = np.zeros(4800, np.float32)
    samples[24 * quiet_ms :] = loud
    piece = SimpleNamespace(signal=Signal.mono(samples, 24_000), start=2400)
    assert onset_of(piece) == pytest.approx(100 + quiet_ms, abs=10)
    assert onset_of(SimpleNamespace(signal=Signal.mono(samples * 0, 24_000), start=0)) is None
