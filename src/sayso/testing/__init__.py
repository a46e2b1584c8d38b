"""What authors of plugins test them with."""

from sayso.testing.conformance import EngineConformance, spoken

__all__ = ["EngineConformance", "spoken"]
