"""The restoration room: what is wrong with a recording, and its repair. Nothing is loaded before it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sayso.deferred import deferred

if TYPE_CHECKING:
    from sayso.restoration.diagnosis import Diagnosis, diagnose
    from sayso.restoration.repair import Restored, restore

__all__ = ["Diagnosis", "Restored", "diagnose", "restore"]

__getattr__ = deferred(
    __name__,
    {
        "Diagnosis": "diagnosis",
        "Restored": "repair",
        "diagnose": "diagnosis",
        "restore": "repair",
    },
)
