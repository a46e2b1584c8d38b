"""A file of sound gets its name only under the permit that it was made under, and discloses what it really carries."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from sayso.audio import Container
from sayso.consent import Action, Release
from sayso.consent.act import Disclosure
from sayso.consent.errors import PermitRefused
from sayso.workflows.provenance.releasing import PermitMixup, SoundDraft
from tests.marked import PERMIT, marked


class Gate:
    def __init__(self, *, lets_through=True):
        self.releases, self.lets_through = [], lets_through

    def check(self, permit, action, *, voice=None, release=None):
        self.releases += [release] if voice else []
        if not self.lets_through:
            raise PermitRefused("no", reasons=["no"])


@pytest.fixture
def file(speech):
    return marked(speech.slice(0, 4_000)).encoded(Container.WAV)


def write(out, file, gate, *, permit=PERMIT, announced=False):
    with SoundDraft(out, gate, Action.SYNTHESIZE) as draft:
        to = Release("DE", "app")
        draft.write(file, SimpleNamespace(permit_id=permit), voice="voi_a", to=to, announced=announced)
        assert not out.exists()
        draft.publish()


@pytest.mark.parametrize(("announced", "told"), [(False, None), (True, Disclosure.SPOKEN)])
def test_what_an_unsigned_file_discloses_is_not_taken_on_trust(tmp_path, file, announced, told):
    gate = Gate()
    write(tmp_path / "out.wav", file, gate, announced=announced)
    assert (tmp_path / "out.wav").read_bytes() == file.data
    assert gate.releases == [Release("DE", "app", told)]


def test_nothing_is_written_without_a_permit_or_under_another(tmp_path, file):
    with pytest.raises(PermitRefused):
        write(tmp_path / "out.wav", file, Gate(lets_through=False))
    with pytest.raises(PermitMixup):
        write(tmp_path / "out.wav", file, Gate(), permit="prm_" + "b" * 16)
    assert not list(tmp_path.iterdir())
