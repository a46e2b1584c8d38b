"""Whether a system treats groups of speakers alike; see README.md."""

from sayso.fairness.effect import Effect
from sayso.fairness.errors import MarginInvalid, TableInvalid
from sayso.fairness.gap import Gap
from sayso.fairness.judging import FairnessVerdict, GroupComparison, Judgement, judge
from sayso.fairness.margins import Margins
from sayso.fairness.table import Measurement, SampleKind, Table, read_table, tabulated

__all__ = [
    "Effect",
    "FairnessVerdict",
    "Gap",
    "GroupComparison",
    "Judgement",
    "MarginInvalid",
    "Margins",
    "Measurement",
    "SampleKind",
    "Table",
    "TableInvalid",
    "judge",
    "read_table",
    "tabulated",
]
