"""Traces: the stages of what was asked for, in order, with ids alone, and none where nobody collects them."""

from __future__ import annotations

import json
import logging
import sys
from itertools import pairwise

import pytest

from sayso.doors.api import tracing
from sayso.doors.api.errors import TracingMissing
from sayso.doors.cli.commands import serve as command
from tests.doors.api.collector import collecting, facts
from tests.doors.api.conftest import Served, furnished, started, stopped

SAID = "Nobody but Quixano said xylophone."
STAGES = ["admission", "decision", "engine", "marking", "first_byte", "sending", "keeping"]
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
CALLER = {"traceparent": f"00-{TRACE}-{PARENT}-01", "tracestate": "who=quixano", "baggage": "who=quixano"}


@pytest.fixture(scope="module")
def traced(template, tmp_path_factory):
    """A server that sends traces, what was sent to it, and the collector once it has all."""
    estate = template.copied(tmp_path_factory.mktemp("traced"))
    keys, ids = furnished(estate.session, estate.voice, estate.speaker)
    home = estate.session.settings.home
    estate.session.close()
    with collecting() as collector:
        log = home.parent / "server.log"
        process, url = started(home, log=log, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)
        server = Served(url, home, process, keys, ids, log)
        server.wait()
        words = {"model": "sayso", "voice": ids["voice"], "input": SAID, "response_format": "pcm"}
        with server.http() as http:
            spoken = http.post("/v1/audio/speech", json=words, headers=CALLER)
            refused = http.post("/v1/audio/speech", json={**words, "purpose": "unheard/of"})
            assert http.get(f"/v1/grants/{estate.grant}").status_code == 200
        assert (spoken.status_code, refused.status_code) == (200, 403)
        with server.http(None) as http:
            assert http.get("/v1/Quixano").status_code == 401
        server.ids["clip"] = spoken.headers["x-sayso-clip"]
        server.ids["mark"] = spoken.headers["x-sayso-mark"]
        server.ids["grant"] = spoken.headers["x-sayso-grant"]
        collector.wait("utterance", 2)
        assert stopped(process) == 0  # which sends the rest
        yield server, collector


def utterance(collector):
    (spoken,) = [span for span in collector.spans if span.name == "utterance" and "sayso.clip" in facts(span)]
    return spoken


def test_one_spoken_request_is_a_tree_of_its_stages(traced):
    server, collector = traced
    spoken = utterance(collector)
    (request,) = [span for span in collector.spans if span.span_id == spoken.parent_span_id]
    stages = collector.below(spoken)
    assert [span.name for span in stages] == STAGES
    assert stages[0].start_time_unix_nano == pytest.approx(spoken.start_time_unix_nano, abs=5_000_000)
    for before, after in pairwise(stages):
        assert before.start_time_unix_nano <= before.end_time_unix_nano
        assert after.start_time_unix_nano == pytest.approx(before.end_time_unix_nano, abs=5_000_000)
    assert request.name == "POST /v1/audio/speech"
    assert facts(request) == {
        "http.request.method": "POST", "http.route": "/v1/audio/speech", "http.response.status_code": 200
    }  # fmt: skip
    told = facts(spoken)
    assert [told[f"sayso.{name}"] for name in ("clip", "mark", "grant")] == [
        server.ids[name] for name in ("clip", "mark", "grant")
    ]
    assert told["sayso.ending"] == "complete"
    assert told["sayso.heard_ms"] > 500


def test_it_belongs_to_the_trace_of_who_asked(traced):
    _, collector = traced
    spoken = utterance(collector)
    family = [span for span in collector.spans if span.trace_id == spoken.trace_id]
    assert spoken.trace_id.hex() == TRACE
    assert len(family) == 2 + len(STAGES)
    assert [span.name for span in family if span.parent_span_id.hex() == PARENT] == ["POST /v1/audio/speech"]
    assert not any(span.trace_state for span in collector.spans)


def test_a_refusal_says_by_which_slug(traced):
    _, collector = traced
    (refused,) = [span for span in collector.spans if facts(span).get("error.type") == "consent-refused"]
    assert refused.name == "utterance"
    assert [span.name for span in collector.below(refused)] == ["admission", "decision"]


def test_a_path_is_told_as_its_route_alone(traced):
    _, collector = traced
    assert [span for span in collector.spans if span.name == "GET /v1/grants/{grant}"]
    (stranger,) = [span for span in collector.spans if facts(span).get("http.response.status_code") == 401]
    assert stranger.name == "GET"
    assert not [span for span in collector.spans if "readyz" in span.name]


def test_nothing_personal_leaves(traced):
    server, collector = traced
    sent = "\n".join(str(message) for message in collector.messages)
    assert server.ids["clip"] in sent
    for word in ("quixano", "xylophone", "northwind", "127.0.0.1", str(server.home), *server.keys.values()):
        assert word.lower() not in sent.lower()
    assert server.ids["speaker"] not in sent
    assert not any(span.events for span in collector.spans)


def test_that_spans_did_not_arrive_is_one_line_without_what_was_said(caplog):
    tracing.log_lines()
    with caplog.at_level("INFO", "sayso.server"):
        logging.getLogger("opentelemetry.sdk.trace.export").error("Quixano is away")
    (line,) = (json.loads(record.message) for record in caplog.records if record.name == "sayso.server")
    assert line == {"event": "traces", "level": "error", "from": "opentelemetry.sdk.trace.export"}


def test_without_an_address_nothing_is_collected(monkeypatch):
    for name in command.COLLECTOR:
        monkeypatch.delenv(name, raising=False)
    assert command.traces() is None


def test_an_address_without_the_packages_says_what_to_install(monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.delitem(sys.modules, "sayso.doors.api.tracing", raising=False)
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(TracingMissing) as caught:
        command.traces()
    assert "sayso[otel]" in caught.value.message
