"""Content credentials on what leaves: encoded, then signed by the authority of this installation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sayso.audio import Container, Signal, encode
from sayso.audio.tags import tagged
from sayso.clock import now, stamp
from sayso.consent.permit import Action, Permit
from sayso.ids import ClipId
from sayso.mark import Mark
from sayso.workflows.installation.session import Session
from sayso.workflows.provenance import manifests
from sayso.workflows.provenance.manifests import SealedManifest

if TYPE_CHECKING:
    from sayso.credentials import Issued

BESIDE = Container.FLAC
"""What is signed in place of a file that cannot carry credentials, so that its manifest can be asked for."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A file ready to leave, ``signed`` unless its container carries no credentials, and its manifest to be kept."""

    data: bytes
    signed: bool
    manifest: SealedManifest


def packed(
    session: Session,
    sound: Signal,
    *,
    container: Container,
    permit: Permit,
    action: Action,
    mark: Mark,
    clip: ClipId,
    parent: bytes | None = None,
    tags: Mapping[str, str] | None = None,
) -> Packed:
    """Return ``sound`` as a file of ``container`` with ``tags``, signed, made from that of the manifest ``parent``.

    Where the container can carry no credentials, the manifest is that of the same sound as FLAC: the file goes without,
    and whoever finds the mark in it finds the manifest. What is signed names the grant: raise `PermitRefused` for a
    permit that does not hold.
    """
    from sayso.credentials import Claim, issue, supports  # noqa: PLC0415 - loads c2pa's native library

    session.gate.check(permit, action, made_ms=sound.duration_ms)
    data, carries = tagged(encode(sound, container), container, tags or {}), supports(container)
    claim = Claim(
        mark=mark, grant_id=permit.grant_id, permit_digest=permit.digest(), created_at=stamp(now()), entry=str(clip)
    )
    issued: Issued = issue(
        data if carries else encode(sound, BESIDE),
        container if carries else BESIDE,
        claim=claim,
        authority=session.authority,
        parent=parent,
    )
    kept = manifests.sealed(session, issued.manifest_id, issued.manifest, clip=clip, speaker=permit.speaker)
    return Packed(issued.data if carries else data, carries, kept)
