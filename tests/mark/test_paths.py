from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from sayso.mark.alignment import NOWHERE, folded, statistic
from sayso.mark.mark import MarkKeys
from sayso.mark.paths import PLACES, PathShares, Steps, followed, followed_eagerly, likeliest, log_total
from sayso.mark.pattern import PERIOD_FRAMES, pattern_of
from sayso.mark.reading import unread
from sayso.mark.search import cut


@pytest.fixture
def scores():
    return 3 * np.random.default_rng(5).standard_normal((6, PLACES)).astype(np.float32)


def log_chance(path, steps):
    """The chance of the likeliest way along ``path``, step by step, by the definition of the model."""
    total = steps.first_off if path[0] < 0 else steps.first_on
    for before, after in itertools.pairwise(path):
        if after < 0:
            total += steps.wait if before < 0 else steps.end
        elif before < 0:
            total += steps.begin
        else:
            ways = [steps.far]
            ways += [steps.stay] if before == after else []
            ways += [steps.drift] if abs(after - before) == 1 else []
            ways += [steps.near] if 0 < (after - before) % PLACES <= 64 else []
            total += max(ways)
    return total


def test_all_chances_add_up_to_one():
    steps = Steps.of(200, 1)
    on = math.exp(steps.stay) + 2 * math.exp(steps.drift) + 64 * math.exp(steps.near)
    on += PLACES * math.exp(steps.far) + math.exp(steps.end)
    assert on == pytest.approx(1)
    assert PLACES * math.exp(steps.begin) + math.exp(steps.wait) == pytest.approx(1)
    assert PLACES * math.exp(steps.first_on) + math.exp(steps.first_off) == pytest.approx(1)


def test_the_chance_of_a_path_is_that_of_its_steps(scores):
    for blocks in (200, 2):
        steps = Steps.of(blocks, 1)
        for gain in (0.1, 1.0, 5.0):
            path, chance = likeliest(gain * scores, steps)
            assert chance == pytest.approx(log_chance(path.tolist(), steps), rel=1e-6)


def test_no_other_path_is_likelier(scores):
    """Against random changes of the path that was found: Viterbi's is the best of all."""
    steps = Steps.of(2, 1)
    path, chance = likeliest(scores, steps)

    def worth(one):
        return log_chance(one, steps) + sum(float(scores[t, p]) for t, p in enumerate(one) if p >= 0)

    best = worth(path.tolist())
    assert best == pytest.approx(chance + sum(float(scores[t, p]) for t, p in enumerate(path) if p >= 0), rel=1e-5)
    rng = np.random.default_rng(6)
    for _ in range(300):
        other = path.copy()
        other[rng.integers(len(other))] = rng.integers(-1, PLACES)
        assert worth(other.tolist()) <= best + 1e-4


def test_the_sum_over_all_paths_is_that_of_every_step_from_every_place(scores):
    steps = Steps.of(6, 1)
    ahead = (np.arange(PLACES)[None, :] - np.arange(PLACES)[:, None]) % PLACES
    apart = np.abs(np.arange(PLACES)[None, :] - np.arange(PLACES)[:, None])
    step = np.zeros((PLACES + 1, PLACES + 1))  # the last place is none
    step[:-1, :-1] = math.exp(steps.far) + (ahead == 0) * math.exp(steps.stay) + (apart == 1) * math.exp(steps.drift)
    step[:-1, :-1] += ((ahead > 0) & (ahead <= 64)) * math.exp(steps.near)
    step[:-1, -1], step[-1, :-1], step[-1, -1] = (math.exp(one) for one in (steps.end, steps.begin, steps.wait))
    reached = np.append(np.exp(scores[0] + steps.first_on), math.exp(steps.first_off))
    for block in scores[1:]:
        reached = (reached @ step) * np.append(np.exp(block), 1.0)
    assert log_total(scores, steps) == pytest.approx(math.log(reached.sum()), rel=1e-6)


def test_without_scores_the_sum_over_all_paths_is_one_but_for_drifts_over_the_edge():
    assert -1e-4 < log_total(np.zeros((9, PLACES), dtype=np.float32), Steps.of(9, 1)) <= 1e-9


