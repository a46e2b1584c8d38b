"""Voices: cloning, listing, the engines' own."""
