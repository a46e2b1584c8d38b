"""The stop signal: set by whoever listens, looked at by the engine between two pieces, and sooner where it can."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator


class Stop:
    """A signal that is set once, from any thread. An engine looks at it between pieces, or asks to be called."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_set = False
        self._acts: list[Callable[[], None]] = []

    def is_set(self) -> bool:
        """Return whether the listener wants no more."""
        return self._is_set

    def set(self) -> None:
        """Ask for no more; call those who asked for it. Calling it again does nothing."""
        with self._lock:
            acts = [] if self._is_set else list(self._acts)
            self._is_set = True
        for act in acts:
            act()

    @contextlib.contextmanager
    def calling(self, act: Callable[[], None]) -> Iterator[None]:
        """Call ``act`` (which must be quick) once the signal is set, as long as the block runs; at once if it is."""
        with self._lock:
            self._acts.append(act)
            was_set = self._is_set
        if was_set:
            act()
        try:
            yield
        finally:
            with self._lock:
                self._acts.remove(act)


def is_stopped(stop: Stop | None) -> bool:
    """Return whether there is a signal and it is set."""
    return stop is not None and stop.is_set()
