"""Every benchmark starts as `make bench` starts it: a figure that nobody can take again is no figure."""

from __future__ import annotations

import subprocess

import pytest
from benchmarks import __main__ as runner


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(runner.BENCHMARKS) - {"ledger", "sealing"}))  # those take no words at all
def test_a_benchmark_starts(name):
    command = [*runner.command_of(name), "--help"]
    done = subprocess.run(
        command, cwd=runner.ROOT, env=runner.environment(), capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-500:]
    assert "usage:" in done.stdout
