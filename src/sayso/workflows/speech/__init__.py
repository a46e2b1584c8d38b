"""Speech under consent: explaining decisions, speaking, exporting, labels."""
