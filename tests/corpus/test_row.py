"""A row survives Arrow, and its id depends on content alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.corpus.catalogue import Catalogue
from sayso.corpus.row import EMBEDDING_SIZE, Segment, SegmentDecision, schema, segment_id

pytest.importorskip("pyarrow", reason="of the extra corpus")


def row(**more) -> Segment:
    made = {
        "segment": segment_id("ab" * 32, 0.0, 2.5),
        "source": "file:///a.wav",
        "source_digest": "ab" * 32,
        "start_s": 0.0,
        "end_s": 2.5,
        "seconds": 2.5,
        "sample_rate_hz": 16_000,
    }
    return Segment(**{**made, **more})


def test_rows_come_back_as_they_were_published(tmp_path):
    rows = [
        row(decision=SegmentDecision.REJECTED, reasons=("noisy",), snr_db=4.5),
        row(embedding=(0.5,) * EMBEDDING_SIZE, stage_versions=("decode=1", "embed=2")),
    ]
    catalogue = Catalogue(tmp_path)
    assert list(catalogue.rows()) == []
    catalogue.publish(rows)
    assert list(catalogue.rows()) == rows


def test_the_schema_has_every_field_and_a_version():
    assert schema().names == list(Segment.__dataclass_fields__)
    assert schema().metadata[b"sayso.schema"] == b"1"


@given(st.floats(0, 36_000), st.floats(0.1, 60))
def test_an_id_is_of_recording_and_moments_to_the_millisecond(start, length):
    one = segment_id("ab" * 32, start, start + length)
    assert one == segment_id("ab" * 32, start, start + length)
    assert one != segment_id("cd" * 32, start, start + length)
    assert one != segment_id("ab" * 32, start, start + length + 0.01)
