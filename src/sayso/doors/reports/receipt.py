"""A speaker's receipt as one page.

Written for everybody (WCAG 2.2): a language, one first heading and second headings in order, lists as lists, contrast
above 7:1, sizes that follow the reader's, and a form for paper.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from sayso.doors.reports.page import rendered
from sayso.errors import Invalid
from sayso.records.receipts import Receipt, text


def page(receipt: Receipt) -> str:
    """Return the receipt as HTML; whatever the grant says stands there as text and is never markup."""
    return rendered("receipt.html", receipt=receipt)


_FORMS: Final[Mapping[str, Callable[[Receipt], str]]] = {".txt": text, ".html": page}


def form_of(output: Path) -> Callable[[Receipt], str]:
    """Return what writes a receipt in the form that the name asks for, plain text or a page; raise `Invalid`."""
    form = _FORMS.get(output.suffix.lower())
    if form is None:
        raise Invalid(f"output: got {output.name[:40]!r}, expected a name that ends in {' or '.join(_FORMS)}")
    return form
