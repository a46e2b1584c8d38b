"""What authors of plugins test them with."""

from sayso.testing.conformance import EngineConformance, spoken
from sayso.testing.marks import MarkDecoderConformance
from sayso.testing.restoration import EnhancerConformance, ScorerConformance

__all__ = ["EngineConformance", "EnhancerConformance", "MarkDecoderConformance", "ScorerConformance", "spoken"]
