"""The routes for what callers hand in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter

from sayso.doors.api.uploads import diagnoses, marks, texts

ROUTERS: Final[tuple[APIRouter, ...]] = tuple(room.router for room in (texts, diagnoses, marks))
FILES: Final[Mapping[str, int]] = {
    "/v1/diagnoses": 1,
    "/v1/restorations": 3,
    "/v1/labels/readings": 1,
    "/v1/marks": 1,
    "/v1/detections": 1,
}
"""What the paths begin with that take recordings, and how many."""
