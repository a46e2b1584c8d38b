"""The resolver's door: the C2PA Soft Binding Resolution API, which finds the manifest that a file has lost."""
