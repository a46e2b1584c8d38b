"""A voice that is held under another name goes to a person, and nobody learns how near it came."""

from __future__ import annotations

import numpy as np
import pytest

from sayso.enrollment.known import KNOWN_SCORE, check_known
from sayso.enrollment.same_speaker import score
from tests.enrollment.test_protected import voice


@pytest.mark.parametrize(("angles", "hits"), [((), 0), ((1.5,), 0), ((0.01,), 1), ((0.01, 1.5, 0.02), 2)])
def test_as_many_hits_as_are_like_it(angles, hits):
    held = [voice(angle) for angle in angles]
    check = check_known(voice(0.0), held)
    assert sum(score(voice(0.0), other) >= KNOWN_SCORE for other in held) == hits
    assert str(check.verdict) == ("review" if hits else "pass")
    assert check.figures == {"voices": float(len(angles)), "hits": float(hits)}


def test_the_limit_is_a_hit():
    at_limit = np.arccos(KNOWN_SCORE / 1.5)
    assert str(check_known(voice(0.0), [voice(at_limit - 1e-3)]).verdict) == "review"
    assert str(check_known(voice(0.0), [voice(at_limit + 1e-3)]).verdict) == "pass"
