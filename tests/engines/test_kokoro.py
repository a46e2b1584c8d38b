from __future__ import annotations

import threading
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.audio.resample import resample
from sayso.audio.signal import Signal
from sayso.engines import Stop, VoiceAsset, VoiceUnfit
from sayso.engines.kokoro import Kokoro
from sayso.engines.kokoro.graph import LAYERS, TIMBRE
from sayso.engines.kokoro.styles import styles
from sayso.engines.kokoro.voice import KokoroVoice, Melody
from sayso.engines.phonemes import PAD, phonemes, split_phonemes, token_ids
from sayso.engines.tone import BANDS, apply_tone, frequencies_hz
from sayso.engines.traits import Early
from sayso.errors import NotFound
from sayso.models import session
from sayso.testing.conformance import SENTENCE, EngineConformance, spoken
from sayso.voices.pitch import log_pitch


class TestKokoro(EngineConformance):
    def engine(self):
        return Kokoro(threads=1)

    def voice(self):
        return self.engine().stock_asset("am_michael")

    @pytest.mark.slow
    def test_speaks_more_than_fits_its_net_at_once(self):
        super().test_speaks_more_than_fits_its_net_at_once()

    @pytest.mark.slow
    def test_same_arguments_same_samples(self):
        super().test_same_arguments_same_samples()

    @pytest.mark.slow
    def test_samples_do_not_depend_on_what_was_said_before(self):
        super().test_samples_do_not_depend_on_what_was_said_before()

    @pytest.mark.slow
    def test_longer_text_lasts_longer(self):
        super().test_longer_text_lasts_longer()

    @pytest.mark.slow
    def test_speed(self):
        super().test_speed()

    @pytest.mark.slow
    def test_an_early_piece_is_shorter(self):
        super().test_an_early_piece_is_shorter()

    @pytest.mark.slow
    def test_align(self):
        super().test_align()


def test_early_speech_comes_window_by_window_and_its_words_are_timed():
    engine = Kokoro(threads=1)
    voice, text = engine.stock_asset("af_heart"), "Mind the door, then go."
    times = engine.align(text, voice, early=True)
    pieces = list(engine.stream(text, voice, early=True))
    assert len(pieces) >= 2
    assert pieces[0].duration_s < 0.8
    assert [time.word for time in times] == ["Mind", "the", "door,", "then", "go."]
    said_s = sum(piece.duration_s for piece in pieces)
    assert times[-1].end_s < said_s < times[-1].end_s + 0.4
    later = list(engine.stream(text, voice, early=Early.NEXT))
    assert len(later) < len(pieces)
    assert later[0].duration_s > pieces[0].duration_s
    assert sum(piece.num_samples for piece in later) == sum(piece.num_samples for piece in pieces)
    whole = next(engine.stream(text, voice)).samples
    level = np.concatenate([piece.samples for piece in pieces], axis=1).std() / whole[:, : int(24_000 * said_s)].std()
    assert 0.6 < level < 1.6


@pytest.mark.slow
def test_a_render_is_broken_off_within_the_net():
    engine, stop = Kokoro(threads=1), Stop()
    text, voice = f"{SENTENCE} {SENTENCE}", engine.stock_asset("af_heart")
    list(engine.stream(text, voice))
    started = time.process_time()
    list(engine.stream(text, voice))
    whole_s, started = time.process_time() - started, time.process_time()
    threading.Timer(0.05 * whole_s, stop.set).start()
    assert list(engine.stream(text, voice, stop=stop)) == []
    assert time.process_time() - started < 0.8 * whole_s


def test_stock_voices_name_licence_and_source():
    voices = Kokoro().stock_voices()
    assert len(voices) == 28
    assert all(voice.licence == "Apache-2.0" and voice.name in voice.source for voice in voices)
    assert {voice.language for voice in voices} == {"en-US", "en-GB"}


def test_unknown_stock_voice_names_the_known():
    with pytest.raises(NotFound, match="af_heart"):
        Kokoro().stock_asset("nobody")


