"""The command line acts for whose credential it is given, and does nothing for one that is refused."""

from __future__ import annotations

import json

import pytest

from sayso.doors.cli import session as opening
from sayso.doors.cli.main import run

FORS = ("--licensee", "Northwind Audio", "--purpose", "audiobook")


@pytest.fixture
def sayso(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("SAYSO_HOME", str(tmp_path / "home"))
    monkeypatch.delenv(opening.VARIABLE, raising=False)

    def sayso(*words, code=0, credential=None):
        monkeypatch.setenv(opening.VARIABLE, credential or "")
        assert run([*map(str, words), "--json"]) == code, capsys.readouterr()
        return json.loads(capsys.readouterr().out)

    return sayso


def test_a_command_acts_for_whose_credential_the_variable_holds(sayso):
    rival = sayso("account", "add", "--name", "Rival Radio")["organisation"]
    sayso("account", "hold", rival, "Rival")
    issued = sayso("account", "credential", "--role", "producer", "--organisation", rival)
    speaker = sayso("speaker", "add", "--name", "Ada")["speaker"]
    sayso("consent", "grant", "--speaker", speaker, *FORS)
    secret = issued["secret"]
    assert sayso("consent", "list", credential=secret)["grants"] == []
    assert sayso("speaker", "add", "--name", "Bea", code=5, credential=secret)["error"] == "role-refused"
    foreign = sayso("consent", "request", "--speaker", speaker, *FORS, code=5, credential=secret)
    assert foreign["error"] == "licensee-not-held"
    assert "sayso account hold" in foreign["hint"]
    own = ("--licensee", "Rival", "--purpose", "podcast")
    asked = sayso("consent", "request", "--speaker", speaker, *own, credential=secret)["grant"]
    assert sayso("ledger", "query", "--grant", asked)["entries"][0]["type"] == "consent:grant:requested"


def test_a_refused_credential_does_nothing(sayso):
    issued = sayso("account", "credential", "--role", "operator")
    sayso("account", "revoke", issued["credential"])
    before = sayso("ledger", "checkpoint")["size"]
    for credential in (issued["secret"], "crd_aaaaaaaaaaaaaaaa." + "A" * 43):
        refused = sayso("speaker", "add", "--name", "Ada", code=5, credential=credential)
        assert refused["error"] == "credential-refused"
        assert credential.partition(".")[2] not in json.dumps(refused)
    assert sayso("speaker", "add", "--name", "Ada", code=2, credential="hunter2")["error"] == "credential-invalid"
    assert sayso("ledger", "checkpoint")["size"] == before


def test_the_settings_name_a_file_with_the_credential(sayso, tmp_path):
    issued = sayso("account", "credential", "--role", "auditor")
    file = tmp_path / "credential"
    file.write_text(issued["secret"] + "\n")
    (tmp_path / "home" / "config.toml").write_text(f'credential_file = "{file}"\n')
    file.chmod(0o640)
    assert sayso("speaker", "add", "--name", "Ada", code=5)["error"] == "credential-exposed"
    file.chmod(0o600)
    assert sayso("speaker", "add", "--name", "Ada", code=5)["error"] == "role-refused"
    file.unlink()
    assert sayso("speaker", "add", "--name", "Ada", code=2)["error"] == "credential-invalid"
