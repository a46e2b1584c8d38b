"""What of the ledger an actor is shown: entries of grants, speakers and licensees that their scope covers.

The log names nobody and may be published whole; until the operator does that, each organisation sees its own part.
A grant to everybody is used by many organisations: of the entries under it each sees those for its own licensees.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sayso.accounts import store as accounts
from sayso.accounts.actor import Role
from sayso.clock import now, stamp
from sayso.consent import store as consents
from sayso.consent.fields import ANY
from sayso.enrollment import store as enrollments
from sayso.ids import SpeakerId
from sayso.ledger.entry import Entry, Link, brief
from sayso.ledger.errors import EntryUnknown
from sayso.vault.errors import Shredded, SubjectUnknown
from sayso.workflows.installation.session import Session

ABOUT: Final = (
    "consent:speaker:added",
    "consent:speaker:key",
    "consent:speaker:died",
    "accounts:credential:issued",
    "accounts:credential:revoked",
)
"""Types of the entries about a speaker under no grant, each the context of the pseudonym in it."""


@dataclass(frozen=True, slots=True)
class Reach:
    """The grants, subjects and licensees whose entries an actor is shown, and the speakers behind the subjects."""

    grants: frozenset[str]
    subjects: frozenset[str]
    licensees: frozenset[str]
    speakers: frozenset[str]

    def covers(self, entry: Entry) -> bool:
        """Return whether the actor is shown ``entry``."""
        facts = entry.facts
        names = {*self.licensees, *map(brief, self.licensees)}
        about = entry.grant is None and facts.get("subject") in self.subjects
        return entry.grant in self.grants or about or facts.get("licensee") in names


def reach_of(session: Session) -> Reach | None:
    """Return what the actor is shown of the ledger; None for all of it."""
    if session.sees_all:
        return None
    actor = session.actor
    with session.read() as tx:
        speakers = {each.speaker_id for each in consents.list_speakers(tx) if not each.house}
        grants = consents.list_grants(tx)
        held = () if actor.role is Role.SPEAKER else accounts.held_by(tx, actor.organisation)
    own = () if actor.role is Role.SPEAKER else (actor.organisation,)
    return Reach(
        grants=frozenset(each.grant_id for each in grants if each.licensee != ANY or each.speaker in speakers),
        subjects=frozenset((*own, *_all(session, speakers))),
        licensees=frozenset(held),
        speakers=frozenset(speakers),
    )


def check_shown(session: Session, entry: int) -> None:
    """Return if the actor is shown the entry at this place in the log; raise `EntryUnknown`."""
    reach = reach_of(session)
    if reach is not None and not reach.covers(Link.decode(session.log.entry(entry)).entry):
        raise EntryUnknown(f"got entry {entry}, expected one of your organisation")


def refusals_of(moment: datetime) -> str:
    """Return the context of a speaker's pseudonym in the refusals of one month: whoever has the key can list them."""
    return refusals_in(stamp(moment)[:7])


def refusals_in(month: str) -> str:
    """Return the same for a month such as ``2026-11``."""
    return f"refused {month}"


def pseudonyms_of(session: Session, speaker: SpeakerId) -> list[str]:
    """Return the names that the ledger has for the speaker where there is no grant.

    Of refusals there is one a month, of enrolments one each.
    """
    with session.read() as tx:
        first, last = consents.get_speaker(tx, speaker).created_at, now()
        enrolled = [row.enrollment_id for row in enrollments.enrollments_of(tx, speaker)]
    months = range(12 * first.year + first.month - 1, 12 * last.year + last.month)
    contexts = [refusals_of(first.replace(year=month // 12, month=month % 12 + 1, day=1)) for month in months]
    try:
        return [session.vault.pseudonym(speaker, context) for context in (*ABOUT, *contexts, *enrolled)]
    except (Shredded, SubjectUnknown):
        return []  # after the erasure nobody can tell


def _all(session: Session, speakers: Iterable[SpeakerId]) -> Iterable[str]:
    return (name for speaker in speakers for name in pseudonyms_of(session, speaker))
