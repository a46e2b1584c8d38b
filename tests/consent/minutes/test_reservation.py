from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, select, update

from sayso.clock import now
from sayso.consent import changes, minutes, store
from sayso.consent.errors import GrantUnknown, LeaseOver, MinutesUsedUp, ReservationExceeded, ReservationUnknown
from sayso.consent.minutes import LEASE_S, Lease
from sayso.consent.minutes.reservation import conclude, held_row
from sayso.consent.minutes.store import grant_minutes, reservations
from sayso.consent.state import Party, State
from sayso.database import EVERYTHING, Database, connect, metadata
from sayso.database.engine import ConstraintBroken
from sayso.errors import Invalid
from sayso.ids import GrantId, PermitId, RunId, new_id

from ..cases import NOW, SPEAKER, grant, grant_id  # noqa: TID252 - the room's own cases

GRANT = grant_id(0)
CAP_MS = 60_000


@pytest.fixture
def filled(database: Database) -> Database:
    """Return a database with one grant of 60 s and one without a cap."""
    with database.write(scope=EVERYTHING) as tx:
        store.add_speaker(tx, SPEAKER)
        changes.insert_grant(tx, grant(max_ms=CAP_MS), who=Party.SPEAKER)
        changes.insert_grant(tx, grant(1, max_ms=None), who=Party.SPEAKER)
    return database


def permit() -> PermitId:
    return PermitId(new_id("permit"))


def reserve(tx: Connection, grant_id: GrantId, permit_id: PermitId, ms: int, at: datetime | None = None) -> Lease:
    """Reserve for a run of its own."""
    return minutes.reserve(tx, grant_id, permit_id, ms, run=RunId(new_id("run")), at=at)


def counts(tx: Connection, grant_id: GrantId = GRANT) -> tuple[int, int]:
    """Return what is made and what is reserved."""
    row = tx.execute(select(grant_minutes).where(grant_minutes.c.grant_id == grant_id)).one()
    return row.made_ms, row.reserved_ms


def test_reserve_settle_release(filled: Database) -> None:
    with filled.write(scope=EVERYTHING) as tx:
        first = reserve(tx, GRANT, permit(), 40_000)
        second = reserve(tx, GRANT, permit(), 20_000)
        assert counts(tx) == (0, 60_000)
        minutes.settle(tx, first, 12_345)
        assert counts(tx) == (12_345, 20_000)
        minutes.release(tx, second)
        assert counts(tx) == (12_345, 0)
        assert minutes.used_ms(tx, SPEAKER) == {GRANT: 12_345, grant_id(1): 0}
        assert tx.execute(select(reservations)).all() == []


def test_the_cap_is_met_exactly_and_never_passed(filled: Database) -> None:
    with filled.write(scope=EVERYTHING) as tx:
        reserve(tx, GRANT, permit(), CAP_MS - 1)
        with pytest.raises(MinutesUsedUp) as caught:
            reserve(tx, GRANT, permit(), 2)
        assert caught.value.reasons == (
            f"{GRANT}: minutes: got 2 ms, allowed: 1 ms that are left (the speaker can change this)",
        )
        reserve(tx, GRANT, permit(), 1)
        reserve(tx, GRANT, permit(), 0)
        assert counts(tx) == (0, CAP_MS)
        reserve(tx, grant_id(1), permit(), 10**10)


def test_bad_amounts_change_nothing(filled: Database) -> None:
    with filled.write(scope=EVERYTHING) as tx:
        for bad in (-1, True, 1.5, 10**18):
            with pytest.raises(Invalid):
                reserve(tx, GRANT, permit(), bad)  # type: ignore[arg-type]
        held = reserve(tx, GRANT, permit(), 1_000)
        minutes.note_made(tx, held, 400)
        for act in (minutes.note_made, minutes.settle):
            for bad in (1_001, 399, -1):
                with pytest.raises(ReservationExceeded):
                    act(tx, held, bad)
        assert counts(tx) == (0, 1_000)
        minutes.settle(tx, held, 1_000)
        assert counts(tx) == (1_000, 0)


