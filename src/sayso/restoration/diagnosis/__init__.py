"""Diagnosis: what is wrong with a recording, told without a reference."""

from sayso.restoration.diagnosis.diagnosing import diagnose, diagnose_blocks, examine, stretches
from sayso.restoration.diagnosis.finding import Diagnosis, Finding

__all__ = ["Diagnosis", "Finding", "diagnose", "diagnose_blocks", "examine", "stretches"]
