"""Holding keys, signatures and histories of grants against the ledger.

A row of the database can be made to agree with itself by whoever writes all of it: another key, a grant signed by that,
a stop taken out of the history. The ledger says which key was a speaker's when a grant was entered, which signature was
under it, and what became of it in which order.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from sayso.consent import Grant, State
from sayso.consent import store as consents
from sayso.database import Connection
from sayso.ids import GrantId, SpeakerId
from sayso.ledger import Logged
from sayso.vault.domains import Domain
from sayso.workflows.audit.snapshot import UNREADABLE, Snapshot, place_of, speaker_of, told
from sayso.workflows.consent.signing import KEY_CONTEXT, key_commitment
from sayso.workflows.installation.session import Session

_BECAME = {str(how) for how in consents.How}
_STATES = {f"consent:grant:{state}": state for state in State}


@dataclass
class _Known:
    """What the ledger knows of one speaker's keys: where each entry stands, the commitment, how, and who keeps it."""

    places: list[tuple[bool, int]] = field(default_factory=list)
    keys: list[tuple[str, str]] = field(default_factory=list)
    kept_by: str = ""

    def key_at(self, place: tuple[bool, int]) -> str | None:
        """Return the commitment to the key that was the speaker's before the entry at ``place``."""
        before = bisect_left(self.places, place)
        return self.keys[before - 1][0] if before else None


def findings(look: Snapshot) -> Iterator[str]:
    """Yield every key, signature and history that says otherwise than the ledger, each named."""
    session, tx, known = look.session, look.tx, _known_keys(look)
    for row in look.speakers:
        speaker = speaker_of(row)
        if look.under_way(speaker):
            continue
        try:
            kept = consents.get_speaker(tx, speaker)
            yield from _of_speaker(session, tx, kept, known)
            ledgered = known[_subject(session, speaker)]
        except UNREADABLE as error:
            yield f"speakers row {speaker}: {told(error)}"
            continue
        yield from _of_grants(look, speaker, ledgered)


def _of_grants(look: Snapshot, speaker: SpeakerId, ledgered: _Known) -> Iterator[str]:
    for grant in (str(row["grant_id"]) for row in look.grants if row["speaker_id"] == speaker):
        try:
            kept = consents.get_grant(look.tx, GrantId(grant))
            rows = sorted(look.consent.get(grant, ()), key=place_of)
            yield from _of_grant(look.session, look.tx, kept, rows, ledgered)
        except UNREADABLE as error:
            yield f"grants row {grant}: {told(error)}"


def _subject(session: Session, speaker: SpeakerId) -> str:
    return session.vault.pseudonym(speaker, KEY_CONTEXT)


def _known_keys(look: Snapshot) -> dict[str, _Known]:
    known: dict[str, _Known] = defaultdict(_Known)
    for row in look.entries(KEY_CONTEXT):
        facts = row.entry.facts
        of_speaker = known[str(facts["subject"])]
        of_speaker.kept_by = str(facts["kept_by"])
        if facts["how"] in _BECAME:
            of_speaker.places.append(place_of(row))
            of_speaker.keys.append((str(facts["key"]), str(facts["how"])))
    return known


def _of_speaker(session: Session, tx: Connection, speaker: consents.Speaker, known: dict[str, _Known]) -> Iterator[str]:
    rows = consents.keys_of(tx, speaker.speaker_id)
    ledgered = known[_subject(session, speaker.speaker_id)]
    here = [(key_commitment(session, speaker.speaker_id, row.public_key), str(row.how)) for row in rows]
    if here != ledgered.keys:
        yield f"speaker_keys rows {speaker.speaker_id}: they are not the keys that the ledger knows of"
    if rows and speaker.public_key != rows[-1].public_key:
        yield f"speakers row {speaker.speaker_id}: its key is not the last that was entered"
    kept_by = "speaker" if speaker.key_sealed is None else "sayso"
    if rows and kept_by != ledgered.kept_by:
        yield f"speakers row {speaker.speaker_id}: the {kept_by} keeps the key, the ledger says {ledgered.kept_by}"


def _of_grant(session: Session, tx: Connection, grant: Grant, rows: list[Logged], ledgered: _Known) -> Iterator[str]:
    states = [_STATES[row.entry.type] for row in rows if row.entry.type in _STATES]
    if [event.state for event in consents.history(tx, grant.grant_id)] != states:
        yield f"grant_events rows {grant.grant_id}: they are not the history that the ledger knows of"
    entered = {row.entry.facts["version"]: row for row in rows if "terms" in row.entry.facts}
    for version in consents.versions(tx, grant.grant_id):
        row = entered.get(version.version)
        if row is None:
            yield f"grant_versions row {grant.grant_id}, {version.version}: the ledger does not know of it"
        elif version.signature is not None:
            yield from _of_signature(session, grant, version, row, ledgered)


def _of_signature(
    session: Session, grant: Grant, version: consents.GrantVersion, row: Logged, ledgered: _Known
) -> Iterator[str]:
    where = f"grant_versions row {grant.grant_id}, {version.version}"
    signature = session.vault.commit(grant.speaker, (version.signature or "").encode(), domain=Domain.SIGNATURE)
    if row.entry.facts.get("signature") != signature:
        yield f"{where}: its signature is not the one that was entered"
    if key_commitment(session, grant.speaker, version.signed_by or "") != ledgered.key_at(place_of(row)):
        yield f"{where}: it is signed with a key that was not the speaker's then"
