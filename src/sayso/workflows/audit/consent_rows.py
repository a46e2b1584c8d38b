"""Holding the rows of consent against the ledger: speakers with their keys, grants with versions, history and caps.

Of each speaker, and of each grant, the last entry that committed to their rows says what they are to be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sayso.consent import State
from sayso.consent import store as consents
from sayso.consent.unreadable import UnreadableGrant
from sayso.database.rows import Row, Rows
from sayso.errors import SaysoError
from sayso.ids import GrantId
from sayso.ledger import Logged
from sayso.workflows.audit.snapshot import UNREADABLE, Snapshot, last_of, named, place_of, speaker_of, told
from sayso.workflows.consent.commitments import terms_commitment
from sayso.workflows.consent.reach import ABOUT
from sayso.workflows.installation.rows import committed, committed_here, erased_rows, grant_rows, speaker_rows

_STANDING = frozenset({State.REQUESTED, State.GIVEN, State.SUSPENDED})
_OTHERWISE = "is not what the ledger says"
_STATES = {f"consent:grant:{state}": str(state) for state in State}


def findings(look: Snapshot) -> Iterator[str]:
    """Yield every row of consent that says otherwise than the ledger, each named."""
    yield from _missing(look)
    bad: set[str] = set()
    for row in look.grants:
        of_grant = list(_of_grant(look, row))
        bad |= {str(row["grant_id"])} if of_grant else set()
        yield from of_grant
    for row in look.speakers:
        yield from _of_speaker(look, row, bad)


def _missing(look: Snapshot) -> Iterator[str]:
    here = {str(row["grant_id"]) for row in look.grants}
    yield from (f"grants row {grant}: is missing" for grant in sorted(look.logged_grants - here))
    for speaker in sorted(look.living - {speaker_of(row) for row in look.speakers}):
        if any(subject in look.consent for subject in _subjects(look, speaker)):
            yield f"speakers row {speaker}: is missing"


def _subjects(look: Snapshot, speaker: str) -> Iterator[str]:
    return (look.vault.pseudonym(speaker_of({"speaker_id": speaker}), context) for context in ABOUT)


def _of_speaker(look: Snapshot, row: Row, bad: set[str]) -> Iterator[str]:
    speaker = speaker_of(row)
    if look.under_way(speaker):
        return
    if speaker not in look.living:
        yield f"speakers row {speaker}: its key is not in the key store"
        return
    entries = list(_entries_of(look, speaker, set()))
    good = last_of(_entries_of(look, speaker, bad), "standing")
    logged = [each for each in (last_of(entries, "standing"), good) if each is not None]
    if not logged:
        yield f"speakers row {speaker}: the ledger does not know of it"
        return
    parts = speaker_rows(look.tx, speaker)
    found = committed(look.vault, speaker, parts)
    said = [str(each.entry.facts["standing"]) for each in logged]
    if found not in said:
        yield from (f"{name}: {_OTHERWISE}" for name in named(parts, found, said[-1], "speaker_id", speaker))


def _entries_of(look: Snapshot, speaker: str, bad: set[str]) -> Iterator[Logged]:
    """Yield the entries that commit to the speaker's standing; not those of grants that are ``bad``."""
    for subject in _subjects(look, speaker):
        yield from look.consent.get(subject, ())
    for row in look.grants:
        if row["speaker_id"] == speaker and row["grant_id"] not in bad:
            yield from look.consent.get(str(row["grant_id"]), ())
    for plan in look.plans:
        if plan["speaker_id"] == speaker:
            yield from look.erasure.get(str(plan["plan_id"]), {}).values()


def _of_grant(look: Snapshot, row: Row) -> Iterator[str]:
    grant, speaker = str(row["grant_id"]), speaker_of(row)
    chain = sorted(look.consent.get(grant, ()), key=place_of)
    if look.under_way(speaker):
        return
    if not any(each.entry.type in {"consent:grant:given", "consent:grant:requested"} for each in chain):
        yield f"grants row {grant}: the ledger does not know that it was given"
        return
    states = [_STATES[each.entry.type] for each in chain if each.entry.type in _STATES]
    if states[-1] != row["state"]:
        yield f"grants row {grant}: its state is another, the ledger says {states[-1]}"
    yield from _of_terms(look, row, chain)
    logged = last_of(chain, "rows")
    if logged is not None:
        yield from _of_rows(look, row, logged)


def _of_terms(look: Snapshot, row: Row, chain: Sequence[Logged]) -> Iterator[str]:
    grant = str(row["grant_id"])
    terms = [str(each.entry.facts["terms"]) for each in chain if "terms" in each.entry.facts]  # of each version
    try:
        kept = consents.get_grant(look.tx, GrantId(grant))
        if kept.state not in _STANDING and isinstance(kept, UnreadableGrant):
            return  # it is over, and its rows are held against the ledger as they are
        kept.require_readable()
        unlike = bool(kept.speaker) and terms_commitment(look.session, kept) != terms[-1]
    except UNREADABLE as error:
        yield f"grants row {grant}: {told(error)}"
        return
    if unlike:
        yield f"grants row {grant}: its terms are not those that were granted"


def _of_rows(look: Snapshot, row: Row, logged: Logged) -> Iterator[str]:
    grant, said = str(row["grant_id"]), str(logged.entry.facts["rows"])
    parts: list[Rows]
    try:
        if logged.entry.type == "consent:grant:erased":
            parts = erased_rows(look.tx, grant)
            found = committed_here(look.vault, parts)
        else:
            parts = grant_rows(look.tx, grant)
            found = committed(look.vault, speaker_of(row), parts)
    except SaysoError:
        yield f"grants row {grant}: names a speaker whose grant it is not"
        return
    if found != said:
        yield from (f"{name}: {_OTHERWISE}" for name in named(parts, found, said, "grant_id", grant))
