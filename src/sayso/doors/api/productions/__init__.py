"""Productions over HTTP, their runs, and the processes that work on what takes long."""
