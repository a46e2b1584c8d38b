"""Many requests at the same moment, from one thread over connections that are open: their client takes next to nothing.

Two dozen HTTP clients in threads of their own take more of the processor than the server that refuses them.
"""

from __future__ import annotations

import json
import select
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

SETTLED_S: Final = 0.05
PATIENCE_S: Final = 60.0


@dataclass
class Crowd:
    """When each request got the first byte of its answer, in ms after it was sent, by the status of that answer."""

    took_ms: dict[int, list[float]] = field(default_factory=dict)

    def ask(self, url: str, key: str, body: Mapping[str, str], number: int = 24) -> None:
        """Send ``number`` requests for speech at once, and read every answer to its end."""
        address, request = urlsplit(url), _request(key, json.dumps(body).encode())
        open_ = [socket.create_connection((address.hostname, address.port)) for _ in range(number)]
        time.sleep(SETTLED_S)
        sent: dict[socket.socket, float] = {}
        for one in open_:
            sent[one] = time.perf_counter()
            one.sendall(request)
        self._read(sent)

    def _read(self, sent: Mapping[socket.socket, float]) -> None:
        waiting, unanswered = {*sent}, {*sent}
        while waiting:
            ready, _, _ = select.select([*waiting], [], [], PATIENCE_S)
            now = time.perf_counter()
            if not ready:
                raise SystemExit(f"{len(waiting)} answers did not come to their end")
            for one in ready:
                data = one.recv(1 << 16)
                if data and one in unanswered:
                    unanswered.discard(one)
                    self.took_ms.setdefault(int(data.split(b" ", 2)[1]), []).append(1000 * (now - sent[one]))
                if not data:
                    waiting.discard(one)
                    one.close()


def _request(key: str, body: bytes) -> bytes:
    head = f"POST /v1/audio/speech HTTP/1.1\r\nHost: sayso\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
