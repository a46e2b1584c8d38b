"""The storage room: what a recording is kept for decides in which form it is kept, and measures tell whether it may."""

from __future__ import annotations

from sayso.storage.choosing import ChosenForm, choose, sounded
from sayso.storage.purpose import DEMANDS, Demand, StorageForm, StoragePurpose
from sayso.storage.sheet import Sheet

__all__ = ["DEMANDS", "ChosenForm", "Demand", "Sheet", "StorageForm", "StoragePurpose", "choose", "sounded"]
