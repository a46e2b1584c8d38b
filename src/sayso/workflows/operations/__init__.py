"""Looking after an installation: the check-up."""
