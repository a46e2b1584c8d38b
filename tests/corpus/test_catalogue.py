"""The catalogue: versions as a whole, read back as they were, and a withdrawal that touches what it must."""

from __future__ import annotations

import pytest

from sayso.corpus.catalogue import Catalogue
from sayso.corpus.condition import Condition
from sayso.corpus.errors import CatalogueEmpty, CatalogueTooNew, CatalogueVersionUnknown
from sayso.corpus.fragments import ORDER, cut, in_order, sizes
from sayso.corpus.row import schema
from sayso.corpus.view import CorpusView
from tests.corpus.rows import AT, everyone, row, rows

ALL = Condition.of("decision != ''")


def names(view):
    return {found.segment for found in view.find(ALL, limit=10_000).rows}


def test_rows_come_back_as_they_were_published(published):
    told = {one.segment: one for one in published.rows()}
    assert len(told) == 120
    for one in rows():
        back = told[one.segment]
        assert back.embedding == pytest.approx(one.embedding, abs=1e-6)
        assert {**back.record(), "embedding": 0} == {**one.record(), "embedding": 0}


@pytest.mark.parametrize("chunk", [1, 7, 1_000])
def test_rows_that_come_in_order_are_published_as_those_that_do_not(chunk, tmp_path, published, monkeypatch):
    monkeypatch.setattr("sayso.corpus.catalogue._CHUNK", chunk)
    ordered = sorted(rows(), key=lambda one: [getattr(one, name) for name in ORDER])
    catalogue = Catalogue(tmp_path)
    catalogue.publish_ordered((one.speaker for one in ordered), iter(ordered))
    assert [one.record() for one in catalogue.rows()] == [one.record() for one in published.rows()]
    told, expected = (one.open().voices.to_table() for one in (catalogue, published))
    names = [name for name in expected.column_names if name != "centroid"]
    assert told.select(names).equals(expected.select(names))
    for one, other in zip(told["centroid"].to_pylist(), expected["centroid"].to_pylist(), strict=True):
        assert one == (None if other is None else pytest.approx(other, abs=1e-5))


def test_no_rows_at_all_are_a_version_too(tmp_path):
    catalogue = Catalogue(tmp_path)
    catalogue.publish_ordered(iter(()), iter(()))
    assert not list(catalogue.rows())


def test_each_publication_is_a_version_that_can_be_read_again(tmp_path):
    catalogue = Catalogue(tmp_path)
    with pytest.raises(CatalogueEmpty):
        catalogue.open()
    assert not list(catalogue.rows())
    first = catalogue.publish(rows(30))
    second = catalogue.publish(rows(50))
    assert [(one.version, one.rows, one.schema_version) for one in catalogue.versions()] == [
        (first, 30, 1),
        (second, 50, 1),
    ]
    assert len(names(CorpusView(catalogue, everyone, at=AT))) == 50
    assert names(CorpusView(catalogue, everyone, at=AT, version=first)) == {one.segment for one in rows(30)}
    with pytest.raises(CatalogueVersionUnknown, match="expected one of 1, 2"):
        catalogue.open(9)


def test_an_empty_corpus_is_a_version_too(tmp_path):
    catalogue = Catalogue(tmp_path)
    catalogue.publish([])
    assert not list(catalogue.rows())
    assert CorpusView(catalogue, everyone, at=AT).find(ALL, limit=5).segments == 0


def test_columns_of_a_later_version_are_refused(tmp_path, monkeypatch):
    catalogue = Catalogue(tmp_path)
    monkeypatch.setattr("sayso.corpus.catalogue.SCHEMA_VERSION", 2)
    catalogue.publish(rows(10))
    monkeypatch.undo()
    with pytest.raises(CatalogueTooNew):
        catalogue.open()


def tables(speakers, each):
    import pyarrow as pa

    for speaker in range(speakers):
        told = [row(100 * speaker + number, speaker).record() for number in range(each)]
        yield in_order(pa.Table.from_pylist(told, schema=schema()))


@pytest.mark.parametrize("most", [1, 2, 3, 4, 7, 8, 21, 100])
def test_files_are_as_long_as_speakers_tell_before_the_rows_are_there(most):
    told = [*tables(3, 7), *(one.slice(0, 1) for one in tables(5, 1)), *tables(2, 3)]
    who = [name for one in told for name in one["speaker"].to_pylist()]
    assert list(sizes(who, most)) == [one.num_rows for one in cut(told, most)]


@pytest.mark.parametrize(("each", "most"), [(7, 30), (10, 10), (25, 10), (3, 100)])
def test_files_part_no_speaker_that_fits_in_one(each, most):
    parts = list(cut(tables(9, each), most))
    assert sum(part.num_rows for part in parts) == 9 * each
    assert max(part.num_rows for part in parts) <= most
    for speaker in {one for part in parts for one in part["speaker"].to_pylist()}:
        holding = sum(speaker in part["speaker"].to_pylist() for part in parts)
        assert holding <= -(-each // most) + (each > most)


def test_a_withdrawal_rewrites_only_the_files_that_hold_the_speaker(tmp_path):
    catalogue = Catalogue(tmp_path)
    catalogue.publish_tables(tables(12, 10), fragment_rows=20)
    before = {path.name for path in (tmp_path / "segments.lance" / "data").iterdir()}
    done = catalogue.withdraw("ext_0005")
    after = {path.name for path in (tmp_path / "segments.lance" / "data").iterdir()}
    assert (done.rows, done.fragments) == (10, 1)
    assert (len(before - after), len(after - before), len(before)) == (1, 1, 6)
    assert done.bytes_written < done.bytes_replaced
    view = CorpusView(catalogue, everyone, at=AT)
    assert len(names(view)) == 110
    assert not view.find(Condition.of('speaker = "ext_0005" and decision != ""'), limit=1).segments
    again = catalogue.withdraw("ext_0005")
    assert (again.rows, again.fragments, again.bytes_written) == (0, 0, 0)


def test_nothing_of_a_withdrawn_speaker_is_left_on_the_disk(tmp_path):
    catalogue = Catalogue(tmp_path)
    catalogue.publish(rows(60))
    catalogue.publish(rows(90))
    mark = b"ext_0003"
    assert any(mark in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    catalogue.withdraw("ext_0003")
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and mark in path.read_bytes()]
    assert len(catalogue.versions()) == 1


def test_the_rest_of_an_old_version_stays_out_of_reach_after_a_withdrawal(tmp_path):
    catalogue = Catalogue(tmp_path)
    first = catalogue.publish(rows(60))
    catalogue.withdraw("ext_0003")
    with pytest.raises(CatalogueVersionUnknown):
        catalogue.open(first)
