"""The witness's door: add-checkpoint over HTTP, for whoever wants to keep a log honest."""
