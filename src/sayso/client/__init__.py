"""The client: one installation as a Python program uses it, or a server over HTTP."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sayso.client.client import Sayso
    from sayso.client.live import AsyncSaysoClient, SaysoClient

__all__ = ["AsyncSaysoClient", "Sayso", "SaysoClient"]


def __getattr__(name: str) -> Any:
    """Return a class, loaded when it is asked for: who speaks with a server loads no arrays and no database."""
    if name not in __all__:
        raise AttributeError(f"module 'sayso.client' has no attribute {name!r}; expected one of {', '.join(__all__)}")
    if name == "Sayso":
        from sayso.client.client import Sayso  # noqa: PLC0415

        return Sayso
    from sayso.client import live  # noqa: PLC0415

    return getattr(live, name)
