"""What a policy asks of a mark: profiles, codec chains, and no silence about a weak one."""

from __future__ import annotations

import pytest

from sayso.audio import Container, encode
from sayso.audio.tags import read_tags, tagged
from sayso.mark import Mark
from sayso.mark.errors import MarkWeak, ProfileUnknown
from sayso.mark.verifying import MarkPolicy
from sayso.workflows.provenance.marking_files import Batch

MARK = Mark(0x0123456789ABCDEF)


@pytest.fixture
def file(tmp_path, speech):
    path = tmp_path / "speech.wav"
    path.write_bytes(encode(speech, Container.WAV))
    return path


def test_a_mark_is_checked_through_what_the_policy_names(estate, file, tmp_path):
    with Batch(estate.session) as batch:
        marked = batch.embed(file, tmp_path / "out.wav", MARK, MarkPolicy("telephone", ("none", "mu-law-8k", "mp3-64")))
    assert marked.verified
    assert [check.chain for check in marked.checks] == ["none", "mu-law-8k", "mp3-64"]
    assert all(check.margin > 10 for check in marked.checks)
    assert marked.profile == "telephone"


def test_a_weak_mark_is_written_more_firmly_then_told_and_refused_where_the_policy_says_so(estate, tmp_path, speech):
    short = tmp_path / "short.wav"
    short.write_bytes(encode(speech.slice(24_000, 36_000), Container.WAV))
    with Batch(estate.session) as batch:
        hard = MarkPolicy("transparent", ("amr-nb-7.4",), refuse_weak=True)
        told = batch.embed(short, tmp_path / "told.wav", MARK, MarkPolicy("transparent", ("amr-nb-7.4",)))
        gentle = batch.embed(short, tmp_path / "gentle.wav", MARK, MarkPolicy("transparent", ()))
        assert not told.verified
        assert told.snr_db < gentle.snr_db - 0.3
        with pytest.raises(MarkWeak, match=r"amr-nb-7\.4"):
            batch.embed(short, tmp_path / "refused.wav", MARK, hard)
    assert not (tmp_path / "refused.wav").exists()


def test_an_unknown_profile_changes_nothing(estate, file, tmp_path):
    with Batch(estate.session) as batch, pytest.raises(ProfileUnknown):
        batch.embed(file, tmp_path / "out.wav", MARK, MarkPolicy("loud"))
    assert not (tmp_path / "out.wav").exists()


def test_tags_and_cover_stay_in_a_marked_file(session, recording, tmp_path):
    source = tmp_path / "tagged.flac"
    source.write_bytes(tagged(recording.read_bytes(), Container.FLAC, {"TITLE": "A Tale"}))
    with Batch(session) as batch:
        batch.embed(source, tmp_path / "out.flac", Mark(5))
    assert read_tags((tmp_path / "out.flac").read_bytes(), Container.FLAC)["TITLE"] == "A Tale"
