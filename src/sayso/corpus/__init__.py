"""Corpora: raw recordings to a catalogue of segments whose owner, quality and history are known; see README.md."""

from sayso.corpus.row import Segment, SegmentDecision, segment_id

__all__ = ["Segment", "SegmentDecision", "segment_id"]
