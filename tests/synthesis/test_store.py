from __future__ import annotations

from dataclasses import replace

import pytest

from sayso.database import EVERYTHING, connect, metadata
from sayso.database.engine import ConstraintBroken
from sayso.ids import new_id
from sayso.synthesis import store
from sayso.synthesis.errors import ClipUnknown


@pytest.fixture
def database():
    database = connect("sqlite://")
    metadata.create_all(database.engine)
    yield database
    database.close()


def clip(**changes) -> store.Clip:
    return replace(
        store.Clip(
            clip_id=new_id("clip"),
            voice_id="voi_" + "a" * 16,
            grant_id="grt_" + "a" * 16,
            permit_id=new_id("permit"),
            mark_id=new_id("clip")[4:],
            licensee="Harbour Books",
            purpose="audiobook/mystery",
            project=None,
            intent_ticket=1,
            created_at="2026-11-22T20:36:00.123Z",
        ),
        **changes,
    )


def test_begun_finished_and_found_by_mark(database):
    begun = clip()
    with database.write(scope=EVERYTHING) as tx:
        store.insert_clip(tx, begun)
    with database.read(scope=EVERYTHING) as tx:
        assert store.get_clip(tx, begun.clip_id) == begun
        assert store.unfinished_clips(tx) == [begun]
    with database.write(scope=EVERYTHING) as tx:
        store.finish_clip(tx, begun.clip_id, duration_ms=3200, artifact_id="art_" + "b" * 16, result_ticket=2)
    ended = replace(begun, duration_ms=3200, artifact_id="art_" + "b" * 16, result_ticket=2)
    with database.read(scope=EVERYTHING) as tx:
        assert store.clip_of_mark(tx, begun.mark_id) == ended
        assert store.unfinished_clips(tx) == []
        assert store.clip_of_mark(tx, "0" * 16) is None


def test_a_clip_ends_once(database):
    begun = clip()
    with database.write(scope=EVERYTHING) as tx:
        store.insert_clip(tx, begun)
        store.finish_clip(tx, begun.clip_id, duration_ms=1, artifact_id=None, result_ticket=2)
        with pytest.raises(ClipUnknown):
            store.finish_clip(tx, begun.clip_id, duration_ms=9, artifact_id=None, result_ticket=3)
        assert store.get_clip(tx, begun.clip_id).duration_ms == 1


def test_unknown(database):
    with database.read(scope=EVERYTHING) as tx, pytest.raises(ClipUnknown):
        store.get_clip(tx, new_id("clip"))


@pytest.mark.parametrize("same", ["clip_id", "permit_id", "mark_id"])
def test_one_clip_for_each_permit_and_mark(database, same):
    first = clip()
    second = clip(**{same: getattr(first, same)})
    with database.write(scope=EVERYTHING) as tx:
        store.insert_clip(tx, first)
    with pytest.raises(ConstraintBroken), database.write(scope=EVERYTHING) as tx:
        store.insert_clip(tx, second)


def test_of_grant_and_of_voices(database):
    ours = [clip(created_at=f"2026-11-22T20:36:0{k}.000Z") for k in range(3)]
    other = clip(grant_id="grt_" + "z" * 16, voice_id="voi_" + "z" * 16)
    with database.write(scope=EVERYTHING) as tx:
        for each in (*ours, other):
            store.insert_clip(tx, each)
        assert store.clips_of_grant(tx, ours[0].grant_id) == ours
        assert store.clips_of_grant(tx, ours[0].grant_id, after=ours[0].created_at, limit=1) == ours[1:2]
        assert store.clips_of_voices(tx, [ours[0].voice_id, other.voice_id]) == sorted(
            [*ours, other], key=lambda each: (each.created_at, each.clip_id)
        )
        store.detach_artifact(tx, [each.clip_id for each in ours])
        assert all(each.artifact_id is None for each in store.clips_of_grant(tx, ours[0].grant_id))
