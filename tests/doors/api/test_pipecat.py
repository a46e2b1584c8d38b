"""Pipecat's own OpenAI service, unmodified, and ours, in Pipecat's real pipelines against a real server.

Pipecat holds back three packages that are locked here in newer versions, so it has an environment of its own
(``make .venv/pipecat``, requirements/pipecat.lock), and the talks run there as a process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from .test_streams import LONG

ROOT = Path(__file__).parents[3]
PYTHON = Path(sys.prefix) / "pipecat" / "bin" / "python"
SAID = ["The", "lamp", "was", "lit", "at", "noon.", "And", "nobody", "saw", "it."]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not PYTHON.exists() and "CI" not in os.environ, reason="pipecat-ai is not installed (make .venv/pipecat)"
    ),
]


@pytest.fixture(scope="module")
def talks(server):
    """Return what was heard in each talk of ``pipecat_talk.py``, a process for all."""
    given = {"key": server.keys["bound"], "live": server.keys["live"], "voice": "narrator", "long": LONG}
    command = [PYTHON, "-W", "ignore", str(Path(__file__).with_name("pipecat_talk.py")), server.url]
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        command, input=json.dumps(given), capture_output=True, text=True, env=env, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def test_pipecats_own_openai_service_speaks_unmodified(talks):
    heard = talks["openai"]
    assert 1 < heard["seconds"] < 6
    assert heard["errors"] == []


def test_ours_tells_each_word_when_it_is_said_over_several_utterances(talks):
    first = talks["spoken"]["first"]
    assert first["order"][0] == "TTSStartedFrame"
    assert first["order"][-1] == "TTSStoppedFrame"
    assert [word for word, _ in first["words"]] == SAID
    assert all(before < after for (_, before), (_, after) in pairwise(first["words"]))
    assert first["words"][0][1] > 0
    assert first["words"][-1][1] < first["seconds"] < 6
    assert first["rates"] == [24_000]
    assert first["errors"] == []


def test_a_speed_holds_from_the_next_turn_and_no_context_is_left_open(talks):
    first, faster = talks["spoken"]["first"], talks["spoken"]["faster"]
    assert faster["seconds"] < 0.75 * first["seconds"]
    assert [word for word, _ in faster["words"]] == SAID
    assert talks["spoken"]["left"] == 0


def test_text_as_it_is_written_is_heard_as_its_sentences_are(talks):
    first, tokens = talks["spoken"]["first"], talks["spoken"]["tokens"]
    assert tokens["seconds"] == pytest.approx(first["seconds"], abs=0.05)
    assert [word for word, _ in tokens["words"]] == SAID


def test_an_interruption_stops_the_engine_and_the_next_turn_is_heard(talks, server):
    heard = talks["interrupted"]
    assert heard["closed_s"] < 10
    assert heard["later"] == 0
    assert heard["stopped"]["errors"] == []
    assert heard["stopped"]["seconds"] < 60
    assert [word for word, _ in heard["after"]["words"]] == ["Go", "on."]
    assert "stopped" in {entry.facts.get("live") for entry in server.entries("synthesis:clip:made")}


def test_a_refusal_is_an_error_with_reasons_and_nothing_counts_as_said(talks):
    first, again = talks["refused"]["first"], talks["refused"]["again"]
    assert "allowed: agent" in first["errors"][0]
    assert "allowed: agent" in again["errors"][0]
    assert first["words"] == again["words"] == []
    assert first["seconds"] == 0
    assert talks["refused"]["usable"]


def test_a_wrong_key_is_told_at_once_and_the_service_is_of_no_use(talks):
    assert "401" in talks["stranger"]["errors"][0]
    assert not talks["stranger"]["usable"]


def test_a_lost_connection_is_opened_again(talks):
    heard = talks["reconnected"]
    assert [word for word, _ in heard["words"]] == SAID
    assert heard["errors"] == []
