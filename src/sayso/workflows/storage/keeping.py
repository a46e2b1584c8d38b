"""Storing a recording: permission first, then the smallest form that is good enough, sealed, recorded and logged."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from sayso.accounts.rights import Right
from sayso.audio import Signal, decode
from sayso.clock import now, stamp
from sayso.consent import Request, State
from sayso.consent import store as consents
from sayso.consent.errors import ConsentRefused
from sayso.disk import FileMissing, read_bounded
from sayso.ids import ArtifactId, SpeakerId, VoiceId, derived_id, new_id, parse_id
from sayso.ledger.acts import Permitted
from sayso.lineage import Kind
from sayso.mark import Mark
from sayso.progress import Report, silent, within
from sayso.storage import ChosenForm, Sheet, StoragePurpose, choose
from sayso.storage.choosing import Survives
from sayso.storage.errors import ItemOfEndedGrant, MarkOfAnother
from sayso.storage.purpose import ACTIONS
from sayso.storage.sheet import alike
from sayso.synthesis import store as clips
from sayso.synthesis.store import Clip
from sayso.vault.domains import Domain
from sayso.voices.store import get_voice
from sayso.workflows.consent import permission
from sayso.workflows.consent.permission import Fact, Granted
from sayso.workflows.installation.session import Session
from sayso.workflows.storage import shelf
from sayso.workflows.storage.shelf import StoredItem
from sayso.workflows.voices import archive
from sayso.workflows.voices.archive import StoredBytes

RECORDING: Final = "recording"
"""What a permit to store a speaker's recording names in place of a voice."""

MAX_BYTES: Final = 1 << 30


@dataclass(frozen=True, slots=True)
class Deposit:
    """What somebody wants stored: a file, whose voice it is, and what it is kept for."""

    file: Path
    speaker: str
    purpose: str = StoragePurpose.ARCHIVE


@dataclass(frozen=True, slots=True)
class StoredTake:
    """What became of a deposit: its item, whether it was there before, and the near duplicates among the others."""

    file: Path
    item: StoredItem
    was_there: bool
    alike: tuple[ArtifactId, ...]
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Take:
    """A recording that was read: the file, its sound, and the clip of this installation that it is, if it is one."""

    file: bytes
    signal: Signal
    clip: Clip | None


def add(session: Session, deposit: Deposit, report: Report = silent) -> StoredTake:
    """Store a recording for a purpose; the same sound is stored once for each purpose.

    Raise `ConsentRefused` unless a grant of the speaker allows it, `MarkOfAnother`, `StoragePurposeUnknown`, or what
    `decode` raises; then nothing is kept.
    """
    session.require(Right.SPEECH)
    purpose = StoragePurpose.parse(deposit.purpose)
    speaker = SpeakerId(parse_id("speaker", deposit.speaker))
    take = _read(session, deposit.file, speaker)
    address = _address(session, take.signal, speaker, purpose)
    others = shelf.items(session, speaker)
    known = next((each for each in others if each.item_id == address), None)
    similar = _alike(take.signal, [each for each in others if each.item_id != address])
    if known is not None and known.state is not State.GIVEN:
        raise ItemOfEndedGrant(f"{address} was stored under a grant that is {known.state}; clear up first")
    if known is not None:
        return StoredTake(deposit.file, known, True, similar)
    report(0.1)
    granted = _permitted(session, speaker, purpose, take)
    act = str(Permitted.ITEM)
    try:
        chosen = choose(
            take.signal,
            purpose,
            original=take.file,
            survives=_survives(session, take.clip),
            report=lambda part: report(within(part, 0.1, 0.8)),
        )
        item = _kept(session, granted, address, take=take, chosen=chosen, purpose=purpose)
    except BaseException:
        permission.failed(session, granted, act)
        raise
    report(1.0)
    return StoredTake(deposit.file, item, False, similar, chosen.refused)


def read(path: Path) -> bytes:
    """Return the bytes of a recording; raise `AudioNotFound` or `FileTooLarge`."""
    from sayso.audio.errors import AudioNotFound  # noqa: PLC0415

    try:
        return read_bounded(path, MAX_BYTES)
    except FileMissing as error:
        raise AudioNotFound(error.message) from None


def _read(session: Session, path: Path, speaker: SpeakerId) -> _Take:
    file = read(path)
    signal = decode(file)
    with session.read() as tx:
        consents.get_speaker(tx, speaker)
    return _Take(file, signal, _clip_in(session, signal, speaker))


