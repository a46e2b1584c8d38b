"""Sheets: what they say comes back; near duplicates are found by them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sayso.audio import Container, Signal
from sayso.audio.loudness import integrated_loudness
from sayso.storage import Sheet, StoragePurpose, choose, sounded
from sayso.storage.errors import StoredSoundTampered
from sayso.storage.purpose import StorageForm
from sayso.storage.sheet import alike


@pytest.fixture(scope="module")
def take(speech) -> Signal:
    return speech.slice(0, 5 * speech.sample_rate)


@pytest.fixture(scope="module")
def chosen(take):
    return choose(take, StoragePurpose.PREVIEW)


@pytest.fixture(scope="module")
def sheet(take, chosen) -> Sheet:
    known = {"sound": "art_aaaaaaaaaaaaaaaa", "permit": "0" * 64, "stored_at": "2026-01-01T00:00:00.000Z"}
    return Sheet.of(chosen, take, StoragePurpose.PREVIEW, **known)


def test_a_sheet_comes_back_from_its_bytes(sheet):
    assert Sheet.decode(sheet.encode()) == sheet


@pytest.mark.parametrize("by_bands", [False, True])
def test_how_a_form_is_coded_comes_back(sheet, by_bands):
    coded = replace(sheet, form=StorageForm(Container.OPUS, 32_000, by_bands=by_bands))
    assert Sheet.decode(coded.encode()) == coded
    assert (b"bands" in coded.encode()) is by_bands


def test_a_coding_that_nobody_knows_is_refused(sheet):
    coded = replace(sheet, form=StorageForm(Container.OPUS, 32_000, by_bands=True)).encode()
    with pytest.raises(StoredSoundTampered):
        Sheet.decode(coded.replace(b'"bands"', b'"waves"'))


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"version":2}'])
def test_what_is_no_sheet_is_refused(data):
    with pytest.raises(StoredSoundTampered):
        Sheet.decode(data)


def test_loudness_is_told_and_not_burned_in(take, chosen, sheet):
    made = sounded(chosen.data, chosen.layout)
    assert sheet.loudness == round(100 * integrated_loudness(take))
    assert integrated_loudness(made) == pytest.approx(
        integrated_loudness(take), abs=1.0
    )  # 12 kbit/s end the band at 4 kHz


def test_a_softer_copy_through_a_codec_is_a_near_duplicate_and_another_take_is_none(take, chosen, sheet, speech):
    made = sounded(chosen.data, chosen.layout)
    copy = Signal(made.samples * np.float32(0.3), made.sample_rate).slice(take.sample_rate // 3, made.num_samples)
    other = speech.slice(5 * speech.sample_rate, speech.num_samples)
    assert alike(copy, [sheet]) == [sheet]
    assert alike(other, [sheet]) == []
