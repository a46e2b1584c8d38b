"""What routes refuse: to whom it is not given, and what is rubbish; and that nothing is done then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

REFUSED = "accounts:act:refused"
"""The type of the entries that tell of a refusal: the only ones that a refusal may leave."""


@dataclass(frozen=True)
class Try:
    """A request, to whom it is not given, and what of it is rubbish: bodies that get 400."""

    path: str
    body: Any = None
    method: str = "post"
    roles: tuple[str, ...] = ("ours", "auditor")
    foreign: bool = True
    rubbish: tuple[Any, ...] = ()
    more: dict[str, Any] = field(default_factory=dict)


def done(server) -> list[str]:
    """Return the types of all entries but those of refusals: what was done."""
    session = server.session()
    try:
        return [row.entry.type for row in session.log.query() if row.entry.type != REFUSED]
    finally:
        session.close()


def refused(server, tries: Iterable[Try], **ids: str) -> None:
    """Make each request as each role that may not, of the other organisation, of nobody, and wrongly."""
    tries, ids = list(tries), {**server.ids, **ids}
    before = done(server)
    for each in tries:
        path = each.path.format(**ids)
        whose = {role: {403} for role in each.roles} | ({"theirs": {403, 404}} if each.foreign else {}) | {None: {401}}
        for key, statuses in whose.items():
            with server.http(key) as http:
                answer = http.request(each.method, path, **_body(each.body, ids), **each.more)
            assert answer.status_code in statuses, (key, path, answer.text)
            assert answer.headers["content-type"] == "application/problem+json"
        with server.http("operator") as http:
            for body in each.rubbish:
                answer = http.request(each.method, path, **_body(body, ids), **each.more)
                assert answer.status_code == 400, (path, body, answer.text)
    assert done(server) == before


def _body(body: Any, ids: dict[str, str]) -> dict[str, Any]:
    if body is None:
        return {}
    if isinstance(body, bytes):
        return {"content": body, "headers": {"Content-Type": "application/json"}}
    return {"json": _filled(body, ids)}


def _filled(body: Any, ids: dict[str, str]) -> Any:
    if isinstance(body, dict):
        return {name: _filled(value, ids) for name, value in body.items()}
    if isinstance(body, list):
        return [_filled(each, ids) for each in body]
    return body.format(**ids) if isinstance(body, str) else body
