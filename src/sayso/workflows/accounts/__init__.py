"""Organisations, the licensees that they hold, and the credentials of who acts for them."""
