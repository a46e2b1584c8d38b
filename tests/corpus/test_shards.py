"""Shards: read back by the libraries that they are for, resumed, held to consent, and the index last."""

from __future__ import annotations

import gc
import hashlib
import io
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import soundfile

from sayso.clock import parse_stamp
from sayso.corpus.catalogue import Catalogue
from sayso.corpus.condition import Condition
from sayso.corpus.errors import ExportTargetTaken, NothingConsented, NothingToExport, ShardDamaged
from sayso.corpus.quota import Quotas
from sayso.corpus.shards import ExportOrder, ShardFormat, ShardIndex, ShardReader, export
from sayso.corpus.shards.plan import planned
from sayso.corpus.shards.reader import ReadingPlace
from sayso.corpus.view import CorpusView
from sayso.disk import FileMissing
from tests.corpus.rows import AHEAD, AT, everyone, row, rows, sound, sound_of

KEPT = {one.segment: one for one in rows() if one.decision == "kept"}


def order(layout="webdataset", where="", **changes):
    return ExportOrder("voices", ShardFormat(layout), Condition.of(where), **{"shard_seconds": 60.0, **changes})


def samples(flac):
    return soundfile.read(io.BytesIO(flac), dtype="int16")[0]


def check(told, flac):
    """Hold what was read against the row that it is of."""
    one = KEPT[told["segment"]]
    assert (told["grant"], told["licence"], told["purpose"], told["expires"]) == (
        one.grant,
        one.licence,
        one.purpose,
        one.expires,
    )
    assert (told["speaker"], told["accent"], told["text"], told["snr_db"]) == (
        one.speaker,
        one.accent,
        one.text,
        one.snr_db,
    )
    assert np.array_equal(samples(flac), samples(sound(one.audio)))
    assert {"source", "embedding"}.isdisjoint(told)
    return told["segment"]


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_webdataset_reads_its_tars(view, tmp_path):
    webdataset = pytest.importorskip("webdataset", reason="installed with the dev packages")
    done = export(view, order(), tmp_path / "out", sound_of)
    assert len(done.index.shards) > 1
    tars = sorted(map(str, (tmp_path / "out" / "data").glob("*.tar")))
    dataset = webdataset.WebDataset(tars, shardshuffle=False, empty_check=False)
    seen = [check(json.loads(one["json"]), one["flac"]) for one in dataset]
    assert sorted(seen) == sorted(KEPT)
    del dataset
    gc.collect()  # the library leaves its files to the collector


@pytest.mark.filterwarnings("ignore")
def test_lhotse_reads_its_shar(view, tmp_path):
    lhotse = pytest.importorskip("lhotse", reason="brings torch, several GB: pip install lhotse")
    export(view, order("shar"), tmp_path / "out", sound_of)
    seen = []
    for cut in lhotse.CutSet.from_shar(in_dir=tmp_path / "out" / "data"):
        told = cut.supervisions[0].custom
        one = KEPT[told["segment"]]
        assert (cut.supervisions[0].speaker, cut.supervisions[0].text) == (one.speaker, one.text)
        assert np.allclose(cut.load_audio()[0], samples(sound(one.audio)) / 32768, atol=1e-6)
        assert cut.recording.num_samples == 16_000
        seen.append(check(told, sound(one.audio)))
    assert sorted(seen) == sorted(KEPT)


def test_pyarrow_reads_its_parquet(view, tmp_path):
    export(view, order("parquet"), tmp_path / "out", sound_of)
    table = pq.read_table(tmp_path / "out" / "data")
    seen = [check(one, one["audio"]["bytes"]) for one in table.to_pylist()]
    assert sorted(seen) == sorted(KEPT)


@pytest.mark.filterwarnings("ignore")
def test_datasets_reads_its_folder(view, tmp_path):
    datasets = pytest.importorskip("datasets", reason="installed with the dev packages")
    export(view, order("huggingface"), tmp_path / "out", sound_of)
    found = datasets.load_dataset(str(tmp_path / "out"), split="train", cache_dir=str(tmp_path / "cache"))
    assert isinstance(found.features["audio"], datasets.Audio)
    plain = found.cast_column("audio", datasets.Audio(decode=False))
    assert sorted(check(one, one["audio"]["bytes"]) for one in plain) == sorted(KEPT)


def test_a_row_says_what_it_stands_on_and_so_does_its_shard(view, tmp_path):
    done = export(view, order(), tmp_path / "out", sound_of)
    index = ShardIndex.read(tmp_path / "out")
    assert index == done.index
    assert {name for shard in index.shards for name in shard.grants} == {"gra_1", "gra_3", "gra_5"}
    assert {name for shard in index.shards for name in shard.licences} == {"CC-BY-4.0"}
    assert {name for shard in index.shards for name in shard.purposes} == {"*", "training"}
    for shard in index.shards:
        for file in shard.files:
            data = (tmp_path / "out" / "data" / file.name).read_bytes()
            assert (len(data), hashlib.sha256(data).hexdigest()) == (file.size, file.sha256)


@pytest.mark.parametrize("layout", list(ShardFormat))
def test_the_same_order_makes_the_same_bytes(view, tmp_path, layout):
    one = export(view, order(layout), tmp_path / "one", sound_of)
    other = export(view, order(layout), tmp_path / "other", sound_of)
    assert one.index == other.index


def test_a_run_that_was_stopped_goes_on_and_publishes_the_index_last(view, tmp_path):
    whole = export(view, order(), tmp_path / "whole", sound_of)
    asked = []

    def failing(one):
        asked.append(one)
        if len(asked) == 40:
            raise KeyboardInterrupt
        return sound_of(one)

    with pytest.raises(KeyboardInterrupt):
        export(view, order(), tmp_path / "out", failing)
    with pytest.raises(FileMissing):
        ShardIndex.read(tmp_path / "out")
    done = export(view, order(), tmp_path / "out", sound_of)
    assert done.reused > 0
    assert done.written + done.reused == len(done.index.shards)
    assert done.index == whole.index
    assert export(view, order(), tmp_path / "out", sound_of).written == 0


