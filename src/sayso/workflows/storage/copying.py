"""Handing a stored recording out: under a permit to take it out, in any container, as loud as it was."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from sayso.accounts.rights import Right
from sayso.audio import container_of
from sayso.consent import Action, Permit, Request
from sayso.consent import store as consents
from sayso.ledger.acts import Permitted
from sayso.storage.errors import ItemReleasedAsClip, ItemUnknown
from sayso.storage.forms import written_as
from sayso.vault.domains import Domain
from sayso.workflows.consent import permission
from sayso.workflows.consent.permission import Fact
from sayso.workflows.installation.session import Session
from sayso.workflows.provenance.releasing import TakeDraft
from sayso.workflows.speech.releases import FIELD, SealedRelease
from sayso.workflows.storage import shelf
from sayso.workflows.storage.keeping import RECORDING
from sayso.workflows.storage.shelf import StoredItem


@dataclass(frozen=True, slots=True)
class Copied:
    """A stored recording that was written to a file under a permit; ``ticket`` is that of its ledger entry."""

    item: StoredItem
    file: Path
    ticket: int
    permit: Permit


@dataclass(frozen=True, slots=True)
class SealedCopy:
    """A copy for a caller who may ask twice: its item and ledger entry, and the file, sealed."""

    item: StoredItem
    entry: int
    release: SealedRelease

    @property
    def sealed(self) -> bytes:
        """Return the bytes that are remembered."""
        return self.release.sealed


def handed_out(session: Session, item_id: str, suffix: str) -> SealedCopy:
    """Copy the sound of an item into a file of this suffix, sealed while it is remembered; raise as `export` does."""
    with tempfile.TemporaryDirectory(prefix="sayso-") as folder:
        done = export(session, item_id, Path(folder) / f"recording.{suffix}")
        sealed = session.vault.seal_field(done.file.read_bytes(), done.permit.speaker, field=FIELD)
    release = SealedRelease(done.permit, sealed, Action.EXPORT)
    return SealedCopy(done.item, session.entry_of(done.ticket), release)


def export(session: Session, item_id: str, output: Path) -> Copied:
    """Write the sound of an item to ``output``, in the container that its name asks for.

    Raise `ConsentRefused` unless the item's grant allows to take it out now, `ItemReleasedAsClip` for a clip, or
    `ItemUnknown`; then nothing is written.
    """
    session.require(Right.SPEECH)
    container = container_of(output)
    item = shelf.item(session, item_id)
    if item.sheet.clip is not None:
        raise ItemReleasedAsClip(
            f"{item.item_id} is {item.sheet.clip}, which is released as a clip: signed and labelled"
        )
    if item.artifact.grant is None:
        raise ItemUnknown(f"{item.item_id} was stored under no grant")
    with session.read() as tx:
        grant = consents.get_grant(tx, item.artifact.grant)
    request = Request.under(grant, action=Action.EXPORT, voice=RECORDING)
    text = session.vault.commit(item.speaker, str(item.item_id).encode(), domain=Domain.STORED)
    with TakeDraft(output, session.gate) as draft:
        granted = permission.ask(session, replace(request, text_commitment=text), Permitted.COPY)
        try:
            data = written_as(shelf.sound_of(session, item), container)
            draft.write(data, granted.permit)
            with session.act(item.speaker) as tx:
                digest = hashlib.sha256(data).digest()
                output_commitment = session.vault.commit(item.speaker, digest, domain=Domain.STORED)
                facts: dict[str, Fact] = {"item": item.item_id, "output": output_commitment}
                ticket = permission.result(session, tx, granted, f"{Permitted.COPY}:made", facts)
        except BaseException:
            permission.failed(session, granted, Permitted.COPY)
            raise
        draft.publish()
    return Copied(item, output, ticket, granted.permit)
