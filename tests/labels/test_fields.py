"""What labels say: the seven texts of the standard, a sentence with what California asks, the fields of the trade."""

from __future__ import annotations

import json
from dataclasses import replace

import sayso
from sayso.labels import Origin

ORIGIN = Origin(
    "Northwind Audio", "clp_aaaaaaaaaaaaaaaa", "0123456789abcdef", "2026-11-22T20:36:00.123Z", "kokoro", replica=True
)


def test_the_chinese_field_has_its_seven_texts():
    field = json.loads(ORIGIN.aigc())
    assert list(field) == [
        "Label", "ContentProducer", "ProduceID", "ReservedCode1", "ContentPropagator", "PropagateID", "ReservedCode2",
    ]  # fmt: skip
    assert all(isinstance(text, str) for text in field.values())
    assert (field["Label"], field["ContentProducer"], field["ProduceID"]) == ("1", "Northwind Audio", ORIGIN.clip)
    assert field["ReservedCode1"] == ORIGIN.mark
    assert "北风" in replace(ORIGIN, provider="北风").aigc()


def test_the_sentence_tells_provider_system_version_time_and_id():
    said = ORIGIN.disclosure()
    for part in ("AI-generated", ORIGIN.provider, "Sayso", sayso.__version__, ORIGIN.made_at, ORIGIN.clip):
        assert part in said


def test_a_replica_and_a_stock_voice_are_told_apart():
    assert (ORIGIN.voice, ORIGIN.trade()["onix"]["UnnamedPersons"]) == ("Authorized Voice Replica (AVR)", "08")
    stock = replace(ORIGIN, replica=False)
    assert (stock.voice, stock.trade()["onix"]["UnnamedPersons"]) == ("AI Voice", "07")
