from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sayso.consent import changes  # noqa: F401 - puts its tables into the metadata
from sayso.database import Database, connect, metadata


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Return an empty database with every table of consent, in a file that processes can share."""
    database = connect(f"sqlite:///{tmp_path / 'consent.sqlite'}")
    metadata.create_all(database.engine)
    yield database
    database.close()
