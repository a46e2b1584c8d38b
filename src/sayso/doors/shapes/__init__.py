"""The JSON shapes of results, one function a result; `sayso.doors.schemas` holds the schema of each.

The command line and the API answer with the same shapes.
"""
