"""Plugins: what other packages bring by entry points, made without arguments and held to a protocol."""

from __future__ import annotations

import re
from importlib.metadata import EntryPoint
from typing import Final, Protocol, TypeVar

from sayso.errors import SaysoError

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class Plugin(Protocol):
    """What every plugin has."""

    @property
    def name(self) -> str:
        """Return the name of its entry point."""
        ...

    def digest(self) -> str:
        """Return the SHA-256, in hex, of what decides what it does."""
        ...


P = TypeVar("P", bound=Plugin)


def plugged_in(point: EntryPoint, protocol: type[P], unfit: type[SaysoError]) -> P:
    """Return what ``point`` makes: of ``protocol``, with the name of its entry point and a digest.

    Raise ``unfit`` where it cannot be made or is something else; an error of Sayso that it raises itself passes.
    """
    what = f"{protocol.__name__} {point.name}: {point.value}"
    try:
        made = point.load()()
        is_fit = isinstance(made, protocol) and made.name == point.name and _DIGEST.fullmatch(made.digest())
    except SaysoError:
        raise
    except Exception as error:
        message = f"{what} cannot be made ({type(error).__name__}: {error}); update or remove its package"
        raise unfit(message) from error
    if not is_fit:
        raise unfit(f"{what} is none of that name with a SHA-256 digest; update or remove its package")
    found: P = made
    return found
