"""Keeping what is derived from a voice: sealed in the vault first, then recorded with its parents."""

from __future__ import annotations

import contextlib
import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from sayso.audio import Container, encode
from sayso.audio.errors import CorruptAudio
from sayso.audio.tags import read_tags, tagged
from sayso.consent.permit import Permit
from sayso.database import Connection
from sayso.database.rows import Row, Rows, rows_where
from sayso.errors import SaysoError, Tampered
from sayso.fingerprint import store as fingerprint_rows
from sayso.ids import ArtifactId, SpeakerId, new_id
from sayso.ledger import Entry
from sayso.lineage import Artifact, Kind, record
from sayso.mark import MarkedAudio
from sayso.synthesis import store as clip_rows
from sayso.voices import store as voice_rows
from sayso.workflows.installation.rows import TICKETS, committed
from sayso.workflows.installation.session import Session

if TYPE_CHECKING:  # whoever hands these over has loaded them; whoever only verifies needs none
    from sayso.engines.protocol import Engine, StockVoice
    from sayso.restoration import Step
    from sayso.synthesis.trace import Traced
    from sayso.voices import CloningPermit, FittedVoice, Reference
    from sayso.voices.profile import VoiceProfile

ROWS: Final = (clip_rows, fingerprint_rows, voice_rows)
"""The modules whose tables are read by name here: a table is known once its module is loaded."""

TRACE: Final = "RENDER_TRACE"
"""The tag of a sealed clip that holds its trace."""

RECIPE: Final = "REPAIR_RECIPE"
"""The tag of a sealed repaired recording that holds its steps, with parameters and the digests of models."""

MASTER: Final = Container.FLAC
"""What clips and repaired recordings are kept as."""


@dataclass(frozen=True, slots=True)
class StoredBytes:
    """Bytes in the vault that no lineage knows of yet."""

    artifact_id: ArtifactId
    kind: Kind
    blob: str
    digest: str


def sealed_clip(
    session: Session, clip: MarkedAudio, speakers: Sequence[SpeakerId], traced: Traced | None = None
) -> StoredBytes:
    """Seal a clip, with its trace where it has one, encoded without loss; record it next, or undo it."""
    return _sealed(session, _master(clip, traced), speakers, Kind.CLIP)


def _master(clip: MarkedAudio, traced: Traced | None) -> bytes:
    return clip.encoded(MASTER, {} if traced is None else {TRACE: traced.encoded()}).data


def trace_of(master: bytes) -> Traced:
    """Return the trace in the plain bytes of a sealed clip; raise `ClipTampered` where there is none."""
    from sayso.synthesis.trace import Traced  # noqa: PLC0415 - see above

    try:
        return Traced.decode(read_tags(master, MASTER)[TRACE])
    except (CorruptAudio, KeyError, ValueError, TypeError):
        raise ClipTampered("a sealed clip holds no trace of its making; restore it from a backup") from None


@contextlib.contextmanager
def clip_kept(
    session: Session, clip: MarkedAudio, speakers: Sequence[SpeakerId], traced: Traced, *, beside: Executor
) -> Iterator[StoredBytes]:
    """Seal a clip with its trace as `sealed_clip` does, and put it into the vault ``beside`` the block.

    It is there when the block is left, and nothing is where the block fails. Record it next.
    """
    plain = _master(clip, traced)
    sealed = session.vault.sealed(plain, speakers, kind=str(Kind.CLIP))
    putting = beside.submit(session.vault.put, sealed)
    try:
        yield StoredBytes(
            ArtifactId(new_id("artifact")), Kind.CLIP, sealed.ref.address, hashlib.sha256(plain).hexdigest()
        )
        putting.result()
    except BaseException:
        wait([putting])
        session.vault.unlink(sealed.ref.address)
        raise


