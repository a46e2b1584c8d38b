"""The commitment to what was granted: in the ledger it says nothing, and it cannot be met by other terms."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from sayso import canonical
from sayso.consent import Grant
from sayso.ids import SpeakerId
from sayso.vault.domains import Domain
from sayso.workflows.installation.session import Session


def terms_commitment(session: Session, grant: Grant) -> str:
    """Return the commitment to the terms of ``grant``, keyed by the speaker's key."""
    return session.vault.commit(grant.speaker, canonical.encode(grant.terms()), domain=Domain.TERMS)


def script_commitment(
    session: Session, speaker: SpeakerId, text: str, *, language: str = "en", lexicon: str | PathLike[str] | None = None
) -> str:
    """Return the commitment to what is spoken for ``text``, labels apart, keyed by the speaker's key.

    ``lexicon`` is the file that the text is spoken with: a word said otherwise is another script.
    """
    from sayso.synthesis import read, read_lexicon, script  # noqa: PLC0415 - loads what a voice speaks with

    words = None if lexicon is None else read_lexicon(Path(lexicon))
    return text_commitment(session, speaker, script(read(text, language=language, lexicon=words)))


def text_commitment(session: Session, speaker: SpeakerId, script: str) -> str:
    """Return the commitment to a script as it is spoken, keyed by the speaker's key."""
    return session.vault.commit(speaker, script.encode(), domain=Domain.TEXT)
