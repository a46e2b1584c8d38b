"""Repair: planned from the diagnosis, each step kept only where it helps."""

from sayso.restoration.repair.planner import Restored, restore
from sayso.restoration.repair.steps import Step, applied, replayed

__all__ = ["Restored", "Step", "applied", "replayed", "restore"]