def sealed_recordings(
    session: Session, references: Sequence[Reference], permitted: CloningPermit
) -> list[list[StoredBytes]]:
    """Seal each recording as it came and, where it was repaired, the repaired one; raise `PermitRefused`."""
    permitted.check([reference.digest for reference in references])
    return [_sealed_recording(session, reference, permitted.permit.speaker) for reference in references]


def sealed_voice(
    session: Session, fitted: FittedVoice, references: Sequence[Reference], permitted: CloningPermit
) -> tuple[StoredBytes, StoredBytes]:
    """Seal the embedding and the profile of a voice that was fitted to ``references``; raise `PermitRefused`."""
    permitted.check([reference.digest for reference in references])
    speakers = [permitted.permit.speaker]
    embedding = _sealed(session, fitted.embedding.astype("<f4").tobytes(), speakers, Kind.EMBEDDING)
    return embedding, _sealed(session, fitted.profile.encode(), speakers, Kind.VOICE)


def sealed_stock_voice(
    session: Session, engine: Engine, voice: StockVoice, speaker: SpeakerId
) -> tuple[VoiceProfile, StoredBytes]:
    """Seal a voice that comes with ``engine`` for the house speaker who owns it: nobody's consent is needed."""
    from sayso.voices.profile import VoiceProfile  # noqa: PLC0415 - see above

    profile = VoiceProfile(engine.stock_asset(voice.name))
    return profile, _sealed(session, profile.encode(), [speaker], Kind.VOICE)


def _sealed_recording(session: Session, reference: Reference, speaker: SpeakerId) -> list[StoredBytes]:
    kept = [_sealed(session, reference.file, [speaker], Kind.RECORDING)]
    if reference.repairs:
        kept.append(_sealed(session, _repaired(reference), [speaker], Kind.REPAIRED))
    return kept


def _repaired(reference: Reference) -> bytes:
    """Return the repaired recording with what was done to it: replayed on the recording, it gives this sound."""
    from sayso.restoration.repair.steps import recipe_of  # noqa: PLC0415 - see above

    return tagged(encode(reference.signal, MASTER), MASTER, {RECIPE: recipe_of(reference.steps)})


def recipe_in(repaired: bytes) -> tuple[Step, ...]:
    """Return the steps in the plain bytes of a sealed repaired recording; raise `StepUnknown` where there are none."""
    from sayso.restoration.repair.steps import steps_of  # noqa: PLC0415 - see above

    return steps_of(read_tags(repaired, MASTER).get(RECIPE, ""))


def _sealed(session: Session, plain: bytes, speakers: Sequence[SpeakerId], kind: Kind) -> StoredBytes:
    blob = session.vault.seal(plain, speakers, kind=str(kind))
    return StoredBytes(ArtifactId(new_id("artifact")), kind, blob.address, hashlib.sha256(plain).hexdigest())


def recorded(
    tx: Connection, kept: StoredBytes, permit: Permit, *, speakers: Sequence[SpeakerId], parents: Sequence[ArtifactId]
) -> ArtifactId:
    """Record ``kept`` as made under ``permit`` from ``parents``; return its id."""
    artifact = Artifact(kept.artifact_id, kept.kind, kept.blob, kept.digest, permit.grant_id, permit.permit_id)
    record(tx, artifact, speakers=speakers, parents=parents)
    return kept.artifact_id


def noted(
    tx: Connection, plain_digest: str, kind: Kind, permit: Permit, *, speaker: SpeakerId, parent: ArtifactId
) -> None:
    """Record what stands sealed in a row of its own, so that lineage and the plan of an erasure know of it."""
    artifact = Artifact(ArtifactId(new_id("artifact")), kind, None, plain_digest, permit.grant_id, permit.permit_id)
    record(tx, artifact, speakers=[speaker], parents=[parent])


def recorded_facts(session: Session, tx: Connection, permit: Permit) -> dict[str, str | int]:
    """Return what the entry of a result holds of the rows that are written: the last to ask for in its transaction."""
    return {"rows": committed(session.vault, permit.speaker, derived_rows(tx, permit.permit_id))}


