"""Marking a file that somebody hands in and wants back: under the same grant and permit as a file on the disk."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from sayso.audio import Container
from sayso.consent import Action
from sayso.mark.verifying import MarkPolicy
from sayso.workflows.installation.session import Session
from sayso.workflows.provenance.marking_files import Batch, MarkedFile, parse_mark
from sayso.workflows.speech.releases import FIELD, SealedRelease


@dataclass(frozen=True, slots=True)
class MarkedUpload:
    """What was marked, and the file, sealed with the house's key while it is remembered."""

    told: MarkedFile
    release: SealedRelease

    @property
    def sealed(self) -> bytes:
        """Return the bytes that are remembered."""
        return self.release.sealed


def mark_upload(session: Session, data: bytes, container: Container, mark: str, policy: MarkPolicy) -> MarkedUpload:
    """Return a file, of this container, with ``mark`` (16 hex digits) in its sound; raise as `Batch.embed` does."""
    wanted = parse_mark(mark)
    with tempfile.TemporaryDirectory(prefix="sayso-") as folder:
        source, output = Path(folder) / f"upload.{container}", Path(folder) / f"marked.{container}"
        with Batch(session) as batch:
            source.write_bytes(data)
            told = batch.embed(source, output, wanted, policy)
        sealed = session.vault.seal_field(output.read_bytes(), told.permit.speaker, field=FIELD)
    return MarkedUpload(told, SealedRelease(told.permit, sealed, Action.MARK))
