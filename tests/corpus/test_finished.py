"""What is finished goes to the disk together, every sound before the record that names it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from sayso.corpus.sounds import Sounds
from sayso.corpus.workers import finished
from sayso.corpus.workers.finished import FinishedSegments
from sayso.corpus.worklog import WorklogWriter, records


class Disk:
    """Notes which files and folders were synced when the worklog was."""

    def __init__(self, monkeypatch, folder) -> None:
        self.synced: set[int] = set()
        self.syncs, self.unsafe = 0, []
        self._folder, self._fsync, self._fdatasync = folder, os.fsync, os.fdatasync
        monkeypatch.setattr(os, "fsync", self.fsync)
        monkeypatch.setattr(os, "fdatasync", self.fdatasync)

    def fsync(self, fd):
        self.synced.add(os.fstat(fd).st_ino)
        self._fsync(fd)

    def fdatasync(self, fd):
        self.syncs += 1
        for line in Path(f"/proc/self/fd/{fd}").read_text().splitlines():
            name = json.loads(line)["audio"]
            path = self._folder / name
            if name and not {path.stat().st_ino, path.parent.stat().st_ino} <= self.synced:
                self.unsafe.append(name)
        self._fdatasync(fd)


@pytest.fixture
def clock(monkeypatch):
    """The time that passes, in seconds, moved by hand."""
    told = [0.0]
    monkeypatch.setattr(finished.time, "monotonic", lambda: told[0])
    return told


def put(tmp_path, count, clock, each_s, size=10):
    sounds = Sounds(tmp_path / "sounds")
    with WorklogWriter(tmp_path / "log") as worklog, FinishedSegments(sounds, worklog, "") as held:
        for number in range(count):
            clock[0] += each_s
            sound = None if number % 5 == 4 else bytes([number]) * size
            held.add(f"seg_{number % 7:02d}{number:030d}", {"decision": "kept"}, sound)
    return sorted(records(tmp_path / "log"), key=lambda one: one["key"][6:])


@pytest.fixture
def disk(tmp_path, monkeypatch):
    monkeypatch.setattr(finished, "_MOST_BYTES", 330)
    return Disk(monkeypatch, tmp_path / "sounds")


@pytest.mark.parametrize(
    ("each_s", "size", "syncs"),
    [(0.0, 10, 3), (0.125, 10, 18), (0.625, 10, 70), (0.0, 165, 29)],
    ids=["quick", "some", "slow", "large"],
)
def test_what_is_quick_is_put_down_together_and_what_is_slow_at_once(disk, tmp_path, clock, each_s, size, syncs):  # noqa: PLR0917
    found = put(tmp_path, 70, clock, each_s, size)
    assert [one["key"][6:] for one in found] == [f"{number:030d}" for number in range(70)]
    for number, one in enumerate(found):
        path = tmp_path / "sounds" / one["audio"]
        assert one["audio"] == "" if number % 5 == 4 else path.read_bytes() == bytes([number]) * size
    assert disk.syncs == syncs
    assert not disk.unsafe


def test_what_a_kill_leaves_names_no_sound_that_is_not_there(tmp_path, monkeypatch, clock):
    def killed(*_):
        raise SystemError

    monkeypatch.setattr(WorklogWriter, "add_all", killed)
    with pytest.raises(SystemError):
        put(tmp_path, 3, clock, 0.0)
    assert len(list((tmp_path / "sounds").rglob("*.flac"))) == 3
    assert not list(records(tmp_path / "log"))
