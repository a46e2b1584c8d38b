"""What a commitment may be to: two domains never give the same commitment for the same bytes."""

from __future__ import annotations

from enum import StrEnum


class Domain(StrEnum):
    """The domains of the commitments in the ledger; see `Vault.commit`."""

    TERMS = "terms"
    """The terms of a grant."""
    SIGNATURE = "signature"
    """A speaker's signature under a grant or a declaration."""
    KEY = "key"
    """A speaker's public key."""
    REASON = "reason"
    """Why an operator recovered a key."""
    DECISION = "decision"
    """What a decision was made on."""
    TEXT = "text"
    """A script, as it is spoken."""
    REFERENCE = "reference"
    """The recordings that a voice is cloned from."""
    SOUND = "sound"
    """A clip's sound, or a file that was exported."""
    CREDENTIAL = "credential"
    """A speaker's credential: what hides in the ledger which entries it made."""
    ROWS = "rows"
    """Rows of the state, as an act left them."""
    MARKED_FILE = "marked-file"
    """A file from outside that gets a mark."""
    EVIDENCE = "evidence"
    """The evidence of an enrolment, or that a recording may be cloned from."""
    PHRASE = "phrase"
    """What is asked of an engine, and by whom: the key of a phrase that is kept."""
    STORED = "stored"
    """A sound as it is stored for one purpose: its address, and what was stored of it."""
