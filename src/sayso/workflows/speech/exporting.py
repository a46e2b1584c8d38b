"""Exporting a clip: the same marked sound in another container, published under a permit of its own, signed again.

The sound is always the clip as it was made, out of the vault: a file that somebody brings names the clip and no more,
so that nothing is ever signed here that was not made here. The new manifest names the first file as its parent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sayso import lineage
from sayso.audio import Container, container_of
from sayso.consent import Action, Permit, Purpose, Release, Request
from sayso.consent.act import Disclosure
from sayso.errors import Invalid, NotFound
from sayso.fingerprint import Content
from sayso.ids import PREFIXES, ClipId, SpeakerId, parse_id
from sayso.labels import Layer
from sayso.ledger import Entry
from sayso.lineage import Kind
from sayso.mark import LoggedClip, Mark, MarkedAudio, reopened
from sayso.synthesis import store as clips
from sayso.synthesis.store import Clip
from sayso.vault.domains import Domain
from sayso.voices.store import VoiceRow
from sayso.workflows.consent import permission
from sayso.workflows.consent.permission import Fact, Granted
from sayso.workflows.installation.session import Session
from sayso.workflows.provenance import manifests
from sayso.workflows.provenance.content import content_of
from sayso.workflows.provenance.recognising import ContentFinder
from sayso.workflows.provenance.releasing import SoundDraft, settled
from sayso.workflows.provenance.tracing import Heard, listen, recognised_in
from sayso.workflows.speech import credentials, labels
from sayso.workflows.speech.credentials import Packed
from sayso.workflows.speech.orders import disclosure_of
from sayso.workflows.voices import archive, voicebook

ACT: Final = "publication:clip"


class NoClip(NotFound):
    """No clip of this installation is found in the file."""


class ClipGone(NotFound):
    """The sound of the clip is gone with its voice."""


class ClipUnlogged(ClipGone):
    """The ledger does not know the clip."""


class SeveralClips(Invalid):
    """The file holds several clips; export each by its id."""


@dataclass(frozen=True, slots=True)
class Publication:
    """What somebody wants released: a clip's id or a file that holds it, and where and how it will be heard."""

    clip_or_file: str
    language: str | None = None
    territory: str | None = None
    channel: str | None = None
    sublicensee: str | None = None


@dataclass(frozen=True, slots=True)
class Exported:
    """What was released; ``ticket`` is that of its entry, whose place `Session.entry_of` tells."""

    clip: str
    grant: str
    file: Path
    manifest: str
    parent: str | None
    content_credentials: bool
    ticket: int
    permit: Permit


def export(session: Session, publication: Publication, output: Path) -> Exported:
    """Write the clip to ``output``, in the container that its name asks for, for whom and what it was made for.

    Raise `ConsentRefused` with every reason, `NoClip`, `ClipGone`, `ClipTampered` or `SeveralClips`; then nothing is
    written.
    """
    container = container_of(output)
    clip = _clip(session, publication.clip_or_file)
    if clip.artifact_id is None:
        raise ClipGone(f"the sound of {clip.clip_id} is gone with its voice")
    row = voicebook.row_of(session, clip.voice_id)
    known = manifests.manifests_of(session, clip.clip_id, limit=1)
    made = made_of(session, clip)
    with session.read() as tx:
        archive.check_recorded(session, tx, made, speaker=row.speaker_id, permit=clip.permit_id)
    layers = _layers(made)
    with SoundDraft(output, session.gate, Action.PUBLISH) as draft:
        granted = permission.ask(session, _request(session, clip, row, publication, _told(container, layers)), ACT)
        try:
            sound = reopen(session, clip, made, granted.permit)
            file = credentials.packed(
                session,
                sound,
                container=container,
                gate=session.gate,
                permit=granted.permit,
                action=Action.PUBLISH,
                clip=clip.clip_id,
                parent=manifests.manifest_of(session, known[0]) if known else None,
                tags=labels.tags_of(layers, labels.origin_of(session, clip.clip_id, clip.mark_id, row)),
            )
            to = Release(publication.territory, publication.channel)
            announced = Layer.SPOKEN in layers
            draft.write(file.file, granted.permit, voice=clip.voice_id, to=to, announced=announced)
            ticket = _settled(session, clip, granted, file)
        except BaseException:
            permission.failed(session, granted, ACT)
            raise
        with settled(clip.clip_id, output):
            draft.publish()
    return Exported(
        clip=clip.clip_id,
        grant=granted.permit.grant_id,
        file=output,
        manifest=file.manifest.manifest_id,
        parent=known[0] if known else None,
        content_credentials=file.signed,
        ticket=ticket,
        permit=granted.permit,
    )


