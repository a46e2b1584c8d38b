"""Productions: a manuscript becomes a script, a script becomes chapters, chapters become an audiobook or a feed."""

from sayso.productions.cast import CastList, CastPart
from sayso.productions.lines import lines_of
from sayso.productions.manuscript import Block, BlockKind, Manuscript
from sayso.productions.readers import read_manuscript
from sayso.productions.script import Chapter, Line, Script

__all__ = [
    "Block",
    "BlockKind",
    "CastList",
    "CastPart",
    "Chapter",
    "Line",
    "Manuscript",
    "Script",
    "lines_of",
    "read_manuscript",
]
