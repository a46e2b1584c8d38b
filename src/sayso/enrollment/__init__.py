"""The enrollment room: what a recording must be before its voice may be cloned."""

from sayso.enrollment.intake import OwnOutput, admit, enrolled

__all__ = ["OwnOutput", "admit", "enrolled"]
