"""Attacks by people who know: averages over many clips, marks over marks, copied marks, queries to a detector."""

from __future__ import annotations

import numpy as np

from attacks import queries
from attacks.registry import Context, NotRun


def _hosts(context: Context):
    if context.host is None or context.embed is None:
        raise NotRun("no clip to write marks into")
    return context.host, context.embed


def collusion(_samples, count, context: Context):
    """Average the same clip with ``count`` different marks (the first of them is the one looked for)."""
    host, embed = _hosts(context)
    return np.mean([embed(host, 0, number) for number in range(count)], axis=0)


def overwrite(samples, times, context: Context):
    """Write marks of other operators over the mark."""
    _, embed = _hosts(context)
    for key in range(1, times + 1):
        samples = embed(samples, key, 1000 + key)
    return samples


def copied(samples, kind, context: Context):
    """Carry a mark to another sound: its residual, or the mean residual of several clips."""
    host, embed = _hosts(context)
    if not context.others:
        raise NotRun("no other clips")
    target = np.resize(context.others[0], samples.size)
    if kind == "residual":
        return target + (samples - host)
    residuals = [embed(one, 0, 0) - one for one in context.others[1:6]]
    return target + np.mean([np.resize(one, samples.size) for one in residuals], axis=0)


def queried(samples, kind, context: Context):
    """Ask the published detector up to so many times, to find a sound like ``samples`` in which it finds nothing."""
    if context.score is None:
        raise NotRun("no detector to ask")
    way, count = kind
    return queries.WAYS[way](samples, queries.Detector(context.score, count), context.rng())
