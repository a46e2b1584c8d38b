"""Holding state and ledger against each other, and reporting from them."""
