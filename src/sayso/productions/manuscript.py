"""The manuscript: what a reader finds in a file, in order, whatever the format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MAX_CHARACTERS: Final = 12_000_000
"""Of all text in a manuscript: more than twenty long novels."""


class BlockKind(StrEnum):
    """What a stretch of a manuscript is."""

    HEADING = "heading"
    TEXT = "text"
    BREAK = "break"
    NOTE = "note"
    IMAGE = "image"


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, heading, scene break, footnote, or the words that stand for an image.

    ``level`` is that of a heading, 1 to 6; ``speaker`` is who speaks, where the format itself says so; ``pause_ms`` is
    what is asked for after the block.
    """

    kind: BlockKind
    text: str
    level: int = 0
    speaker: str = ""
    pause_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Cover:
    """The cover of a book: the bytes of a JPEG or PNG file."""

    data: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A text as it was handed over. ``dropped`` tells, one line each, what of the file is not in ``blocks``."""

    title: str
    author: str
    language: str
    blocks: Sequence[Block]
    dropped: Sequence[str] = ()
    cover: Cover | None = None
