"""Speakers, their keys and grants; asking for permission."""
