"""Erasure and reports over HTTP: plans, certificates and their check, and the compliance report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter

from sayso.doors.api.erasure import certificates, plans, reports
from sayso.doors.api.uploads.receiving import UPLOAD_BYTES

ROUTERS: Final[tuple[APIRouter, ...]] = tuple(room.router for room in (plans, certificates, reports))
"""All routes of erasure, and of reports."""

UPLOADS: Final[Mapping[str, int]] = {certificates.CHECKS: UPLOAD_BYTES + 4096}
"""How large the bodies may be of what begins with these paths, where they may be larger than others."""
