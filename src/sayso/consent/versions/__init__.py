"""The versions that a grant had."""