def test_each_reservation_ends_once(filled: Database) -> None:
    with filled.write(scope=EVERYTHING) as tx:
        held = reserve(tx, GRANT, permit(), 1_000)
        minutes.settle(tx, held, 500)
        for act in (
            lambda: minutes.settle(tx, held, 500),
            lambda: minutes.renew(tx, held),
            lambda: minutes.note_made(tx, held, 1),
        ):
            with pytest.raises(ReservationUnknown, match=held.permit):
                act()
        assert not minutes.release(tx, held)
        assert counts(tx) == (500, 0)
    with pytest.raises(ConstraintBroken), filled.write(scope=EVERYTHING) as tx:
        reserve(tx, GRANT, held.permit, 10)
        reserve(tx, GRANT, held.permit, 10)
    with filled.read(scope=EVERYTHING) as tx:
        assert counts(tx) == (500, 0)


def test_what_another_transaction_ended_since_it_was_read_is_not_charged_twice(filled: Database) -> None:
    with filled.write(scope=EVERYTHING) as tx:
        held = reserve(tx, GRANT, permit(), 1_000)
        row = held_row(tx, held, now())
        conclude(tx, row, charged_ms=300, charged_takes=1)
        with pytest.raises(ReservationUnknown, match="meanwhile"):
            conclude(tx, row, charged_ms=300, charged_takes=1)
        assert counts(tx) == (300, 0)


@pytest.mark.parametrize(
    ("state", "who"),
    [(State.SUSPENDED, Party.SPEAKER), (State.WITHDRAWN, Party.SPEAKER), (State.REVOKED, Party.OPERATOR)],
)
def test_only_a_given_grant_has_minutes(filled: Database, state: State, who: Party) -> None:
    with filled.write(scope=EVERYTHING) as tx:
        changes.change_state(tx, GRANT, state, who=who)
        with pytest.raises(MinutesUsedUp, match=f"state: got {state}"):
            reserve(tx, GRANT, permit(), 1)
        with pytest.raises(GrantUnknown):
            reserve(tx, GrantId("grt_zzzzzzzzzzzzzzzz"), permit(), 1)
        if state is State.SUSPENDED:
            changes.change_state(tx, GRANT, State.GIVEN, who=who)
            reserve(tx, GRANT, permit(), 1)


def test_the_table_itself_refuses_to_pass_the_cap(filled: Database) -> None:
    for values in ({"reserved_ms": CAP_MS + 1}, {"made_ms": CAP_MS + 1}, {"made_ms": -1}, {"reserved_ms": -1}):
        with pytest.raises(ConstraintBroken), filled.write(scope=EVERYTHING) as tx:
            tx.execute(update(grant_minutes).where(grant_minutes.c.grant_id == GRANT).values(**values))


def test_an_ended_lease_comes_back_and_what_was_noted_stays_charged(filled: Database) -> None:
    late = NOW + timedelta(seconds=LEASE_S)
    with filled.write(scope=EVERYTHING) as tx:
        held = reserve(tx, GRANT, permit(), CAP_MS, at=NOW)
        minutes.note_made(tx, held, 10_000, at=NOW)
        early = late - timedelta(milliseconds=1)
        assert minutes.reclaim(tx, at=early) == 0
        assert minutes.used_ms(tx, SPEAKER, at=early)[GRANT] == CAP_MS
        assert minutes.used_ms(tx, SPEAKER, at=late)[GRANT] == 10_000
        with pytest.raises(MinutesUsedUp):
            reserve(tx, GRANT, permit(), 1, at=early)
        reserve(tx, GRANT, permit(), 50_000, at=late)
        assert counts(tx) == (10_000, 50_000)
        with pytest.raises(ReservationUnknown):
            minutes.settle(tx, held, 20_000, at=late)


def test_a_run_that_lives_keeps_what_it_renews(filled: Database) -> None:
    later = NOW + timedelta(seconds=LEASE_S - 1)
    with filled.write(scope=EVERYTHING) as tx:
        held = reserve(tx, GRANT, permit(), 1_000, at=NOW)
        renewed = minutes.renew(tx, held, at=later)
        assert (renewed.permit, renewed.run, renewed.fence) == (held.permit, held.run, held.fence)
        assert minutes.reclaim(tx, at=NOW + timedelta(seconds=LEASE_S)) == 0
        minutes.note_made(tx, held, 100, at=later + timedelta(seconds=LEASE_S - 1))
        minutes.settle(tx, held, 500, at=later + timedelta(seconds=2 * LEASE_S - 2))
        assert counts(tx) == (500, 0)


