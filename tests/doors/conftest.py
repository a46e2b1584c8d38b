"""Doors are tried on a whole installation: the one that the workflows' tests use."""

from __future__ import annotations

from tests.workflows.conftest import estate, make_estate, recording, session, spoken, spoken_template, template

__all__ = ["estate", "make_estate", "recording", "session", "spoken", "spoken_template", "template"]
