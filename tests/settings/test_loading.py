"""Settings from the file and the environment: what wins, what is refused, and what every setting is for."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from sayso.errors import Invalid
from sayso.labels.jurisdiction import table
from sayso.mark.chains import CHAINS
from sayso.models import cards
from sayso.settings import Settings, load, names, sources

ROOT = Path(__file__).parents[2]


@pytest.fixture
def told(tmp_path):
    """Return a function that loads settings from a file's text and variables."""

    def loaded(text: str = "", **variables: str) -> Settings:
        if text:
            (tmp_path / "config.toml").write_text(text)
        return load({"SAYSO_HOME": str(tmp_path)} | {f"SAYSO_{name}": value for name, value in variables.items()})

    return loaded


def test_the_environment_wins_over_the_file_and_each_value_names_its_origin(told):
    settings = told('threads = 1\nlog_origin = "example.org/log"\n', THREADS="4", SPEECH="elsewhere")
    shown = settings.shown()
    assert settings.threads == 4
    assert shown["threads"] == {"value": "4", "origin": "SAYSO_THREADS"}
    assert shown["log_origin"] == {"value": "example.org/log", "origin": "config.toml"}
    assert shown["engine"] == {"value": "kokoro", "origin": "default"}
    assert shown["home"]["origin"] == "SAYSO_HOME"


def test_an_argument_wins_over_the_home_of_the_environment(tmp_path):
    settings = load({"SAYSO_HOME": "/elsewhere"}, home=tmp_path)
    assert settings.home == tmp_path
    assert settings.shown()["home"]["origin"] == "argument"


def test_an_empty_variable_tells_nothing(told):
    assert told(THREADS="", JURISDICTIONS="") == told()


def test_every_setting_can_be_told_in_the_file_and_in_a_variable(told, tmp_path):
    key = "w.example+0123abcd+AAAA"
    values = {
        "database_url": "postgresql://sayso@db/state",
        "keys_url": "sqlite:////srv/keys.sqlite",
        "blobs_url": "s3://bucket/blobs",
        "kek_file": "/srv/kek",
        "log_origin": "example.org/log",
        "threads": "3",
        "engine": "hibari",
        "witnesses": f"https://w.example {key},https://v.example {key}",
        "witness_quorum": "1",
        "provider": "Northwind Audio",
        "contact": "https://northwind.example",
        "jurisdictions": "eu,us-ca",
        "mark_chains": "none,opus-16",
        "weak_marks": "refuse",
        "line_checks": "all",
        "production_workers": "3",
        "production_turns": "2",
        "licensee_turns": "1",
        "licensee_rate": "60",
        "gate": "required",
        "non_commercial_projects": "thesis,diary",
        "credential_file": "/srv/credential",
        "high_water": "/srv/high-water",
        "oidc_file": "/srv/oidc.toml",
        "enrollment": "attested",
        "reviewers": "2",
        "phrase_cache_mb": "64",
        "public_routes": "resolver,detector",
        "witness_folder": "/srv/witness",
        "witness_logs": f"{key},{key}",
        "journal": "/srv/journal",
        "protected_false_alarms": "0.02",
        "runs_url": "postgresql://sayso@db/runs",
        "verifier": "/srv/verifier.onnx",
        "verifier_sha256": "0" * 64,
        "verifier_pass": "0.6",
        "verifier_review": "0.4",
    }
    assert set(values) == set(names.NAMES)
    by_variables = told(**{name.upper(): value for name, value in values.items()})
    lists = {"witnesses", "jurisdictions", "mark_chains", "non_commercial_projects", "public_routes", "witness_logs"}
    by_file = told(
        "\n".join(f"{name} = {value.split(',') if name in lists else repr(value)}" for name, value in values.items())
    )
    assert by_file == by_variables
    assert all(by_file.origins[name] == "config.toml" for name in values)
    assert by_file.kek_file == Path("/srv/kek")
    assert by_file.jurisdictions == ("eu", "us-ca")


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("MARK_CHAIN", "opus-16", "SAYSO_MARK_CHAIN does not exist; did you mean SAYSO_MARK_CHAINS?"),
        ("MODEL_GTCRM", "x", "did you mean SAYSO_MODEL_GTCRN?"),
        ("QQQQ", "", "expected one of SAYSO_BLOBS_URL, SAYSO_CONTACT"),
        ("MARK_CHAINS", "mu-law-8k, opus16", "SAYSO_MARK_CHAINS: got 'opus16', did you mean opus-16?"),
        ("JURISDICTIONS", "usca", "SAYSO_JURISDICTIONS: got 'usca', did you mean us-ca?"),
        ("WEAK_MARKS", "refused", "did you mean refuse?"),
        ("WEAK_MARKS", "drop", "expected one of flag, refuse"),
        ("THREADS", "many", "SAYSO_THREADS: got 'many', expected a whole number from 1 to 256"),
        ("THREADS", "0", "expected a whole number from 1 to 256"),
        ("DATABASE_URL", "postgre://sayso@db/x", "expected an address such as sqlite:"),
        ("BLOBS_URL", "/srv/blobs", "expected an address such as file:"),
        ("WITNESSES", "https://w.example", "https://w.example VKEY"),
        ("PUBLIC_ROUTES", "detectors", "did you mean detector?"),
        ("WITNESS_LOGS", "w.example", "expected a list of public keys"),
        ("WITNESS_QUORUM", "1", "the number of witnesses"),
        ("WITNESS_QUORUM", "-1", "at most the number of witnesses"),
        ("LOG_ORIGIN", "our log", "expected a name such as example.org/log"),
    ],
)
def test_an_unknown_name_or_value_says_what_is_expected(told, variable, value, message):
    with pytest.raises(Invalid, match=re.escape(message)):
        told(**{variable: value})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("thread = 1", "config.toml: the setting thread does not exist; did you mean threads?"),
        ("home = '/srv'", "config.toml: the setting home does not exist"),
        ("threads = 'many'", "config.toml: threads: got 'many', expected a whole number"),
        ("engine = 5", "config.toml: engine: got '5', expected the name of an engine"),
        ("jurisdictions = [1]", "config.toml: jurisdictions: got '1'"),
        ("= nonsense", "correct or remove the file"),
    ],
)
def test_the_file_is_held_to_the_same(told, text, message):
    with pytest.raises(Invalid, match=re.escape(message)):
        told(text)


