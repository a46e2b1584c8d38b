"""The commands for consent as files, run inside this process."""

from __future__ import annotations

import json

import pytest

from sayso.doors.cli.main import run


@pytest.fixture
def sayso(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SAYSO_HOME", str(tmp_path / "home"))

    def sayso(*words, code=0):
        assert run([*map(str, words), "--json"]) == code
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return sayso


def test_a_grant_goes_out_comes_in_and_gets_a_receipt(sayso, tmp_path):
    (speaker,) = sayso("speaker", "add", "--name", "Ada <Lovelace>")
    speaker = speaker["speaker"]
    (grant,) = sayso("consent", "grant", "--speaker", speaker, "--licensee", "A", "--purpose", "podcast")
    for form in ("27560", "odrl"):
        sayso("consent", "export", grant["grant"], "--format", form, "-o", tmp_path / form)
        (taken,) = sayso("consent", "import", tmp_path / form, "--speaker", speaker)
        assert (taken["source"], taken["grant"] != grant["grant"]) == (grant["grant"], True)
    for name, shown in (
        ("r.txt", "Ada <Lovelace>"),
        ("r.html", "Ada &lt;Lovelace&gt;"),
        ("R.HTML", "Ada &lt;Lovelace&gt;"),
    ):
        sayso("consent", "receipt", grant["grant"], "-o", tmp_path / name)
        said = (tmp_path / name).read_text()
        assert shown in said
        assert f"sayso consent withdraw {grant['grant']}" in said
        assert (tmp_path / name).stat().st_mode & 0o077 == 0
    (error,) = sayso("consent", "receipt", grant["grant"], "-o", tmp_path / "r.pdf", code=2)
    assert error["error"] == "invalid"
    assert not (tmp_path / "r.pdf").exists()
    (tmp_path / "bad").write_text('{"@type": "Agreement"}')
    (error,) = sayso("consent", "import", tmp_path / "bad", "--speaker", speaker, code=2)
    assert error["error"] == "document-invalid"


def test_cases_are_simulated(sayso, tmp_path, capsys):
    file = tmp_path / "cases.jsonl"
    case = {"voice": "voi_aaaaaaaaaaaaaaaa", "licensee": "A", "purpose": "podcast"}
    file.write_text("".join(json.dumps(case) + "\n" for _ in range(3)))
    found = sayso("consent", "simulate", file)
    assert [(each["line"], each["decision"], each["grant"]) for each in found] == [
        (n, "refused", None) for n in (1, 2, 3)
    ]
    assert run(["consent", "simulate", str(file)]) == 0
    assert "3 cases: 0 permitted, 3 refused" in capsys.readouterr().out
    file.write_text(json.dumps(case) + "\nrubbish\n")
    (error,) = sayso("consent", "simulate", file, code=2)
    assert (error["error"], error["message"].startswith("line 2:")) == ("case-invalid", True)
