"""Opening an installation, and the session in which an actor works with it."""
