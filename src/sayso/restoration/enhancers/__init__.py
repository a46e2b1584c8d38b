"""Enhancers take noise and talkers away. Plugins by entry point; Hush, DeepFilterNet3 and GTCRN come with Sayso."""

from sayso.restoration.enhancers.applied import enhanced, run_whole
from sayso.restoration.enhancers.protocol import Enhancer, EnhancerRun
from sayso.restoration.enhancers.registry import EnhancerUnfit, EnhancerUnknown, enhancer, enhancer_names

__all__ = [
    "Enhancer",
    "EnhancerRun",
    "EnhancerUnfit",
    "EnhancerUnknown",
    "enhanced",
    "enhancer",
    "enhancer_names",
    "run_whole",
]
