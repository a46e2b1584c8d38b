"""Erasing a speaker."""
