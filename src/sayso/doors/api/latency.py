"""When an utterance was admitted, made, sent and heard: what is told of it to whoever watches the server.

Of the five points that people compare, four are known here; the fifth, when the first byte reached the client, is
measured by `sayso.client.live`. `audible` is when the first 10 ms louder than -45 dBFS are played, if playing begins
with the first byte.
"""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from sayso.doors.api.parts import SoundPart
from sayso.workflows.speech.live import Ending, LiveSpeech

if TYPE_CHECKING:
    from sayso.doors.api.tracing import Trail

_BUCKETS: Final = (0.001, 0.002, 0.003, 0.005, 0.01, 0.015, 0.02, 0.03, 0.06, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
_LOG: Final = logging.getLogger("sayso.server")

POINTS: Final = {
    "admit": "From a request to its permit and place: what governing costs.",
    "model": "From the permit to the first marked piece.",
    "first_byte": "From a request to the first byte of sound that was written.",
    "audible": "From a request to the first sound that can be heard, where playing begins with the first byte.",
}


class Metrics:
    """The figures of one server, as Prometheus reads them; no label tells of a person, a text or an organisation."""

    def __init__(self) -> None:
        """Begin with nothing counted."""
        self._registry = CollectorRegistry()
        self._points = {
            name: Histogram(f"sayso_{name}_seconds", told, ["engine"], buckets=_BUCKETS, registry=self._registry)
            for name, told in POINTS.items()
        }
        self._endings = Counter(
            "sayso_utterances", "Utterances by how they ended.", ["engine", "ending"], registry=self._registry
        )
        self._refused = Counter(
            "sayso_refusals", "Utterances that did not begin, by why.", ["error"], registry=self._registry
        )
        self._heard = Counter("sayso_heard_seconds", "Sound that left.", ["engine"], registry=self._registry)
        self._gauges = {
            name: Gauge(f"sayso_{name}", told, registry=self._registry)
            for name, told in {
                "places": "Utterances that may be made at once.",
                "places_held": "Utterances that are made now.",
                "queued": "Requests that wait for a place.",
            }.items()
        }

    def took(self, point: str, engine: str, seconds: float) -> None:
        """Note how long it took to reach a point."""
        self._points[point].labels(engine).observe(max(0.0, seconds))

    def refused(self, error: str) -> None:
        """Note that an utterance did not begin, for the reason of this slug."""
        self._refused.labels(error).inc()

    def ended(self, engine: str, ending: str, heard_s: float) -> None:
        """Note how an utterance ended."""
        self._endings.labels(engine, ending).inc()
        self._heard.labels(engine).inc(heard_s)

    def text(self, *, places: int, held: int, queued: int) -> bytes:
        """Return everything in Prometheus' text format, with the state of the places now."""
        for name, value in (("places", places), ("places_held", held), ("queued", queued)):
            self._gauges[name].set(value)
        return generate_latest(self._registry)


@dataclass
class Latency:
    """The points of one utterance, asked for at ``came_s`` (on `time.perf_counter`).

    ``placed_s`` is when it got its place, ``sent_s`` when its last part was written. ``trail`` makes spans of them.
    """

    metrics: Metrics
    came_s: float
    trail: Trail | None = None
    placed_s: float = 0.0
    first_byte_s: float | None = None
    sent_s: float = 0.0
    _points: dict[str, float] = field(default_factory=dict)

    def placed(self) -> None:
        """Note that it may be made now."""
        self.placed_s = time.perf_counter()

    def refused(self, error: str) -> None:
        """Count an utterance that did not begin, for the reason of this slug."""
        self.metrics.refused(error)
        if self.trail is not None:
            stages = [("admission", self.placed_s), ("decision" if self.placed_s else "admission", time.perf_counter())]
            self.trail.told(stages, self.came_s, {}, error)

    def sent(self, utterance: LiveSpeech, part: SoundPart) -> None:
        """Note that a part was written."""
        self.sent_s = time.perf_counter()
        if part.data and self.first_byte_s is None:
            self.first_byte_s = time.perf_counter()
            self._note(utterance, "admit", utterance.began_s - self.came_s)
            self._note(utterance, "model", utterance.first_s - utterance.began_s)
            self._note(utterance, "first_byte", self.first_byte_s - self.came_s)
        if part.onset_ms is not None and "audible" not in self._points and self.first_byte_s is not None:
            played_s = max(self.first_byte_s + part.onset_ms / 1000, time.perf_counter())
            self._note(utterance, "audible", played_s - self.came_s)

    def ended(self, utterance: LiveSpeech, ending: str) -> None:
        """Count the utterance, and write the one line that the log has of it: ids and times, nothing that was said."""
        engine, heard_s = utterance.run.take.voice.row.engine, utterance.heard_ms / 1000
        self.metrics.ended(engine, ending, heard_s)
        told = {f"{name}_ms": round(1000 * seconds, 2) for name, seconds in self._points.items()}
        line = {"event": "utterance", "clip": utterance.run.take.clip, "engine": engine, "ending": ending}
        _LOG.info(json.dumps({**line, "heard_s": round(heard_s, 3), **told}))
        if self.trail is not None:
            self.trail.told(self._stages(utterance), self.came_s, _facts(utterance, ending), _fault(ending))

    def _stages(self, utterance: LiveSpeech) -> list[tuple[str, float]]:
        """Return each stage with its end; 0 for one that was not reached."""
        return [
            ("admission", self.placed_s),
            ("decision", utterance.began_s),
            ("engine", utterance.onset.first_s),
            ("marking", utterance.first_s),
            ("first_byte", self.first_byte_s or 0.0),
            ("sending", self.sent_s),
            ("keeping", time.perf_counter()),
        ]

    def _note(self, utterance: LiveSpeech, point: str, seconds: float) -> None:
        self._points[point] = seconds
        self.metrics.took(point, utterance.run.take.voice.row.engine, seconds)


def _facts(utterance: LiveSpeech, ending: str) -> dict[str, str | int]:
    take, permit = utterance.run.take, utterance.run.permit
    ids = {"clip": take.clip, "mark": str(take.mark), "grant": permit.grant_id, "permit": permit.permit_id}
    return {**ids, "engine": take.voice.row.engine, "ending": ending, "heard_ms": utterance.heard_ms}


def _fault(ending: str) -> str:
    """Return the ending where it is one that nobody asked for."""
    return ending if ending in {Ending.CUT, Ending.FAILED} else ""
