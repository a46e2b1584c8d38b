from __future__ import annotations

import pytest

from sayso import erasure, lineage
from sayso.consent import store as consents
from sayso.consent.errors import SpeakerUnknown
from sayso.consent.state import State
from sayso.database import EVERYTHING
from sayso.erasure import Stage
from sayso.erasure.errors import NotErased, PlanUnknown
from sayso.ids import ArtifactId, PlanId, new_id
from sayso.lineage import Artifact, Kind
from sayso.vault import Swept
from sayso.vault.errors import Shredded
from tests.erasure.conftest import NoCommitments

STEPS = [
    "block",
    "block committing",
    "destroy",
    "unlink",
    "delete",
    "delete committing",
    "sweep",
    "certify",
    "certify committing",
    "forget",
    "integrate",
]


class Killed(BaseException):
    """The process dies here."""


def test_a_plan_shows_everything_and_changes_nothing(world, anna, ben):
    plan = world.plan(anna)
    assert dict(plan.inventory.counts) == {"clip": 4, "grant": 2, "recording": 1, "voice": 1}
    assert plan.stage is Stage.PLANNED
    assert world.plan(anna).inventory == plan.inventory
    with world.database.read(scope=EVERYTHING) as tx:
        assert consents.epoch_of(tx, anna) == 1
        assert all(grant.state is State.GIVEN for grant in consents.grants_of(tx, anna))
        assert len(lineage.of_speaker(tx, anna)) == 6
    assert world.vault.has_subject(anna)
    assert len(list(world.vault.addresses())) == 7


def test_a_newer_plan_replaces_an_older_one(world, anna):
    old, new = world.plan(anna), world.plan(anna)
    with world.database.write(scope=EVERYTHING) as tx:
        with pytest.raises(PlanUnknown):
            erasure.get_plan(tx, old.plan_id)
        assert erasure.get_plan(tx, new.plan_id).speaker == anna
        with pytest.raises(PlanUnknown):
            erasure.block(tx, PlanId(new_id("plan")), commitments=NoCommitments())


def test_an_unknown_speaker_has_no_plan(world):
    with pytest.raises(SpeakerUnknown):
        world.plan(new_id("speaker"))


def test_the_plan_follows_what_is_made_after_it(world, anna):
    plan = world.plan(anna)
    world.make(Kind.CLIP, b"planted late clip", [anna])
    with world.database.read(scope=EVERYTHING) as tx:
        assert erasure.get_plan(tx, plan.plan_id).inventory.counts["clip"] == 4
    checked = erasure.check(world.run(plan.plan_id), world.log.vkey)
    assert checked.certificate.counts["clip"] == 4


def test_an_erasure_takes_all_of_one_speaker_and_nothing_of_another(world, anna, ben):
    kept = {made.blob for made in bens(world, ben) if made.kind is Kind.RECORDING}
    world.run(world.plan(anna).plan_id)
    assert set(world.vault.addresses()) == kept
    with world.database.read(scope=EVERYTHING) as tx:
        assert consents.epoch_of(tx, anna) is None
        assert lineage.of_speaker(tx, anna) == []
        states = {grant.licensee: grant.state for grant in consents.list_grants(tx) if not grant.speaker}
        assert states == {"Harbour Books": State.ERASED, "Night Radio": State.ERASED}
        assert [made.kind for made in lineage.of_speaker(tx, ben)] == [Kind.RECORDING]
        assert consents.epoch_of(tx, ben) == 1
        name = consents.get_speaker(tx, ben).name_sealed
    assert world.vault.open_field(name, ben, field="speaker name") == b"Ben Stays"
    assert world.vault.open(kept.pop(), kind="recording") == b"of ben " * 1_000


def bens(world, ben):
    with world.database.read(scope=EVERYTHING) as tx:
        return lineage.of_speaker(tx, ben)


