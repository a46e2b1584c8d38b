"""A server between a run and its object store that lets some requests fail, in the ways in which stores fail."""

from __future__ import annotations

import http.client
import itertools
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

EVERY = 4
"""Each fourth request fails, each time in another way."""


class FaultyStore:
    """Hands requests on to ``store``, ``host:port``; ``faults`` counts what was done to them."""

    def __init__(self, store: str) -> None:
        self.faults: Counter[str] = Counter()
        kinds, lock, count = itertools.cycle(("refused", "cut off", "hung up")), threading.Lock(), itertools.count(1)
        faults = self.faults

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handed_on(self) -> None:
                with lock:
                    fault = next(kinds) if next(count) % EVERY == 0 else ""
                    faults[fault] += 1
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length) if length else None
                if fault == "refused":
                    self.send_error(503, "Slow Down")
                    return
                connection = http.client.HTTPConnection(store, timeout=30)
                connection.request(self.command, self.path, body, dict(self.headers.items()))
                answer = connection.getresponse()
                data = answer.read()
                connection.close()
                if fault == "hung up":
                    self.close_connection = True
                    return
                self._answer(answer, data, fault)

            def _answer(self, answer: http.client.HTTPResponse, data: bytes, fault: str) -> None:
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in {"transfer-encoding", "connection", "date", "server"}:
                        self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data[: len(data) // 2] if fault == "cut off" else data)
                self.close_connection = fault == "cut off"

            def do_GET(self) -> None:
                self.handed_on()

            def do_HEAD(self) -> None:
                self.handed_on()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
