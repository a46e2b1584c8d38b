"""Productions: from a manuscript to a package, permitted beforehand, made line by line, taken up where it stopped."""