def test_the_keys_never_lie_in_the_database_of_the_state(told):
    with pytest.raises(Invalid, match="keys_url"):
        told(DATABASE_URL="sqlite:////srv/x", KEYS_URL="sqlite:////srv/x")


def test_the_high_water_mark_never_lies_in_the_home(told):
    home = told().home
    with pytest.raises(Invalid, match="outside the home"):
        told(HIGH_WATER=str(home / "high-water"))


@pytest.mark.parametrize("url", ["postgresql://sayso:s3cret@db/sayso", "postgresql://db/sayso?password=s3cret"])
def test_passwords_are_never_shown(told, url, tmp_path):
    assert "s3cret" not in str(told(DATABASE_URL=url).shown())
    with pytest.raises(Invalid) as refused:
        told(DATABASE_URL=url.replace("postgresql", "oracle"))
    assert "s3cret" not in refused.value.message


def test_the_names_are_those_of_the_rooms_that_use_them():
    assert set(get_args(sources.Chain)) == set(CHAINS)
    assert set(get_args(sources.Jurisdiction)) == set(table())
    assert set(names.MODELS) == set(cards())
    assert set(sources.GivenSettings.model_fields) == set(names.NAMES)


def test_every_setting_is_read_somewhere():
    files = [path for path in (ROOT / "src" / "sayso").rglob("*.py") if "settings" not in path.parts]
    read = {
        node.attr
        for path in files
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and "settings" in ast.unparse(node.value).split(".")[-1]
    }
    assert set(names.NAMES) - read == set()


def test_every_variable_that_the_project_names_is_known():
    files = [path for folder in ("src", "tests", "benchmarks", "tools") for path in (ROOT / folder).rglob("*.py")]
    files += [*ROOT.glob("docs/*.md"), ROOT / "README.md", *ROOT.glob(".ci/*"), *ROOT.glob("tools/*.sh")]
    named = {
        word
        for path in files
        if path != Path(__file__)
        for word in re.findall(r"SAYSO_[A-Z0-9_]*[A-Z0-9]", path.read_text())
    }
    names.check_variables(dict.fromkeys(named - {"SAYSO_MODEL"}, "x"))


def test_nothing_told_loads_nothing():
    code = "import sys; from sayso.settings import load; load({'HOME': '/nowhere'}); print('pydantic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
