"""The demo of productions: two fables in two voices, as its schema says, and every file of the package is whole."""

from __future__ import annotations

import json

import pytest

from sayso.doors.cli.main import run
from sayso.workflows.productions import reporting

from .schemas import checked


@pytest.mark.slow
def test_the_demo_makes_a_book_a_feed_and_an_epub(tmp_path, capsys):
    words = ["produce", "demo", "-o", str(tmp_path / "demo")]
    assert run([*words, "--json"]) == 0
    (made,) = checked(words, capsys.readouterr().out, 0)
    assert (made["stopped"], made["failed"]) == ([], [])
    found = reporting.report(tmp_path / "demo" / "package")
    assert found.is_whole
    assert {"book.m4b", "book.epub", "feed.xml"} <= set(found.files)
    manifest = json.loads((tmp_path / "demo" / "package" / "package.json").read_text())
    assert len(manifest["voices"]) == 2
