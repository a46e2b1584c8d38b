"""Accounts over HTTP: organisations, licensees, credentials, keys of the API, and who signs content credentials."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from sayso.doors.api.accounts import holders, keyring, signer

ROUTERS: Final[tuple[APIRouter, ...]] = tuple(room.router for room in (holders, keyring, signer))
"""All routes of accounts."""
