from __future__ import annotations

import functools
from collections.abc import Callable, Iterator

import pytest

from sayso.audio.container import Container
from sayso.audio.encode import encode
from sayso.audio.signal import Signal
from sayso.credentials import Claim
from sayso.credentials.authority import LocalAuthority
from sayso.database import connect
from sayso.database.metadata import keys_metadata
from sayso.ids import GrantId
from sayso.mark.mark import Mark
from sayso.vault import FileKek, Vault


@pytest.fixture(scope="session")
def plain(speech: Signal) -> Callable[..., bytes]:
    """Return one second of speech, from a second on, as a file of a container."""

    @functools.cache
    def file(container: Container, start_s: int = 0) -> bytes:
        rate = speech.sample_rate
        return encode(speech.slice(start_s * rate, (start_s + 1) * rate), container)

    return file


@pytest.fixture(scope="session")
def make_authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], LocalAuthority]]:
    """Return what makes the authority of one more installation."""
    opened = []

    def make() -> LocalAuthority:
        folder = tmp_path_factory.mktemp("vault")
        keys = connect(f"sqlite:///{folder / 'keys.sqlite'}", journal="DELETE")
        opened.append(keys)
        keys_metadata.create_all(keys.engine)
        return LocalAuthority(Vault(FileKek(folder / "kek"), keys, (folder / "blobs").as_uri()))

    yield make
    for keys in opened:
        keys.close()


@pytest.fixture(scope="session")
def authority(make_authority: Callable[[], LocalAuthority]) -> LocalAuthority:
    return make_authority()


@pytest.fixture(scope="session")
def stranger(make_authority: Callable[[], LocalAuthority]) -> LocalAuthority:
    return make_authority()


@pytest.fixture(scope="session")
def claim() -> Claim:
    return Claim(
        mark=Mark.parse("00112233445566ff"),
        grant_id=GrantId("grt_6dnq2kz7w4xkq3ya"),
        permit_digest="ab" * 32,
        created_at="2026-11-22T20:36:00.123Z",
        entry="sayso.local/log:4711",
    )
