"""The durable workflow of a production, on DBOS: what was done is not done again, whenever the process was killed.

Steps carry ids and numbers, never text, sound or an open installation. A step that was cut off is run once more, and
finds what it had made by then by the ids that follow from production and line. DBOS's executor is named after the
production, and a lock lets one process work on it: so a restart takes up what was left, and nothing runs twice.
"""

from __future__ import annotations

import contextlib
import functools
import json
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar

from sayso.consent.errors import PermitRefused
from sayso.database.engine import DatabaseUnavailable
from sayso.disk import make_private
from sayso.errors import Bug, Refused, SaysoError, Unavailable
from sayso.productions.errors import ExtraMissing
from sayso.productions.turns import PRIORITY
from sayso.settings import Settings
from sayso.workflows.installation.session import Session
from sayso.workflows.productions import chapters, checking, packaging, plans, takes
from sayso.workflows.productions.delivery import Delivery
from sayso.workflows.productions.plans import PlannedLine, Production
from sayso.workflows.productions.queueing import Queue, TurnGivenUp
from sayso.workflows.productions.sharing import SharedLines, shared
from sayso.workflows.voices.house import house_speaker

try:
    from dbos import DBOS, DBOSClient, Serializer, SetWorkflowID
    from dbos import error as dbos_error
except ImportError:  # pragma: no cover - told by the first command of productions
    raise ExtraMissing("dbos is not installed; install sayso[productions]") from None

NAME: Final = "sayso-productions"
VERSION: Final = "sayso-productions-1"
"""Pinned: a newer program goes on with what an older one began, unless the steps themselves are others.

With the production behind it, since every process takes whatever run of its own version waits to be gone on with.
"""

PATIENCE_S: Final = 120.0
"""So long a step waits for a database that is away, or for a lock, before the run fails."""

_P = ParamSpec("_P")
_T = TypeVar("_T")
RETRY_S: Final = 1.0
_LISTEN_S: Final = 0.1
"""So often DBOS looks for messages, of which there are none here; its end waits for the last look."""

_ATTEMPTS: Final = 3
_REBUILDS: Final = 5
_FINISHING: Final = 0.1
_FIELD: Final = "production delivery"


class PlainJson(Serializer):
    """Plain JSON: what is read from the database can never be code."""

    def serialize(self, data: Any) -> str:
        """Return ``data`` as JSON; of an error, its name and message."""
        return json.dumps(data, default=_told, separators=(",", ":"))

    def deserialize(cls, serialized_data: str) -> Any:  # noqa: N805 - as the library names it
        """Return the data, an error as an error."""
        data = json.loads(serialized_data)
        return WorkFailed(data["error"]) if isinstance(data, dict) and set(data) == {"error", "is_error"} else data

    def name(self) -> str:
        """Return the name under which rows are kept."""
        return "sayso_json"


class WorkFailed(Unavailable):
    """The work on a production failed; run it again once the cause is mended."""


def _told(value: object) -> Any:
    if isinstance(value, BaseException):
        text = value.message if isinstance(value, SaysoError) else type(value).__name__
        return {"error": text, "is_error": True}
    raise TypeError(f"got {type(value).__name__}, expected plain values")


@dataclass
class _Bench:
    """What the steps of this process work with."""

    session: Session | None = None
    at_step: threading.Lock = field(default_factory=threading.Lock)
    is_over: threading.Event = field(default_factory=threading.Event)
    lines: SharedLines | None = None
    queue: Queue | None = None
    productions: dict[str, Production] = field(default_factory=dict)

    def at(self) -> Session:
        if self.session is None:
            raise Bug("a step of a production ran without an installation")
        return self.session

    def turn(self, cost_ms: int, *, is_line: bool) -> AbstractContextManager[None]:
        if self.queue is None:
            raise Bug("a step of a production ran without a queue")
        return self.queue.turn(cost_ms, is_line=is_line, is_over=self.is_over.is_set)

    def production(self, production_id: str) -> Production:
        if production_id not in self.productions:
            self.productions[production_id] = plans.opened(self.at(), production_id)
        return self.productions[production_id]


_BENCH: Final = _Bench()
_LAUNCHING: Final = threading.Lock()
"""DBOS is one in a process: what only makes its tables waits for a launch, and finds them."""


def _step(work: Callable[_P, _T]) -> Callable[_P, _T]:
    """Hold the process in its work until a step that began has ended; a database that is away is waited for."""

    @functools.wraps(work)
    def done(*words: _P.args, **more: _P.kwargs) -> _T:
        ends = time.monotonic() + PATIENCE_S
        while True:
            try:
                with _BENCH.at_step:
                    return work(*words, **more)
            except TurnGivenUp:  # as a step that is cut off, which is done when the run goes on
                raise dbos_error.DBOSWorkflowCancelledError("the run ended while it waited for its turn") from None
            except DatabaseUnavailable:
                if time.monotonic() > ends:
                    raise
            time.sleep(RETRY_S)

    return done


