"""A permit to clone, as the stages of cloning take it: each checks it against the recordings that it has in hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sayso.consent.act import Action
from sayso.consent.permit import Gate, Permit
from sayso.engines.protocol import Engine
from sayso.ids import VoiceId

Commit = Callable[[Sequence[bytes]], str]
"""Makes the commitment to recordings, by their SHA-256 in their order, keyed by the speaker's subject key."""


class CloningPermit:
    """A permit to clone ``voice``; no stage of cloning runs without one."""

    def __init__(self, gate: Gate, permit: Permit, voice: VoiceId, *, commit: Commit) -> None:
        """Take the gate that is asked at each stage, and what commits to the recordings."""
        self.permit, self.voice = permit, voice
        self._gate, self._commit = gate, commit

    def check(self, digests: Sequence[bytes], engine: Engine | None = None) -> None:
        """Return if this voice may be cloned now, from the recordings with these SHA-256 and with ``engine``.

        Raise `PermitRefused` with every reason.
        """
        self._gate.check(
            self.permit,
            Action.CLONE,
            voice=self.voice,
            text_commitment=self._commit(digests),
            engine_digest=None if engine is None else engine.digest(),
        )
