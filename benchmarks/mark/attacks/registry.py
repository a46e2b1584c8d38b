"""What an attack is, and what it may use besides the sound."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

RATE_HZ = 24_000


class NotRun(Exception):
    """The attack needs a package, weights or a file that is not here."""


@dataclass
class Context:
    """What an attack may use: other clips (unmarked), a way to write marks, and the clip before it was marked.

    ``score``: the log10 of the p-value by the detector that everybody has.
    """

    host: np.ndarray | None = None
    others: list[np.ndarray] = field(default_factory=list)
    embed: Callable[[np.ndarray, int, int], np.ndarray] | None = None  # samples, number of the key, of the mark
    score: Callable[[np.ndarray], float] | None = None
    seed: int = 0

    def rng(self) -> np.random.Generator:
        """Return the generator of this clip: the same clip is attacked the same way in each run."""
        return np.random.default_rng(self.seed + 1)


Act = Callable[[np.ndarray, Any, Context], np.ndarray]


@dataclass(frozen=True)
class Row:
    """One of the numbered attacks: levels 1 (must be survived), 2 (claimed), 3 (reported) give its parameters.

    ``must_fail``: a find is a forgery, to be told by its content. ``moves``: time is changed, so that PESQ, which lines
    up constant delays only, does not apply to what comes out.
    """

    number: int
    name: str
    act: Act
    one: tuple[Any, ...] = ()
    two: tuple[Any, ...] = ()
    three: tuple[Any, ...] = ()
    must_fail: bool = False
    moves: bool = False


@dataclass(frozen=True)
class Attack:
    """One row at one parameter."""

    name: str
    level: int
    row: Row
    parameter: Any

    def change(self, samples: np.ndarray, context: Context | None = None) -> np.ndarray:
        """Return ``samples`` attacked; raise `NotRun`."""
        changed = self.row.act(samples, self.parameter, context or Context(seed=samples.size))
        return np.ascontiguousarray(changed, dtype=np.float32)


def package(name: str):
    """Return the package ``name``; raise `NotRun` where it is not installed."""
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError:
        raise NotRun(f"the package {name} is not installed") from None
