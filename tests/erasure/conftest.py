"""An installation with two speakers, a voice, clips, and a clip that both speak in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sayso import erasure, lineage
from sayso.consent import changes
from sayso.consent import store as consents
from sayso.consent.grant import Grant
from sayso.consent.state import Party
from sayso.database import EVERYTHING, Database, connect, metadata
from sayso.database.metadata import keys_metadata
from sayso.ids import ArtifactId, GrantId, PlanId, SpeakerId, new_id
from sayso.ledger import Entry, Log, append
from sayso.lineage import Artifact, Kind
from sayso.vault import FileKek, Vault

STARTED = datetime(2026, 1, 1, tzinfo=UTC)


class NoCommitments:
    """Commits to nothing: what entries hold of rows is the workflows' matter."""

    def bound(self, tx, speaker, act, grant=None):
        return act

    def of_plan(self, tx, plan):
        return "of the plan"

    def of_items(self, tx, plan):
        return "of the items"

    def of_erased(self, tx, grant):
        return "of the grant"


@dataclass
class World:
    home: Path
    database: Database
    vault: Vault
    log: Log
    planted: list[bytes] = field(default_factory=list)

    def add_speaker(self, name: str) -> SpeakerId:
        speaker = SpeakerId(new_id("speaker"))
        self.vault.create_subject(speaker)
        sealed = self.vault.seal_field(name.encode(), speaker, field="speaker name")
        with self.database.write(scope=EVERYTHING) as tx:
            consents.add_speaker(tx, speaker, name_sealed=sealed)
        return speaker

    def grant(self, speaker: SpeakerId, licensee: str) -> GrantId:
        grant_id = GrantId(new_id("grant"))
        grant = Grant(
            grant_id, speaker, licensee, ("audiobook/mystery",), STARTED, max_ms=60_000, note=f"{speaker} notes"
        )
        with self.database.write(scope=EVERYTHING) as tx:
            changes.insert_grant(tx, grant, who=Party.SPEAKER)
            append(tx, Entry("consent:grant:given", "2026-01-01T00:00:00.000Z", grant_id, {"licensee": licensee}))
        return grant_id

    def make(self, kind: Kind, plain: bytes, speakers: list[SpeakerId], parents=(), grant=None) -> Artifact:
        ref = self.vault.seal(plain, speakers, kind=str(kind))
        digest = hashlib.sha256(plain).hexdigest()
        made = Artifact(ArtifactId(new_id("artifact")), kind, ref.address, digest, grant)
        with self.database.write(scope=EVERYTHING) as tx:
            lineage.record(tx, made, speakers=speakers, parents=[parent.artifact_id for parent in parents])
        return made

    def plan(self, speaker: SpeakerId) -> erasure.ErasurePlan:
        with self.database.write(scope=EVERYTHING) as tx:
            return erasure.make_plan(tx, self.vault, speaker)

    def run(self, plan_id: PlanId, *, at_step=lambda name: None, **options) -> str:
        """Run a plan to its certificate's file, as the workflow does; ``at_step`` is called before each step."""
        at_step("block")
        with self.database.write(scope=EVERYTHING) as tx:
            plan = erasure.block(tx, plan_id, commitments=NoCommitments())
            at_step("block committing")
        if plan.certificate is None:
            at_step("destroy")
            erasure.destroy_key(self.vault, plan)
            at_step("unlink")
            erasure.unlink_blobs(self.vault, plan, **options)
            at_step("delete")
            with self.database.write(scope=EVERYTHING) as tx:
                plan = erasure.delete_rows(tx, plan_id, commitments=NoCommitments(), forgets=[forget_notes])
                at_step("delete committing")
            at_step("sweep")
            swept = erasure.sweep(self.vault, plan)
            at_step("certify")
            with self.database.write(scope=EVERYTHING) as tx:
                certificate = erasure.certify(tx, plan_id, self.vault, signer=self.log.signer, swept=swept)
                at_step("certify committing")
        else:
            certificate = plan.certificate
        at_step("forget")
        self.database.forget_deleted()
        at_step("integrate")
        self.log.integrate()
        with self.database.read(scope=EVERYTHING) as tx:
            return erasure.certificate_file(tx, certificate, log=self.log)

    def hunt(self, *needles: bytes) -> list[tuple[bytes, Path]]:
        files = [path for path in self.home.rglob("*") if path.is_file()]
        return [(needle, path) for path in files for needle in needles if needle in path.read_bytes()]


def forget_notes(tx, speaker, artifact_ids) -> dict[str, int]:
    return {"notes": len(artifact_ids)}


def open_world(home: Path) -> World:
    database = connect(f"sqlite:///{home / 'sayso.sqlite'}")
    keys = connect(f"sqlite:///{home / 'keys' / 'keys.sqlite'}", journal="DELETE")
    metadata.create_all(database.engine)
    keys_metadata.create_all(keys.engine)
    vault = Vault(FileKek(home / "keys" / "kek"), keys, (home / "blobs").as_uri())
    log = Log(database, home / "ledger", key=vault.operator_secret("log"), origin="sayso.local/log")
    return World(home, database, vault, log)


@pytest.fixture
def reopen(tmp_path: Path):
    """Return what opens the installation, as another process would."""
    opened: list[World] = []

    def reopen() -> World:
        opened.append(open_world(tmp_path / "home"))
        return opened[-1]

    yield reopen
    for world in opened:
        world.database.close()
        world.vault.keys.close()


@pytest.fixture
def world(reopen) -> World:
    return reopen()


@pytest.fixture
def anna(world: World) -> SpeakerId:
    anna = world.add_speaker("Anna Planted Name")
    grant = world.grant(anna, "Harbour Books")
    world.grant(anna, "Night Radio")
    recording = world.make(Kind.RECORDING, b"planted recording " * 9_000, [anna])
    voice = world.make(Kind.VOICE, b"planted style vector " * 60, [anna], [recording], grant)
    for number in range(3):
        world.make(Kind.CLIP, b"planted clip %d " % number * 5_000, [anna], [voice], grant)
    return anna


@pytest.fixture
def ben(world: World, anna: SpeakerId) -> SpeakerId:
    """Return a second speaker, who also speaks in one clip with Anna."""
    ben = world.add_speaker("Ben Stays")
    world.grant(ben, "Harbour Books")
    world.make(Kind.RECORDING, b"of ben " * 1_000, [ben])
    world.make(Kind.CLIP, b"planted duet " * 1_000, [anna, ben])
    return ben
