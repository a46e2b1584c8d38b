"""Where the time of one utterance goes: named functions are timed while they run, each without what it calls that has a
name too. Work in threads beside the main one is told apart, since it does not add to what a caller waits for.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

Place = tuple[Any, str]
"""Whose attribute, and its name."""


class Parts:
    """Seconds by part: ``waited`` in the thread that speaks, ``beside`` in others; ``cpu`` of all of them."""

    def __init__(self) -> None:
        self.waited: dict[str, float] = defaultdict(float)
        self.beside: dict[str, float] = defaultdict(float)
        self.counts: dict[str, int] = defaultdict(int)
        self._main = threading.get_ident()
        self._stacks: dict[int, list[list[Any]]] = defaultdict(list)

    def clear(self) -> None:
        """Begin anew."""
        for each in (self.waited, self.beside, self.counts):
            each.clear()

    @contextlib.contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Count the time within the block for ``name``, and not for the block around it."""
        thread = threading.get_ident()
        stack, began = self._stacks[thread], time.perf_counter()
        stack.append([name, 0.0])
        try:
            yield
        finally:
            took = time.perf_counter() - began
            inner = stack.pop()[1]
            (self.waited if thread == self._main else self.beside)[name] += took - inner
            self.counts[name] += 1
            if stack:
                stack[-1][1] += took

    @contextlib.contextmanager
    def watching(self, places: dict[str, Place]) -> Iterator[None]:
        """Time these functions within the block."""
        kept = [(owner, name, owner.__dict__[name]) for owner, name in places.values()]
        for part, (owner, name) in places.items():
            setattr(owner, name, self._wrapped(part, owner.__dict__[name]))
        try:
            yield
        finally:
            for owner, name, original in kept:
                setattr(owner, name, original)

    def _wrapped(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*words: Any, **more: Any) -> Any:
            with self.timed(part):
                return function(*words, **more)

        return timed
