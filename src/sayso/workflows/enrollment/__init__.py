"""Enrolment: recordings are checked before a voice may be made of them."""
