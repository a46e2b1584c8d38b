"""Other people's marks, each a program of its own in an environment of its own, that this one talks with over files."""