@pytest.mark.slow
def test_the_number_of_threads_changes_no_sample():
    voice = Kokoro().stock_asset("af_heart")
    assert np.array_equal(spoken(Kokoro(1), "Mind the door.", voice), spoken(Kokoro(2), "Mind the door.", voice))


@pytest.mark.slow
def test_a_woman_and_a_man_sound_different():
    from sayso.voices.embedding import embed_voice, similarity

    engine = Kokoro(1)
    woman, man, again = (
        embed_voice(Signal.mono(spoken(engine, text, engine.stock_asset(name)), 24_000))
        for name, text in (("af_heart", SENTENCE), ("am_michael", SENTENCE), ("af_heart", "Bread is dear this year."))
    )
    assert similarity(woman, again) > similarity(woman, man) + 0.1


@given(
    style=st.lists(st.floats(-3, 3, width=32), min_size=256, max_size=256),
    pace=st.floats(0.75, 1.25, width=32),
    gain=st.floats(-6, 6, width=32),
)
def test_a_voice_survives_its_bytes(style, pace, gain):
    voice = KokoroVoice(np.asarray(style, np.float32), pace, np.full(BANDS, gain, np.float32))
    back = KokoroVoice.from_asset(voice.asset())
    assert np.array_equal(back.style, voice.style)
    assert back.pace == pace
    assert np.array_equal(back.tone_db, voice.tone_db)
    assert back.asset() == voice.asset()


def test_a_wide_voice_survives_its_bytes():
    layers = np.random.default_rng(1).standard_normal((LAYERS, TIMBRE)).astype(np.float32)
    voice = KokoroVoice(np.zeros(256, np.float32), layers=layers, melody=Melody(2.5, 0.75, 120.0, 0.5))
    back = KokoroVoice.from_asset(voice.asset())
    assert np.array_equal(back.timbres(), layers)
    assert back.melody == voice.melody
    assert back.asset() == voice.asset()


@pytest.mark.slow
def test_equal_styles_in_every_layer_change_no_sample():
    """The uncut graph of the package is the judge, for a voice of one style and for one of 58 equal ones."""
    narrow = KokoroVoice.from_asset(Kokoro().stock_asset("bf_emma"))
    wide = replace(narrow, layers=narrow.timbres(), melody=Melody(pivot_hz=99.0))
    tokens = token_ids(split_phonemes(phonemes(SENTENCE), max_tokens=510)[0])
    style = (narrow.style + styles().drift_at(len(tokens))).astype(np.float32)
    feeds = {"tokens": np.array([[PAD, *tokens, PAD]]), "style": style[None], "speed": np.ones(1, np.float32)}
    uncut = np.clip(session("kokoro", 1).run(None, feeds)[0].reshape(-1), -1.0, 1.0)
    for voice in (narrow, wide):
        assert np.array_equal(spoken(Kokoro(1), SENTENCE, voice.asset()), uncut)


def test_one_layers_style_is_heard():
    voice = KokoroVoice.from_asset(Kokoro().stock_asset("af_heart"))
    moved = voice.timbres().copy()
    moved[20] += 0.3
    plain, other = (spoken(Kokoro(1), "Mind.", replace(voice, layers=one).asset()) for one in (voice.timbres(), moved))
    assert plain.shape == other.shape
    assert not np.array_equal(plain, other)


def test_the_melody_moves_the_pitch_exactly():
    voice = KokoroVoice.from_asset(Kokoro().stock_asset("am_michael"))
    heard = [
        log_pitch(resample(Signal.mono(spoken(Kokoro(1), SENTENCE, one.asset()), 24_000), 16_000).samples[0])
        for one in (voice, replace(voice, melody=Melody(shift=4.0)))
    ]
    assert 12 / np.log(2) * (heard[1] - heard[0]) == pytest.approx(4.0, abs=0.4)