def _clip_in(session: Session, signal: Signal, speaker: SpeakerId) -> Clip | None:
    """Return the speaker's clip that a sound is, by its mark, None without a mark; raise `MarkOfAnother`."""
    found = session.detector.detect(signal)
    if not found.present:
        return None
    with session.read() as tx:
        clip = clips.clip_of_mark(tx, str(found.mark)) if found.mark else None
        voice = None if clip is None else get_voice(tx, VoiceId(clip.voice_id))
    if clip is None or voice is None or voice.speaker_id != speaker:
        reason = "recording: carries a mark of this installation that is not of this speaker; nobody can change this"
        raise MarkOfAnother(reasons=[reason])
    return clip


def _survives(session: Session, clip: Clip | None) -> Survives | None:
    if clip is None:
        return None
    mark = Mark.parse(clip.mark_id)

    def survives(made: Signal) -> bool:
        found = session.detector.detect(made)
        return found.present and found.mark == mark

    return survives


def _address(session: Session, signal: Signal, speaker: SpeakerId, purpose: StoragePurpose) -> ArtifactId:
    """Return the id of the item: keyed by the speaker's key, so that nobody without it can tell what it holds."""
    content = hashlib.sha256(f"{purpose} {signal.sample_rate} {signal.num_channels}\n".encode())
    content.update(signal.samples.tobytes())
    return ArtifactId(
        derived_id("artifact", session.vault.commit(speaker, content.digest(), domain=Domain.STORED)),
    )


def _alike(signal: Signal, others: list[StoredItem]) -> tuple[ArtifactId, ...]:
    found = {id(sheet) for sheet in alike(signal, [each.sheet for each in others])}
    return tuple(each.item_id for each in others if id(each.sheet) in found)


def _permitted(session: Session, speaker: SpeakerId, purpose: StoragePurpose, take: _Take) -> Granted:
    """Return a permit under the first grant that allows to keep a recording for ``purpose``; else the refusal."""
    action = ACTIONS[purpose]
    with session.read() as tx:
        known = [grant for grant in consents.grants_of(tx, speaker) if not grant.outer]
    grants = [grant for grant in known if session.may_name(grant.licensee)]
    able = [grant for grant in grants if action in grant.actions and grant.state_at(now()) is State.GIVEN]
    text = session.vault.commit(speaker, hashlib.sha256(take.file).digest(), domain=Domain.STORED)
    refusal: ConsentRefused | None = None
    for grant in able or grants[:1]:
        request = Request.under(grant, action=action, voice=take.clip.voice_id if take.clip else RECORDING)
        request = replace(request, text_commitment=text)
        try:
            return permission.ask(session, request, Permitted.ITEM)
        except ConsentRefused as refused:
            refusal = refused
    reason = f"grant: the speaker has granted nobody to {action} (the speaker can change this)"
    raise refusal or ConsentRefused(f"got {purpose} of {speaker}, expected a grant that allows it", reasons=[reason])


def _kept(
    session: Session,
    granted: Granted,
    address: ArtifactId,
    *,
    take: _Take,
    chosen: ChosenForm,
    purpose: StoragePurpose,
) -> StoredItem:
    """Seal sound and sheet, record them and log the result, all or nothing."""
    permit = granted.permit
    speaker = permit.speaker
    sound_id = ArtifactId(new_id("artifact"))
    sheet = Sheet.of(
        chosen,
        take.signal,
        purpose,
        sound=sound_id,
        permit=permit.digest(),
        stored_at=stamp(now()),
        mark=take.clip.mark_id if take.clip else None,
        clip=take.clip.clip_id if take.clip else None,
    )
    sound = _sealed(session, sound_id, chosen.data, speaker, Kind.SOUND)
    described = _sealed(session, address, sheet.encode(), speaker, Kind.STORED)
    parents = [take.clip.artifact_id] if take.clip and take.clip.artifact_id else []
    with archive.undone_on_failure(session, sound, described), session.act(speaker) as tx:
        archive.recorded(tx, sound, permit, speakers=[speaker], parents=parents)
        archive.recorded(tx, described, permit, speakers=[speaker], parents=[sound_id])
        facts: dict[str, Fact] = {
            "item": address,
            "kept_for": str(purpose),
            "form": chosen.form.name,
            "duration_ms": take.signal.duration_ms,
            "output": session.vault.commit(speaker, hashlib.sha256(chosen.data).digest(), domain=Domain.STORED),
        }
        facts |= archive.recorded_facts(session, tx, permit)
        permission.result(session, tx, granted, f"{Permitted.ITEM}:made", facts)
    return shelf.item(session, address)


def _sealed(session: Session, name: ArtifactId, plain: bytes, speaker: SpeakerId, kind: Kind) -> StoredBytes:
    blob = session.vault.seal(plain, [speaker], kind=str(kind))
    return StoredBytes(name, kind, blob.address, hashlib.sha256(plain).hexdigest())