def test_a_run_whose_lease_is_over_changes_nothing_though_nobody_took_it_back_yet(filled: Database) -> None:
    late = NOW + timedelta(seconds=LEASE_S)
    with filled.write(scope=EVERYTHING) as tx:
        held = reserve(tx, GRANT, permit(), 1_000, at=NOW)
        for act in (
            lambda: minutes.settle(tx, held, 500, at=late),
            lambda: minutes.note_made(tx, held, 500, at=late),
            lambda: minutes.renew(tx, held, at=late),
            lambda: minutes.take_over(tx, held, run=RunId(new_id("run")), at=late),
        ):
            with pytest.raises(LeaseOver):
                act()
        assert counts(tx) == (0, 1_000)
        assert minutes.release(tx, held)
        assert counts(tx) == (0, 0)


def test_a_run_that_was_superseded_changes_nothing(filled: Database) -> None:
    with filled.write(scope=EVERYTHING) as tx:
        old = reserve(tx, GRANT, permit(), 1_000)
        new = minutes.take_over(tx, old, run=RunId(new_id("run")))
        assert new.fence > old.fence
        for act in (
            lambda: minutes.settle(tx, old, 500),
            lambda: minutes.note_made(tx, old, 500),
            lambda: minutes.renew(tx, old),
            lambda: minutes.take_over(tx, old, run=old.run),
        ):
            with pytest.raises(LeaseOver):
                act()
        assert not minutes.release(tx, old)
        assert counts(tx) == (0, 1_000)
        minutes.settle(tx, new, 500)
        assert counts(tx) == (500, 0)


def test_the_same_run_begun_again_supersedes_itself(filled: Database) -> None:
    with filled.write(scope=EVERYTHING) as tx:
        old = reserve(tx, GRANT, permit(), 1_000)
        again = minutes.take_over(tx, old, run=old.run)
        with pytest.raises(LeaseOver):
            minutes.settle(tx, old, 500)
        minutes.settle(tx, again, 500)


