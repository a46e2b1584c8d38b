"""The client: one installation as a Python program uses it."""

from sayso.client.client import Sayso

__all__ = ["Sayso"]
