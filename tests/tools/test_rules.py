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


def test_the_project_keeps_its_rules():
    assert rules.check(Path(__file__).parents[2] / "src") == []


def _breaches(root, place, code):
    path = root / "sayso" / place
    path.parent.mkdir(parents=True)
    path.write_text(code)
    return rules.check(root)
