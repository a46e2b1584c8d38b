"""The disk: whole files or none, whatever happens in between."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
import textwrap

import pytest

from sayso import disk
from sayso.disk import DiskFailed, Draft, write_group, write_whole


def test_a_whole_file_is_private_and_replaces_the_old_one(tmp_path):
    path = tmp_path / "deep" / "file"
    write_whole(path, b"old")
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_a_group_is_on_the_disk_when_its_writer_returns(tmp_path, monkeypatch):
    synced, fsync = set(), os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (synced.add(os.fstat(fd).st_ino), fsync(fd)))
    files = {tmp_path / name: name.encode() * 1000 for name in ("a/1", "a/2", "b/1")}
    write_whole(tmp_path / "a/1", b"old")
    synced.clear()
    write_group(files)
    for path, data in files.items():
        assert path.read_bytes() == data
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert {path.stat().st_ino, path.parent.stat().st_ino} <= synced
    assert sorted(tmp_path.glob("*/*")) == sorted(files)


def test_of_a_group_that_is_broken_off_nothing_half_is_there(tmp_path, monkeypatch):
    def full(draft):
        raise DiskFailed

    monkeypatch.setattr(Draft, "sync", full)
    with pytest.raises(DiskFailed):
        write_group({tmp_path / "a": b"x", tmp_path / "b": b"y"})
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(params=["unnamed", "dot file"])
def way(request, monkeypatch):
    if request.param == "dot file":
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
        monkeypatch.setattr(os, "O_TMPFILE", 0, raising=False)  # opening a folder for writing then fails with EISDIR
    return request.param


def test_a_draft_that_is_not_published_leaves_nothing(tmp_path, way):
    with Draft(tmp_path / "file") as draft:
        draft.write(b"half")
    assert list(tmp_path.iterdir()) == []


def test_a_published_draft_is_there_whole(tmp_path, way):
    with Draft(tmp_path / "file") as draft:
        draft.write(b"x" * 100_000)
        draft.publish()
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_bytes() == b"x" * 100_000


def test_a_full_disk_is_one_clear_error_and_leaves_nothing(tmp_path):
    """A real limit on file size stands in for a full disk; the error number is put to what a full disk gives."""
    script = textwrap.dedent("""
        import errno, os, resource, signal, sys
        sys.dont_write_bytecode = True
        from pathlib import Path
        from sayso import disk
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        write = os.write
        def full(fd, data):
            try:
                return write(fd, data)
            except OSError as error:
                raise OSError(errno.ENOSPC, "No space left on device") from error
        os.write = full
        try:
            disk.write_whole(Path(sys.argv[1]) / "file", b"x" * 5000)
        except disk.DiskFull as error:
            sys.exit(42 if "full" in error.message else 1)
    """)
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)
    assert done.returncode == 42
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DiskFailed, match="could not write"):
        write_whole(tmp_path / "file" / "below", b"x")


def test_a_killed_writer_leaves_no_half_file(tmp_path):
    script = textwrap.dedent("""
        import os, signal, sys
        from pathlib import Path
        from sayso.disk import Draft
        draft = Draft(Path(sys.argv[1]) / "file")
        draft.write(b"x" * 100000)
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert list(tmp_path.iterdir()) == []


def test_a_draft_is_filled_anew_and_a_full_disk_is_one_clear_error(tmp_path):
    def written(file):
        file.write(b"short")
        file.seek(0)
        file.write(b"S")

    def refused(_):
        raise OSError(errno.ENOSPC, "full")

    with Draft(tmp_path / "file") as draft:
        draft.write(b"something longer")
        draft.fill(written)
        draft.publish()
    assert (tmp_path / "file").read_bytes() == b"Short"
    with Draft(tmp_path / "other") as draft, pytest.raises(disk.DiskFull, match="free some space"):
        draft.fill(refused)
    assert not (tmp_path / "other").exists()


def test_a_lock_keeps_others_out_until_it_is_freed(tmp_path):
    path = tmp_path / "lock"
    script = "import sys; from pathlib import Path; from sayso.disk import locked\nwith locked(Path(sys.argv[1])): print('in')"
    with disk.locked(path):
        child = subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE)
        with pytest.raises(subprocess.TimeoutExpired):
            child.communicate(timeout=1.0)
    assert child.communicate(timeout=30)[0].strip() == b"in"
