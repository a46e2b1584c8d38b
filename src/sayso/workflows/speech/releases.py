"""A release for a caller who may ask twice: the signed file, sealed with the speaker's key while it is remembered."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sayso.consent import Action, Permit
from sayso.workflows.installation.session import Session
from sayso.workflows.speech import exporting
from sayso.workflows.speech.exporting import Publication

FIELD: Final = "released file"


@dataclass(frozen=True, slots=True)
class SealedRelease:
    """One release: the permit to do so, the action that it allows, and the file, which that permit's end closes."""

    permit: Permit
    sealed: bytes
    action: Action = Action.PUBLISH

    def file(self, session: Session) -> bytes:
        """Return the signed file; raise `PermitRefused` where consent or the permit ended."""
        session.gate.check(self.permit, self.action)
        return session.vault.open_field(self.sealed, self.permit.speaker, field=FIELD)


def release(session: Session, publication: Publication, suffix: str) -> SealedRelease:
    """Release a clip in the form that a file of this suffix has; raise as `exporting.export` does."""
    with tempfile.TemporaryDirectory(prefix="sayso-") as folder:
        output = Path(folder) / f"clip.{suffix}"
        permit = exporting.export(session, publication, output).permit
        return SealedRelease(permit, session.vault.seal_field(output.read_bytes(), permit.speaker, field=FIELD))
