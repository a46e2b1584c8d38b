"""What labels say in a file and beside it: the Chinese field, the tags, the fields of publishers and music services."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

import sayso

AIGC: Final = "AIGC"
"""The name of the field in every container (GB 45438-2025, annex E)."""

DISCLOSURE: Final = "AI_DISCLOSURE"
VOICE: Final = "AI_VOICE"

_GENERATED: Final = "1"  # annex E: 1 is, 2 may be, 3 is suspected to be generated
_REPLICA: Final = "Authorized Voice Replica (AVR)"
_AI_VOICE: Final = "AI Voice"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a clip comes from. Opaque references only: no name of a person, no text.

    ``provider``: name or registered code of the operator; ``replica``: whether the voice is that of one real person.
    """

    provider: str
    clip: str
    mark: str
    made_at: str
    engine: str
    replica: bool

    def aigc(self) -> str:
        """Return the value of the field ``AIGC``: JSON of seven texts (GB 45438-2025, annex E).

        ``ReservedCode1`` is the producer's own: the mark, which ties the field to the sound. Who spreads the file fills
        in ``ContentPropagator``, ``PropagateID`` and ``ReservedCode2``.
        """
        values = {
            "Label": _GENERATED,
            "ContentProducer": self.provider,
            "ProduceID": self.clip,
            "ReservedCode1": self.mark,
            "ContentPropagator": "",
            "PropagateID": "",
            "ReservedCode2": "",
        }
        return json.dumps(values, ensure_ascii=False, separators=(",", ":"))

    @property
    def voice(self) -> str:
        """Return what publishers of audiobooks call such a voice (Audio Publishers Association, guidelines of 2024)."""
        return _REPLICA if self.replica else _AI_VOICE

    def disclosure(self) -> str:
        """Return one sentence with provider, system, version, time and id (California B&P Code 22757.3(b))."""
        return (
            f"The voice in this recording is AI-generated. Provider: {self.provider}; system: Sayso {sayso.__version__}"
            f" with {self.engine}; made: {self.made_at}; id: {self.clip}; mark: {self.mark}"
        )

    def trade(self) -> dict[str, Any]:
        """Return the fields of the trade.

        ``onix``: contributor role E07 "read by" and code list 19: 08 is a synthesised voice based on a real actor's,
        whom the publisher names in AlternativeName, 07 one unspecified. ``ddex_ai_credits``: the five parts that music
        services tell apart; what Sayso cannot know is "undeclared".
        """
        return {
            "apa": self.voice,
            "onix": {"ContributorRole": "E07", "UnnamedPersons": "08" if self.replica else "07"},
            "ddex_ai_credits": {
                "vocals": "ai-generated",
                "instrumentation": "none",
                "composition": "undeclared",
                "lyrics": "undeclared",
                "post_production": "none",
            },
            "iptc_digital_source_type": "trainedAlgorithmicMedia",
        }
