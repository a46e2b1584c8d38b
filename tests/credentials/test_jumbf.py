"""A manifest store is taken apart box by box, and whatever is no store is refused."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import c2pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.audio import Container
from sayso.credentials import read, read_manifest
from sayso.credentials.errors import ManifestMalformed, ParentBroken
from sayso.credentials.jumbf import active_only
from sayso.mark.mark import Mark
from tests.marked import issued


@pytest.fixture(scope="module")
def first(plain, claim, authority):
    return issued(plain(Container.WAV), Container.WAV, claim=claim, authority=authority)


@pytest.fixture(scope="module")
def second(plain, claim, authority, first):
    return issued(plain(Container.MP3), Container.MP3, claim=claim, authority=authority, parent=first.manifest)


def detailed(manifest):
    with c2pa.Reader("application/c2pa", io.BytesIO(manifest)) as reader:
        return json.loads(reader.detailed_json())


def test_the_manifest_alone_is_the_one_in_the_file(first, claim, authority):
    recovered = read_manifest(first.manifest, anchors_pem=authority.root_pem())
    assert recovered.facts == read(first.data, Container.WAV).facts
    assert (recovered.present, recovered.intact, recovered.trusted, recovered.problems) == (True, False, True, ())
    assert not read_manifest(first.manifest).trusted
    assert detailed(first.manifest)["active_manifest"] == first.manifest_id


def test_every_statement_is_one_the_signer_answers_for(first):
    claim = detailed(first.manifest)["manifests"][first.manifest_id]["claim"]
    labels = {one["url"].rpartition("/")[2] for one in claim["created_assertions"]}
    assert labels == {
        "c2pa.actions.v2", "c2pa.soft-binding", "cawg.training-mining", "org.sayso.consent", "c2pa.hash.data",
    }  # fmt: skip
    assert not claim.get("gathered_assertions")


def test_a_change_of_the_manifest_alone_shows(first, authority):
    place = first.manifest.index(b"00112233445566ff")
    changed = first.manifest[:place] + b"f" + first.manifest[place + 1 :]
    recovered = read_manifest(changed, anchors_pem=authority.root_pem())
    assert recovered.problems == ("a statement in the credentials was changed after they were signed",)


def test_a_transcode_takes_its_parent_in_and_a_changed_parent_is_refused(first, second, plain, claim, authority):
    assert read(second.data, Container.MP3, anchors_pem=authority.root_pem()).intact
    assert set(detailed(second.manifest)["manifests"]) == {first.manifest_id, second.manifest_id}
    third = issued(plain(Container.FLAC), Container.FLAC, claim=claim, authority=authority, parent=second.manifest)
    assert len(detailed(third.manifest)["manifests"]) == 3
    place = first.manifest.index(b"00112233445566ff")
    changed = first.manifest[:place] + b"f" + first.manifest[place + 1 :]
    with pytest.raises(ParentBroken, match="was changed"):
        issued(plain(Container.FLAC), Container.FLAC, claim=claim, authority=authority, parent=changed)
    with pytest.raises(ManifestMalformed):
        issued(plain(Container.FLAC), Container.FLAC, claim=claim, authority=authority, parent=first.manifest[:99])


def test_of_several_manifests_the_active_one_is_taken(first, second):
    assert active_only(first.manifest) == first.manifest
    alone = active_only(second.manifest)
    assert len(alone) < len(second.manifest)
    assert second.manifest_id.encode() in alone[:300]
    assert alone.count(b"c2pa.signature") < second.manifest.count(b"c2pa.signature")


def test_no_two_files_share_an_id(plain, claim, authority):
    made = {
        issued(plain(Container.WAV), Container.WAV, claim=replace(claim, mark=Mark(7)), authority=authority).manifest_id
        for _ in range(3)
    }
    assert len(made) == 3


@given(st.binary(max_size=60))
def test_other_bytes_are_no_store(data):
    with pytest.raises(ManifestMalformed):
        active_only(data)


def test_what_is_cut_is_no_store(first):
    for end in (0, 7, 8, 100, len(first.manifest) - 1):
        with pytest.raises(ManifestMalformed):
            active_only(first.manifest[:end])
    with pytest.raises(ManifestMalformed):
        read_manifest(first.manifest[:100])
    with pytest.raises(ManifestMalformed):
        active_only(first.manifest * 2)
