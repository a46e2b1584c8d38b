"""Engines: what makes sound from text, each a plugin behind one protocol."""

from sayso.engines.errors import (
    CannotAlign,
    CannotClone,
    EngineUnfit,
    EngineUnknown,
    LicenceRefused,
    SpeedInvalid,
    Unspeakable,
    VoiceUnfit,
)
from sayso.engines.protocol import Capability, Engine, Licence, MeasuredStyles, StockVoice, StyleSpace, VoiceAsset
from sayso.engines.registry import InstalledEngine, engine, installed
from sayso.engines.stop import Stop
from sayso.engines.traits import Control, Determinism, Streaming, Timing, Traits, WordTime

__all__ = [
    "CannotAlign",
    "CannotClone",
    "Capability",
    "Control",
    "Determinism",
    "Engine",
    "EngineUnfit",
    "EngineUnknown",
    "InstalledEngine",
    "Licence",
    "LicenceRefused",
    "MeasuredStyles",
    "SpeedInvalid",
    "StockVoice",
    "Stop",
    "Streaming",
    "StyleSpace",
    "Timing",
    "Traits",
    "Unspeakable",
    "VoiceAsset",
    "VoiceUnfit",
    "WordTime",
    "engine",
    "installed",
]