def start(*arguments: object) -> subprocess.Popen[str]:
    """Start a process that works on the same database."""
    command = [sys.executable, str(Path(__file__).with_name("writer.py")), *map(str, arguments)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("made_ms", [0, 7_000])
def test_what_a_killed_process_held_is_back_when_its_lease_is_over(filled: Database, made_ms: int) -> None:
    with start("die", filled.engine.url.render_as_string(hide_password=False), GRANT, CAP_MS, made_ms) as child:
        child.communicate()
    assert child.returncode == -signal.SIGKILL
    late = now() + timedelta(seconds=LEASE_S)
    with filled.write(scope=EVERYTHING) as tx:
        assert counts(tx) == (0, CAP_MS)
        assert minutes.used_ms(tx, SPEAKER)[GRANT] == CAP_MS
        assert minutes.used_ms(tx, SPEAKER, at=late)[GRANT] == made_ms
        with pytest.raises(MinutesUsedUp):
            reserve(tx, GRANT, permit(), 1)
        with pytest.raises(MinutesUsedUp):
            reserve(tx, GRANT, permit(), CAP_MS + 1, at=late)
        reserve(tx, GRANT, permit(), CAP_MS - made_ms, at=late)
        assert counts(tx) == (made_ms, CAP_MS - made_ms)


def check_writers(filled: Database, number: int, *, act: str = "write", grants: str = GRANT) -> None:
    """Let so many processes reserve, settle and release at once, and hold what they told against the books.

    Of several grants, all are cut from the outer consent that `licensed` enters, which is charged for all of them.
    """
    url = filled.engine.url.render_as_string(hide_password=False)
    writers = [start(act, url, grants, seed) for seed in range(number)]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("\n")
        writer.stdin.flush()
    told = [json.loads(writer.communicate()[0]) for writer in writers]
    assert [writer.returncode for writer in writers] == [0] * len(writers)
    made, takes = (sum(each[name] for each in told) for name in ("made", "takes"))
    charged = GRANT if grants == GRANT else OUTER
    with filled.read(scope=EVERYTHING) as tx:
        assert counts(tx, charged) == (made, 0)
        row = tx.execute(select(grant_minutes).where(grant_minutes.c.grant_id == charged)).one()
        assert (row.made_takes, row.reserved_takes) == (takes, 0)
        below = tx.execute(select(grant_minutes).where(grant_minutes.c.grant_id.in_(grants.split(",")))).all()
        assert (sum(each.made_ms for each in below), sum(each.made_takes for each in below)) == (made, takes)
    assert sum(each["over"] for each in told) == 0
    assert 0 < made <= (row.max_ms or made)
    assert 0 < takes <= (row.max_takes or takes)
    assert sum(each["refused"] for each in told) > 0


def test_eight_writers_at_once_never_pass_the_cap(filled: Database) -> None:
    check_writers(filled, 8)


@pytest.mark.slow
def test_sixty_four_writers_at_once_never_pass_the_cap(filled: Database) -> None:
    check_writers(filled, 64)


OUTER = grant_id(2)
LICENCES = f"{grant_id(3)},{grant_id(4)},{grant_id(5)}"


def licensed(database: Database, *, max_ms: int | None, max_takes: int | None) -> Database:
    """Enter three licences without a cap of their own that matters, cut from an outer consent with these caps."""
    with database.write(scope=EVERYTHING) as tx:
        bound = {"max_ms": max_ms, "max_takes": max_takes}
        outer = grant(2, licensee="*", purposes=("audiobook",), outer=True, **bound)
        changes.insert_grant(tx, outer, who=Party.SPEAKER)
        for number in (3, 4, 5):
            changes.insert_grant(tx, grant(number, ceiling=OUTER, **bound), who=Party.SPEAKER)
    return database


@pytest.mark.slow
def test_sixty_four_writers_under_three_licences_never_pass_the_outer_consent(filled: Database) -> None:
    check_writers(licensed(filled, max_ms=CAP_MS, max_takes=25), 64, grants=LICENCES)


def test_six_writers_under_three_licences_never_pass_the_outer_consent(filled: Database) -> None:
    check_writers(licensed(filled, max_ms=CAP_MS, max_takes=9), 6, grants=LICENCES)


@pytest.fixture
def filled_postgres(postgres: Callable[[], str]) -> Iterator[Database]:
    """Return the same on PostgreSQL."""
    database = connect(postgres())
    metadata.create_all(database.engine)
    with database.write(scope=EVERYTHING) as tx:
        store.add_speaker(tx, SPEAKER)
        changes.insert_grant(tx, grant(max_ms=CAP_MS), who=Party.SPEAKER)
    yield database
    database.close()


@pytest.mark.slow
@pytest.mark.parametrize("act", ["write", "unqueued"])
def test_sixty_four_writers_on_postgresql_never_pass_the_cap(filled_postgres: Database, act: str) -> None:
    check_writers(filled_postgres, 64, act=act)


@pytest.mark.slow
@pytest.mark.parametrize("act", ["write", "unqueued"])
def test_sixty_four_writers_on_postgresql_never_pass_the_outer_consent(filled_postgres: Database, act: str) -> None:
    check_writers(licensed(filled_postgres, max_ms=CAP_MS, max_takes=25), 64, act=act, grants=LICENCES)


def test_what_a_killed_process_held_is_back_on_postgresql_too(filled_postgres: Database) -> None:
    test_what_a_killed_process_held_is_back_when_its_lease_is_over(filled_postgres, 7_000)


STEPS = st.lists(
    st.tuples(st.sampled_from(["reserve", "note", "settle", "release"]), st.integers(0, 3), st.integers(0, 70_000)),
    max_size=25,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_the_books_balance_after_any_steps(steps: list[tuple[str, int, int]]) -> None:
    """Held against a model: a dict of open reservations and a sum."""
    database = Database(create_engine("sqlite://"))
    metadata.create_all(database.engine)
    made, held = 0, dict[PermitId, tuple[int, int]]()
    leases = dict[PermitId, Lease]()
    with database.write(scope=EVERYTHING) as tx:
        store.add_speaker(tx, SPEAKER)
        changes.insert_grant(tx, grant(max_ms=CAP_MS), who=Party.SPEAKER)
        for act, place, size in steps:
            permit_id = PermitId(f"prm_{place}")
            if act == "reserve" and permit_id not in held:
                fits = made + sum(reserved for reserved, _ in held.values()) + size <= CAP_MS
                if fits:
                    leases[permit_id] = reserve(tx, GRANT, permit_id, size)
                    held[permit_id] = size, 0
                else:
                    with pytest.raises(MinutesUsedUp):
                        reserve(tx, GRANT, permit_id, size)
            elif act != "reserve" and permit_id in held:
                reserved, noted = held[permit_id]
                length = min(max(size, noted), reserved)
                if act == "note":
                    minutes.note_made(tx, leases[permit_id], length)
                    held[permit_id] = reserved, length
                else:
                    lease = leases.pop(permit_id)
                    minutes.settle(tx, lease, length) if act == "settle" else minutes.release(tx, lease)
                    made += length if act == "settle" else noted
                    del held[permit_id]
            assert counts(tx) == (made, sum(reserved for reserved, _ in held.values()))
    database.close()
