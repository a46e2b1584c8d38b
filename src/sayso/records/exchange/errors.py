"""How the exchange says no."""

from __future__ import annotations

from sayso.errors import Invalid


class DocumentInvalid(Invalid):
    """The document is no consent record or policy that can be taken over whole; the message names the field."""
