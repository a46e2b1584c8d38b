"""The receipt that a speaker keeps: what they allowed, in words for everybody, and the same as plain text."""

from __future__ import annotations

from sayso.consent.receipts.receipt import Commands, Facts, Receipt, receipt
from sayso.consent.receipts.text import text

__all__ = ["Commands", "Facts", "Receipt", "receipt", "text"]
