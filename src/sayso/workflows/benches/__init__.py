"""Benches: a version measured on people who consented, for the gate and for reports on fairness."""
