from __future__ import annotations

import hashlib
import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from sayso import lineage
from sayso.database import EVERYTHING, connect, metadata
from sayso.ids import ArtifactId, GrantId, PermitId, SpeakerId, new_id
from sayso.lineage import Artifact, Kind
from sayso.lineage.errors import ArtifactExists, ArtifactInvalid, ArtifactUnknown
from sayso.lineage.store import artifact_parents, artifact_speakers, artifacts

ANNA, BEN = SpeakerId("spk_annaannaannaanna"), SpeakerId("spk_benbenbenbenbenb")
DIGEST = hashlib.sha256(b"plain").hexdigest()


def make(kind: Kind = Kind.RECORDING, **fields) -> Artifact:
    return Artifact(ArtifactId(new_id("artifact")), kind, DIGEST, DIGEST, **fields)


@pytest.fixture
def tx(tmp_path):
    database = connect(f"sqlite:///{tmp_path / 'state.sqlite'}")
    metadata.create_all(database.engine)
    with database.write(scope=EVERYTHING) as tx:
        yield tx
    database.close()


def test_what_is_recorded_comes_back(tx):
    one = make(grant=GrantId(new_id("grant")), permit=PermitId(new_id("permit")))
    bare = Artifact(ArtifactId(new_id("artifact")), Kind.CLIP, None, DIGEST)
    lineage.record(tx, one, speakers=[ANNA, ANNA], parents=[])
    lineage.record(tx, bare, speakers=[BEN, ANNA], parents=[one.artifact_id])
    assert lineage.get(tx, one.artifact_id) == one
    assert lineage.get(tx, bare.artifact_id) == bare
    assert lineage.speakers_of(tx, bare.artifact_id) == [ANNA, BEN]
    assert lineage.blob_users(tx, DIGEST) == [one.artifact_id]
    assert set(lineage.of_speaker(tx, ANNA)) == {one, bare}
    assert lineage.of_speaker(tx, BEN) == [bare]


def test_the_path_of_a_voice(tx):
    kinds = list(Kind)
    chain = [make(kind) for kind in kinds]
    for place, artifact in enumerate(chain):
        parents = [chain[place - 1].artifact_id] if place else []
        lineage.record(tx, artifact, speakers=[ANNA], parents=parents)
    assert set(lineage.descendants(tx, chain[0].artifact_id)) == set(chain[1:])
    assert set(lineage.ancestors(tx, chain[-1].artifact_id)) == set(chain[:-1])
    assert lineage.descendants(tx, chain[-1].artifact_id) == []


def counts(tx) -> list[int]:
    tables = (artifacts, artifact_speakers, artifact_parents)
    return [tx.execute(select(func.count()).select_from(table)).scalar() for table in tables]


def test_bad_records_are_refused_and_change_nothing(tx):
    root = make()
    lineage.record(tx, root, speakers=[ANNA], parents=[])
    before = counts(tx)
    with pytest.raises(ArtifactExists):
        lineage.record(tx, root, speakers=[ANNA], parents=[])
    child = make(Kind.VOICE)
    with pytest.raises(ArtifactUnknown, match="record parents first"):
        lineage.record(tx, child, speakers=[ANNA], parents=[root.artifact_id, ArtifactId(new_id("artifact"))])
    with pytest.raises(ArtifactUnknown):
        lineage.record(tx, child, speakers=[ANNA], parents=[child.artifact_id])
    with pytest.raises(ArtifactInvalid, match=ANNA):
        lineage.record(tx, child, speakers=[BEN], parents=[root.artifact_id])
    with pytest.raises(ArtifactInvalid, match="no speaker"):
        lineage.record(tx, child, speakers=[], parents=[])
    for bad in (
        Artifact(child.artifact_id, Kind.VOICE, "../x", DIGEST),
        Artifact(child.artifact_id, Kind.VOICE, None, "short"),
    ):
        with pytest.raises(ArtifactInvalid, match="64 hex digits"):
            lineage.record(tx, bad, speakers=[ANNA], parents=[])
    assert counts(tx) == before
    for look in (lineage.get, lineage.descendants, lineage.ancestors):
        with pytest.raises(ArtifactUnknown):
            look(tx, child.artifact_id)


def test_forgetting_takes_every_trace_and_nothing_else(tx):
    chain = [make() for _ in range(4)]
    for place, artifact in enumerate(chain):
        lineage.record(tx, artifact, speakers=[ANNA], parents=[a.artifact_id for a in chain[:place]])
    stranger = make()
    lineage.record(tx, stranger, speakers=[BEN], parents=[])
    gone = [a.artifact_id for a in chain[1:3]]
    assert lineage.forget(tx, gone) == 2
    assert lineage.forget(tx, gone) == 0
    assert lineage.of_speaker(tx, ANNA) == sorted([chain[0], chain[3]], key=lambda a: a.artifact_id)
    assert lineage.descendants(tx, chain[0].artifact_id) == [chain[3]]
    assert lineage.forget(tx, [chain[0].artifact_id, chain[3].artifact_id]) == 2
    assert counts(tx) == [1, 1, 0]


def test_thousands_are_forgotten_at_once(tx):
    many = [make() for _ in range(703)]
    for artifact in many:
        lineage.record(tx, artifact, speakers=[ANNA], parents=[])
    assert lineage.forget(tx, (a.artifact_id for a in many)) == len(many)
    assert counts(tx) == [0, 0, 0]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sets(st.integers(0, 11)), min_size=1, max_size=12))
def test_reach_agrees_with_a_walk_by_hand(wanted):
    database = connect("sqlite://")
    metadata.create_all(database.engine)
    parents = [{p for p in row if p < place} for place, row in enumerate(wanted)]
    made = [make() for _ in parents]
    with database.write(scope=EVERYTHING) as tx:
        for artifact, row in zip(made, parents, strict=True):
            lineage.record(tx, artifact, speakers=[ANNA], parents=[made[p].artifact_id for p in row])
        above: list[set[int]] = []
        for row in parents:
            above.append(row.union(*(above[p] for p in row)))
        for place, artifact in enumerate(made):
            below = {other for other, row in enumerate(above) if place in row}
            assert set(lineage.ancestors(tx, artifact.artifact_id)) == {made[i] for i in above[place]}
            assert set(lineage.descendants(tx, artifact.artifact_id)) == {made[i] for i in below}
    database.close()


def test_errors_survive_pickling():
    for error in (ArtifactUnknown("x"), ArtifactExists("y"), ArtifactInvalid("z", hint="h")):
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), again.message, again.hint) == (type(error), error.message, error.hint)
