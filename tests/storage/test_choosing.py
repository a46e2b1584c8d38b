"""Forms: what is kept is gapless, good enough for its purpose, and lossless where nothing smaller is."""

from __future__ import annotations

import numpy as np
import pytest

from sayso.audio import Container, Signal, decode, encode
from sayso.audio.resample import resample
from sayso.storage import DEMANDS, StoragePurpose, choose, sounded
from sayso.storage.errors import StoragePurposeUnknown
from sayso.storage.forms import packed_as, unpacked
from sayso.storage.measures import Beside
from sayso.storage.purpose import StorageForm

LOSSY = [purpose for purpose in StoragePurpose if DEMANDS[purpose].forms]


@pytest.fixture(scope="module")
def take(speech) -> Signal:
    short = speech.slice(0, min(speech.num_samples, 5 * speech.sample_rate))
    return decode(encode(short, Container.WAV))


@pytest.fixture(scope="module")
def kept(take):
    return {purpose: choose(take, purpose) for purpose in StoragePurpose}


def test_a_master_loses_nothing(take, kept):
    master = kept[StoragePurpose.MASTER]
    assert master.form.name == "flac"
    assert np.array_equal(sounded(master.data, master.layout).samples, take.samples)


@pytest.mark.parametrize("purpose", LOSSY)
def test_each_form_is_gapless_and_as_good_as_its_purpose_demands(take, kept, purpose):
    chosen = kept[purpose]
    made = sounded(chosen.data, chosen.layout)
    assert (made.sample_rate, made.num_samples) == (take.sample_rate, take.num_samples)
    one, other = made.samples[0], take.samples[0]
    fit = np.fft.irfft(np.fft.rfft(one, 2 * one.size) * np.fft.rfft(other, 2 * one.size).conj())
    assert min(np.argmax(fit), 2 * one.size - np.argmax(fit)) <= 1  # not shifted
    if chosen.closeness is not None:
        assert Beside(take).closeness(made) == chosen.closeness
        assert chosen.closeness.meets(DEMANDS[purpose])
        assert len(chosen.data) < chosen.flac_bytes


def test_sound_coded_by_bands_is_gapless_and_nearer_to_the_original(take):
    by_voice, by_bands = (StorageForm(Container.OPUS, 32_000, by_bands=each) for each in (False, True))
    assert (by_voice.name, by_bands.name) == ("opus-32", "opus-bands-32")
    off = []
    for form in (by_voice, by_bands):
        made = unpacked(packed_as(take, form), take.sample_rate, take.num_samples)
        one, other = made.samples[0], take.samples[0]
        fit = np.fft.irfft(np.fft.rfft(one, 2 * one.size) * np.fft.rfft(other, 2 * one.size).conj())
        assert min(np.argmax(fit), 2 * one.size - np.argmax(fit)) <= 1
        off.append(Beside(take).closeness(made).spectral_db)
    assert off[1] < off[0]


@pytest.mark.parametrize(
    ("more", "less"),
    [
        (StoragePurpose.TRAINING, StoragePurpose.ARCHIVE),
        (StoragePurpose.ARCHIVE, StoragePurpose.LIVE),
        (StoragePurpose.LIVE, StoragePurpose.PREVIEW),
    ],
)
def test_what_demands_less_takes_any_form_that_more_would_take(more, less):
    strict, loose = DEMANDS[more], DEMANDS[less]
    assert loose.forms[-len(strict.forms) :] == strict.forms
    assert loose.spectral_db >= strict.spectral_db
    assert loose.voice <= strict.voice
    assert loose.opinion_loss >= strict.opinion_loss
    rates = [form.bit_rate for form in loose.forms]
    assert rates == sorted(rates)


def test_what_asks_for_less_takes_less(kept):
    sizes = [len(kept[each].data) for each in (StoragePurpose.PREVIEW, StoragePurpose.ARCHIVE, StoragePurpose.TRAINING)]
    assert sizes == sorted(sizes)
    assert sizes[-1] < len(kept[StoragePurpose.MASTER].data)


def test_the_same_sound_gives_the_same_bytes_but_for_the_stream_number_of_its_container(take, kept):
    again = choose(take, StoragePurpose.PREVIEW)
    assert (again.form, again.layout, again.closeness) == (
        kept[StoragePurpose.PREVIEW].form,
        again.layout,
        kept[StoragePurpose.PREVIEW].closeness,
    )


def test_a_mark_that_no_small_form_keeps_is_kept_without_loss(take):
    assert choose(take, StoragePurpose.PREVIEW, survives=lambda _: False).form.is_lossless


def test_pauses_of_marked_sound_stay(take):
    quiet = np.zeros((1, 2 * take.sample_rate), np.float32)
    long = Signal(np.concatenate([take.samples, quiet, take.samples], axis=1), take.sample_rate)
    assert choose(long, StoragePurpose.PREVIEW).layout.pauses
    assert not choose(long, StoragePurpose.PREVIEW, survives=lambda _: True).layout.pauses


def test_what_cannot_be_judged_is_kept_without_loss():
    noise = np.random.default_rng(1).standard_normal(8_000).astype(np.float32) * np.float32(0.01)
    assert choose(Signal.mono(noise, 16_000), StoragePurpose.PREVIEW).form.is_lossless


def test_what_16_bits_do_not_hold_stays_as_it_came(take):
    finer = Signal(take.samples * np.float32(0.333333), take.sample_rate)
    assert choose(finer, StoragePurpose.MASTER, original=b"file").data == b"file"


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100])
def test_rates_that_the_codec_does_not_know_come_back_as_they_were(take, rate):
    other = decode(encode(resample(take, rate), Container.WAV))
    chosen = choose(other, StoragePurpose.LIVE)
    made = sounded(chosen.data, chosen.layout)
    assert (made.sample_rate, made.num_samples) == (rate, other.num_samples)


def test_an_unknown_purpose_is_refused():
    with pytest.raises(StoragePurposeUnknown, match="archive"):
        StoragePurpose.parse("attic")
