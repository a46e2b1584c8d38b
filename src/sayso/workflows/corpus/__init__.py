"""Corpora of an organisation: what may enter, what may be read, and what a withdrawal takes away."""
