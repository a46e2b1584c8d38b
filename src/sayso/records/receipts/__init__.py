"""The receipt that a speaker keeps: what they allowed, in words for everybody, and the same as plain text."""

from __future__ import annotations

from sayso.records.receipts.receipt import Commands, Receipt, ReceiptFacts, receipt
from sayso.records.receipts.text import text

__all__ = ["Commands", "Receipt", "ReceiptFacts", "receipt", "text"]
