"""The routes for what callers hand in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter

from sayso.doors.api.uploads import clones, diagnoses, marks, texts

ROUTERS: Final[tuple[APIRouter, ...]] = tuple(room.router for room in (texts, diagnoses, marks, clones))
FILES: Final[Mapping[str, int]] = {
    "/v1/diagnoses": 1,
    "/v1/restorations": 3,
    "/v1/label-readings": 1,
    "/v1/marks": 1,
    "/v1/detections": 1,
    "/v1/storage/items": 1,
    "/v1/voices": 4,
    "/v1/storage/plans": 4,
    "/v1/corpora/": 1,
}
"""What the paths begin with that take recordings, and how many."""
