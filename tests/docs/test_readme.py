"""The documents keep what they say: commands run, code runs, help is not stale, links lead somewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("decisions/*.md"), *ROOT.glob("src/**/*.md")]
)


def blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def test_the_readme_is_short():
    assert len(README.splitlines()) <= 120


@pytest.mark.parametrize("block", blocks(README, "sh"))
def test_the_shell_blocks_of_the_readme_run(block, tmp_path):
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    program = bin_ / "sayso"
    program.write_text(f"#!/bin/sh\nexec {sys.executable} -c 'from sayso.doors.cli.main import main; main()' \"$@\"\n")
    program.chmod(0o755)
    env = {**os.environ, "PATH": f"{bin_}:{os.environ['PATH']}", "TMPDIR": str(tmp_path), "HOME": str(tmp_path)}
    done = subprocess.run(["bash", "-euc", block], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


PYTHON = [(path, block) for path in DOCUMENTS for block in blocks(path.read_text(), "python")]


CASES = [
    pytest.param(
        path,
        block,
        id=f"{path.parent.name}/{path.name}-{n}",
        marks=[pytest.mark.slow] if ".clone(" in block else [],  # a fit takes a minute of processor time
    )
    for n, (path, block) in enumerate(PYTHON)
]


@pytest.mark.parametrize(("path", "block"), CASES)
def test_the_python_blocks_run(path, block, tmp_path):
    env = {**os.environ, "TMPDIR": str(tmp_path), "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", block], env=env, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    for promised in re.findall(r"^print\(.*\)  # (\w+)$", block, re.MULTILINE):
        assert promised in done.stdout.splitlines()


def test_every_command_of_the_contract_is_in_the_program():
    words = set(re.findall(r"(?<!from )\bsayso ([a-z]+)", (ROOT / "docs/contract.md").read_text()))
    program = subprocess.run(
        [sys.executable, "-c", "from sayso.doors.cli.main import main; main()", "--help"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    assert {word for word in words if not re.search(rf"\b{word}\b", program)} == set()


def test_the_help_page_is_not_stale():
    done = subprocess.run(
        [sys.executable, "tools/help_page.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_links_lead_somewhere(path):
    for link in re.findall(r"\]\(([^)#]+)\)", path.read_text()):
        if not link.startswith("http"):
            assert (path.parent / link).exists(), link


@pytest.mark.parametrize("room", [p.parent.name for p in sorted((ROOT / "src/sayso").glob("*/__init__.py"))])
def test_every_room_says_what_it_is(room):
    text = (ROOT / "src" / "sayso" / room / "README.md").read_text()
    assert 8 <= len(text.splitlines()) <= 40
