"""Consent over HTTP: speakers and their keys, grants, what speakers sign, papers about grants, and questions."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from sayso.doors.api.consent import grants, papers, people, questions, signatures

ROUTERS: Final[tuple[APIRouter, ...]] = tuple(room.router for room in (people, papers, signatures, grants, questions))
"""All routes of consent; those with a word in their path come before those with any word there."""
