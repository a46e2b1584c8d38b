"""Changes at random to all that a log keeps: not one of them goes unfound. The benchmark makes 10,000 of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.ledger.mutations import CHANGES, run


def test_one_change_of_every_kind_is_found(tmp_path: Path) -> None:
    found = run(len(CHANGES), 11, tmp_path)
    assert found["missed"] == []
    assert found["kinds"] == dict.fromkeys(CHANGES, 1)


@pytest.mark.slow
def test_many_changes_of_every_kind_are_found(tmp_path: Path) -> None:
    found = run(20 * len(CHANGES), 12, tmp_path)
    assert found["missed"] == []
    assert found["found"] == 20 * len(CHANGES)
