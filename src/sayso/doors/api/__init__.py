"""The server's door: one ASGI application for everything that is asked over HTTP."""
