"""What became of each grant, by whose act, when."""
