"""Each rule finds a planted breach and leaves the same line alone where it is allowed."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location("rules", Path(__file__).parents[2] / "tools" / "rules.py")
rules = importlib.util.module_from_spec(_spec)
sys.modules["rules"] = rules
_spec.loader.exec_module(rules)

CASES = {
    "from sayso.consent.permit import Permit\np = Permit()": ("synthesis/render.py", "consent/decision.py"),
    "import sayso.consent.permit as c\np = c.Permit(1)": ("doors/cli/say.py", "consent/decision.py"),
    "e = Entry('a:b', at)": ("workflows/consent/permission.py", "ledger/acts.py"),
    "m = MarkedAudio(1)": ("synthesis/render.py", "mark/embedder.py"),
    "f = EncodedAudio(b'')": ("workflows/speech/speaking.py", "mark/marked.py"),
    "f = manifest.SignedAudio(b'')": ("workflows/speech/speaking.py", "credentials/manifest.py"),
    "p = Packed(file, kept)": ("workflows/speech/exporting.py", "workflows/speech/credentials.py"),
    "r = Reference(b'', b'', signal, ())": ("workflows/voices/cloning.py", "voices/reference.py"),
    "v = FittedVoice(asset)": ("workflows/voices/cloning.py", "voices/style_fit.py"),
    "from sayso.audio import encode": ("workflows/speech/exporting.py", "mark/marked.py"),
    "from sayso.audio.encode import encode as e": ("workflows/speech/exporting.py", "audio/packets.py"),
    "from sayso import audio\nx = audio.encode(s, c)": ("workflows/speech/exporting.py", "audio/packets.py"),
    "from sayso.disk import Draft": ("workflows/speech/speaking.py", "workflows/provenance/releasing.py"),
    "from sayso.disk import write_whole": ("doors/cli/commands/say.py", "ledger/tiles.py"),
    "import sayso.disk\nsayso.disk.write_whole(p, b'')": ("doors/cli/commands/say.py", "vault/kek.py"),
    "from datetime import datetime\nx = datetime.now()": ("consent/grant.py", "clock.py"),
    "import time\nx = time.time()": ("consent/grant.py", "clock.py"),
    "assert True": ("audio/signal.py", None),
    "import os\nx = os.environ": ("vault/kek.py", "settings/loading.py"),
    "import sqlalchemy": ("consent/grant.py", "consent/store.py"),
    "from cryptography import x509": ("credentials/manifest.py", "credentials/authority.py"),
    "from pydantic import BaseModel": ("consent/grant.py", "settings/sources.py"),
    "import jinja2": ("consent/receipts/receipt.py", "doors/reports/page.py"),
    "x = f'see `sayso consent list` for {y}'": ("consent/grant.py", "doors/hints.py"),
    "x = 'sign it with --draft FILE'": ("consent/grant.py", "doors/hints.py"),
    "import pickle": ("vault/kek.py", None),
    "x = 1\n" * 401: ("audio/signal.py", None),
    "def f():\n" + "    x = 1\n" * 51: ("audio/signal.py", None),
}


@pytest.mark.parametrize(("code", "places"), CASES.items())
def test_a_planted_breach_is_found_where_it_is_forbidden_only(code, places, tmp_path):
    forbidden, allowed = places
    assert _breaches(tmp_path / "a", forbidden, code)
    if allowed:
        assert not _breaches(tmp_path / "b", allowed, code)


@pytest.mark.slow
def test_the_project_keeps_its_rules():
    assert rules.check(Path(__file__).parents[2] / "src") == []


def _breaches(root, place, code):
    path = root / "sayso" / place
    path.parent.mkdir(parents=True)
    path.write_text(code)
    return rules.check(root)


TABLE = 'from sqlalchemy import Table, delete, select, update\nrows = Table("clips", metadata)\n'

UNSCOPED = {
    "a select": "def find(tx, x):\n    return tx.execute(select(rows).where(rows.c.x == x))",
    "of one column": "def find(tx, x):\n    return tx.execute(select(rows.c.x))",
    "of a figure": "def find(tx, x):\n    return tx.execute(select(func.max(rows.c.x)))",
    "an update": "def change(tx, x):\n    tx.execute(update(rows).values(x=x))",
    "a delete": "def forget(tx, x):\n    tx.execute(delete(rows).where(rows.c.x == x))",
    "a query made before": "WHOLE = select(rows)\n\ndef find(tx, x):\n    return tx.execute(WHOLE.where(rows.c.x == x))",
    "columns named before": "COLUMNS = (rows.c.x, rows.c.y)\n\ndef find(tx):\n    return tx.execute(select(*COLUMNS))",
    "columns under another name": "def find(tx):\n    c = rows.c\n    return tx.execute(select(c.x))",
    "a table of another file": "from sayso.clips.store import clips\n\ndef find(tx):\n    return tx.execute(select(clips))",
    "one of several tables": "def forget(tx):\n    for table in (rows,):\n        tx.execute(delete(table))",
    "another table's scope": "def find(tx):\n    return tx.execute(select(rows).where(within(tx, others)))",
}


@pytest.mark.parametrize("code", UNSCOPED.values(), ids=UNSCOPED)
def test_a_planted_query_without_a_scope_is_found(code, tmp_path):
    assert _breaches(tmp_path / "a", "synthesis/store.py", TABLE + code)


SCOPED = {
    "within": "def find(tx, x):\n    return tx.execute(select(rows).where(within(tx, rows), rows.c.x == x))",
    "in a tuple": "def find(tx, x):\n    mine = (within(tx, rows), rows.c.x == x)\n    tx.execute(delete(rows).where(*mine))",
    "of what is nobody's": 'log = Table("ledger_entries", metadata)\n\ndef find(tx):\n    tx.execute(select(log))',
}


@pytest.mark.parametrize("code", SCOPED.values(), ids=SCOPED)
def test_a_query_with_a_scope_is_left_alone(code, tmp_path):
    assert not _breaches(tmp_path / "a", "synthesis/store.py", TABLE + code)


WIDER = {
    "everything": "def find(tx):\n    with everything(tx):\n        pass",
    "EVERYTHING": "from sayso.database import EVERYTHING\n\nscope = EVERYTHING",
    "database.read": "def find(session):\n    with session.installation.database.read() as tx:\n        pass",
    "database.write": "def find(database):\n    with database.write() as tx:\n        pass",
}


@pytest.mark.parametrize("code", WIDER.values(), ids=WIDER)
def test_a_transaction_around_the_session_is_found(code, tmp_path):
    assert _breaches(tmp_path / "a", "workflows/speech/speaking.py", code)


NO_RIGHT = {
    "act": "def give(session):\n    with session.act(1) as tx:\n        pass",
    "on a grant": "def give(session):\n    with act_on_grant(session, 1) as tx:\n        pass",
    "of a take": "def give(take):\n    with take.session.act() as tx:\n        pass",
    "asked too late": "def give(session):\n    with session.act() as tx:\n        session.require(x)",
    "the log": "def give(session):\n    session.log.rotate()",
    "the installation's": "def give(session):\n    session.as_installation().act()",
}


@pytest.mark.parametrize("code", NO_RIGHT.values(), ids=NO_RIGHT)
def test_a_write_that_names_no_right_is_found(code, tmp_path):
    place = "workflows/voices/house.py"
    named = code.replace("):\n", "):\n    session.require(Right.SPEECH)\n", 1)
    assert _breaches(tmp_path / "a", place, code)
    assert not _breaches(tmp_path / "b", place, named)
    assert not _breaches(tmp_path / "c", place, code.replace("def give", "def house_speaker"))


def test_the_installation_acts_by_itself_in_few_places(tmp_path):
    code = "def give(session):\n    return session.as_installation().read()"
    assert _breaches(tmp_path / "a", "workflows/speech/speaking.py", code)
    assert not _breaches(tmp_path / "b", "workflows/voices/house.py", code)


def test_every_exemption_is_of_something_that_is_there():
    root = Path(__file__).parents[2] / "src" / "sayso"
    for place in {**rules.UNSCOPED, **rules.WIDENED, **rules.UNDER_A_RIGHT}:
        file, _, function = place.partition(":")
        assert f"def {function}" in (root / file).read_text(), place
