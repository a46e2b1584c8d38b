"""Content credentials on what leaves: marked sound, encoded, then signed by the authority of this installation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sayso.audio import Container
from sayso.clock import now, stamp
from sayso.consent.act import Action
from sayso.consent.permit import Gate, Permit
from sayso.credentials import Claim, SignedAudio, issue, supports
from sayso.ids import ClipId
from sayso.mark import EncodedAudio, MarkedAudio
from sayso.workflows.installation.session import Session
from sayso.workflows.provenance import manifests
from sayso.workflows.provenance.manifests import SealedManifest

BESIDE = Container.FLAC
"""What is signed in place of a file that cannot carry credentials, so that its manifest can be asked for."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A file ready to leave, signed unless its container carries no credentials, and its manifest to be kept."""

    file: EncodedAudio | SignedAudio
    manifest: SealedManifest

    @property
    def signed(self) -> bool:
        """Return whether the file itself carries credentials."""
        return isinstance(self.file, SignedAudio)


def packed(
    session: Session,
    sound: MarkedAudio,
    *,
    container: Container,
    gate: Gate,
    permit: Permit,
    action: Action,
    clip: ClipId,
    parent: bytes | None = None,
    tags: Mapping[str, str] | None = None,
) -> Packed:
    """Return ``sound`` as a file of ``container`` with ``tags``, signed, made from that of the manifest ``parent``.

    Where the container can carry no credentials, the manifest is that of the same sound as FLAC: the file goes without,
    and whoever finds the mark in it finds the manifest. What is signed names the grant: raise `PermitRefused` for a
    permit that does not hold.
    """
    gate.check(permit, action, made_ms=sound.duration_ms)
    file = sound.encoded(container, tags)
    claim = Claim(
        mark=sound.mark,
        grant_id=permit.grant_id,
        permit_digest=permit.digest(),
        created_at=stamp(now()),
        entry=str(clip),
    )
    carries = supports(container)
    signed = issue(file if carries else sound.encoded(BESIDE), claim=claim, authority=session.authority, parent=parent)
    kept = manifests.sealed(session, signed.manifest_id, signed.manifest, clip=clip, speaker=permit.speaker)
    return Packed(signed if carries else file, kept)
