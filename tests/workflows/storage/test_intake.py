"""What a clone is made of: a repaired recording is kept with its recipe, which makes the same sound again."""

from __future__ import annotations

import numpy as np
import pytest

from sayso import lineage
from sayso.audio import Container, Signal, decode, encode
from sayso.ids import SpeakerId
from sayso.lineage import Kind
from sayso.restoration.repair.steps import StepUnknown, replayed, steps_of
from sayso.voices.campplus import embed_voice
from sayso.workflows.voices import archive
from tests.workflows.conftest import furnished


@pytest.fixture
def hurt(tmp_path, speech):
    """Return a recording with noise, as a file."""
    noise = np.random.default_rng(5).standard_normal(speech.samples.shape) * 0.01
    path = tmp_path / "hurt.flac"
    signal = Signal((speech.samples + noise).astype(np.float32), speech.sample_rate)
    path.write_bytes(encode(signal, Container.FLAC))
    return path


def test_a_repaired_recording_keeps_its_recipe_and_its_voice(session, hurt):
    estate = furnished(session, hurt)
    with session.read() as tx:
        kept = {each.kind: each for each in lineage.of_speaker(tx, SpeakerId(estate.speaker))}
        parents = lineage.ancestors(tx, kept[Kind.REPAIRED].artifact_id)
    assert [each.kind for each in parents] == [Kind.RECORDING]
    came = decode(session.vault.open(kept[Kind.RECORDING].blob, kind=Kind.RECORDING))
    plain = session.vault.open(kept[Kind.REPAIRED].blob, kind=Kind.REPAIRED)
    steps = archive.recipe_in(plain)
    assert [(step.name, len(step.digest)) for step in steps] == [("noise", 64)]
    again = replayed(steps, came)
    assert np.abs(again.samples - decode(plain).samples).max() <= 1 / 32_768
    assert float(embed_voice(came) @ embed_voice(decode(plain))) > 0.5


@pytest.mark.parametrize("text", ["", '{"a":1}', "[1]", '[{"name":"noise"}]'])
def test_what_is_no_recipe_is_refused(text):
    with pytest.raises(StepUnknown):
        steps_of(text)
