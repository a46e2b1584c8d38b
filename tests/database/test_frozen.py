"""What the first release freezes changes only together with its digest (decisions/0020)."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def freeze():
    spec = importlib.util.spec_from_file_location("freeze", ROOT / "tools" / "freeze.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_migrations_and_entries_are_as_their_digests_say(freeze):
    kept = json.loads(freeze.FILE.read_text())
    assert freeze.digests() == kept, "changed on purpose, before a release: run python tools/freeze.py"


def test_a_field_of_an_entry_stands_in_its_digest(freeze):
    assert "consent:grant:given: house* licensee note* origin* outer*" in freeze.vocabulary()
