"""Without the packages of the server a command that needs them says which extra has them."""

from __future__ import annotations

import json

import pytest

from sayso.doors.api.asgi import packages
from sayso.doors.cli.main import run


@pytest.mark.parametrize(
    "words", [["serve"], ["resolver", "serve"], ["witness", "serve", "--dir", "w", "--origin-key", "k"]]
)
def test_the_extra_is_named(words, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SAYSO_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(packages, "find_spec", lambda _: None)
    assert run([*words, "--json"]) != 0
    told = json.loads(capsys.readouterr().out)
    assert "pip install 'sayso[server]'" in told["message"]
    assert not (tmp_path / "home").exists()
