"""After a key is destroyed, nothing on the raw disk opens it: attacked on an image of an ext4 file system."""

from __future__ import annotations

import contextlib
import os
import subprocess
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sayso.database import connect
from sayso.database.metadata import keys_metadata
from sayso.ids import SpeakerId, new_id
from sayso.vault import FileKek, Vault

MAGIC = b"sayso-k1"


class Killed(BaseException):
    """The process ends here."""


def killed(*_) -> None:
    raise Killed


def run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


class Disk:
    """An ext4 file system in one file, mounted through a loop device while a block runs."""

    def __init__(self, folder: Path) -> None:
        self.image, self.home = folder / "disk.img", folder / "disk"
        self.home.mkdir()
        with self.image.open("wb") as file:
            file.truncate(24 * 1024 * 1024)
        run("mkfs.ext4", "-q", str(self.image))

    @contextlib.contextmanager
    def mounted(self):
        run("mount", "-o", "loop", str(self.image), str(self.home))
        try:
            keys = connect(f"sqlite:///{self.home / 'keys.sqlite'}", journal="DELETE")
            keys_metadata.create_all(keys.engine)
            yield Vault(FileKek(self.home / "kek"), keys, (self.home / "blobs").as_uri())
            keys.close()
        finally:
            run("umount", str(self.home))

    def keks(self) -> dict[bytes, bytes]:
        """Return every key-encryption key that stands anywhere in the image, by its id."""
        data = self.image.read_bytes()
        places = [at for at in range(0, len(data), 512) if data.startswith(MAGIC, at)]
        return {data[at + 8 : at + 16]: data[at + 16 : at + 48] for at in places}

    def opens(self, speaker: str, key_id: str) -> bool:
        """Return whether whoever has the image gets at the speaker's key."""
        data, context = self.image.read_bytes(), f"sayso subject key\n{key_id}\n{speaker}".encode()
        for kek_id, kek in self.keks().items():
            start = b"\x01" + kek_id
            at = data.find(start)
            while at >= 0:
                with contextlib.suppress(InvalidTag):
                    AESGCM(kek).decrypt(data[at + 9 : at + 21], data[at + 21 : at + 69], start + context)
                    return True
                at = data.find(start, at + 1)
        return False


@pytest.fixture
def disk(tmp_path):
    """Return such a disk; where SAYSO_TEST_EXT4 is set, as in .ci/run, that there is none is an error."""
    try:
        disk = Disk(tmp_path)
        with disk.mounted():
            pass
    except (OSError, subprocess.CalledProcessError) as error:
        if os.environ.get("SAYSO_TEST_EXT4"):
            raise
        pytest.skip(f"no ext4 image can be mounted here (this takes root and loop devices): {error}")
    return disk


def test_a_destroyed_key_cannot_be_read_from_an_image_of_the_disk(disk):
    anna, ben, carla = (SpeakerId(new_id("speaker")) for _ in range(3))
    with disk.mounted() as vault:
        ids = {speaker: vault.create_subject(speaker) for speaker in (anna, ben, carla)}
        vault.operator_secret("log")
        blob = vault.seal(b"sound", [ben], kind="clip")
    assert all(disk.opens(*each) for each in ids.items())
    with disk.mounted() as vault:
        vault.destroy_subject(anna)
        vault.destroy_subject(carla)
        assert vault.open(blob.address, kind="clip") == b"sound"
    assert len(disk.keks()) == 1
    assert {who for who, key in ids.items() if disk.opens(who, key)} == {ben}


def test_a_destruction_that_was_killed_is_ended_on_the_disk_too(disk, monkeypatch):
    anna, ben = (SpeakerId(new_id("speaker")) for _ in range(2))
    with disk.mounted() as vault:
        ids = {speaker: vault.create_subject(speaker) for speaker in (anna, ben)}
        with monkeypatch.context() as patch:
            patch.setattr(FileKek, "retire", killed)
            with pytest.raises(Killed):
                vault.destroy_subject(anna)
    assert len(disk.keks()) == 2
    with disk.mounted() as vault:
        vault.settle()
    assert len(disk.keks()) == 1
    assert not disk.opens(anna, ids[anna])
    assert disk.opens(ben, ids[ben])
