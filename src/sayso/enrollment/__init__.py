"""The enrollment room: what a recording must be before its voice may be cloned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sayso.deferred import deferred

if TYPE_CHECKING:
    from sayso.enrollment.intake import OwnOutput, admit, enrolled

__all__ = ["OwnOutput", "admit", "enrolled"]

__getattr__ = deferred(__name__, dict.fromkeys(__all__, "intake"))
