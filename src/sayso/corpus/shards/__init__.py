"""Shards: what is chosen of a corpus as files for training, in the layouts that others read."""

from sayso.corpus.shards.export import Exported, ExportOrder, ShardFormat, export
from sayso.corpus.shards.index import Shard, ShardIndex
from sayso.corpus.shards.reader import ShardReader, ShardSample

__all__ = ["ExportOrder", "Exported", "Shard", "ShardFormat", "ShardIndex", "ShardReader", "ShardSample", "export"]
