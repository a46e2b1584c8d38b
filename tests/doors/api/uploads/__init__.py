"""Texts and recordings that are handed in over HTTP."""