def test_a_span_moves_distances_from_the_pivot_and_leaves_what_is_unvoiced():
    pitch = np.array([[0.0, 100.0, 200.0, 400.0, -3.0]], np.float32)
    assert Melody(span=0.5, pivot_hz=200.0).pitch(pitch)[0] == pytest.approx(
        [0.0, 141.42, 200.0, 282.84, -3.0], rel=1e-3
    )
    assert Melody(pivot_hz=200.0).pitch(pitch) is pitch


@pytest.mark.parametrize("data", [b"", b"KOKOROV1", b"x" * 1116, b"KOKOROV2" + bytes(1108)])
def test_strange_bytes_are_no_voice(data):
    with pytest.raises(VoiceUnfit):
        list(Kokoro().stream("Hello.", VoiceAsset("kokoro", "style", data)))


def test_out_of_range_numbers_are_no_voice():
    voice = KokoroVoice(np.full(256, np.nan, np.float32))
    with pytest.raises(VoiceUnfit):
        KokoroVoice.from_asset(voice.asset())


def test_measured_points_are_embeddings_in_the_space():
    space = styles()
    measured = space.measured()
    assert measured.points.shape == (1_200, space.dimensions)
    assert measured.embeddings.shape == (1_200, 256)
    assert np.log(60) < measured.log_pitches.min() < measured.log_pitches.max() < np.log(400)
    lengths = np.linalg.norm(measured.embeddings, axis=1)
    assert lengths == pytest.approx(1.0, abs=0.15)
    assert all(add.shape == (256,) for add in measured.adds.values())


@pytest.mark.slow
def test_measured_points_tell_how_they_sound():
    """A point that was measured is spoken again, another sentence: it is nearer to its own embedding than to most."""
    from sayso.voices.embedding import embed_voice

    space, engine = styles(), Kokoro(1)
    measured = space.measured()
    for row in (5, 500):
        said = embed_voice(Signal.mono(spoken(engine, SENTENCE, space.asset(measured.points[row])), 24_000))
        scores = measured.embeddings @ said
        assert (scores > scores[row]).mean() < 0.05


def test_the_weights_fall_with_the_variance():
    weights = styles().weights
    assert len(weights) == styles().dimensions
    assert min(weights) > 0.0
    assert weights[0] == pytest.approx(1.0)


def test_tone_of_a_space_asset_is_heard():
    space, engine = styles(), Kokoro(1)
    point = space.stock_points()[0]
    flat = spoken(engine, SENTENCE, space.asset(point))
    tone_db = [3.0] * len(space.tone_hz)
    assert np.std(spoken(engine, SENTENCE, space.asset(point, tone_db=tone_db))) > 1.3 * np.std(flat)


def test_stock_points_lie_in_the_space():
    space = styles()
    points = np.asarray(space.stock_points())
    assert points.shape == (28, space.dimensions)
    assert np.abs(points).max() < 10


@pytest.mark.parametrize("band", [2, 8, 15])
def test_tone_raises_a_tone_by_the_gain_of_its_band(band):
    tone_db = np.zeros(BANDS, np.float32)
    tone_db[band - 1 : band + 2] = 6.0
    time = np.arange(24_000) / 24_000
    tone = np.sin(2 * np.pi * frequencies_hz()[band] * time).astype(np.float32)
    middle = slice(4_000, 20_000)
    gain_db = 20 * np.log10(np.std(apply_tone(tone, tone_db, 24_000)[middle]) / np.std(tone[middle]))
    assert gain_db == pytest.approx(6.0, abs=0.7)


def test_flat_tone_changes_nothing():
    noise = np.random.default_rng(0).normal(size=9_600).astype(np.float32)
    assert np.array_equal(apply_tone(noise, np.zeros(BANDS, np.float32), 24_000), noise)


def test_tone_does_not_shift():
    click = np.zeros(4_801, np.float32)
    click[2_400] = 1.0
    shaped = apply_tone(click, np.linspace(-6, 6, BANDS).astype(np.float32), 24_000)
    assert np.abs(shaped).argmax() == 2_400