@DBOS.step()
@_step
def permit_step(production_id: str) -> list[list[Any]]:
    """Return the chapters with the labels of their lines, and of those not made yet: the work that is permitted."""
    session, production = _BENCH.at(), _BENCH.production(production_id)
    return [
        [
            chapter.number,
            [line.line.label for line in chapter.lines],
            [line.line.label for line in chapter.lines if takes.clip_of(session, production, line) is None],
        ]
        for chapter in production.plan.chapters
    ]


@DBOS.step()
@_step
def line_step(production_id: str, label: str, opens: bool) -> dict[str, Any]:
    """Make one line, unless it is made; a refusal stops it alone, and an engine that fails is asked again."""
    production = _BENCH.production(production_id)
    line = production.plan.line(label)
    with contextlib.nullcontext() if _BENCH.lines is None else _BENCH.lines.taken(label):
        is_made = takes.clip_of(_BENCH.at(), production, line) is not None
        with contextlib.nullcontext() if is_made else _BENCH.turn(line.bound_ms, is_line=True):
            return _line(production_id, label, opens=opens)


def _line(production_id: str, label: str, *, opens: bool) -> dict[str, Any]:
    session, production = _BENCH.at(), _BENCH.production(production_id)
    line = production.plan.line(label)
    problem = stopped = ""
    for _ in range(_ATTEMPTS):
        try:
            done = takes.worked(session, production, line, opens=opens)
            told = {"line": label, "is_new": done.made > 0, "ms": done.duration_ms}
            return {**told, "stands_out": len(done.problems)}
        except PermitRefused as refused:  # also where the machine slept too long over it: consent is asked anew
            stopped = refused.slug
        except Refused as refused:
            return {"line": label, "stopped": refused.slug}
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - whatever an engine raises concerns this line alone
            problem = error.slug if isinstance(error, SaysoError) else type(error).__name__
    return {"line": label, "stopped": stopped} if stopped else {"line": label, "failed": problem}


def _share(lines: Iterable[PlannedLine]) -> int:
    """Return what work on finished lines takes up, beside making them."""
    return round(_FINISHING * sum(line.bound_ms for line in lines))


@DBOS.step()
@_step
def chapter_step(production_id: str, number: int, delivery: str, round_: int) -> dict[str, Any]:
    """Write the files of one chapter; ``round_`` counts how often a withdrawal had them made anew."""
    session, production = _BENCH.at(), _BENCH.production(production_id)
    chapter = next(one for one in production.plan.chapters if one.number == number)
    with _BENCH.turn(_share(chapter.lines), is_line=False):
        checking.let_go()
        record = chapters.release(session, production, chapter, opened_delivery(session, delivery))
    return {"number": number, "round": round_, "is_new": record["is_new"], "stopped": record["stopped"]}


@DBOS.step()
@_step
def package_step(production_id: str, delivery: str, round_: int) -> dict[str, Any]:
    """Bind and list everything; ``round_`` as in `chapter_step`."""
    session, production = _BENCH.at(), _BENCH.production(production_id)
    with _BENCH.turn(_share(production.plan.lines()), is_line=False):
        done = packaging.package(session, production, opened_delivery(session, delivery))
    if done is None:
        return {"round": round_, "is_stale": True}
    return {"round": round_, "is_stale": False, "digest": done.digest, "stopped": list(done.stopped)}


@DBOS.workflow(name="production", max_recovery_attempts=1000)
def production_workflow(production_id: str, delivery: str, _plan: str) -> dict[str, Any]:
    """Make every line, then every chapter, then the package; ``_plan`` is the version of the plan that says which."""
    made: list[dict[str, Any]] = []
    work = permit_step(production_id)
    for _, labels, _ in work:
        made += [line_step(production_id, label, label == labels[0]) for label in labels]
    new = {label for _, _, unmade in work for label in unmade}
    heard = [one["line"] for one in made if "ms" in one]
    for round_ in range(_REBUILDS):
        for number, _, _ in work:
            chapter_step(production_id, number, delivery, round_)
        package = package_step(production_id, delivery, round_)
        if not package["is_stale"]:
            break
    else:
        raise WorkFailed("voices were withdrawn again and again while the package was bound")
    return {
        "digest": package["digest"],
        "rendered": sum(label in new for label in heard),
        "reused": sum(label not in new for label in heard),
        "stopped": package["stopped"],
        "failed": [one["line"] for one in made if "failed" in one],
        "stands_out": [one["line"] for one in made if one.get("stands_out")],
    }


