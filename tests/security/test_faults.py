"""A small run of the faults that `make bench ARGS=faults` makes by the thousand."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SUITE = Path(__file__).parents[2] / "benchmarks" / "faults" / "suite.py"


@pytest.mark.slow
def test_kills_races_and_hurt_files_leave_nothing_wrong(tmp_path):
    counts = ["--kills", "45", "--races", "10", "--files", "30", "--seed", "7"]
    command = [sys.executable, str(SUITE), "--out", str(tmp_path / "faults"), "--scratch", str(tmp_path), *counts]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=1200)
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((tmp_path / "faults" / "faults.json").read_text())
    assert (report["kills"]["trials"], report["races"]["trials"], report["files"]["files"]) == (45, 10, 30)
    assert report["kills"]["killed"] > 30
    assert report["kills"]["wrong"] == report["races"]["wrong"] == report["files"]["crashes"] == 0
