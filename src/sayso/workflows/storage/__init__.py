"""Keeping recordings: what for, in which form, for how long."""
