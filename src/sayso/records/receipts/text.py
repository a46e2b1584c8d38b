"""The receipt as plain text, 78 columns wide."""

from __future__ import annotations

import textwrap
from typing import Final

from sayso.records.receipts.receipt import Receipt, ReceiptSection

_WIDTH: Final = 78


def text(receipt: Receipt) -> str:
    """Return the receipt as lines of at most 78 characters, where no single word is longer."""
    title = f"{receipt.title}\n{'=' * min(_WIDTH, len(receipt.title))}"
    return "\n\n".join([title, *map(_block, receipt.sections), "\n".join(receipt.fine_print)]) + "\n"


def _block(section: ReceiptSection) -> str:
    return "\n".join([section.heading, "-" * len(section.heading), *map(_item, section.sentences)])


def _item(sentence: str) -> str:
    return textwrap.fill(
        sentence, _WIDTH, initial_indent="* ", subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
