"""The static page on which anyone looks for our mark, without us: see README.md."""
