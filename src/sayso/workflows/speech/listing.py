"""Clips for people: what was said, under which grant; no text, which nothing here keeps."""

from __future__ import annotations

from typing import Final

from sayso.clock import parse_stamp, stamp
from sayso.errors import Invalid
from sayso.ids import ClipId, parse_id
from sayso.synthesis import store as clips
from sayso.synthesis.store import Clip
from sayso.workflows.installation.session import Session

MOST: Final = 1000


def listed(
    session: Session,
    *,
    grant: str | None = None,
    voice: str | None = None,
    before: str | None = None,
    limit: int = 100,
) -> list[Clip]:
    """Return the clips that who asks may see, newest first; ``before`` is a moment such as a clip's ``created_at``.

    Raise `Invalid` naming the field.
    """
    if not 1 <= limit <= MOST:
        raise Invalid(f"limit: got {limit}, expected 1 to {MOST}")
    with session.read() as tx:
        return clips.list_clips(
            tx,
            grant_id=None if grant is None else parse_id("grant", grant),
            voice_id=None if voice is None else parse_id("voice", voice),
            before=None if before is None else stamp(parse_stamp(before)),
            limit=limit,
        )


def shown(session: Session, clip: str) -> Clip:
    """Return one clip; raise `ClipUnknown`."""
    wanted = ClipId(parse_id("clip", clip))
    with session.read() as tx:
        return clips.get_clip(tx, wanted)