class ClipTampered(Tampered):
    """What is recorded of the clip is not what was logged of it; restore the database."""


def check_recorded(session: Session, tx: Connection, made: Entry, *, speaker: SpeakerId, permit: str) -> None:
    """Return if what is recorded of a clip is what the entry of its making committed to; raise `ClipTampered`."""
    try:
        same = committed(session.vault, speaker, derived_rows(tx, permit)) == made.facts.get("rows")
    except SaysoError:
        same = False
    if not same:
        raise ClipTampered(f"clips row {made.facts.get('clip')}: what is recorded of it is not what was logged")


def derived_rows(tx: Connection, permit: str) -> list[Rows]:
    """Return all that is recorded of what came of a permit: artifacts with their edges, voices, clips, fingerprints.

    Of a clip, without the tickets of its entries, of which the second is not known before the first holds this.
    """
    return without_tickets(next(derived_rows_of(tx, [permit])))


def derived_rows_of(tx: Connection, permits: Sequence[str]) -> Iterator[list[Rows]]:
    """Yield the same of each of several permits, in their order, with the tickets."""
    artifacts = grouped(rows_where(tx, "artifacts", "permit_id", permits), "permit_id")
    clips = grouped(rows_where(tx, "clips", "permit_id", permits), "permit_id")
    edges = _edges(tx, [row["artifact_id"] for rows in artifacts.values() for row in rows])
    prints = grouped(
        rows_where(tx, "fingerprints", "clip_id", [row["clip_id"] for rows in clips.values() for row in rows]),
        "clip_id",
    )
    for permit in permits:
        found = artifacts.get(permit, [])
        spoken = clips.get(permit, [])
        fingerprints = [row for clip in spoken for row in prints.get(clip["clip_id"], [])]
        yield [("artifacts", found), *_of_these(edges, found), ("clips", spoken), ("fingerprints", fingerprints)]


def stock_rows(tx: Connection, grant: str) -> list[Rows]:
    """Return all that is recorded of the stock voices that were admitted under a grant of the house."""
    found = [row for row in rows_where(tx, "artifacts", "grant_id", [grant])[1] if row["permit_id"] is None]
    edges = _edges(tx, [row["artifact_id"] for row in found])
    return [("artifacts", found), *_of_these(edges, found), ("clips", []), ("fingerprints", [])]


def without_tickets(parts: Sequence[Rows]) -> list[Rows]:
    """Return the rows, those of clips without the tickets of their entries."""
    bare = [{name: value for name, value in row.items() if name not in TICKETS} for row in dict(parts)["clips"]]
    return [("clips", bare) if table == "clips" else (table, rows) for table, rows in parts]


def grouped(part: Rows, column: str) -> dict[str, list[Row]]:
    """Return the rows by their value in ``column``."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in part[1]:
        found[row[column]].append(row)
    return found


_EDGES: Final = {"artifact_speakers": "artifact_id", "artifact_parents": "child_id", "voices": "artifact_id"}
"""Tables whose rows hang on an artifact, by which column."""

_Edges: TypeAlias = Mapping[str, Mapping[str, Sequence[Row]]]


def _edges(tx: Connection, artifacts: Sequence[str]) -> _Edges:
    return {name: grouped(rows_where(tx, name, column, artifacts), column) for name, column in _EDGES.items()}


def _of_these(edges: _Edges, artifacts: Sequence[Row]) -> list[Rows]:
    return [
        (name, [row for artifact in artifacts for row in rows.get(artifact["artifact_id"], ())])
        for name, rows in edges.items()
    ]


@contextlib.contextmanager
def undone_on_failure(session: Session, *kept: StoredBytes) -> Iterator[None]:
    """Unlink what was sealed if the block fails, so that nothing lies about that no lineage knows."""
    try:
        yield
    except BaseException:
        for one in kept:
            session.vault.unlink(one.blob)
        raise
