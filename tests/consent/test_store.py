from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import sayso.consent
from sayso.consent import changes, minutes, signed, store
from sayso.consent.act import Action
from sayso.consent.cedar import Policies
from sayso.consent.decision import decide
from sayso.consent.errors import ConsentRefused, GrantInvalid, GrantState, GrantUnknown, PermitRefused, SpeakerUnknown
from sayso.consent.grant import Grant
from sayso.consent.keys import public_key_of
from sayso.consent.permit import Gate, Permit
from sayso.consent.state import Party, State
from sayso.database import EVERYTHING, Database
from sayso.ids import GrantId, PermitId

from .cases import NOW, OTHER, RUN, SPEAKER, SPEAKER_KEY, grant, grant_id, request, signature

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
UNKNOWN = GrantId("grt_zzzzzzzzzzzzzzzz")


@pytest.fixture
def filled(database: Database) -> Database:
    """Return a database with one speaker and one given grant."""
    with database.write(scope=EVERYTHING) as tx:
        store.add_speaker(tx, SPEAKER, name_sealed=b"\x01under seal", at=NOW)
        changes.set_key(tx, SPEAKER, public_key_of(SPEAKER_KEY))
        insert(tx, grant(), who=Party.SPEAKER, at=NOW)
    return database


def insert(tx: Any, given: Grant, *, who: Party, at: Any = None) -> None:
    """Enter a grant that its speaker has signed."""
    changes.insert_grant(tx, given, who=who, at=at, signature=signature(given))


def change(database: Database, state: State, *, who: Party, number: int = 0) -> None:
    with database.write(scope=EVERYTHING) as tx:
        changes.change_state(tx, grant_id(number), state, who=who, at=NOW)


def permit(database: Database, policies: Policies | None = None) -> Permit:
    with database.read(scope=EVERYTHING) as tx:
        standing = signed.standing(tx, SPEAKER, policies or Policies())
    return decide(request(), grants=standing.policy, epoch=standing.epoch, key=KEY, now=NOW)


def gate(database: Database) -> Gate:
    def epoch_of(speaker: Any) -> int | None:
        with database.read(scope=EVERYTHING) as tx:
            return store.epoch_of(tx, speaker)

    return Gate(KEY.public_key().public_bytes_raw(), epoch_of, clock=lambda: NOW)


def test_what_goes_in_comes_out(filled: Database) -> None:
    with filled.read(scope=EVERYTHING) as tx:
        assert store.get_grant(tx, grant_id(0)) == grant()
        assert store.grants_of(tx, SPEAKER) == [grant()]
        assert store.list_grants(tx) == [grant()]
        assert store.list_grants(tx, licensee="Nobody") == []
        speaker = store.get_speaker(tx, SPEAKER)
        assert (speaker.epoch, speaker.name_sealed, speaker.created_at, speaker.house) == (
            1,
            b"\x01under seal",
            NOW,
            False,
        )
        assert store.list_speakers(tx) == [speaker]
        (given,) = store.history(tx, grant_id(0))
        assert (given.state, given.who, given.at, given.number) == (State.GIVEN, Party.SPEAKER, NOW, 1)


def test_what_is_not_here_is_named(database: Database) -> None:
    with database.read(scope=EVERYTHING) as tx:
        assert store.epoch_of(tx, SPEAKER) is None
        with pytest.raises(GrantUnknown, match=UNKNOWN):
            store.get_grant(tx, UNKNOWN)
        with pytest.raises(GrantUnknown, match=UNKNOWN):
            store.history(tx, UNKNOWN)
        with pytest.raises(SpeakerUnknown, match=SPEAKER):
            store.get_speaker(tx, SPEAKER)
        with pytest.raises(SpeakerUnknown, match=SPEAKER):
            signed.standing(tx, SPEAKER, Policies())


def test_a_refused_insert_changes_nothing(filled: Database) -> None:
    for bad, error in (
        (grant(1, speaker=OTHER), SpeakerUnknown),
        (grant(1, house=True, note="MIT"), GrantInvalid),
        (grant(1, state=State.WITHDRAWN), GrantState),
    ):
        with pytest.raises(error), filled.write(scope=EVERYTHING) as tx:
            insert(tx, bad, who=Party.SPEAKER)
    with pytest.raises(GrantState), filled.write(scope=EVERYTHING) as tx:
        changes.insert_grant(tx, grant(1), who=Party.LICENSEE)
    with filled.read(scope=EVERYTHING) as tx:
        assert store.list_grants(tx) == [grant()]
        assert store.epoch_of(tx, SPEAKER) == 1


