"""Corpora over HTTP."""