def sealed_delivery(session: Session, delivery: Delivery) -> str:
    """Return where a package goes as the workflow is told it: sealed, since a path may name a person or a book."""
    plain = json.dumps(delivery.told()).encode()
    return session.vault.seal_field(plain, house_speaker(session), field=_FIELD).hex()


def opened_delivery(session: Session, sealed: str) -> Delivery:
    """Return what `sealed_delivery` sealed."""
    plain = session.vault.open_field(bytes.fromhex(sealed), house_speaker(session), field=_FIELD)
    return Delivery.of(json.loads(plain))


@contextlib.contextmanager
def at_work(session: Session, executor: str, priority: int = PRIORITY) -> Iterator[None]:
    """Run the workflows of ``executor`` in this process within the block, those first that a dead one left."""
    if _BENCH.session is not None:
        raise Bug("a process works on one production at a time")
    url = database_url(session.settings)
    _prepare(url)
    _BENCH.session, _BENCH.productions = session, {}
    _BENCH.is_over.clear()
    try:
        production = plans.opened(session, executor)
        with (
            contextlib.closing(Queue(session, production, priority)) as queue,
            shared(session, production, queue, priority, _BENCH.is_over.is_set) as lines,
        ):
            _BENCH.queue, _BENCH.lines = queue, lines
            try:
                with _LAUNCHING:
                    _launch(url, executor)
                with _BENCH.at_step:
                    takes.prepare(session, production)
                yield
            finally:
                _BENCH.is_over.set()
                with _BENCH.at_step:
                    DBOS.destroy()
    finally:
        _BENCH.session = _BENCH.lines = _BENCH.queue = None


def started(run: str, production_id: str, delivery: str) -> None:
    """Start the workflow of a production as ``run``, on its plan of now, within `at_work`."""
    with SetWorkflowID(run):
        DBOS.start_workflow(production_workflow, production_id, delivery, plans.version(_BENCH.at(), production_id))


def resumed(run: str) -> None:
    """Go on with a run that failed or was cancelled, within `at_work`; one that was cut off goes on by itself."""
    status = DBOS.retrieve_workflow(run).get_status().status
    if status in {"ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"}:
        DBOS.resume_workflow(run)


def forked(run: str, step: int, new: str) -> None:
    """Start ``new``, which takes over the steps of ``run`` before ``step``, within `at_work`."""
    with SetWorkflowID(new):
        DBOS.fork_workflow(run, step, application_version=DBOS.application_version)


def handle(run: str) -> Any:
    """Return what tells the status of a run, within `at_work`."""
    return DBOS.retrieve_workflow(run)


def steps_done(run: str) -> int:
    """Return how many steps of a run are done."""
    return len(DBOS.list_workflow_steps(run, load_output=False))


@contextlib.contextmanager
def client(settings: Settings) -> Iterator[Any]:
    """Yield what looks at workflows, and stops them, without working on them."""
    url = database_url(settings)
    _prepare(url)
    found = DBOSClient(system_database_url=url, serializer=PlainJson())
    try:
        _check_schema(found, url)
        yield found
    finally:
        found.destroy()


def _check_schema(client: DBOSClient, url: str) -> None:
    """Make DBOS's tables where there are none: only a launch does that."""
    with _LAUNCHING:
        try:
            client.list_workflows(limit=1)
        except Exception:  # noqa: BLE001 - each database names a missing table in its own way
            _launch(url, "schema")
            DBOS.destroy()


def _launch(url: str, executor: str) -> None:
    log = logging.getLogger("dbos")
    log.setLevel(logging.CRITICAL)
    log.handlers[:] = [logging.NullHandler()]  # its own writes to a standard error that may be closed by now
    DBOS(
        config={
            "name": NAME,
            "system_database_url": url,
            "application_version": f"{VERSION}-{executor}",
            "executor_id": executor,
            "serializer": PlainJson(),
            "log_level": "CRITICAL",
            "enable_otlp": False,
            "notification_listener_polling_interval_sec": _LISTEN_S,
        }
    )
    DBOS.launch()


def database_url(settings: Settings) -> str:
    """Return where workflows are kept: where the state is on a server, otherwise a file of their own in the home."""
    if settings.runs_url:
        return settings.runs_url
    return settings.database_url


def _prepare(url: str) -> None:
    """Open a new SQLite file once with a write-ahead log: DBOS itself does not, and commits take twice as long."""
    if url.startswith("sqlite:///"):
        path = Path(url.removeprefix("sqlite:///"))
        make_private(path.parent)
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
        path.chmod(0o600)
