"""Shards: what is chosen of a corpus as files for training, in the layouts that others read."""

from sayso.corpus.shards.export import ExportedShards, ExportOrder, ShardFormat, export
from sayso.corpus.shards.index import CorpusShard, ShardIndex
from sayso.corpus.shards.reader import ShardReader, ShardSample

__all__ = [
    "CorpusShard",
    "ExportOrder",
    "ExportedShards",
    "ShardFormat",
    "ShardIndex",
    "ShardReader",
    "ShardSample",
    "export",
]
