"""Every module of the package, read."""

from __future__ import annotations

import importlib
import pkgutil

import sayso


def read_all() -> None:
    """Import every module but migrations."""
    for module in pkgutil.walk_packages(sayso.__path__, "sayso."):
        if ".migrations" not in module.name:
            importlib.import_module(module.name)
