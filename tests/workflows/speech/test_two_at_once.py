"""Two processes at once: no corrupt log, no overdrawn minutes."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from sayso.consent import minutes
from sayso.workflows.audit import auditing

SCRIPT = textwrap.dedent("""
    import sys
    from pathlib import Path
    from sayso.errors import Refused
    from sayso.settings import Settings
    from sayso.workflows.installation.session import open_session
    from sayso.workflows.speech.orders import Order
    from sayso.workflows.speech.speaking import speak

    home, folder, voice, me = sys.argv[1:]
    said = 0
    for number in range(6):
        order = Order("He carried a lamp, two letters, and bad news.", voice, "Northwind Audio", "audiobook/mystery")
        try:
            speak(open_session(Settings(home=Path(home))), order, Path(folder) / f"{me}-{number}.wav")
        except Refused:
            break
        said += 1
    print(said)
""")


@pytest.mark.slow
def test_two_processes_share_one_cap_and_one_log(session, make_estate, tmp_path):
    estate = make_estate(session, max_minutes=0.4)  # 24 s: room for some of the twelve clips, not for all
    command = [sys.executable, "-c", SCRIPT, str(session.settings.home), str(tmp_path), estate.voice]
    both = [subprocess.Popen([*command, me], stdout=subprocess.PIPE, text=True) for me in ("a", "b")]
    said = [int(process.communicate(timeout=240)[0]) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert len(list(tmp_path.glob("*-*.wav"))) == sum(said) > 2
    with session.read() as tx:
        assert minutes.used_ms(tx, estate.speaker)[estate.grant] <= 24_000
    rows = auditing.query(session, grant=estate.grant, speaker=None, since=None)
    assert [row.link.seq for row in rows] == list(range(1, len(rows) + 1))
    assert auditing.audit(session).size


def test_many_can_open_a_new_home_at_once(tmp_path):
    script = "import sys; from pathlib import Path; from sayso.settings import Settings; from sayso.workflows.installation.session import open_session; from sayso.workflows.voices.house import house_speaker; print(house_speaker(open_session(Settings(home=Path(sys.argv[1])))))"
    command = [sys.executable, "-c", script, str(tmp_path / "home")]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert len({process.communicate(timeout=120)[0] for process in processes}) == 1
    assert {process.returncode for process in processes} == {0}