def test_public_signs_make_their_path_likely_and_leave_every_other_half_of_its_chance(keys):
    pattern = pattern_of(keys)
    phase = np.concatenate([np.arange(40, 140), np.arange(10, 90), np.arange(200, 280)])
    cuts = cut(np.zeros((1, 256 * (len(phase) + 1)), dtype=np.float32))[0]
    for quarter in cuts:
        quarter.value[:] = 0
    truth = 4.0 * pattern.pilot[phase].astype(np.float32)
    cuts[0].value[:] = truth[: len(cuts[0].value)]
    (model,) = followed(cuts, pattern.pilot)
    (known,) = followed(cuts, pattern.pilot, shares=PathShares(cuts, pattern.public_pilot))
    assert model.log10_hypotheses > 8
    assert known.log10_hypotheses < 1.5
    cuts[0].value[:] = -cuts[0].value * (pattern.public_pilot[phase] != 0)[: len(cuts[0].value)]
    cuts[0].value[:] += truth[: len(cuts[0].value)] * (pattern.private_pilot[phase] != 0)[: len(cuts[0].value)]
    (attacked,) = followed(cuts, pattern.private_pilot)
    shares = PathShares(cuts, np.zeros_like(pattern.public_pilot))
    (paid,) = followed(cuts, pattern.private_pilot, shares=shares)
    assert paid.log10_hypotheses <= attacked.log10_hypotheses + math.log10(2) + 1e-6


def test_a_path_through_pure_signs_is_followed_to_the_block(keys):
    """Cells that are the pattern itself: the path is the truth, and T the square root of the cells."""
    pattern = pattern_of(keys)
    phase = np.concatenate([np.arange(40, 140), np.arange(10, 90), np.arange(200, 280)])
    cuts = cut(np.zeros((1, 256 * (len(phase) + 1)), dtype=np.float32))[0]
    for quarter in cuts:
        quarter.value[:] = 0
    truth = 4.0 * pattern.pilot[phase].astype(np.float32)
    cuts[0].value[:] = truth[: len(cuts[0].value)]
    (found,) = followed(cuts, pattern.pilot)
    assert np.mean(found.phase == phase[: len(found.phase)]) > 0.98
    assert found.statistic == pytest.approx(statistic(folded(truth, phase), pattern.pilot), rel=0.02)


def test_silence_has_no_path(keys):
    cuts = cut(np.zeros((1, 24_000), dtype=np.float32))
    assert followed(cuts[0], pattern_of(keys).pilot) == []


def test_paths_that_wrong_keys_find_are_paid_for(speech):
    """The honest count: over wrong keys, the p-value of the best path is no smaller than chance allows."""
    cuts = cut(speech.samples[:, :72_000])[0]
    chances = []
    for key in range(40):
        pattern = pattern_of(MarkKeys.derive(bytes([90, key]) * 16))
        for path in followed(cuts, pattern.pilot):
            tail = 0.5 * math.erfc(path.statistic / math.sqrt(2))
            chances.append(math.log10(max(tail, 1e-300)) + path.log10_hypotheses)
    assert min(chances, default=0.0) > -2


def test_folding_leaves_out_what_is_nowhere():
    value = np.zeros((4, 74), dtype=np.float32)
    value[1:3] = 1
    sums = folded(value, np.array([NOWHERE, 7, 7, NOWHERE]))
    assert sums[7].tolist() == [2.0] * 74
    assert sums.sum() == 2 * 74
    sign = np.ones((PERIOD_FRAMES, 74), dtype=np.int8)
    assert statistic(sums, sign) == pytest.approx(math.sqrt(74))


def test_coded_bits_along_eager_paths_prove_nothing_with_wrong_keys(speech):
    """Eager paths make the most of chance in the pilots; the signs of the data know nothing of it."""
    cuts = cut(speech.samples[:, :48_000])[0]
    chances = []
    for key in range(25):
        pattern = pattern_of(MarkKeys.derive(bytes([91, key]) * 16))
        paths = followed_eagerly(cuts, pattern.pilot)
        assert paths
        assert max(path.statistic for path in paths) > 5  # the pilots themselves were fitted
        chances.append(unread(paths, pattern))
    assert min(chances) > -2
