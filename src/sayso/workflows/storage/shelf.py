"""What is stored: read from lineage and the sealed sheets. It has no table of its own: an erasure reaches all of it."""

from __future__ import annotations

from dataclasses import dataclass

from sayso import lineage
from sayso.audio import Signal
from sayso.clock import now
from sayso.consent import State
from sayso.consent import store as consents
from sayso.database import Connection
from sayso.errors import NotFound, SaysoError
from sayso.ids import ArtifactId, SpeakerId, parse_id
from sayso.lineage import Artifact, Kind
from sayso.storage import Sheet, sounded
from sayso.storage.errors import ItemUnknown, StoredSoundTampered
from sayso.workflows.installation.session import Session


@dataclass(frozen=True, slots=True)
class StoredItem:
    """One stored recording: its row in lineage, whose voice it is, its sheet, and the state of its grant now."""

    artifact: Artifact
    speaker: SpeakerId
    sheet: Sheet
    state: State

    @property
    def item_id(self) -> ArtifactId:
        """Return the id of the item, which is its address: the same sound for the same purpose has the same."""
        return self.artifact.artifact_id


def items(session: Session, speaker: str | None = None) -> list[StoredItem]:
    """Return every item that the actor may see, or those of one speaker; raise `StoredSoundTampered`."""
    wanted = None if speaker is None else SpeakerId(parse_id("speaker", speaker))
    with session.read() as tx:
        found = [(each, whose) for each, whose in lineage.of_kind(tx, Kind.STORED) if wanted in (None, whose)]
        states = {each.artifact_id: _state(tx, each) for each, _ in found}
    with session.vault.holding():
        return [StoredItem(each, whose, sheet_of(session, each), states[each.artifact_id]) for each, whose in found]


def item(session: Session, item_id: str) -> StoredItem:
    """Return one item; raise `ItemUnknown`."""
    wanted = ArtifactId(parse_id("artifact", item_id))
    with session.read() as tx:
        try:
            artifact = lineage.get(tx, wanted)
        except NotFound:
            artifact = None
        if artifact is None or artifact.kind is not Kind.STORED:
            raise ItemUnknown(f"nothing is stored as {wanted} here")
        speaker, state = lineage.speakers_of(tx, wanted)[0], _state(tx, artifact)
    return StoredItem(artifact, speaker, sheet_of(session, artifact), state)


def sheet_of(session: Session, artifact: Artifact) -> Sheet:
    """Return the sheet that an artifact holds; raise `StoredSoundTampered` or what the vault raises."""
    return Sheet.decode(session.vault.open(artifact.blob or "", kind=Kind.STORED))


def sound_of(session: Session, stored: StoredItem) -> Signal:
    """Return the sound of an item, pauses put back; raise `StoredSoundTampered` or what the vault raises."""
    with session.read() as tx:
        kept = lineage.get(tx, ArtifactId(stored.sheet.sound))
    data = session.vault.open(kept.blob or "", kind=Kind.SOUND)
    try:
        return sounded(data, stored.sheet.layout)
    except SaysoError as error:
        raise StoredSoundTampered(f"{stored.item_id} does not decode: {error.message}") from error


def _state(tx: Connection, artifact: Artifact) -> State:
    if artifact.grant is None:
        return State.ERASED
    return consents.get_grant(tx, artifact.grant).state_at(now())
