"""Enrolment over HTTP: statements and their recordings, reviews, and the list of protected voices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter

from sayso.doors.api.enrollment import enrollments, protected

ROUTERS: Final[tuple[APIRouter, ...]] = tuple(room.router for room in (protected, enrollments))
"""All routes of enrolment."""

UPLOADS: Final[Mapping[str, int]] = {
    **dict.fromkeys((protected.PROTECTED, protected.CHECKS), protected.CHECK_BYTES),
    enrollments.PATH: enrollments.ENROLLMENT_BYTES,
}
"""How large the bodies may be of what begins with these paths, where they may be larger than others."""
