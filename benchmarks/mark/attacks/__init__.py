"""The attack suite: what may happen to a marked clip between its making and its finding.

An attack takes float32 samples at 24 kHz, a parameter and a context, and returns samples at 24 kHz. `table.py` lists
all of them with their parameters and levels: 1 must be survived, 2 is claimed, 3 is reported.
"""

from attacks.registry import Attack, Context, NotRun
from attacks.table import ATTACKS

__all__ = ["ATTACKS", "Attack", "Context", "NotRun"]
