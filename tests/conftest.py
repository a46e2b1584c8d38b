"""Fixtures that every room may use."""

from __future__ import annotations

import os

# One thread for each test process: the workers of a run share the cores, and threads that wait for each other spin.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import json
import logging
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from hypothesis.internal.constants_ast import Constants

from sayso import journal
from sayso.audio.signal import Signal
from sayso.database import connect
from sayso.database.metadata import keys_metadata
from sayso.vault import FileKek, Vault
from tests.budget import Costs

# At a desk every run tries new cases; what gates a landing tries the same ones each time.
settings.register_profile("landing", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("landing")
    # Constants of whichever modules a worker has loaded so far would make the cases depend on the order of the tests.
    pytest.MonkeyPatch().setattr("hypothesis.internal.conjecture.providers._get_local_constants", Constants)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--costs", type=int, metavar="N", help="show the N tests that took the most CPU seconds")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Costs())


@pytest.fixture(scope="session")
def speech() -> Signal:
    """Return about eight seconds of synthetic speech, mono, 24 kHz."""
    from hibari import Hibari

    text = (
        "The keeper climbed the narrow stair before dawn. He carried a lamp, two letters, and bad news for the harbour."
    )
    return Signal.mono(np.asarray(Hibari()(text, seed=0)), 24_000)


@pytest.fixture
def postgres() -> Iterator[Callable[[], str]]:
    """Return what makes an empty database on the server that SAYSO_TEST_POSTGRES names, and returns its address."""
    server = os.environ.get("SAYSO_TEST_POSTGRES")
    if not server:
        pytest.skip("SAYSO_TEST_POSTGRES names no server, such as postgresql://user@127.0.0.1:5432/postgres")
    psycopg = pytest.importorskip("psycopg")
    made: list[str] = []

    def make() -> str:
        made.append(f"sayso_test_{secrets.token_hex(6)}")
        connection.execute(f"CREATE DATABASE {made[-1]}")
        return f"{server.rpartition('/')[0]}/{made[-1]}"

    with psycopg.connect(server, autocommit=True) as connection:
        yield make
        for name in made:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def make_vault(tmp_path: Path):
    """Return what opens the vault in ``tmp_path``, as another process would."""
    opened = []

    def make_vault() -> Vault:
        keys = connect(f"sqlite:///{tmp_path / 'keys' / 'keys.sqlite'}", journal="DELETE")
        opened.append(keys)
        keys_metadata.create_all(keys.engine)
        return Vault(FileKek(tmp_path / "keys" / "kek"), keys, (tmp_path / "blobs").as_uri())

    yield make_vault
    for keys in opened:
        keys.close()


@pytest.fixture
def vault(make_vault) -> Vault:
    return make_vault()


@pytest.fixture
def journalled(tmp_path):
    """Return what reads the journal that is kept in a file from now on."""
    file = tmp_path / "journal"
    journal.keep(str(file))
    journal.keep(str(file))
    yield lambda: [json.loads(line) for line in file.read_text().splitlines()]
    logger = logging.getLogger("sayso.journal")
    for handler in [each for each in logger.handlers if each.name == str(file)]:
        handler.close()
        logger.removeHandler(handler)
    logger.setLevel(logging.NOTSET)
