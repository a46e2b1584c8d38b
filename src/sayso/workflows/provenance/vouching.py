"""What intact content credentials say for a mark that the sound alone does not show to be on its clip.

A clip of half a second is too short to be compared with what was made, and an erased one is compared with nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from sayso.audio.container import container_in
from sayso.credentials import Credentials, read_file
from sayso.fingerprint import Content
from sayso.workflows.installation.session import Session
from sayso.workflows.provenance.parts import Part


def credentials_in(session: Session, file: Path) -> Credentials:
    """Return the credentials in ``file``, by what it is and not by what it is called."""
    with file.open("rb") as opened:
        container = container_in(opened)
        if container is None:
            return Credentials(present=False, problems=("files of this kind carry no credentials that are read here",))
        return read_file(opened, container, anchors_pem=session.anchors_pem())


def vouched(parts: Iterable[Part], credentials: Credentials) -> tuple[Part, ...]:
    """Return ``parts``, each signed where intact credentials of a signer known here name its very mark.

    They bind every byte of the file: whoever put the mark on other sound could not have signed it.
    """
    if not (credentials.intact and credentials.trusted) or credentials.facts.mark is None:
        return tuple(parts)
    return tuple(
        replace(part, signed=True) if _may_be(part) and part.passage.mark == credentials.facts.mark else part
        for part in parts
    )


def _may_be(part: Part) -> bool:
    return part.standing is not None and part.content is Content.UNKNOWN
