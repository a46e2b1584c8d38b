"""The examples of the server run as they stand, against a server."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.doors.api.chromium import browsing, require_chromium

EXAMPLES = Path(__file__).parents[3] / "examples"
PIPECAT = Path(sys.prefix) / "pipecat" / "bin" / "python"


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


def test_an_agent_that_is_interrupted_again_and_again_goes_on(server):
    told = "".join(f"Line {number}.\n" for number in range(10))  # more than contexts may be open
    done = run(server, "live", sys.executable, str(EXAMPLES / "agent.py"), told=told)
    assert done.stderr == b""
    assert len(done.stdout) / 2 > 24_000


def test_a_refused_agent_says_why(server):
    done = run(server, "ours", sys.executable, str(EXAMPLES / "agent.py"), told="Is the lamp lit?\n")
    assert done.stdout == b""
    assert b"narrator" in done.stderr


def test_an_agent_has_sixty_lines_at_most():
    for example in EXAMPLES.glob("*agent.py"):
        assert len(example.read_text().splitlines()) <= 60, example.name


@pytest.mark.slow
@pytest.mark.skipif(
    not PIPECAT.exists() and "CI" not in os.environ, reason="pipecat-ai is not installed (make .venv/pipecat)"
)
def test_a_pipeline_of_pipecat_says_each_line_and_why_one_is_refused(server, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(EXAMPLES.parent / "src"))
    command = (str(PIPECAT), "-W", "ignore", str(EXAMPLES / "pipecat_agent.py"))
    done = run(server, "live", *command, told="The lamp was lit at noon.\nAnd nobody saw it.\n")
    assert 24_000 < len(done.stdout) / 2 < 20 * 24_000
    refused = run(server, "ours", *command, told="Is the lamp lit?\n")
    assert refused.stdout == b""
    assert b"narrator" in refused.stderr


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_a_sentence_is_spoken_and_verified_by_curl(server, tmp_path):
    done = run(server, "bound", "/bin/sh", str(EXAMPLES / "speak.sh"), str(tmp_path / "out.mp3"))
    assert json.loads(done.stdout)["clips"]
    assert (tmp_path / "out.mp3").stat().st_size > 10_000


@contextlib.contextmanager
def shown(server, key: str):
    """Yield the address of the browser's example, with a key of the server."""
    env = {**os.environ, "SPEECH_URL": server.url, "SPEECH_KEY": server.keys[key], "SPEECH_VOICE": "narrator"}
    command = [sys.executable, str(EXAMPLES / "browser.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=env, text=True) as example:
        try:
            yield example.stdout.readline().strip()
        finally:
            example.terminate()


@pytest.mark.slow
def test_a_page_is_heard_while_its_sound_comes(server):
    require_chromium()
    with shown(server, "bound") as address, browsing() as page:
        page.open(address)
        page.click("button")
        page.wait("document.body.dataset.state == 'spoken'")
        told = page.run("return {...document.body.dataset}")
        assert float(told["peak"]) > 0.05
        assert 1.0 < float(told["seconds"]) < 20.0
        assert float(told["heard"]) < float(told["received"]) + 1000
        page.click("button")
        page.wait("document.body.dataset.heard")
        page.click("#stop")
        page.wait("document.body.dataset.state == 'stopped'")
        assert server.keys["bound"] not in page.run("return document.documentElement.outerHTML")


@pytest.mark.slow
def test_a_page_says_why_it_was_refused(server):
    require_chromium()
    with shown(server, "ours") as address, browsing() as page:
        page.open(address)
        page.click("button")
        page.wait("document.body.dataset.state == 'refused'")
        assert "narrator" in page.run("return document.querySelector('#told').textContent")


@pytest.mark.slow
def test_a_page_of_others_makes_no_sound(server):
    with shown(server, "bound") as address:
        for headers in ({}, {"Origin": "https://evil.example"}, {"Origin": address[:-1], "Host": "evil.example"}):
            assert httpx.post(f"{address}speech", content="It is noon.", headers=headers).status_code == 403
        good = httpx.post(f"{address}speech", content="It is noon.", headers={"Origin": address[:-1]})
    assert good.status_code == 200
    assert len(good.content) > 10_000
