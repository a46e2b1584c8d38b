from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sayso.clock import parse_stamp
from sayso.database import Database
from sayso.disk import DiskFull
from sayso.ledger import Entry, Log, append_all, audit_export
from sayso.ledger.errors import EntryUnknown, ExportInvalid, ExportMissing, LedgerTampered
from sayso.ledger.note import SignerKey

from .conftest import GRANTS, ORIGIN

Grow = Callable[..., list[int]]


@pytest.fixture
def days(database: Database, log: Log) -> Log:
    """A log of 300 entries, ten a day."""
    with database.write() as tx:
        append_all(
            tx,
            [
                Entry("a:b", f"2026-{11 + place // 150}-{1 + place % 150 // 10:02d}T00:00:00.000Z", GRANTS[place % 3])
                for place in range(300)
            ],
        )
    log.integrate()
    return log


@pytest.mark.parametrize(
    ("since", "until", "places"),
    [
        (None, None, (0, 300)),
        ("2026-11-02", "2026-11-03", (10, 20)),
        ("2026-12-01", None, (150, 300)),
        (None, "2026-11-02", (0, 10)),
    ],
)
def test_a_period_is_audited_with_the_key_alone(
    days: Log, tmp_path: Path, since: str | None, until: str | None, places: tuple[int, int]
) -> None:
    path = tmp_path / "period"
    period = {"since": since and parse_stamp(since), "until": until and parse_stamp(until)}
    assert days.export(path, **period) == places
    audit = audit_export(path, days.vkey)
    assert audit.findings == ()
    assert audit.size == 300
    assert audit.root == days.integrate().root


def test_an_empty_period_is_said_so(days: Log, tmp_path: Path) -> None:
    with pytest.raises(EntryUnknown):
        days.export(tmp_path / "period", since=parse_stamp("2027-01-01"))
    assert not (tmp_path / "period").exists()


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_flipped_bit_is_found(days: Log, tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "period"
    days.export(path, since=parse_stamp("2026-11-08"), until=parse_stamp("2026-11-09"))
    content = bytearray(path.read_bytes())
    bit = data.draw(st.integers(0, len(content) * 8 - 1))
    content[bit // 8] ^= 1 << bit % 8
    path.write_bytes(content)
    assert audit_export(path, days.vkey).findings


@pytest.mark.parametrize("change", ["drop", "double", "swap", "cut", "add"])
def test_entries_left_out_doubled_moved_or_added_are_found(days: Log, tmp_path: Path, change: str) -> None:
    path = tmp_path / "period"
    days.export(path)
    lines = path.read_bytes().splitlines(keepends=True)
    changed = {
        "drop": [*lines[:9], *lines[10:]],
        "double": [*lines[:9], lines[9], *lines[9:]],
        "swap": [*lines[:9], lines[10], lines[9], *lines[11:]],
        "cut": [*lines[:-1], lines[-1][:-1]],
        "add": [*lines, lines[-1]],
    }[change]
    path.write_bytes(b"".join(changed))
    with pytest.raises(LedgerTampered) as caught:
        audit_export(path, days.vkey).require_clean()
    told = {"drop": "the header says 300", "double": "entries after the 300", "add": "entries after the 300"}
    assert any(told.get(change, "") in reason for reason in caught.value.reasons)


def test_another_key_does_not_vouch_for_it(days: Log, tmp_path: Path) -> None:
    path = tmp_path / "period"
    days.export(path)
    assert audit_export(path, str(SignerKey(ORIGIN, b"z" * 32).verifier)).findings


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b"[1]\n", b"x" * 2_000_000])
def test_a_file_that_is_no_export_is_said_so(log: Log, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "period"
    with pytest.raises(ExportMissing):
        audit_export(path, log.vkey)
    path.write_bytes(content)
    with pytest.raises(ExportInvalid):
        audit_export(path, log.vkey)


def test_a_full_disk_leaves_no_half_export(days: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise DiskFull

    monkeypatch.setattr("sayso.disk.Draft.publish", full)
    with pytest.raises(DiskFull):
        days.export(tmp_path / "period")
    assert not (tmp_path / "period").exists()
