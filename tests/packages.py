"""Every module of the package, read."""

from __future__ import annotations

import importlib
import pkgutil

import sayso

APART = {"sayso.client.pipecat"}  # what it stands on is installed apart: tests/doors/api/test_pipecat.py


def read_all() -> None:
    """Import every module but migrations and what lies apart."""
    for module in pkgutil.walk_packages(sayso.__path__, "sayso."):
        if ".migrations" not in module.name and module.name not in APART:
            importlib.import_module(module.name)
