"""What may be seen: nothing without a basis, nothing expired, nothing that a grant no longer covers, in any version."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sayso.corpus import voiceprints
from sayso.corpus.catalogue import Catalogue
from sayso.corpus.condition import Condition
from sayso.corpus.errors import SegmentUnknown
from sayso.corpus.view import CorpusView
from tests.corpus.rows import AHEAD, AT, PAST, everyone, row, rows, vector

ALL = Condition.of("")


def barred(catalogue, grants=frozenset(), at=AT, version=None):
    return CorpusView(catalogue, lambda asked: asked - grants, at=at, version=version)


def test_a_grant_that_is_not_in_force_hides_its_rows_in_every_reading(published):
    view = barred(published, {"gra_3"})
    assert "ext_0003" not in {one.speaker for one in view.find(ALL, limit=1_000).rows}
    assert "ext_0003" not in {one.speaker for one in view.every(ALL)}
    assert "ext_0003" not in {one.speaker for one in view.nearest(vector(3), 10)}
    hidden = next(one for one in rows() if one.speaker == "ext_0003")
    with pytest.raises(SegmentUnknown):
        view.segment(hidden.segment)
    assert view.withheld(ALL) == sum(one.speaker == "ext_0003" and one.decision == "kept" for one in rows())
    assert view.withheld(Condition.of('accent = "Scottish"')) == 0


def test_no_grant_in_force_leaves_what_is_licensed(published):
    view = CorpusView(published, lambda _asked: frozenset(), at=AT)
    assert {one.grant for one in view.every(ALL)} == {""}


def test_a_basis_that_has_ended_hides_its_rows(tmp_path):
    catalogue = Catalogue(tmp_path)
    catalogue.publish(
        [row(1, 1, expires=PAST), row(2, 1, expires=AHEAD), row(3, 2), row(4, 4, licence="", evidence="")]
    )
    assert [one.text for one in barred(catalogue).every(ALL)] == ["It's number 2.", "It's number 3."]
    assert [one.text for one in barred(catalogue, at=AHEAD).every(ALL)] == ["It's number 3."]


def test_an_old_version_shows_nothing_that_was_withdrawn_since(tmp_path):
    catalogue = Catalogue(tmp_path)
    first = catalogue.publish(rows(60))
    catalogue.publish(rows(90))
    assert "gra_3" in {one.grant for one in barred(catalogue, version=first).every(ALL)}
    assert "gra_3" not in {one.grant for one in barred(catalogue, {"gra_3"}, version=first).every(ALL)}


def test_the_nearest_voice_is_ones_own(view):
    for speaker in range(6):
        found = view.nearest(vector(speaker), 3)
        assert found[0].speaker == f"ext_{speaker:04x}"
        assert found[0].similarity == pytest.approx(1, abs=0.02)
        assert found[0].segments == sum(one.speaker == found[0].speaker and one.decision == "kept" for one in rows())
        assert view.segment(found[0].example).speaker == found[0].speaker
        assert [one.similarity for one in found] == sorted((one.similarity for one in found), reverse=True)


def test_nearest_voices_are_those_of_an_exhaustive_search(view):
    asked = np.random.default_rng(5).normal(size=192)
    sums = {}
    for one in rows():
        if one.decision == "kept":
            sums[one.speaker] = sums.get(one.speaker, 0) + np.array(one.embedding)
    cosine = {name: asked @ total / np.linalg.norm(asked) / np.linalg.norm(total) for name, total in sums.items()}
    found = view.nearest(asked, 4)
    assert [one.speaker for one in found] == sorted(cosine, key=cosine.get, reverse=True)[:4]


def test_a_version_is_seen_as_of_the_one_moment(published):
    assert barred(published).version == 1
    assert len(list(CorpusView(published, everyone, at=AT).every(ALL))) == sum(one.decision == "kept" for one in rows())


def test_a_recording_of_nobody_known_is_a_voice_of_its_own(tmp_path):
    catalogue = Catalogue(tmp_path)
    made = [replace(row(at, who), speaker="", source_digest=f"{who:064x}") for at, who in enumerate([2, 4, 2, 4, 2], 1)]
    catalogue.publish(made)
    found = barred(catalogue).nearest(vector(4), 5)
    assert [(one.speaker, one.segments) for one in found] == [("", 2), ("", 3)]
    assert found[0].example in {one.segment for one in made[1::2]}


@pytest.fixture
def indexed(tmp_path, monkeypatch):
    """A catalogue of 400 voices, enough for an index; odd ones stand on a grant."""
    monkeypatch.setattr(voiceprints, "INDEXED_FROM", 300)
    catalogue = Catalogue(tmp_path)
    catalogue.publish([row(7 * speaker + 1, speaker) for speaker in range(400)])
    assert catalogue.open().voices.describe_indices()
    return catalogue


def nearest_of_all(speakers, asked, count):
    cosine = {f"ext_{each:04x}": asked @ np.array(row(7 * each + 1, each).embedding) for each in speakers}
    return set(sorted(cosine, key=cosine.get, reverse=True)[:count])


def test_by_an_index_nearly_all_of_the_nearest_are_found(indexed):
    view = CorpusView(indexed, everyone, at=AT)
    for seed in range(5):
        asked = np.random.default_rng([9, seed]).normal(size=192)
        found = view.nearest(asked, 40)
        assert [one.similarity for one in found] == sorted((one.similarity for one in found), reverse=True)
        assert len({one.speaker for one in found} & nearest_of_all(range(400), asked, 40)) >= 38


def test_by_an_index_only_what_stands_is_found_and_as_much_as_is_asked_for(indexed):
    view = CorpusView(indexed, lambda _: frozenset(), at=AT)
    asked = np.random.default_rng(3).normal(size=192)
    found = view.nearest(asked, 150)
    assert len(found) == 150
    assert all(int(one.speaker[4:], 16) % 2 == 0 for one in found)
    assert len({one.speaker for one in found} & nearest_of_all(range(0, 400, 2), asked, 150)) >= 143


def test_an_index_holds_nobody_who_was_withdrawn(indexed):
    before = {path.name for path in (indexed._voices.folder / "_indices").iterdir()}
    indexed.withdraw("ext_0004")
    after = {path.name for path in (indexed._voices.folder / "_indices").iterdir()}
    assert len(after) == 1
    assert not after & before
    found = CorpusView(indexed, everyone, at=AT).nearest(vector(4), 20)
    assert "ext_0004" not in {one.speaker for one in found}