def test_a_house_speaker_takes_house_grants_only(database: Database) -> None:
    with database.write(scope=EVERYTHING) as tx:
        store.add_speaker(tx, SPEAKER, house=True)
        changes.insert_grant(tx, grant(licensee="*", purposes=("*",), house=True, note="MIT"), who=Party.OPERATOR)
    with pytest.raises(GrantInvalid, match=r"^house: "), database.write(scope=EVERYTHING) as tx:
        changes.insert_grant(tx, grant(1), who=Party.OPERATOR)


def test_a_new_grant_does_not_end_running_permits(filled: Database) -> None:
    made = permit(filled)
    with filled.write(scope=EVERYTHING) as tx:
        changes.insert_grant(tx, grant(1, state=State.REQUESTED), who=Party.LICENSEE)
        changes.change_state(tx, grant_id(1), State.GIVEN, who=Party.SPEAKER, signature=signature(grant(1)))
    gate(filled).check(made, Action.SYNTHESIZE)


@pytest.mark.parametrize(
    ("state", "who"),
    [
        (State.SUSPENDED, Party.SPEAKER),
        (State.SUSPENDED, Party.OPERATOR),
        (State.WITHDRAWN, Party.SPEAKER),
        (State.REVOKED, Party.OPERATOR),
        (State.REVOKED, Party.LICENSEE),
        (State.EXPIRED, Party.OPERATOR),
        (State.INVALIDATED, Party.OPERATOR),
    ],
)
def test_taking_a_permission_away_ends_permits_and_refuses_new_ones(filled: Database, state: State, who: Party) -> None:
    policies = Policies()
    made = permit(filled, policies)
    at_work = gate(filled)
    at_work.check(made, Action.SYNTHESIZE)
    change(filled, state, who=who)
    with pytest.raises(PermitRefused, match="withdrawn or changed"):
        at_work.check(made, Action.SYNTHESIZE)
    with pytest.raises(ConsentRefused) as caught:
        permit(filled, policies)
    assert caught.value.reasons[0].startswith(f"{grant_id(0)}: state: got {state}")
    with filled.read(scope=EVERYTHING) as tx:
        assert store.epoch_of(tx, SPEAKER) == 2
        assert [each.state for each in store.history(tx, grant_id(0))] == [State.GIVEN, state]


def test_a_suspension_is_lifted_by_who_made_it_and_old_permits_stay_ended(filled: Database) -> None:
    policies = Policies()
    made = permit(filled, policies)
    change(filled, State.SUSPENDED, who=Party.OPERATOR)
    with pytest.raises(GrantState, match=r"the operator can$"):
        change(filled, State.GIVEN, who=Party.SPEAKER)
    change(filled, State.GIVEN, who=Party.OPERATOR)
    with pytest.raises(PermitRefused):
        gate(filled).check(made, Action.SYNTHESIZE)
    gate(filled).check(permit(filled, policies), Action.SYNTHESIZE)
    with filled.read(scope=EVERYTHING) as tx:
        assert store.epoch_of(tx, SPEAKER) == 3


def test_a_withdrawal_is_final(filled: Database) -> None:
    with filled.write(scope=EVERYTHING) as tx:
        assert changes.withdraw(tx, grant_id(0)).state is State.WITHDRAWN
    for state, who in (
        (State.GIVEN, Party.SPEAKER),
        (State.WITHDRAWN, Party.SPEAKER),
        (State.SUSPENDED, Party.OPERATOR),
    ):
        with pytest.raises(GrantState):
            change(filled, state, who=who)
    with filled.read(scope=EVERYTHING) as tx:
        assert store.epoch_of(tx, SPEAKER) == 2


def test_an_expired_grant_is_refused_without_anybodys_doing(filled: Database) -> None:
    with filled.read(scope=EVERYTHING) as tx:
        standing = signed.standing(tx, SPEAKER, Policies())
    with pytest.raises(ConsentRefused, match="expected a grant") as caught:
        decide(request(), grants=standing.policy, epoch=1, key=KEY, now=NOW + timedelta(days=1))
    assert ": end: " in caught.value.reasons[0]


def test_withdrawing_everything(filled: Database) -> None:
    with filled.write(scope=EVERYTHING) as tx:
        insert(tx, grant(1), who=Party.SPEAKER)
        insert(tx, grant(2), who=Party.SPEAKER)
        changes.withdraw(tx, grant_id(2))
        assert changes.withdraw_all(tx, SPEAKER) == 2
        assert {each.state for each in store.grants_of(tx, SPEAKER)} == {State.WITHDRAWN}
        before = store.epoch_of(tx, SPEAKER)
        assert changes.withdraw_all(tx, SPEAKER) == 0
        assert store.epoch_of(tx, SPEAKER) == (before or 0) + 1


