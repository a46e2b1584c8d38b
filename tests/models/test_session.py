"""A net that keeps none of its memory says what it says otherwise."""

from __future__ import annotations

import numpy as np

from sayso.models import run, run_lean, session


def test_a_lean_run_gives_the_same():
    net = session("dnsmos")
    feeds = {"input_1": np.random.default_rng(3).normal(0, 0.1, (1, 144_160)).astype(np.float32)}
    kept, lean = run(net, None, feeds), run_lean(net, None, feeds)
    assert kept is not None
    assert [values.tolist() for values in lean] == [values.tolist() for values in kept]
