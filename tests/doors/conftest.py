"""Doors are tried on a whole installation: the one that the workflows' tests use."""

from __future__ import annotations

from tests.workflows.conftest import estate, home, make_estate

__all__ = ["estate", "home", "make_estate"]
