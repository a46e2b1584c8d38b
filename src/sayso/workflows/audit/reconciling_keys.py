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
from sayso.errors import SaysoError
from sayso.ids import SpeakerId
from sayso.ledger import Logged
from sayso.vault.domains import Domain
from sayso.workflows.consent.signing import KEY_CONTEXT, key_commitment
from sayso.workflows.installation.session import Session

_BECAME = {str(how) for how in consents.How}
_STATES = {f"consent:grant:{state}": state for state in State}
_AMENDED = "consent:grant:amended"


@dataclass
class _Known:
    """What the ledger knows of one speaker's keys: where each entry stands, the commitment, how, and who keeps it."""

    places: list[int] = field(default_factory=list)
    keys: list[tuple[str, str]] = field(default_factory=list)
    kept_by: str = ""

    def key_at(self, place: int) -> str | None:
        """Return the commitment to the key that was the speaker's before the entry at ``place``."""
        before = bisect_left(self.places, place)
        return self.keys[before - 1][0] if before else None


def findings(session: Session) -> list[str]:
    """Return every key, signature and history that says otherwise than the ledger, each named."""
    known = _known_keys(session)
    entries: dict[str, list[Logged]] = defaultdict(list)
    for kind in (*_STATES, _AMENDED):
        for row in session.log.query(type=kind):
            entries[str(row.entry.grant)].append(row)
    found: list[str] = []
    with session.read() as tx:
        for speaker in consents.list_speakers(tx):
            try:
                found += _of_speaker(session, tx, speaker, known)
                for grant in consents.grants_of(tx, speaker.speaker_id):
                    rows = sorted(entries[grant.grant_id], key=_place)
                    found += _of_grant(session, tx, grant, rows, known[_subject(session, speaker.speaker_id)])
            except SaysoError as error:
                found.append(f"speakers row {speaker.speaker_id}: {error.message}")
    return found


def _place(row: Logged) -> int:
    """Return where an entry stands in the log; the audit has taken all in that waited."""
    return row.ticket if row.index is None else row.index


def _subject(session: Session, speaker: SpeakerId) -> str:
    return session.vault.pseudonym(speaker, KEY_CONTEXT)


def _known_keys(session: Session) -> dict[str, _Known]:
    known: dict[str, _Known] = defaultdict(_Known)
    for row in session.log.query(type=KEY_CONTEXT):
        facts = row.entry.facts
        of_speaker = known[str(facts["subject"])]
        of_speaker.kept_by = str(facts["kept_by"])
        if facts["how"] in _BECAME:
            of_speaker.places.append(_place(row))
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
    if key_commitment(session, grant.speaker, version.signed_by or "") != ledgered.key_at(_place(row)):
        yield f"{where}: it is signed with a key that was not the speaker's then"
