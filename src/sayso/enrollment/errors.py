"""Errors of enrolment."""

from __future__ import annotations

from sayso.errors import Invalid


class StatementInvalid(Invalid):
    """The text of the statement cannot be checked."""
