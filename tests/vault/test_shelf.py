from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from sayso.errors import Invalid
from sayso.vault.errors import BlobMissing
from sayso.vault.shelf import shelf

NAME = "ab" + "0" * 62
OTHER = "cd" + "0" * 62


@pytest.fixture(params=["file", "memory", "object-store folder"])
def any_shelf(request, tmp_path):
    if request.param == "memory":
        return shelf("memory:///blobs")
    if request.param == "object-store folder":
        from obstore.store import LocalStore

        from sayso.vault.objects import ObjectShelf

        made = ObjectShelf("memory:///")
        made.store = LocalStore(tmp_path)
        return made
    return shelf((tmp_path / "blobs").as_uri())


def test_put_get_start_has_drop_names(any_shelf):
    assert list(any_shelf.names()) == []
    assert not any_shelf.has(NAME)
    any_shelf.put(NAME, b"0123456789")
    any_shelf.put(OTHER, b"")
    assert any_shelf.get(NAME) == b"0123456789"
    assert any_shelf.get(OTHER) == any_shelf.start(OTHER, 5) == b""
    assert any_shelf.start(NAME, 4) == b"0123"
    assert any_shelf.start(NAME, 400) == b"0123456789"
    assert any_shelf.has(NAME)
    assert sorted(any_shelf.names()) == [NAME, OTHER]
    assert any_shelf.drop(NAME)
    assert not any_shelf.drop(NAME)
    assert list(any_shelf.names()) == [OTHER]


def test_a_missing_blob_is_named(any_shelf):
    for get in (any_shelf.get, lambda name: any_shelf.start(name, 4)):
        with pytest.raises(BlobMissing, match=NAME):
            get(NAME)


def test_strays_have_names_too(tmp_path):
    folder = tmp_path / "blobs"
    here = shelf(folder.as_uri())
    here.put(NAME, b"a")
    (folder / "stray").write_bytes(b"b")
    (folder / "ab" / f".{NAME}.12").write_bytes(b"c")
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "deep" / "er" / "x").write_bytes(b"d")
    names = set(here.names())
    assert names == {NAME, "./stray", f"ab/.{NAME}.12", "deep/er/x"}
    assert {here.get(name) for name in names} == {b"a", b"b", b"c", b"d"}
    assert all(here.drop(name) for name in names)
    assert not list(here.names())


@pytest.mark.parametrize("url", ["", "blobs", "/srv/blobs", "nonsense://x"])
def test_an_unknown_address_is_refused(url):
    with pytest.raises(Invalid, match="blob address"):
        shelf(url)


def test_blobs_are_private(tmp_path):
    here = shelf(tmp_path.as_uri())
    here.put(NAME, b"a")
    assert (tmp_path / "ab" / NAME).stat().st_mode & 0o777 == 0o600


FULL = """
    import errno, os, resource, sys
    sys.dont_write_bytecode = True
    from pathlib import Path
    from sayso.errors import Unavailable
    from sayso.vault.shelf import shelf
    folder = Path(sys.argv[1])
    here = shelf(folder.as_uri())
    if sys.argv[2] == "limit":
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    else:
        real, room = os.write, [100_000]
        def write(fd, data):
            if fd > 2 and not room[0]:
                raise OSError(errno.ENOSPC, "No space left on device")
            done = real(fd, data[: room[0]] if fd > 2 else data)
            room[0] -= done if fd > 2 else 0
            return done
        os.write = write
    try:
        here.put("ab" + "0" * 62, bytes(1_000_000))
    except Unavailable as error:
        left = [str(path) for path in folder.rglob("*") if path.is_file()]
        sys.exit(f"{type(error).__name__} {left}")
"""


@pytest.mark.parametrize(("how", "name"), [("limit", "DiskFailed"), ("full", "DiskFull")])
def test_a_full_disk_leaves_nothing_half_written(tmp_path, how, name):
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FULL), str(tmp_path), how], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.strip() == f"{name} []"
