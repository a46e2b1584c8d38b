"""A collector of traces in the process of the tests: OTLP over HTTP, as OpenTelemetry's protocol has it."""

from __future__ import annotations

import contextlib
import gzip
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)


class Collector:
    """What was received: whole messages, and the spans in them."""

    def __init__(self) -> None:
        self.url = ""
        self.messages: list[ExportTraceServiceRequest] = []

    def take(self, path: str, body: bytes) -> None:
        assert path == "/v1/traces"
        self.messages.append(ExportTraceServiceRequest.FromString(body))

    @property
    def spans(self) -> list:
        scopes = (scope for message in self.messages for each in message.resource_spans for scope in each.scope_spans)
        return [span for scope in scopes for span in scope.spans]

    def wait(self, name: str, number: int = 1, *, within_s: float = 30.0) -> list:
        """Return the spans of this name, once there are so many."""
        ends = time.monotonic() + within_s
        while len(found := [span for span in self.spans if span.name == name]) < number:
            assert time.monotonic() < ends, [span.name for span in self.spans]
            time.sleep(0.05)
        return found

    def below(self, span) -> list:
        """Return the spans directly below ``span``, in the order of their beginnings."""
        found = [each for each in self.spans if each.parent_span_id == span.span_id]
        return sorted(found, key=lambda each: (each.start_time_unix_nano, each.end_time_unix_nano))


def facts(span) -> dict[str, object]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in span.attributes}


@contextlib.contextmanager
def collecting() -> Iterator[Collector]:
    """Yield a collector that listens on ``url``."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            collector.take(self.path, gzip.decompress(body) if self.headers["Content-Encoding"] == "gzip" else body)
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.end_headers()
            self.wfile.write(ExportTraceServiceResponse().SerializeToString())

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        collector.url = f"http://127.0.0.1:{listening.server_port}"
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield collector
        listening.shutdown()
        thread.join(10)
