"""Every module of the package, read."""

from __future__ import annotations

import importlib
import pkgutil

import sayso


def read_all() -> None:
    """Import every module but migrations, and what needs Pipecat where it is not: it fits no locks (docs/server.md)."""
    for module in pkgutil.walk_packages(sayso.__path__, "sayso."):
        if ".migrations" in module.name:
            continue
        try:
            importlib.import_module(module.name)
        except ModuleNotFoundError as error:
            if error.name != "pipecat":
                raise
