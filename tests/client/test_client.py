"""The public surface: few names, cheap to import, documented whole, and doing what the workflows do."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import sayso
from sayso import Invalid, NotFound, Refused, Sayso
from sayso.settings import Settings
from sayso.workflows.accounts.credentials import issue
from sayso.workflows.installation.session import open_session

PAGE = (Path(__file__).parents[2] / "docs" / "python.md").read_text()


def run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_under_ten_names_each_on_the_page():
    assert len(sayso.__all__) < 10
    for name in sayso.__all__:
        assert re.search(rf"`{name}`", PAGE), name
        assert getattr(sayso, name)


def test_every_method_is_on_the_page_and_the_page_names_no_other():
    methods = {name for name, _ in inspect.getmembers(Sayso, inspect.isfunction) if not name.startswith("_")}
    rows = {
        name for row in re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE) for name in re.findall(r"`([a-z_]+)\(", row)
    }
    assert rows | {"close"} == methods
    assert "`close()`" in PAGE


def test_importing_loads_no_arrays_and_no_database():
    loaded = set(run("import sys, sayso; print(*sys.modules)").split())
    assert loaded & {"numpy", "sqlalchemy", "pydantic", "cryptography", "typer", "sayso.client"} == set()
    assert run("from sayso import Sayso; print(Sayso.__name__)") == "Sayso\n"


def test_another_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="Sayso"):
        sayso.Seyso  # noqa: B018


def test_a_credential_says_for_whom(tmp_path, monkeypatch):
    monkeypatch.setenv("SAYSO_CREDENTIAL", "of the program alone")
    session = open_session(Settings(home=tmp_path))
    made = issue(session, "auditor")
    session.close()
    file = tmp_path / "credential"
    file.write_text(made.secret)
    file.chmod(0o600)
    for given in ({"credential": made.secret}, {"credential_file": file}):
        with Sayso(home=tmp_path, **given) as auditor, pytest.raises(Refused, match="got auditor"):
            auditor.add_speaker("Ada")
    with pytest.raises(Refused, match="does not know"):
        Sayso(home=tmp_path, credential="crd_aaaaaaaaaaaaaaaa." + "A" * 43)
    with Sayso(home=tmp_path) as operator:
        operator.add_speaker("Ada")


def test_settings_are_checked_and_win(tmp_path, monkeypatch):
    monkeypatch.setenv("SAYSO_WEAK_MARKS", "flag")
    with pytest.raises(Invalid, match="did you mean threads"):
        Sayso(home=tmp_path, thread=1)
    with pytest.raises(Invalid, match="expected a whole number"):
        Sayso(home=tmp_path, threads="many")
    code = (
        "import sys; from sayso import Sayso\n"
        "with Sayso(home=sys.argv[1], weak_marks='refuse', jurisdictions=['eu']) as one:\n"
        "    voice = one.voices()[0].row.voice_id\n"
        "    said = one.say('Good evening.', sys.argv[1] + '/a.wav', voice=voice, licensee='N', purpose='podcast/news')\n"
        "    print(said.labels.jurisdictions)"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=True)
    assert "eu" in done.stdout


def test_what_one_client_does_another_sees(tmp_path):
    with Sayso(home=tmp_path) as one:
        speaker = one.add_speaker("Ada")
        grant = one.grant(speaker, "Northwind Audio", "audiobook", languages="en", max_minutes=2)
    with Sayso(home=str(tmp_path)) as other:
        shown = other.grants(speaker)[0]
        assert (shown.grant.grant_id, shown.grant.languages, shown.state) == (grant, ("en",), "given")
        assert other.suspend(grant).state == "suspended"
        assert other.resume(grant).state == "given"
        assert other.withdraw(grant).state == "withdrawn"
        with pytest.raises(NotFound):
            other.withdraw("grt_aaaaaaaaaaaaaaaa")


def test_a_refusal_has_its_reasons_and_leaves_no_file(tmp_path):
    with Sayso(home=tmp_path / "home") as one:
        voice = next(each.row.voice_id for each in one.voices() if each.row.engine == "hibari")
        words = {"voice": voice, "licensee": "Northwind Audio", "purpose": "podcast", "sublicensee": "A Stranger"}
        with pytest.raises(Refused) as refused:
            one.say("Buy.", tmp_path / "a.wav", **words)
    assert refused.value.reasons
    assert not (tmp_path / "a.wav").exists()
