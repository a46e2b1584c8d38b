"""The restoration room: what is wrong with a recording, and its repair. Nothing is loaded before it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sayso.deferred import deferred

if TYPE_CHECKING:
    from sayso.restoration.diagnosis import Diagnosis, Finding, diagnose, diagnose_blocks
    from sayso.restoration.enhancers import Enhancer, enhanced, enhancer, enhancer_names
    from sayso.restoration.repair import Restored, Step, restore

__all__ = [
    "Diagnosis",
    "Enhancer",
    "Finding",
    "Restored",
    "Step",
    "diagnose",
    "diagnose_blocks",
    "enhanced",
    "enhancer",
    "enhancer_names",
    "restore",
]

__getattr__ = deferred(
    __name__,
    {
        "Diagnosis": "diagnosis",
        "Enhancer": "enhancers",
        "Finding": "diagnosis",
        "Restored": "repair",
        "Step": "repair",
        "diagnose": "diagnosis",
        "diagnose_blocks": "diagnosis",
        "enhanced": "enhancers",
        "enhancer": "enhancers",
        "enhancer_names": "enhancers",
        "restore": "repair",
    },
)
