"""A worker: the process in which an engine runs. Started by the host; it talks over one socket, and holds one engine.

``python -m sayso.engines.host.worker FD ENGINE THREADS MEMORY_MIB TOGETHER``
"""

from __future__ import annotations

import gc
import os
import queue
import resource
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from sayso.audio.signal import Signal
from sayso.engines.host import frames
from sayso.engines.host.frames import Header
from sayso.engines.host.orders import failed
from sayso.engines.protocol import Capability, Engine, VoiceAsset
from sayso.engines.registry import engine as engine_named
from sayso.engines.stop import Stop
from sayso.engines.traits import Early

_SENTENCE: Final = "The keeper climbed the narrow stair."
_MIB: Final = 1 << 20
_ROOM_MIB: Final = 512
"""Address space that is reserved and never touched: stacks and arenas of threads."""


class Worker:
    """The loops, each of one order after another, while a thread of its own listens for the word to stop.

    ``together`` orders are worked on at once, each in a thread: more than one only where the engine is safe in several.
    """

    def __init__(self, link: socket.socket, engine: Engine, together: int) -> None:
        self._link = link
        self._sending = threading.Lock()
        self._engine = engine
        self._together = together
        self._orders: queue.SimpleQueue[tuple[Header, bytearray]] = queue.SimpleQueue()
        self._stops: dict[int, Stop] = {}

    def run(self) -> None:
        """Work until the host goes away."""
        threading.Thread(target=self._listen, daemon=True).start()
        for _ in range(self._together - 1):
            threading.Thread(target=self._work, daemon=True).start()
        self._work()

    def _work(self) -> None:
        while True:
            header, body = self._orders.get()
            self._do(header, body)

    def _listen(self) -> None:
        """Take frames; end the process when the host is gone, whatever the engine does."""
        try:
            while (frame := frames.receive(self._link)) is not None:
                header, body = frame
                if header["do"] == "stop":
                    if stop := self._stops.get(header["run"]):
                        stop.set()
                else:
                    self._stops[header["run"]] = Stop()
                    self._orders.put((header, body))
        finally:
            os._exit(0)

    def _do(self, header: Header, body: bytearray) -> None:
        run = header["run"]
        try:
            for answer, sound in self._answers(header, body, self._stops[run]):
                self._send(answer | {"run": run}, sound)
        except OSError:
            os._exit(0)  # the host is gone
        except Exception as error:  # noqa: BLE001 - whatever an engine raises ends one order, not the worker
            self._send(failed(error) | {"run": run})
        finally:
            self._stops.pop(run)
        self._send({"is": "ended", "run": run})

    def _send(self, header: Header, body: bytes = b"") -> None:
        with self._sending:
            frames.send(self._link, header, body)

    def _answers(self, header: Header, body: bytearray, stop: Stop) -> Iterator[tuple[Header, bytes]]:
        if header["do"] == "clone":
            voice = self._engine.clone(Signal.mono(np.frombuffer(body, "<f4"), header["sample_rate"]))
            yield {"is": "voice", "engine": voice.engine, "kind": voice.kind}, voice.data
            return
        voice = VoiceAsset(header["engine"], header["kind"], bytes(body))
        how: dict[str, Any] = {"speed": header["speed"], "seed": header["seed"], "early": Early(header["early"])}
        if header["do"] == "align":
            words = self._engine.align(header["text"], voice, **how)
            yield {"is": "words", "words": [(one.word, one.start_s, one.end_s) for one in words]}, b""
            return
        for piece in self._engine.stream(header["text"], voice, **how, stop=stop):
            yield {"is": "piece", "sample_rate": piece.sample_rate}, piece.mixed().astype("<f4", copy=False).tobytes()


def real_time_factor(engine: Engine) -> float:
    """Return how many seconds of work a second of speech takes, by one sentence of a loaded engine; 0.0: not known."""
    if Capability.STOCK not in engine.capabilities:
        return 0.0
    voice = engine.stock_asset(engine.stock_voices()[0].name)
    started = time.perf_counter()
    said_s = sum(piece.duration_s for piece in engine.stream(_SENTENCE, voice))
    return (time.perf_counter() - started) / said_s


def limit_memory(memory_mib: int) -> None:
    """Let the process take ``memory_mib`` in all, what it has loaded included; beyond it, an allocation fails."""
    pages = Path("/proc/self/statm")
    if not pages.exists():
        return
    size, resident = (int(word) * resource.getpagesize() for word in pages.read_text().split()[:2])
    most = size + max(0, memory_mib * _MIB - resident) + _ROOM_MIB * _MIB
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def main() -> None:
    """Load the engine, tell the host, and work."""
    fd, name, threads, memory_mib, together = sys.argv[1:]
    link = socket.socket(fileno=int(fd))
    try:
        engine = engine_named(name, int(threads))
        engine.load()
        ready = {"is": "ready", "real_time_factor": real_time_factor(engine)}
    except Exception as error:  # noqa: BLE001 - the host tells whoever asks why there is no worker
        frames.send(link, failed(error) | {"run": 0})
        return
    gc.collect()
    gc.freeze()  # all that is loaded stays: to look through it for garbage would hold speech up, or a stop
    limit_memory(int(memory_mib))
    frames.send(link, ready | {"run": 0})
    Worker(link, engine, int(together)).run()


if __name__ == "__main__":
    main()
