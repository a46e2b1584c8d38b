"""Adding a speaker: a key of their own, a name that only that key opens, and an entry."""

from __future__ import annotations

import unicodedata

from sayso.accounts import store as accounts
from sayso.accounts.rights import Right
from sayso.clock import now, stamp
from sayso.consent import store as consents
from sayso.consent.speaker_store import Speaker
from sayso.errors import Invalid
from sayso.ids import OrganisationId, SpeakerId, new_id, parse_id
from sayso.ledger.acts import SpeakerAdded
from sayso.workflows.installation.rows import enter, make_secret
from sayso.workflows.installation.session import Session

MAX_NAME_CHARS = 200
NAME_FIELD = "speaker name"


def add_speaker(session: Session, name: str, organisation: str | None = None) -> SpeakerId:
    """Add a speaker called ``name`` to an organisation, by default that of who asks, and return the id.

    Raise `Invalid` for a name that is none, or `OrganisationUnknown`.
    """
    session.require(Right.SPEAKERS)
    name = unicodedata.normalize("NFC", name).strip()
    if not name or len(name) > MAX_NAME_CHARS or not name.isprintable():
        raise Invalid(f"name: got {len(name)} characters, expected 1 to {MAX_NAME_CHARS} printable ones")
    place = None if organisation is None else OrganisationId(parse_id("organisation", organisation))
    if place is not None:
        with session.read() as tx:
            accounts.check_organisation(tx, place)
    speaker = SpeakerId(new_id("speaker"))
    make_secret(session.vault)
    # The key comes first: a key without a speaker is harmless, a speaker without a key is not.
    session.vault.create_subject(speaker)
    sealed = session.vault.seal_field(name.encode(), speaker, field=NAME_FIELD)
    moment = now()
    with session.act(speaker) as tx:
        consents.add_speaker(tx, speaker, name_sealed=sealed, at=moment, organisation=place)
        subject = session.vault.pseudonym(speaker, "consent:speaker:added")
        enter(session, tx, SpeakerAdded(subject=subject), stamp(moment), speaker=speaker)
    return speaker


def listed(session: Session) -> list[Speaker]:
    """Return the speakers that who asks may see, oldest first, without those of the house; their names stay sealed."""
    with session.read() as tx:
        return [each for each in consents.list_speakers(tx) if not each.house]


def name_of(session: Session, speaker: SpeakerId) -> str:
    """Return what the speaker is called; raise `Shredded` after an erasure."""
    with session.read() as tx:
        sealed = consents.get_speaker(tx, speaker).name_sealed
    return "the house" if sealed is None else session.vault.open_field(sealed, speaker, field=NAME_FIELD).decode()
