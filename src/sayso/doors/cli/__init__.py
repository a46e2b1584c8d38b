"""The command line: results on stdout, messages on stderr, ``--json`` on every command."""
