"""Fairness and the gate over HTTP: tables of measurements that are sent, judged, and what may reach production."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter

from sayso.doors.api.fairness import production, tables

ROUTERS: Final[tuple[APIRouter, ...]] = tuple(room.router for room in (tables, production))
"""All routes of fairness and of the gate."""

UPLOADS: Final[Mapping[str, int]] = dict.fromkeys((*tables.PATHS, production.REPORTS), 2 * tables.TABLE_BYTES + 65_536)
"""How large the bodies may be of what begins with these paths, where they may be larger than others."""
