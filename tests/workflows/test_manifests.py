"""The manifest of every file is kept sealed beside its clip, bound to its id, and gone with the voice."""

from __future__ import annotations

import io
import json

import c2pa
import pytest

from sayso.audio import Container
from sayso.lineage import Kind, of_speaker
from sayso.marking.credentials import read_manifest, store
from sayso.vault.errors import FieldTampered
from sayso.workflows import erasing
from sayso.workflows.manifests import ManifestUnknown, manifest_of, manifests_of
from sayso.workflows.speaking import speak


@pytest.mark.parametrize("container", [Container.WAV, Container.OPUS])
def test_it_is_kept_for_every_file_and_opens_as_it_was(estate, tmp_path, container):
    home, file = estate.home, tmp_path / f"out.{container}"
    spoken = speak(home, estate.order(), file)
    (known,) = manifests_of(home, spoken.clip)
    manifest = manifest_of(home, known)
    recovered = read_manifest(manifest, anchors_pem=home.anchors_pem())
    assert (recovered.trusted, str(recovered.facts.mark), recovered.facts.entry) == (True, spoken.mark, spoken.clip)
    if container is Container.WAV:
        with c2pa.Reader("audio/wav", io.BytesIO(file.read_bytes())) as reader:
            assert json.loads(reader.json())["active_manifest"] == known
    kept = (home.settings.home / "sayso.sqlite").read_bytes()
    assert b"jumdc2pa" not in kept
    assert manifest[:200] not in kept


def test_it_goes_with_the_voice_and_is_in_the_plan(estate, tmp_path):
    home = estate.home
    spoken = speak(home, estate.order(), tmp_path / "out.wav")
    (known,) = manifests_of(home, spoken.clip)
    with home.database.read() as tx:
        assert [one.kind for one in of_speaker(tx, estate.speaker)].count(Kind.MANIFEST) == 1
        sealed = store.get_manifest(tx, known).sealed
    plan = erasing.plan(home, estate.speaker).as_json()
    assert plan["counts"]["manifest"] == plan["counts"]["fingerprint"] == 1
    erasing.run(home, plan["plan"])
    assert manifests_of(home, spoken.clip) == []
    with pytest.raises(ManifestUnknown):
        manifest_of(home, known)
    assert sealed not in (home.settings.home / "sayso.sqlite").read_bytes()


def test_one_whose_key_is_destroyed_is_as_unknown_as_one_that_never_was(estate, tmp_path):
    spoken = speak(estate.home, estate.order(), tmp_path / "out.wav")
    (known,) = manifests_of(estate.home, spoken.clip)
    estate.home.vault.destroy_subject(estate.speaker)
    with pytest.raises(ManifestUnknown) as gone:
        manifest_of(estate.home, known)
    with pytest.raises(ManifestUnknown) as never:
        manifest_of(estate.home, "urn:c2pa:never")
    assert gone.value.message == never.value.message


def test_one_moved_to_another_id_does_not_open(estate, tmp_path):
    home = estate.home
    one, two = (speak(home, estate.order(), tmp_path / f"{n}.wav").clip for n in range(2))
    (first,), (second,) = manifests_of(home, one), manifests_of(home, two)
    with home.database.write() as tx:
        row = store.manifests.c.manifest_id
        sealed = store.get_manifest(tx, second).sealed
        tx.execute(store.manifests.update().where(row == first).values(sealed=sealed))
    with pytest.raises(FieldTampered):
        manifest_of(home, first)