def _request(session: Session, clip: Clip, row: VoiceRow, publication: Publication, told: Disclosure | None) -> Request:
    return Request(
        speaker=row.speaker_id,
        voice=row.voice_id,
        action=Action.PUBLISH,
        licensee=clip.licensee,
        purpose=Purpose(clip.purpose),
        project=clip.project,
        language=publication.language or row.language,
        text_commitment=session.vault.commit(row.speaker_id, clip.clip_id.encode(), domain=Domain.SOUND),
        ceiling_ms=clip.duration_ms or 0,
        territory=publication.territory,
        channel=publication.channel,
        disclosure=told,
        sublicensee=publication.sublicensee,
    )


def made_of(session: Session, clip: Clip) -> Entry:
    """Return the entry that tells of the making of ``clip``; raise `ClipUnlogged` if there is none."""
    rows = session.log.query(clip=clip.clip_id, type="synthesis:clip:made")
    entry = next((row.entry for row in rows), None)
    if entry is None:
        raise ClipUnlogged(f"the ledger tells nothing of {clip.clip_id}")
    return entry


def _layers(made: Entry) -> frozenset[Layer]:
    """Return the labels with which a clip was made; an export loses none that its file can carry."""
    return frozenset(Layer(name) for name in str(made.facts.get("labels", "")).split())


def _told(container: Container, layers: frozenset[Layer]) -> Disclosure | None:
    return disclosure_of(container, announced=Layer.SPOKEN in layers)


def master_of(session: Session, clip: Clip) -> bytes:
    """Return the plain bytes of a sealed clip, for `reopen`, which asks the gate before it has them read."""
    with session.read() as tx:
        blob = lineage.get(tx, clip.artifact_id).blob if clip.artifact_id else None
    return session.vault.open(blob or "", kind=Kind.CLIP)


def reopen(
    session: Session, clip: Clip, made: Entry, permit: Permit, read: Callable[[], bytes] | None = None
) -> MarkedAudio:
    """Return the clip's sound, as it was marked and logged, once the gate lets it out; ``read`` reads its bytes."""
    logged = LoggedClip(
        voice=clip.voice_id,
        mark=Mark.parse(str(made.facts["mark"])),
        duration_ms=int(made.facts["duration_ms"]),
        output=str(made.facts["output"]),
    )
    return reopened(
        read or (lambda: master_of(session, clip)),
        logged,
        permit,
        session.gate,
        commit=lambda digest: session.vault.commit(permit.speaker, digest, domain=Domain.SOUND),
    )


def _settled(session: Session, clip: Clip, granted: Granted, file: Packed) -> int:
    """Keep the new manifest and log the release, all or nothing; return the ledger's ticket."""
    speaker: SpeakerId = granted.permit.speaker
    digest = hashlib.sha256(file.file.data).digest()
    facts: dict[str, Fact] = {
        "clip": clip.clip_id,
        "mark": clip.mark_id,
        "output": session.vault.commit(speaker, digest, domain=Domain.SOUND),
    }
    with session.act(speaker) as tx:
        if clip.artifact_id is not None:
            manifests.keep(tx, file.manifest, granted.permit, parent=clip.artifact_id)
        facts |= archive.recorded_facts(session, tx, granted.permit)
        return permission.result(session, tx, granted, f"{ACT}:made", facts)


def _clip(session: Session, clip_or_file: str) -> Clip:
    """Return the clip of an id, or the one that a file holds; raise `ClipUnknown`, `NoClip` or `SeveralClips`."""
    is_id = clip_or_file.startswith(PREFIXES["clip"] + "_")
    clip_id = ClipId(parse_id("clip", clip_or_file)) if is_id else _held(session, Path(clip_or_file))
    with session.read() as tx:
        return clips.get_clip(tx, clip_id)


def _held(session: Session, file: Path) -> ClipId:
    heard = listen(session, file)
    found = {*_by_mark(session, heard), *(one.clip for one in recognised_in(ContentFinder(session), heard))}
    if len(found) > 1:
        raise SeveralClips(f"{file} holds {len(found)} clips: {', '.join(sorted(found))}; export each by its id")
    if not found:
        raise NoClip(f"no clip of this installation is found in {file}")
    return found.pop()


def _by_mark(session: Session, heard: Heard) -> set[ClipId]:
    """Return the clips whose marks are heard; a mark that was copied onto other content names none."""
    found: set[ClipId] = set()
    for passage in heard.scan.passages:
        with session.read() as tx:
            clip = clips.clip_of_mark(tx, str(passage.mark)) if passage.mark else None
        if (
            clip
            and content_of(session, clip, heard.features.between(passage.start_s, passage.end_s)) is not Content.OTHER
        ):
            found.add(clip.clip_id)
    return found
