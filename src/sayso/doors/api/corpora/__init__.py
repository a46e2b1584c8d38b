"""Corpora over HTTP: run in a process of their own, searched, sampled, and left by who withdraws."""