def test_nothing_of_the_speaker_is_left_readable(world, anna, ben):
    with world.database.read(scope=EVERYTHING) as tx:
        name = consents.get_speaker(tx, anna).name_sealed
        digests = [made.digest.encode() for made in lineage.of_speaker(tx, anna)]
        blobs = [made.blob.encode() for made in lineage.of_speaker(tx, anna)]
    with world.vault.keys.read() as tx:
        wrapped = tx.exec_driver_sql("select wrapped from subject_keys where speaker_id = ?", (anna,)).scalar()
    needles = [anna.encode(), name, name[17:], wrapped, wrapped[13:], f"{anna} notes".encode(), *digests, *blobs]
    for needle in needles:
        assert world.hunt(needle), needle
    world.run(world.plan(anna).plan_id)
    assert world.hunt(b"planted", b"Planted", *needles) == []


def test_rows_that_moved_between_pages_are_gone_too(world, anna, ben):
    with world.database.write(scope=EVERYTHING) as tx:
        for number in range(400):
            who = [anna, ben] if number % 3 else [ben]
            made = Artifact(ArtifactId(new_id("artifact")), Kind.CLIP, None, f"{number:064x}")
            lineage.record(tx, made, speakers=who, parents=[])
    for number in range(60):
        world.grant(anna, f"Licensee {number}")
    world.run(world.plan(anna).plan_id)
    assert world.hunt(anna.encode(), f"{1:064x}".encode()) == []
    assert world.hunt(ben.encode(), f"{3:064x}".encode())


def test_a_copied_blob_that_no_row_names_is_found(world, anna):
    blobs = world.home / "blobs"
    first = next(path for path in blobs.rglob("*") if path.is_file())
    (blobs / "old copy").write_bytes(first.read_bytes())
    world.vault.seal(b"planted and never recorded", [anna], kind="clip")
    checked = erasure.check(world.run(world.plan(anna).plan_id), world.log.vkey)
    assert checked.certificate.outcome.strays_unlinked == 2
    assert not [path for path in blobs.rglob("*") if path.is_file()]


def test_work_in_its_last_moments_is_erased_too(world, anna):
    plan_id = world.plan(anna).plan_id
    late = []

    def at_step(name: str) -> None:
        if name == "destroy":
            late.append(world.make(Kind.CLIP, b"planted last words", [anna]))
            world.grant(anna, "Too Late")

    checked = erasure.check(world.run(plan_id, at_step=at_step), world.log.vkey)
    checked.demand()
    assert not world.vault.has(late[0].blob)
    assert dict(checked.certificate.counts) == {"clip": 4, "grant": 3, "recording": 1, "voice": 1}


@pytest.mark.parametrize("dies_at", STEPS)
def test_a_run_that_is_killed_anywhere_ends_the_same(world, reopen, anna, ben, dies_at):
    plan = world.plan(anna)

    def die(name: str) -> None:
        if name == dies_at:
            raise Killed

    with pytest.raises(Killed):
        world.run(plan.plan_id, at_step=die)
    again = reopen()
    checked = erasure.check(again.run(plan.plan_id), again.log.vkey)
    checked.demand()
    assert again.hunt(b"planted", anna.encode()) == []
    assert checked.certificate.inventory_root == plan.inventory.root
    assert checked.certificate.outcome.rows_deleted == {"artifacts": 6, "notes": 6, "speakers": 1}
    types = [row.entry.type for row in again.log.query() if not row.entry.type.endswith(":given")]
    assert types == [
        "consent:grant:withdrawn",
        "consent:grant:withdrawn",
        "erasure:plan:begun",
        "consent:grant:erased",
        "consent:grant:erased",
        "erasure:rows:deleted",
        "erasure:certificate:issued",
    ]
    assert again.log.audit().findings == () if hasattr(again.log, "audit") else True


def test_a_run_that_is_killed_between_two_files_ends_the_same(world, reopen, anna):
    plan = world.plan(anna)
    parts = []

    def report(part: float) -> None:
        parts.append(part)
        if len(parts) == 3:
            raise Killed

    with pytest.raises(Killed):
        world.run(plan.plan_id, report=report)
    again = reopen()
    assert list(again.vault.addresses())
    erasure.check(again.run(plan.plan_id), again.log.vkey).demand()
    assert not list(again.vault.addresses())


