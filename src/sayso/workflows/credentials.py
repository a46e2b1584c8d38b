"""Content credentials on what leaves: encoded, then signed by this installation's own authority."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sayso.audio import Container, Signal, encode
from sayso.audio.tags import tagged
from sayso.clock import now, stamp
from sayso.consent.permit import Permit
from sayso.ids import ClipId
from sayso.marking import Mark
from sayso.workflows.home import Home


@dataclass(frozen=True, slots=True)
class Packed:
    """A file ready to leave; ``signed`` unless its container carries no credentials."""

    data: bytes
    signed: bool


def packed(
    home: Home,
    sound: Signal,
    *,
    container: Container,
    permit: Permit,
    mark: Mark,
    clip: ClipId,
    tags: Mapping[str, str] | None = None,
) -> Packed:
    """Return ``sound`` as a file of ``container`` with ``tags``, signed where the container can carry credentials."""
    from sayso.marking.credentials import Claim, sign, supports  # noqa: PLC0415 - loads c2pa's native library

    data = tagged(encode(sound, container), container, tags or {})
    if not supports(container):
        return Packed(data, signed=False)
    claim = Claim(
        mark=mark, grant_id=permit.grant_id, permit_digest=permit.digest(), created_at=stamp(now()), entry=str(clip)
    )
    return Packed(sign(data, container, claim=claim, authority=home.authority), signed=True)
