"""The examples of the server run as they stand, against a server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[3] / "examples"


def run(server, key: str, *command: str, told: str = "") -> subprocess.CompletedProcess[bytes]:
    """Run ``command`` with the server's address and a key in the environment; it must end well."""
    env = {**os.environ, "SPEECH_URL": server.url, "SPEECH_KEY": server.keys[key], "SPEECH_VOICE": "narrator"}
    done = subprocess.run(command, input=told.encode(), capture_output=True, env=env, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done


def test_an_agent_answers_the_line_that_was_not_interrupted(server):
    before = len(server.entries("synthesis:clip:intended"))
    done = run(server, "live", sys.executable, str(EXAMPLES / "agent.py"), told="Is the lamp lit?\n")
    assert done.stderr == b""
    assert 24_000 < len(done.stdout) / 2 < 20 * 24_000
    assert len(server.entries("synthesis:clip:intended")) > before


def test_a_refused_agent_says_why(server):
    done = run(server, "ours", sys.executable, str(EXAMPLES / "agent.py"), told="Is the lamp lit?\n")
    assert done.stdout == b""
    assert b"narrator" in done.stderr


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_a_sentence_is_spoken_and_verified_by_curl(server, tmp_path):
    done = run(server, "bound", "/bin/sh", str(EXAMPLES / "speak.sh"), str(tmp_path / "out.mp3"))
    assert json.loads(done.stdout)["clips"]
    assert (tmp_path / "out.mp3").stat().st_size > 10_000
