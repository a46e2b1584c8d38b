"""Fairness and the gate."""
