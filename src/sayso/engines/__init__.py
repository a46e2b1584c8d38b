"""Engines: what makes sound from text, each a plugin behind one protocol."""

from sayso.engines.errors import CannotClone, EngineUnfit, EngineUnknown, SpeedInvalid, Unspeakable, VoiceUnfit
from sayso.engines.protocol import Capability, Engine, Licence, MeasuredStyles, StockVoice, StyleSpace, VoiceAsset
from sayso.engines.registry import InstalledEngine, engine, installed

__all__ = [
    "CannotClone",
    "Capability",
    "Engine",
    "EngineUnfit",
    "EngineUnknown",
    "InstalledEngine",
    "Licence",
    "MeasuredStyles",
    "SpeedInvalid",
    "StockVoice",
    "StyleSpace",
    "Unspeakable",
    "VoiceAsset",
    "VoiceUnfit",
    "engine",
    "installed",
]
