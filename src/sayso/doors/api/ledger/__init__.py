"""The ledger over HTTP: what it holds, what proves that, and its upkeep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter

from sayso.doors.api.ledger import entries, evidence, upkeep
from sayso.doors.api.uploads.receiving import UPLOAD_BYTES

ROUTERS: Final[tuple[APIRouter, ...]] = tuple(room.router for room in (entries, evidence, upkeep))
"""All routes of the ledger."""

UPLOADS: Final[Mapping[str, int]] = dict.fromkeys(
    (evidence.PROOFS, evidence.PERIODS), UPLOAD_BYTES + evidence.KEYS_BYTES + 65_536
)
"""How large the bodies may be of what begins with these paths, where they may be larger than others."""
