"""Restoring a recording that a person hands in."""
