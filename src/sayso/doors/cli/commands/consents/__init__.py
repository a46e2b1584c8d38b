"""The commands ``sayso consent``: grants, their states, documents and records."""
