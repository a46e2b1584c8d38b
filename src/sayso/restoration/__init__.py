"""The restoration room: what is wrong with a recording, and its repair."""

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
