"""The log is read, proven and verified by software that shares no line with ours: tlog-scales (Apache-2.0).

It is a package of the tests only. Where it is not installed these tests are passed over; the definitions of RFC 6962 in
`oracle` are held against ours in any case.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sayso.clock import parse_stamp
from sayso.database import Database, connect, metadata
from sayso.ledger import Log, append_all
from sayso.ledger.cosigning import merged
from sayso.ledger.merkle import consistency_ranges, leaf_hash
from sayso.ledger.note import COSIGNATURE, Note, SignerKey
from sayso.ledger.proof import Proof
from sayso.ledger.reading import PublishedShard

from .conftest import KEY, ORIGIN, entry

reader = pytest.importorskip("tlog_scales.reader", reason="tlog-scales is not installed")
theirs = pytest.importorskip("tlog_scales.tlog")
signing = pytest.importorskip("tlog_scales.signing")
backend = pytest.importorskip("tlog_scales.backend")

STEPS = (1, 6, 249, 1, 400, 23)


class Stand:
    """A log of two shards, grown in steps."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder = folder / "ledger"
        self.at = parse_stamp("2026-11-22")
        self.log = Log(database, self.folder, key=KEY, origin=ORIGIN, later=lambda _: b"2" * 32, now=lambda: self.at)
        grown = 0
        for step in (*STEPS, 0, *STEPS):
            if not step:
                self.log.rotate()
            with database.write() as tx:
                append_all(tx, [entry(grown + place) for place in range(step)])
            grown += step
            self.log.integrate()

    def read(self, shard: PublishedShard) -> object:
        return reader.TilesReader(backend.LocalBackend(self.folder / shard.shard.name))


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    folder = tmp_path_factory.mktemp("independent")
    database = connect(f"sqlite:///{folder / 'state.sqlite'}")
    metadata.create_all(database.engine)
    yield Stand(folder, database)
    database.close()


@pytest.mark.parametrize("number", [0, 1])
def test_another_reader_comes_to_the_same_root_and_believes_the_signature(stand: Stand, number: int) -> None:
    shard = stand.log.shards()[number]
    read = stand.read(shard)
    checkpoint = read.get_checkpoint()
    checkpoint.verify(signing.Vkey.from_string(shard.shard.vkey))
    assert (checkpoint.origin, checkpoint.size) == (shard.shard.origin, shard.checkpoint.size)
    assert read.calculate_root_hash() == checkpoint.root_hash == shard.checkpoint.root
    with pytest.raises(Exception, match="no signature"):
        checkpoint.verify(signing.Vkey.from_string(stand.log.shards()[1 - number].shard.vkey))


@pytest.mark.parametrize("number", [0, 1])
def test_another_reader_finds_the_same_entries_and_the_same_paths(stand: Stand, number: int) -> None:
    shard = stand.log.shards()[number]
    read = stand.read(shard)
    size = read.get_checkpoint().size
    indexes = range(0, size, 37)
    for index, text in zip(indexes, stand.log.prove_all(shard.shard.base + each for each in indexes), strict=True):
        ours = Proof.parse(text)
        proof = read.get_inclusion_proof(index, size)
        assert (ours.index, list(ours.path)) == (index, proof.node_hashes)
        data = read.get_entry(index)
        assert data == stand.log.entry(shard.shard.base + index)
        theirs.InclusionProof(ours.index, size, list(ours.path)).check(leaf_hash(data), shard.checkpoint.root)
        with pytest.raises(theirs.InclusionProofInvalid):
            theirs.InclusionProof(ours.index, size, list(ours.path)).check(leaf_hash(b"x"), shard.checkpoint.root)


def test_another_verifier_believes_the_same_growth(stand: Stand) -> None:
    shard = stand.log.shards()[-1]
    read, tree = stand.read(shard), shard.tree()
    size = read.get_checkpoint().size
    for old in range(1, size, 29):
        ours = tree.hashes(consistency_ranges(old, size))
        assert ours == read.get_consistency_proof(old, size).node_hashes
        theirs.ConsistencyProof(old, size, ours).check(read.mth(0, old), shard.checkpoint.root)


def test_another_verifier_believes_a_witness(stand: Stand) -> None:
    witness = SignerKey("witness.example/w", b"w" * 32, type=COSIGNATURE)
    note = stand.log.checkpoint() or ""
    note = merged(note, [witness.cosign(Note.parse(note).text, 1_800_000_000)])
    checkpoint = theirs.Checkpoint.from_text(note)
    checkpoint.verify(signing.Vkey.from_string(str(witness.verifier)))
    other = SignerKey("witness.example/w", b"v" * 32, type=COSIGNATURE)
    with pytest.raises(Exception, match="no signature"):
        checkpoint.verify(signing.Vkey.from_string(str(other.verifier)))
