"""Kokoro's decoder for a part of a phrase at a time.

Its normalisations (Huang and Belongie, ICCV 2017) take mean and variance of each channel over all the frames that they
see. Over a short window both are those of a few sounds, and the level and colour of the sound move from window to
window. Here they are blended with those of the windows before, each weighed by its frames, as a running estimate.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np

from sayso import models
from sayso.engines.kokoro import graph
from sayso.engines.kokoro.graph import Floats, Handed
from sayso.engines.stop import Stop
from sayso.models.onnx_file import Node, OnnxFile, encoded_array

if TYPE_CHECKING:
    from sayso.models.session import InferenceSession

_WEIGHT: Final = "weight of before"
_REST: Final = "weight of the window"
_ONE: Final = "one"


@dataclass(frozen=True, slots=True, eq=False)
class Statistics:
    """Means and variances of all normalisations, each (1, channels, 1), over ``frames`` frames so far."""

    values: tuple[Floats, ...] = ()
    frames: int = 0

    def weight(self, frames: int) -> float:
        """Return what share these have beside a window of ``frames`` frames."""
        return self.frames / (self.frames + frames)


def decode_window(
    handed: Handed, source: Floats, styles: Floats, before: Statistics, *, threads: int, stop: Stop | None = None
) -> tuple[Floats, Statistics] | None:
    """Return the samples at 24 kHz of a part of what was handed over, and the statistics with it.

    ``source`` (1, 22, 120 x frames + 1) is the harmonic source of the same frames. Without anything before, a part that
    is the whole gives the samples of `graph.decode`. Return None once ``stop`` is set.
    """
    session, told = _decoder(threads)
    values = before.values or (np.zeros((1, 1, 1), np.float32),) * len(told)
    weight = np.array([before.weight(handed.frames)], np.float32)
    feeds = {**graph.feeds(handed, styles), graph.SOURCE: source, _WEIGHT: weight}
    feeds |= dict(zip(map(_before, told), values, strict=True))
    found = models.run(session, ["audio", *told], feeds, stop)
    if found is None:
        return None
    statistics = Statistics(tuple(found[1:]), before.frames + handed.frames)
    return np.asarray(found[0].reshape(-1), np.float32), statistics


@cache
def _decoder(threads: int) -> tuple[InferenceSession, Sequence[str]]:
    """Return the decoder, ready to run, and the names of its statistics."""
    wide = graph.wide()
    told = [node.outputs[0] for node in wide.nodes if _is_statistic(node)]
    nodes = [Node("Sub", [_ONE, _WEIGHT], [_REST], _REST), *(one for node in wide.nodes for one in _blended(node))]
    one = {_ONE: encoded_array(_ONE, np.ones(1, np.float32))}
    blended = OnnxFile(nodes, {**wide.initializers, **one}, wide.inputs, wide.head)
    inputs = {**graph.DECODER_INPUTS, graph.SOURCE: (1, 22, "steps"), _WEIGHT: (1,)}
    inputs |= {_before(name): (1, f"channels {place}", 1) for place, name in enumerate(told)}
    return models.open_session(blended.part(inputs, ["audio", *told]), threads), told


def _is_statistic(node: Node) -> bool:
    return node.op == "ReduceMean" and node.name.startswith(graph.DECODER)


def _blended(node: Node) -> Iterator[Node]:
    """Yield ``node``, and for a statistic what blends it with that of before."""
    if not _is_statistic(node):
        yield node
        return
    name = node.outputs[0]
    own, share, rest = f"{name} own", f"{name} share", f"{name} rest"
    yield replace(node, outputs=[own])
    yield Node("Mul", [own, _REST], [share], share)
    yield Node("Mul", [_before(name), _WEIGHT], [rest], rest)
    yield Node("Add", [share, rest], [name], f"{name} blended")


def _before(name: str) -> str:
    return f"{name} before"
