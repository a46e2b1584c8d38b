"""A student learns a cloned voice: hibari says it at a fiftieth of real time, where Kokoro takes half."""

from sayso.voices.student.teaching import teach

__all__ = ["teach"]
