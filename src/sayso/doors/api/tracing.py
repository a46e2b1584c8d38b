"""Traces: each request and the stages of each utterance as spans of OpenTelemetry, sent as OTLP over HTTP.

    POST /v1/audio/speech                    the route, the status
      utterance                              ids of clip, grant, permit and mark; engine, ending, seconds
        admission  decision  engine  marking  first_byte  sending  keeping

On where ``OTEL_EXPORTER_OTLP_ENDPOINT`` (or ``..._TRACES_ENDPOINT``) names a collector; the other variables of
OpenTelemetry work too. A span holds ids, numbers and slugs, never a path with values, a text, a name or an address. Of
a caller's trace context the ids alone are taken: its ``tracestate`` and baggage could say anything.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from opentelemetry import context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import sayso
from sayso.clock import now

QUEUED: Final = 16_384
"""Spans that wait for the collector at most; those of 1,500 utterances."""

_EVERY_MS: Final = 1_000.0
_SILENT: Final = frozenset({"/healthz", "/readyz"})
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SERVER_FAULT: Final = 500
_CONTEXT: Final = TraceContextTextMapPropagator()

Fact = str | int | float


class Tracing:
    """Makes the spans of one server, and sends them in a thread of its own."""

    def __init__(self, provider: TracerProvider) -> None:
        """Take where spans go."""
        self._provider = provider
        self.tracer = provider.get_tracer("sayso.server", sayso.__version__)

    def around(self, app: ASGIApp) -> ASGIApp:
        """Return ``app`` with a span around each request."""
        return TracedRequests(app, self.tracer)

    def trail(self) -> Trail:
        """Return what tells of an utterance that belongs to the request which is answered now."""
        return Trail(self.tracer, context.get_current())

    def close(self) -> None:
        """Send what waits, and send nothing more."""
        self._provider.shutdown()


@dataclass(frozen=True, slots=True)
class Trail:
    """The way of one utterance; its spans are made when all of it is known, so that none of them costs it time."""

    tracer: Tracer
    parent: context.Context

    def told(self, stages: Iterable[tuple[str, float]], since_s: float, facts: Mapping[str, Fact], fault: str) -> None:
        """Tell of an utterance from ``since_s`` on, and of each stage until when it took, on `time.perf_counter`.

        ``fault`` is the slug of why it did not begin or did not end well, empty where it did.
        """
        ends = [(name, until_s) for name, until_s in stages if until_s]
        stop_s = max([since_s, *(until_s for _, until_s in ends)])
        whole = self._begun("utterance", since_s, self.parent)
        whole.set_attributes({f"sayso.{name}": value for name, value in facts.items()})
        if fault:
            whole.set_attribute("error.type", fault)
            whole.set_status(StatusCode.ERROR)
        inside = set_span_in_context(whole, self.parent)
        for name, until_s in ends:
            self._begun(name, since_s, inside).end(_moment(max(since_s, until_s)))
            since_s = max(since_s, until_s)
        whole.end(_moment(stop_s))

    def _begun(self, name: str, since_s: float, parent: context.Context) -> Span:
        return self.tracer.start_span(name, parent, start_time=_moment(since_s))


class TracedRequests:
    """The application with a span around each request, named by its route."""

    def __init__(self, app: ASGIApp, tracer: Tracer) -> None:
        """Take the application and what makes spans."""
        self._app, self._tracer = app, tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, and tell its route, method and status."""
        if scope["type"] == "lifespan" or scope["path"] in _SILENT:
            await self._app(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                _tell_status(span, message["status"])
            await send(message)

        # What an exception says could be what somebody said: the span has none of it.
        with self._tracer.start_as_current_span(
            "request", _caller(scope), SpanKind.SERVER, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                await self._app(scope, receive, sent)
            except BaseException as error:
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(StatusCode.ERROR)
                raise
            finally:
                _tell_route(span, scope)


def tracing() -> Tracing:
    """Return what sends spans to where the environment says."""
    resource = Resource.create({"service.name": os.environ.get("OTEL_SERVICE_NAME", "sayso")})
    provider = TracerProvider(resource=resource.merge(Resource({"service.version": sayso.__version__})))
    sender = BatchSpanProcessor(OTLPSpanExporter(), max_queue_size=QUEUED, schedule_delay_millis=_EVERY_MS)
    provider.add_span_processor(sender)
    log_lines()
    return Tracing(provider)


class _Undelivered(logging.Handler):
    """Tells that spans did not arrive in the form of the server's log, a line of JSON."""

    def emit(self, record: logging.LogRecord) -> None:
        line = {"event": "traces", "level": record.levelname.lower(), "from": record.name}
        logging.getLogger("sayso.server").log(record.levelno, json.dumps(line))


def log_lines() -> None:
    """Let what OpenTelemetry says of spans that did not arrive stand in the server's log, without its words."""
    log = logging.getLogger("opentelemetry")
    if not log.handlers:
        log.addHandler(_Undelivered())
    log.propagate = False


def _caller(scope: Scope) -> context.Context:
    found = [value for name, value in scope["headers"] if name == b"traceparent"]
    return _CONTEXT.extract({"traceparent": found[0].decode("latin-1")} if len(found) == 1 else {})


def _tell_route(span: Span, scope: Scope) -> None:
    method = scope.get("method", "GET")
    method = method if method in _METHODS else "_OTHER"
    route = getattr(scope.get("route"), "path", "")
    span.update_name(f"{method} {route}".strip())
    span.set_attribute("http.request.method", method)
    if route:
        span.set_attribute("http.route", route)


def _tell_status(span: Span, status: int) -> None:
    span.set_attribute("http.response.status_code", status)
    if status >= _SERVER_FAULT:
        span.set_status(StatusCode.ERROR)


def _moment(at_s: float) -> int:
    """Return when it was ``at_s`` on `time.perf_counter`, in ns of the epoch."""
    return round(1e9 * (now().timestamp() - time.perf_counter() + at_s))
