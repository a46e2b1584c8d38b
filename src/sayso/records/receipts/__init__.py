"""The receipt that a speaker keeps: what they allowed, in words for everybody, as text and as a page."""

from __future__ import annotations

from sayso.records.receipts.page import page
from sayso.records.receipts.receipt import Facts, Receipt, receipt
from sayso.records.receipts.text import text

__all__ = ["Facts", "Receipt", "page", "receipt", "text"]
