"""Kill -9 at real points of a real process: no unlogged sound, minutes right, and the next run works."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from datetime import timedelta

import pytest

from sayso.clock import now
from sayso.consent import minutes
from sayso.doors.shapes.provenance import verification
from sayso.workflows.audit import auditing
from sayso.workflows.provenance import verifying
from sayso.workflows.speech.speaking import speak

SCRIPT = textwrap.dedent("""
    import importlib, os, signal, sys
    from pathlib import Path
    from sayso.settings import Settings
    from sayso.workflows.installation.session import open_session
    from sayso.workflows.speech.orders import Order
    from sayso.workflows.speech.speaking import speak

    home, out, voice, point = sys.argv[1:]
    def die(*_, **__):
        os.kill(os.getpid(), signal.SIGKILL)
    def die_at_the_file(first, *rest, **names):
        path = first if isinstance(first, Path) else first.path
        if path in {Path(out), Path(out).parent}:
            die()
        return kept(first, *rest, **names)
    place, _, name = point.rpartition(".")
    report = die if point == "between two chunks" else (lambda part: None)
    if report is not die:
        owner = importlib.import_module(place.split(":")[0])
        for part in place.split(":")[1:]:
            owner = getattr(owner, part)
        kept = getattr(owner, name)
        setattr(owner, name, die_at_the_file if place.startswith("sayso.disk") else die)
    order = Order("The keeper climbed the narrow stair before dawn. He was not alone.", voice, "Northwind Audio", "audiobook/mystery")
    session = open_session(Settings(home=Path(home)))
    speak(session, order, Path(out), report)
    session.catch_up()  # the end of a command
""")

BEFORE_THE_RESULT = [
    "sayso.workflows.speech.speaking._rendered",
    "between two chunks",
    "sayso.workflows.speech.credentials.packed",
    "sayso.disk:Draft.write",
    "sayso.workflows.speech.speaking.settle",
    "sayso.workflows.speech.speaking.insert_clip",
]
AFTER_THE_RESULT = ["sayso.disk:Draft.publish", "sayso.ledger.log:Log.integrate", "sayso.disk.sync_folder"]


def killed(estate, out, point):
    command = [sys.executable, "-c", SCRIPT, str(estate.session.settings.home), str(out), estate.voice, point]
    done = subprocess.run(command, check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


def used_ms(estate):
    """Return what is used once the lease of the killed process is over."""
    with estate.session.read() as tx:
        return minutes.used_ms(tx, estate.speaker, at=now() + timedelta(seconds=minutes.LEASE_S))[estate.grant]


def entries(estate, last):
    rows = auditing.query(estate.session, grant=estate.grant, speaker=None, since=None)
    return [row.entry.type.removeprefix("synthesis:clip:") for row in rows][-last:]


@pytest.mark.parametrize("point", BEFORE_THE_RESULT)
def test_killed_before_the_result_there_is_an_intent_no_sound_and_no_minute_charged(estate, tmp_path, point):
    killed(estate, tmp_path / "out.wav", point)
    assert not list(tmp_path.glob("*out.wav*"))
    assert entries(estate, 1) == ["intended"]
    assert used_ms(estate) == 0
    _works_again(estate, tmp_path)


@pytest.mark.parametrize("point", AFTER_THE_RESULT)
def test_killed_after_the_result_the_clip_is_logged_and_charged(estate, tmp_path, point):
    killed(estate, tmp_path / "out.wav", point)
    assert entries(estate, 2) == ["intended", "made"]
    assert used_ms(estate) > 0
    if (tmp_path / "out.wav").exists():
        assert verification(verifying.verify_file(estate.session, tmp_path / "out.wav"))["proof_ok"]
    _works_again(estate, tmp_path)


def _works_again(estate, tmp_path):
    spoken = speak(estate.session, estate.order(), tmp_path / "again.wav")
    found = verification(verifying.verify_file(estate.session, tmp_path / "again.wav"))
    assert (found["clip"], found["proof_ok"]) == (spoken.clip, True)
    assert auditing.audit(estate.session).size
