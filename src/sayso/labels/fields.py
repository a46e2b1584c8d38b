"""What labels say in a file and beside it: the Chinese field, the tags, the fields of publishers and music services."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

import sayso
from sayso.labels.statutes import Statute, statute

AIGC: Final = "AIGC"
"""The name of the field in every container (GB 45438-2025, annex E)."""

DISCLOSURE: Final = "AI_DISCLOSURE"
VOICE: Final = "AI_VOICE"

_GENERATED: Final = "1"  # annex E: 1 is, 2 may be, 3 is suspected to be generated


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
        return str(statute(Statute.NOTICES)["voice"][self._kind])

    def disclosure(self) -> str:
        """Return one sentence with provider, system, version, time and id (California B&P Code 22757.3(b))."""
        text: str = statute(Statute.NOTICES)["disclosure"]
        return text.format(
            provider=self.provider,
            system=f"Sayso {sayso.__version__}",
            engine=self.engine,
            made_at=self.made_at,
            clip=self.clip,
            mark=self.mark,
        )

    def trade(self) -> dict[str, Any]:
        """Return the fields that publishers and music services ask for; `notices.toml` names their sources."""
        texts = statute(Statute.NOTICES)
        onix = texts["onix"]
        return {
            "apa": self.voice,
            "onix": {"ContributorRole": onix["ContributorRole"], "UnnamedPersons": onix[self._kind]},
            "ddex_ai_credits": dict(texts["ddex_ai_credits"]),
            "iptc_digital_source_type": texts["iptc"]["digital_source_type"],
        }

    @property
    def _kind(self) -> str:
        return "replica" if self.replica else "stock"