def test_a_withdrawal_rewrites_one_shard_and_leaves_nothing_of_the_speaker(tmp_path):
    catalogue = Catalogue(tmp_path / "catalogue")
    catalogue.publish(rows())
    export(CorpusView(catalogue, everyone, at=AT), order(), tmp_path / "out", sound_of)
    held = [shard for shard in ShardIndex.read(tmp_path / "out").shards if "gra_3" in shard.grants]
    view = CorpusView(catalogue, lambda asked: asked - {"gra_3"}, at=AT)
    done = export(view, order(), tmp_path / "out", sound_of)
    assert len(held) == 1
    assert done.written <= 1
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_file() and b"ext_0003" in path.read_bytes()]
    assert sum(shard.segments for shard in done.index.shards) == len(KEPT) - sum(
        one.speaker == "ext_0003" for one in KEPT.values()
    )


def test_what_has_no_basis_is_withheld_and_refused_where_it_is_all(published, tmp_path):
    view = CorpusView(published, lambda asked: asked - {"gra_3"}, at=AT)
    done = export(view, order(), tmp_path / "out", sound_of)
    assert done.withheld == sum(one.speaker == "ext_0003" for one in KEPT.values())
    with pytest.raises(NothingConsented):
        export(view, order(where='speaker = "ext_0003"'), tmp_path / "none", sound_of)
    with pytest.raises(NothingToExport):
        export(view, order(where="snr_db > 900"), tmp_path / "none", sound_of)
    assert not (tmp_path / "none").exists()


def test_quotas_bound_what_leaves(view, tmp_path):
    done = export(view, order(quotas=Quotas.of(["accent=Irish:5", "accent=Indian:3"])), tmp_path / "out", sound_of)
    assert sum(shard.segments for shard in done.index.shards) == 8
    assert [(one.value, one.segments) for one in done.strata] == [("Indian", 3), ("Irish", 5)]


def test_a_folder_with_something_else_is_left_alone(view, tmp_path):
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(ExportTargetTaken, match="letter"):
        export(view, order(), tmp_path, sound_of)
    export(view, order(), tmp_path / "out", sound_of)
    with pytest.raises(ExportTargetTaken, match="webdataset"):
        export(view, order("shar"), tmp_path / "out", sound_of)


def test_a_sound_that_is_none_stops_the_export_without_an_index(view, tmp_path):
    with pytest.raises(ShardDamaged, match="no FLAC"):
        export(view, order(), tmp_path / "out", lambda _one: b"RIFF")
    assert not (tmp_path / "out" / "index.json").exists()


@pytest.mark.parametrize("stop", [0, 1, 17, 60])
def test_a_reader_goes_on_from_where_another_stopped(view, tmp_path, stop):
    export(view, order(), tmp_path / "out", sound_of)
    whole = [one.told["segment"] for one in ShardReader(tmp_path / "out")]
    first = ShardReader(tmp_path / "out")
    iterator = iter(first)
    begun = [next(iterator).told["segment"] for _ in range(stop)]
    kept = json.dumps([first.place.shards, first.place.segments])
    rest = [one.told["segment"] for one in ShardReader(tmp_path / "out", ReadingPlace(*json.loads(kept)))]
    assert begun + rest == whole
    assert sorted(whole) == sorted(KEPT)


def test_a_reader_passes_over_what_has_ended_since(tmp_path):
    catalogue = Catalogue(tmp_path / "catalogue")
    catalogue.publish([row(1, 1, expires=AHEAD), row(2, 2), row(3, 3)])
    export(CorpusView(catalogue, everyone, at=AT), order(), tmp_path / "out", sound_of)
    now, later = (parse_stamp(text) for text in (AT, AHEAD))
    assert len(list(ShardReader(tmp_path / "out", clock=lambda: now))) == 3
    assert {one.told["speaker"] for one in ShardReader(tmp_path / "out", clock=lambda: later)} == {
        "ext_0002",
        "ext_0003",
    }


def test_a_reader_refuses_a_shard_that_was_changed(view, tmp_path):
    export(view, order(), tmp_path / "out", sound_of)
    path = next((tmp_path / "out" / "data").glob("*.tar"))
    path.write_bytes(path.read_bytes()[:-1] + b"\1")
    with pytest.raises(ShardDamaged):
        list(ShardReader(tmp_path / "out"))
    (tmp_path / "out" / "index.json").write_text("[]")
    with pytest.raises(ShardDamaged):
        ShardReader(tmp_path / "out")


def test_a_speaker_with_more_than_a_shard_is_spread_and_others_are_not():
    ids = [hashlib.sha256(str(number).encode()).hexdigest()[:32] for number in range(400)]
    keys = pa.table({
        "segment": [f"seg_{one}" for one in ids],
        "speaker": ["long"] * 300 + [f"s{number % 20}" for number in range(100)],
        "seconds": [10.0] * 400,
    })  # fmt: skip
    parts = planned(keys, count=8, seed=0, shard_seconds=500.0)
    assert sorted(np.concatenate(list(parts.values())).tolist()) == list(range(400))
    holding = {}
    for number, found in parts.items():
        for speaker in keys["speaker"].take(found).to_pylist():
            holding.setdefault(speaker, set()).add(number)
    assert 2 <= len(holding.pop("long")) <= 6
    assert {len(one) for one in holding.values()} == {1}