def test_a_key_is_gone_from_the_file_after_a_kill_right_behind_its_deletion(world, reopen, anna, monkeypatch):
    with world.vault.keys.read() as tx:
        wrapped = tx.exec_driver_sql("select wrapped from subject_keys where speaker_id = ?", (anna,)).scalar()
    plan, forgotten = world.plan(anna), []

    def die() -> None:
        raise Killed

    monkeypatch.setattr(world.vault.keys, "forget_deleted", die)
    with pytest.raises(Killed):
        world.run(plan.plan_id)
    again = reopen()
    real = again.vault.keys.forget_deleted
    monkeypatch.setattr(again.vault.keys, "forget_deleted", lambda: forgotten.append(real()))
    again.run(plan.plan_id)
    assert forgotten
    assert again.hunt(wrapped, wrapped[13:]) == []


def test_running_a_plan_twice_gives_one_certificate(world, anna):
    plan = world.plan(anna)
    assert world.run(plan.plan_id) == world.run(plan.plan_id)
    with world.database.read(scope=EVERYTHING) as tx:
        done = erasure.get_plan(tx, plan.plan_id)
    assert (done.stage, done.speaker, done.artifacts) == (Stage.ERASED, None, ())
    assert done.certificate
    with pytest.raises(SpeakerUnknown):
        world.plan(anna)


def test_a_begun_plan_is_taken_up_by_the_next(world, anna):
    plan = world.plan(anna)
    with world.database.write(scope=EVERYTHING) as tx:
        erasure.block(tx, plan.plan_id, commitments=NoCommitments())
    erasure.destroy_key(world.vault, world.plan(anna))
    assert world.plan(anna).plan_id == plan.plan_id
    erasure.check(world.run(plan.plan_id), world.log.vkey).demand()


def test_permits_end_before_anything_is_destroyed(world, anna):
    plan = world.plan(anna)
    for step in (
        lambda: erasure.destroy_key(world.vault, plan),
        lambda: erasure.unlink_blobs(world.vault, plan),
        lambda: erasure.sweep(world.vault, plan),
    ):
        with pytest.raises(NotErased, match="not begun"):
            step()
    with world.database.write(scope=EVERYTHING) as tx, pytest.raises(NotErased):
        erasure.delete_rows(tx, plan.plan_id, commitments=NoCommitments())
    with world.database.write(scope=EVERYTHING) as tx:
        erasure.block(tx, plan.plan_id, commitments=NoCommitments())
        assert consents.epoch_of(tx, anna) > 1
        assert {grant.state for grant in consents.grants_of(tx, anna)} == {State.WITHDRAWN}


def test_no_certificate_is_ahead_of_the_facts(world, anna):
    plan = world.plan(anna)
    nothing = Swept(0, (), ())

    def certify():
        with world.database.write(scope=EVERYTHING) as tx:
            erasure.certify(tx, plan.plan_id, world.vault, signer=world.log.signer, swept=nothing)

    reasons = ["not begun", "the key is not destroyed", "rows are not deleted", "5 blobs are left"]
    with pytest.raises(NotErased) as refused:
        certify()
    for reason in reasons:
        assert reason in refused.value.message
    with world.database.write(scope=EVERYTHING) as tx:
        plan = erasure.block(tx, plan.plan_id, commitments=NoCommitments())
    for step, count in (
        (lambda: erasure.destroy_key(world.vault, plan), 2),
        (lambda: erasure.unlink_blobs(world.vault, plan), 1),
    ):
        step()
        with pytest.raises(NotErased) as refused:
            certify()
        assert len(refused.value.reasons) == count
    with world.database.write(scope=EVERYTHING) as tx:
        erasure.delete_rows(tx, plan.plan_id, commitments=NoCommitments())
    certify()


def test_a_backup_of_the_blobs_is_dead(world, anna, reopen):
    backup = {path: path.read_bytes() for path in (world.home / "blobs").rglob("*") if path.is_file()}
    world.run(world.plan(anna).plan_id)
    for path, data in backup.items():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    again = reopen()
    for address in list(again.vault.addresses()):
        for kind in Kind:
            with pytest.raises(Shredded):
                again.vault.open(address, kind=str(kind))
