"""A clip leaves again as it was made, under a permit, with credentials that lead back to its first file."""

from __future__ import annotations

import io
import json

import c2pa
import pytest

from sayso.audio import Container, Signal, decode, encode
from sayso.consent.errors import ConsentRefused
from sayso.credentials import read
from sayso.doors.cli.main import run
from sayso.mark import Mark
from sayso.workflows.consent import granting
from sayso.workflows.erasure import erasing
from sayso.workflows.provenance.manifests import manifests_of
from sayso.workflows.provenance.marking_files import Batch
from sayso.workflows.provenance.resolving import Resolver
from sayso.workflows.provenance.verifying import verify_file
from sayso.workflows.speech.exporting import ClipGone, NoClip, Publication, SeveralClips, export
from sayso.workflows.speech.speaking import speak

OTHER = "Nobody had told the captain that the harbour was closed, and so he sailed in."


@pytest.fixture
def spoken(estate, tmp_path):
    return speak(estate.session, estate.order(text=OTHER), tmp_path / "out.wav")


def store_of(data, media_type):
    with c2pa.Reader(media_type, io.BytesIO(data)) as reader:
        return json.loads(reader.json())


def test_a_transcode_names_what_it_was_made_from(estate, spoken, tmp_path):
    session, out = estate.session, tmp_path / "again.mp3"
    exported = export(session, Publication(spoken.clip), out)
    first = store_of((tmp_path / "out.wav").read_bytes(), "audio/wav")["active_manifest"]
    store = store_of(out.read_bytes(), "audio/mpeg")
    assert (exported.parent, exported.manifest) == (first, store["active_manifest"])
    active = store["manifests"][store["active_manifest"]]
    (ingredient,) = active["ingredients"]
    assert (ingredient["relationship"], ingredient["active_manifest"]) == ("parentOf", first)
    actions = next(one["data"] for one in active["assertions"] if one["label"].startswith("c2pa.actions"))["actions"]
    assert [one["action"] for one in actions] == ["c2pa.opened", "c2pa.transcoded"]
    for action in actions:
        assert len(action["parameters"]["ingredients"]) == 1
    assert set(store["manifests"]) == {first, exported.manifest}

    found = verify_file(session, out)
    assert (found.verdict, found.content, found.standing.proof_ok) == ("ours", "ours", True)
    assert (found.credentials.intact, found.credentials.trusted, found.credentials.problems) == (True, True, ())
    assert str(found.credentials.facts.mark) == spoken.mark  # the soft binding stays
    assert found.credentials.facts.is_synthetic
    assert found.credentials.facts.forbids_training


@pytest.mark.parametrize("container", [Container.M4A, Container.OPUS])
def test_every_container_and_the_resolver_knows_both_manifests(estate, spoken, tmp_path, container):
    out = tmp_path / f"again.{container}"
    exported = export(estate.session, Publication(str(tmp_path / "out.wav")), out)
    assert exported.content_credentials == (container is not Container.OPUS)
    assert manifests_of(estate.session, spoken.clip) == [exported.parent, exported.manifest]
    resolver = Resolver(estate.session)
    matches = resolver.by_content(encode(decode(out), Container.OPUS), most=10, max_duration_s=60)
    assert {match.manifest_id for match in matches} == {exported.parent, exported.manifest}
    whole, active = (resolver.manifest(exported.manifest, active=one) for one in (False, True))
    assert len(active) < len(whole)
    assert store_of(whole, "application/c2pa")["active_manifest"] == exported.manifest
    assert exported.parent.encode() in whole


def test_what_leaves_is_what_was_made_whatever_file_is_brought(estate, spoken, tmp_path):
    sound = decode(tmp_path / "out.wav")
    cut = Signal(sound.samples[:, : 3 * 24_000] * 0.5, 24_000)
    (tmp_path / "cut.mp3").write_bytes(encode(cut, Container.MP3))
    export(estate.session, Publication(str(tmp_path / "cut.mp3")), tmp_path / "again.flac")
    again = decode(tmp_path / "again.flac")
    assert again.num_samples == sound.num_samples
    assert abs(again.samples - sound.samples).max() < 1e-4


def test_a_copied_mark_and_other_sound_name_no_clip(estate, spoken, speech, tmp_path):
    (tmp_path / "plain.wav").write_bytes(encode(speech, Container.WAV))
    with Batch(estate.session) as batch:
        batch.embed(tmp_path / "plain.wav", tmp_path / "copied.wav", Mark.parse(spoken.mark))
    for name in ("plain", "copied"):
        with pytest.raises(NoClip):
            export(estate.session, Publication(str(tmp_path / f"{name}.wav")), tmp_path / "again.mp3")
    assert not (tmp_path / "again.mp3").exists()


def test_two_clips_in_one_file_are_told_apart(estate, spoken, tmp_path):
    import numpy as np

    more = speak(estate.session, estate.order(), tmp_path / "more.wav")
    both = [decode(tmp_path / f"{name}.wav").samples for name in ("out", "more")]
    (tmp_path / "both.wav").write_bytes(encode(Signal(np.concatenate(both, axis=1), 24_000), Container.WAV))
    with pytest.raises(SeveralClips, match=more.clip):
        export(estate.session, Publication(str(tmp_path / "both.wav")), tmp_path / "again.mp3")


def test_withdrawn_is_refused_and_erased_is_gone(estate, spoken, tmp_path):
    session, out = estate.session, tmp_path / "again.mp3"
    granting.withdraw(session, estate.grant)
    with pytest.raises(ConsentRefused) as refused:
        export(session, Publication(spoken.clip), out)
    assert any("state" in reason for reason in refused.value.reasons)
    erasing.run(session, erasing.plan(session, estate.speaker).plan_id)
    with pytest.raises(ClipGone):
        export(session, Publication(spoken.clip), out)
    assert not out.exists()


def test_a_grant_without_publishing_lets_nothing_out(session, make_estate, tmp_path):
    from sayso.consent import Action

    estate = make_estate(session, actions=(Action.CLONE, Action.SYNTHESIZE))
    spoken = speak(session, estate.order(), tmp_path / "out.wav")
    with pytest.raises(ConsentRefused, match="publish"):
        export(session, Publication(spoken.clip), tmp_path / "again.mp3")


def test_a_failure_leaves_no_file_and_no_manifest(estate, spoken, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "sayso.workflows.speech.exporting._settled", lambda *_: (_ for _ in ()).throw(OSError("planted"))
    )
    with pytest.raises(OSError, match="planted"):
        export(estate.session, Publication(spoken.clip), tmp_path / "again.mp3")
    assert not (tmp_path / "again.mp3").exists()
    assert len(manifests_of(estate.session, spoken.clip)) == 1


def test_the_command_answers_as_promised(estate, spoken, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SAYSO_HOME", str(estate.session.settings.home))
    assert run(["export", spoken.clip, "-o", str(tmp_path / "again.m4a"), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert set(answer) == {"clip", "grant", "file", "manifest", "parent", "content_credentials", "entry"}
    assert read((tmp_path / "again.m4a").read_bytes(), Container.M4A).intact
    assert run(["export", "clp_aaaaaaaaaaaaaaaa", "-o", str(tmp_path / "x.mp3"), "--json"]) == 3
