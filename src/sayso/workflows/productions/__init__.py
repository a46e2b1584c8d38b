"""Productions: from a manuscript to a package, planned, permitted, made line by line, and picked up where it stopped."""
