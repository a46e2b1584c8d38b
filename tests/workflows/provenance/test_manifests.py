"""The manifest of every file is kept sealed beside its clip, bound to its id, and gone with the voice."""

from __future__ import annotations

import io
import json

import c2pa
import pytest

from sayso.audio import Container
from sayso.credentials import read_manifest, store
from sayso.lineage import Kind, of_speaker
from sayso.vault.errors import FieldTampered
from sayso.workflows.erasure import erasing
from sayso.workflows.provenance.manifests import ManifestUnknown, manifest_of, manifests_of
from sayso.workflows.speech.speaking import speak


@pytest.mark.parametrize("container", [Container.WAV, Container.OPUS])
def test_it_is_kept_for_every_file_and_opens_as_it_was(estate, tmp_path, container):
    session, file = estate.session, tmp_path / f"out.{container}"
    spoken = speak(session, estate.order(), file)
    (known,) = manifests_of(session, spoken.clip)
    manifest = manifest_of(session, known)
    recovered = read_manifest(manifest, anchors_pem=session.anchors_pem())
    assert (recovered.trusted, str(recovered.facts.mark), recovered.facts.entry) == (True, spoken.mark, spoken.clip)
    if container is Container.WAV:
        with c2pa.Reader("audio/wav", io.BytesIO(file.read_bytes())) as reader:
            assert json.loads(reader.json())["active_manifest"] == known
    kept = (session.settings.home / "sayso.sqlite").read_bytes()
    assert b"jumdc2pa" not in kept
    assert manifest[:200] not in kept


def test_it_goes_with_the_voice_and_is_in_the_plan(estate, tmp_path):
    session = estate.session
    spoken = speak(session, estate.order(), tmp_path / "out.wav")
    (known,) = manifests_of(session, spoken.clip)
    with session.read() as tx:
        assert [one.kind for one in of_speaker(tx, estate.speaker)].count(Kind.MANIFEST) == 1
        sealed = store.get_manifest(tx, known).sealed
    plan = erasing.plan(session, estate.speaker)
    assert plan.inventory.counts["manifest"] == plan.inventory.counts["fingerprint"] == 1
    erasing.run(session, plan.plan_id)
    assert manifests_of(session, spoken.clip) == []
    with pytest.raises(ManifestUnknown):
        manifest_of(session, known)
    assert sealed not in (session.settings.home / "sayso.sqlite").read_bytes()


def test_one_whose_key_is_destroyed_is_as_unknown_as_one_that_never_was(estate, tmp_path):
    spoken = speak(estate.session, estate.order(), tmp_path / "out.wav")
    (known,) = manifests_of(estate.session, spoken.clip)
    estate.session.vault.destroy_subject(estate.speaker)
    with pytest.raises(ManifestUnknown) as gone:
        manifest_of(estate.session, known)
    with pytest.raises(ManifestUnknown) as never:
        manifest_of(estate.session, "urn:c2pa:never")
    assert gone.value.message == never.value.message


def test_one_moved_to_another_id_does_not_open(estate, tmp_path):
    session = estate.session
    one, two = (speak(session, estate.order(), tmp_path / f"{n}.wav").clip for n in range(2))
    (first,), (second,) = manifests_of(session, one), manifests_of(session, two)
    with session.act() as tx:
        row = store.manifests.c.manifest_id
        sealed = store.get_manifest(tx, second).sealed
        tx.execute(store.manifests.update().where(row == first).values(sealed=sealed))
    with pytest.raises(FieldTampered):
        manifest_of(session, first)
