"""Adding a speaker: a key of their own, a name that only that key opens, and an entry."""

from __future__ import annotations

from sayso.accounts.rights import Right
from sayso.clock import now, stamp
from sayso.consent import store as consents
from sayso.errors import Invalid
from sayso.ids import SpeakerId, new_id
from sayso.ledger.acts import SpeakerAdded
from sayso.workflows.consent.rows import enter
from sayso.workflows.installation.session import Session

MAX_NAME_CHARS = 200
NAME_FIELD = "speaker name"


def add_speaker(session: Session, name: str) -> SpeakerId:
    """Add a speaker called ``name`` and return the id; raise `Invalid` for a name that is none."""
    session.require(Right.SPEAKERS)
    name = name.strip()
    if not name or len(name) > MAX_NAME_CHARS or not name.isprintable():
        raise Invalid(f"name: got {len(name)} characters, expected 1 to {MAX_NAME_CHARS} printable ones")
    speaker = SpeakerId(new_id("speaker"))
    # The key comes first: a key without a speaker is harmless, a speaker without a key is not.
    session.vault.create_subject(speaker)
    sealed = session.vault.seal_field(name.encode(), speaker, field=NAME_FIELD)
    moment = now()
    with session.act(speaker) as tx:
        consents.add_speaker(tx, speaker, name_sealed=sealed, at=moment)
        subject = session.vault.pseudonym(speaker, "consent:speaker:added")
        enter(session, tx, SpeakerAdded(subject=subject), stamp(moment), speaker=speaker)
    return speaker


def name_of(session: Session, speaker: SpeakerId) -> str:
    """Return what the speaker is called; raise `Shredded` after an erasure."""
    with session.read() as tx:
        sealed = consents.get_speaker(tx, speaker).name_sealed
    return "the house" if sealed is None else session.vault.open_field(sealed, speaker, field=NAME_FIELD).decode()
