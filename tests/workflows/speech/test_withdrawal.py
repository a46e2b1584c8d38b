"""A withdrawal by one process stops the stream of another: samples are counted, from the commit on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

MOST_MS = 500


def start(*words):
    command = [sys.executable, str(Path(__file__).with_name("streamer.py")), *map(str, words)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    return process


def say(process, line):
    process.stdin.write(f"{line}\n")
    process.stdin.flush()


def heard(process):
    return process.stdout.readline().split()


@pytest.fixture
def both(estate):
    """Return what starts a process that streams and one that can withdraw."""
    started = []

    def begin(mode):
        started.extend((start("stream", estate.session.settings.home, estate.voice, mode),
                        start("withdraw", estate.session.settings.home)))  # fmt: skip
        return started

    yield begin
    for process in started:
        process.communicate(timeout=60)


def test_not_a_sample_comes_after_a_withdrawal_between_two_pieces(estate, both):
    streaming, withdrawing = both("step")
    say(streaming, "go")
    for _ in range(5):
        assert heard(streaming)[0] == "piece"
        say(streaming, "next")
    assert heard(streaming)[0] == "piece"
    say(withdrawing, estate.grant)
    assert heard(withdrawing)[0] == "withdrawn"
    say(streaming, "next")
    assert heard(streaming) == ["end", "refused"]


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["live", "eager"])
def test_no_more_than_half_a_second_comes_after_the_commit_of_a_withdrawal(estate, both, mode):
    streaming, withdrawing = both(mode)
    say(streaming, "go")
    told = [heard(streaming)]
    say(withdrawing, estate.grant)
    while told[-1][0] == "piece":
        told.append(heard(streaming))
    assert told[-1] == ["end", "refused"], "the text was over before it was withdrawn"
    (_, committed) = heard(withdrawing)
    after = [words for words in told[:-1] if int(words[4]) >= int(committed)]
    after_ms = sum(1000 * (int(stop) - int(begin)) / int(rate) for _, begin, stop, rate, _ in after)
    assert after_ms <= MOST_MS