def test_the_operator_ends_everything_by_revoking(filled: Database) -> None:
    with filled.write(scope=EVERYTHING) as tx:
        assert changes.withdraw_all(tx, SPEAKER, who=Party.OPERATOR) == 1
        assert store.get_grant(tx, grant_id(0)).state is State.REVOKED
        assert store.epoch_of(tx, SPEAKER) != 1


def test_a_rolled_back_change_does_not_stay_in_the_compiled_policies(filled: Database) -> None:
    policies = Policies()

    class Abandoned(Exception):
        pass

    with pytest.raises(Abandoned), filled.write(scope=EVERYTHING) as tx:
        insert(tx, grant(1, purposes=("podcast",)), who=Party.SPEAKER)
        assert len(signed.standing(tx, SPEAKER, policies).policy.grants) == 2
        raise Abandoned
    with filled.write(scope=EVERYTHING) as tx:
        changes.withdraw(tx, grant_id(0))
        found = signed.standing(tx, SPEAKER, policies).policy.grants
    assert [each.state for each in found] == [State.WITHDRAWN]


def test_a_warm_standing_is_one_query(filled: Database) -> None:
    policies = Policies()
    permit(filled, policies)
    seen: list[str] = []
    with filled.read() as tx:
        tx.connection.driver_connection.set_trace_callback(seen.append)
    permit(filled, policies)
    assert len([each for each in seen if each.startswith("SELECT")]) == 1


def test_erasing_leaves_tombstones_that_lead_nowhere(filled: Database, tmp_path: Path) -> None:
    with filled.write(scope=EVERYTHING) as tx:
        insert(tx, grant(1, note="for my sister"), who=Party.SPEAKER)
        minutes.reserve(tx, grant_id(0), PermitId("prm_aaaaaaaaaaaaaaaa"), 1_000, run=RUN)
    made = permit(filled)
    with filled.write(scope=EVERYTHING) as tx:
        assert changes.erase_speaker(tx, SPEAKER, who=Party.OPERATOR, at=NOW) == [grant_id(0), grant_id(1)]
    with filled.read(scope=EVERYTHING) as tx:
        stone = store.get_grant(tx, grant_id(0))
        assert (stone.state, stone.speaker, stone.licensee) == (State.ERASED, "", "Harbour Books")
        assert [(each.state, each.who) for each in store.history(tx, grant_id(1))] == [(State.ERASED, Party.OPERATOR)]
        assert store.epoch_of(tx, SPEAKER) is None
        assert store.grants_of(tx, SPEAKER) == []
        assert minutes.used_ms(tx, SPEAKER) == {}
    with pytest.raises(PermitRefused):
        gate(filled).check(made, Action.SYNTHESIZE)
    with pytest.raises(SpeakerUnknown), filled.write(scope=EVERYTHING) as tx:
        changes.erase_speaker(tx, SPEAKER, who=Party.OPERATOR)
    with pytest.raises(GrantUnknown), filled.write(scope=EVERYTHING) as tx:
        minutes.reserve(tx, grant_id(0), PermitId("prm_aaaaaaaaaaaaaaab"), 1, run=RUN)
    filled.forget_deleted()
    kept = (tmp_path / "consent.sqlite").read_bytes()
    for gone in (SPEAKER.encode(), b"sister", b"Lamp", b"under seal"):
        assert gone not in kept


def test_a_grant_is_erased_with_its_speaker_only(filled: Database) -> None:
    with pytest.raises(GrantState, match="with its speaker"):
        change(filled, State.ERASED, who=Party.OPERATOR)


def test_store_files_hold_queries_and_nothing_else() -> None:
    """What may become of a grant is in changes.py: a query asks nobody, and fails only where there is no such row."""
    room = Path(sayso.consent.__file__).parent
    files = [*room.rglob("*store.py")]
    assert len(files) == 5
    for file in files:
        tree = ast.parse(file.read_text())
        raised = {ast.unparse(node.exc) for node in ast.walk(tree) if isinstance(node, ast.Raise) and node.exc}
        assert {text.partition("(")[0] for text in raised} <= {"GrantUnknown", "SpeakerUnknown"}, file
        imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        deciding = {"ceiling", "changes", "decision", "cedar", "reasons", "signed", "permit", "request"}
        assert not imported & {f"sayso.consent.{name}" for name in deciding}, file
        called = {
            node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert not {name for name in called if name.startswith("check_")}, file
