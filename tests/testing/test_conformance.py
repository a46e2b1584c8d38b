"""The conformance checks see what is broken: an engine with one promise broken fails that promise's check."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from sayso.audio.signal import Signal, concatenate
from sayso.engines.hibari import HibariEngine
from sayso.errors import Bug
from sayso.testing import EngineConformance


class Whole(EngineConformance):
    def engine(self):
        return HibariEngine()


def stream_of(change):
    """Return a `stream` whose pieces are those of hibari, changed."""

    def stream(self, text, voice, *, speed=1.0, seed=0, early=False, stop=None):
        pieces = HibariEngine.stream(self, text, voice, speed=speed, seed=seed, early=early, stop=stop)
        yield from (change(piece, seed) for piece in pieces)

    return stream


def restless(piece, _):
    restless.calls += 1
    return Signal.mono(piece.samples[0] * (1 - restless.calls / 1e6), piece.sample_rate)


restless.calls = 0


def at_one_speed(self, text, voice, *, speed=1.0, seed=0, early=False, stop=None):
    yield from HibariEngine.stream(self, text, voice, seed=seed, early=early, stop=stop)


def never_stopped(self, text, voice, *, speed=1.0, seed=0, early=False, stop=None):
    yield from HibariEngine.stream(self, text, voice, speed=speed, seed=seed, early=early)


def never_early(self, text, voice, *, speed=1.0, seed=0, early=False, stop=None):
    pieces = HibariEngine.stream(self, text, voice, speed=speed, seed=seed, stop=stop)
    yield concatenate(list(pieces))


BROKEN = {
    "test_meets_the_protocol": {"languages": ()},
    "test_digest_is_a_stable_sha256": {"digest": lambda self: "abc"},
    "test_load_twice_does_no_harm": {"load": lambda self: (_ for _ in ()).throw(Bug())},
    "test_speaks_at_a_speaking_pace": {"stream": stream_of(lambda piece, _: Signal.mono(piece.samples[0] / 1000, piece.sample_rate))},
    "test_same_arguments_same_samples": {"stream": stream_of(restless)},
    "test_samples_do_not_depend_on_what_was_said_before": {"stream": stream_of(restless)},
    "test_longer_text_lasts_longer": {"stream": stream_of(lambda piece, _: Signal.mono(piece.samples[0, :2400], piece.sample_rate))},
    "test_speed": {"stream": at_one_speed},
    "test_refuses_a_speed_out_of_range": {"stream": at_one_speed},
    "test_refuses_text_without_sound": {"stream": lambda self, text, voice, **_: iter([Signal.mono(np.ones(24_000) / 9, 24_000)])},
    "test_speaks_words_of_no_dictionary": {"stream": stream_of(lambda piece, _: Signal.mono(piece.samples[0, :240], piece.sample_rate))},
    "test_one_short_word_and_one_letter": {"stream": stream_of(lambda piece, _: Signal.mono(piece.samples[0, :240], piece.sample_rate))},
    "test_speaks_more_than_fits_its_net_at_once": {"stream": stream_of(lambda piece, _: Signal.mono(piece.samples[0, :24_000], piece.sample_rate))},
    "test_refuses_a_voice_of_another_engine": {"stream": lambda self, text, voice, **_: iter([Signal.mono(np.ones(24_000) / 9, 24_000)])},
    "test_stock_voices": {"stock_voices": lambda self: ()},
    "test_style_space": {"style_space": lambda self: None},
    "test_says_how_it_works": {"traits": replace(HibariEngine.traits, reference_s=(5.0, 30.0))},
    "test_stops_between_pieces": {"stream": never_stopped},
    "test_an_early_piece_is_shorter": {"stream": never_early},
    "test_align": {"align": lambda self, *_, **__: []},
    "test_clone": {"clone": lambda self, reference: None},
}  # fmt: skip


def test_there_is_a_broken_engine_for_every_check():
    assert set(BROKEN) == {name for name in dir(EngineConformance) if name.startswith("test_")}


@pytest.mark.parametrize("check", BROKEN)
def test_a_broken_promise_fails_its_check(check):
    broken = type("Broken", (HibariEngine,), BROKEN[check])
    conformance = type("Conformance", (EngineConformance,), {"engine": lambda self: broken(), "voice": lambda self: HibariEngine().stock_asset("heart")})  # fmt: skip
    with pytest.raises(Exception, match=r"\S"):
        getattr(conformance(), check)()


def test_without_pytest_each_failure_is_a_line():
    class Silent(HibariEngine):
        version = ""

    class Conformance(EngineConformance):
        def engine(self):
            return Silent()

    assert [line.split(":")[0] for line in Conformance().broken()] == ["test_meets_the_protocol"]


def test_it_needs_no_pytest():
    code = "import sys; import sayso.testing; print('pytest' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
