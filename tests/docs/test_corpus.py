"""The tutorial of docs/corpus.md runs as it is written, on the demo's recording, with nothing asked of any network."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCUMENT = Path(__file__).parents[2] / "docs" / "corpus.md"

NO_NETWORK = """
import sys

def refuse(event, told):
    if event == "socket.connect" and isinstance(told[1], tuple) and told[1][0] not in {"127.0.0.1", "::1"}:
        raise OSError(f"the tutorial asked the network for {told[1][0]}")
    if event == "socket.getaddrinfo" and told[0] not in {"127.0.0.1", "::1", "localhost", None, ""}:
        raise OSError(f"the tutorial asked the network for {told[0]}")

sys.addaudithook(refuse)
"""


def tutorial() -> str:
    section = DOCUMENT.read_text().partition("## In two minutes, offline\n")[2].partition("\n## ")[0]
    (block,) = re.findall(r"^```sh\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    return block


def test_the_tutorial_begins_with_the_demo_and_makes_a_corpus():
    commands = [line.split("#")[0].split() for line in tutorial().splitlines()]
    assert commands[0] == ["sayso", "demo"]
    assert {words[2] for words in commands if words[:2] == ["sayso", "corpus"]} >= {"create", "add", "run", "status"}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_tutorial_runs_as_written(tmp_path):
    pytest.importorskip("daft", reason="of the extra corpus")
    code, work = tmp_path / "bin", tmp_path / "work"
    code.mkdir()
    work.mkdir()
    (code / "sitecustomize.py").write_text(NO_NETWORK)
    program = code / "sayso"
    program.write_text(f"#!/bin/sh\nexec {sys.executable} -c 'from sayso.doors.cli.main import main; main()' \"$@\"\n")
    program.chmod(0o755)
    env = {name: value for name, value in os.environ.items() if not name.startswith("SAYSO_")} | {
        "HOME": str(tmp_path),
        "PATH": f"{code}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": f"{code}{os.pathsep}{os.environ.get('PYTHONPATH', '')}",
    }
    told = subprocess.run(
        ["bash", "-euc", tutorial()], cwd=work, env=env, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    status, found = (json.loads(line) for line in told.stdout.splitlines() if line.startswith("{"))
    assert status["state"] == "done"
    assert status["published"]["kept"] + status["published"]["repaired"] > 0
    assert found["rows"]
    assert "<svg" in (work / "report.html").read_text()
