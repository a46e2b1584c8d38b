"""A clip out of the vault is marked audio again only under a permit to publish it, and only if it is what was logged."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from sayso.audio import Container, decode
from sayso.consent import Action
from sayso.consent.errors import PermitRefused
from sayso.mark import LoggedClip, reopened
from sayso.mark.errors import ClipAltered
from tests.marked import PERMIT, marked


class Permit:
    permit_id = PERMIT


class Gate:
    def __init__(self, *, lets_through=True):
        self.asked, self.lets_through = [], lets_through

    def check(self, permit, action, **words):
        self.asked.append((permit, action, words))
        if not self.lets_through:
            raise PermitRefused("no", reasons=["no"])


def committed(digest):
    return "commitment to " + digest.hex()


@pytest.fixture
def clip(speech):
    return marked(speech).encoded(Container.FLAC)


@pytest.fixture
def logged(clip):
    return LoggedClip("voi_a", clip.mark, clip.duration_ms, committed(hashlib.sha256(clip.data).digest()))


def test_what_was_logged_is_reopened_under_the_permit(clip, logged):
    gate, permit = Gate(), Permit()
    sound = reopened(lambda: clip.data, logged, permit, gate, commit=committed)
    assert gate.asked == [(permit, Action.PUBLISH, {"voice": "voi_a", "made_ms": logged.duration_ms})]
    assert (sound.mark, sound.permit_id, sound.start) == (clip.mark, PERMIT, 0)
    assert np.array_equal(sound.signal.samples, decode(clip.data).samples)


def test_without_a_permit_nothing_is_read(clip, logged):
    def read():
        raise AssertionError("the clip was read")

    with pytest.raises(PermitRefused):
        reopened(read, logged, Permit(), Gate(lets_through=False), commit=committed)


def test_a_clip_that_was_exchanged_is_refused(speech, clip, logged):
    other = marked(speech.slice(0, 24_000)).encoded(Container.FLAC).data
    with pytest.raises(ClipAltered):
        reopened(lambda: other, logged, Permit(), Gate(), commit=committed)
    with pytest.raises(ClipAltered):
        reopened(lambda: clip.data, replace(logged, output=committed(b"another")), Permit(), Gate(), commit=committed)
