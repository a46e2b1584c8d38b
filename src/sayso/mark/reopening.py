"""Reopening: a clip out of the vault becomes `MarkedAudio` again, under a permit to publish it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from sayso.audio import decode
from sayso.consent.act import Action
from sayso.consent.permit import Gate, Permit
from sayso.mark.errors import ClipAltered
from sayso.mark.mark import Mark
from sayso.mark.marked import MarkedAudio, sealed

Commit = Callable[[bytes], str]
"""Makes the commitment to the SHA-256 of a clip's file, keyed by the speaker's subject key."""


@dataclass(frozen=True, slots=True)
class LoggedClip:
    """What the ledger states of a clip: its mark, its length, and the commitment to its file (``output``)."""

    voice: str
    mark: Mark
    duration_ms: int
    output: str


def reopened(
    read: Callable[[], bytes], logged: LoggedClip, permit: Permit, gate: Gate, *, commit: Commit
) -> MarkedAudio:
    """Return the clip whose file ``read`` returns, if it is the one that was ``logged`` when it was made.

    The permit is checked before the file is read.

    Raises
    ------
    PermitRefused : the permit is not for publishing this voice, or for less sound
    ClipAltered : the file is another one than was logged
    """
    gate.check(permit, Action.PUBLISH, voice=logged.voice, made_ms=logged.duration_ms)
    data = read()
    if commit(hashlib.sha256(data).digest()) != logged.output:
        raise ClipAltered
    return sealed(decode(data), logged.mark, permit.permit_id, start=0)
