"""Hold Cedar and the explanation against the oracle over generated cases. Exits with 1 at the first disagreement.

The cases are drawn from few values that lie close to each other (neighbouring paths, tags and milliseconds, names with
quotes), so that most grants fail in few dimensions or none. `--cases 1000000` is the long run.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.consent.oracle import permits

from sayso.consent.act import Action, Disclosure, Purpose
from sayso.consent.cedar import Compiled, Policy
from sayso.consent.dimensions import Situation
from sayso.consent.grant import Grant
from sayso.consent.reasons import explain
from sayso.consent.request import Request
from sayso.consent.state import State
from sayso.ids import GrantId, SpeakerId

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
MS = timedelta(milliseconds=1)
SPEAKERS = [SpeakerId("spk_" + letter * 16) for letter in "ab"]
LICENSEES = ["L", "M", 'L" || true', "L*"]
PURPOSES = ["a", "ab", "a-b", "a/b", "a/bc", "a/b/c", "a/b/c/d", "b", "b/a"]
PROJECTS = [None, "p", "q", "P*"]
COUNTRIES = ["DE", "AT", "US"]
CHANNELS = ["app", "app-store", "a"]
TAGS = ["en", "en-gb", "en-gb-oxendict", "eng", "de"]
PHRASES = ["vote", "vote now", "now", "don't"]
TEXTS = [None, "", "Vote: NOW!", "now vote", "snow", "Dont vote", "vote\nnow"]
TOPICS = [Purpose(topic) for topic in ("a", "a/b", "a/bc", "b")]
COMMITMENTS = ("11" * 32, "22" * 32)
INSTANTS = [NOW - timedelta(days=9), NOW - MS, NOW, NOW + MS, NOW + timedelta(days=9)]
AMOUNTS = [1, 499, 500, 501, 1000, 1001]
FIELDS = (
    *("licensee", "purposes", "project", "languages", "territories", "channels", "actions", "max_ms", "max_takes"),
    *("scripted_only", "blocked_words", "blocked_topics", "approved_texts", "disclosure", "sublicensing"),
    *("post_mortem", "state"),
)
REQUESTS_EACH = 20


def some(chance: random.Random, values: Sequence[Any], most: int) -> tuple[Any, ...]:
    """Return one to ``most`` of the values."""
    return tuple(chance.choices(values, k=chance.randint(1, most)))


def text_rules(chance: random.Random) -> dict[str, Any]:
    """Return rules about texts and their presentation, for half of the grants none."""
    if chance.random() < 0.5:
        return {}
    return {
        "scripted_only": chance.random() < 0.3,
        "blocked_words": some(chance, PHRASES, 2) if chance.random() < 0.3 else (),
        "blocked_topics": some(chance, TOPICS, 2) if chance.random() < 0.3 else (),
        "approved_texts": chance.choice([None, None, None, (), COMMITMENTS[:1], COMMITMENTS]),
        "disclosure": chance.choice([None, None, *Disclosure]),
        "sublicensing": chance.random() < 0.7,
        "post_mortem": chance.random() < 0.7,
    }


def grant(chance: random.Random, number: int, *, outer: bool = False) -> Grant:
    """Return a grant of the first speaker."""
    house = chance.random() < 0.3 and not outer
    wide = house or outer
    start = chance.choice(INSTANTS[:4])
    ends = [end for end in INSTANTS if end > start]
    return Grant(
        GrantId("grt_aaaaaaaaaaaaaaa" + chr(ord("a") + number)),
        SPEAKERS[0],
        "*" if wide and chance.random() < 0.5 else chance.choice(LICENSEES),
        tuple(map(Purpose, some(chance, [*PURPOSES, "*"] if wide else PURPOSES, 3))),
        start,
        until=chance.choice([None, *ends]),
        project=chance.choice([None, *PROJECTS]),
        languages=("*",) if chance.random() < 0.4 else some(chance, TAGS, 3),
        territories=("*",) if chance.random() < 0.6 else some(chance, COUNTRIES, 2),
        channels=("*",) if chance.random() < 0.6 else some(chance, CHANNELS, 2),
        actions=tuple(chance.sample(list(Action), k=chance.randint(1, len(Action)))),
        max_ms=chance.choice([None, *AMOUNTS]),
        state=State.GIVEN if chance.random() < 0.9 else chance.choice(list(State)),
        note="a source" if house else "",
        house=house,
        max_takes=chance.choice([None, None, 1, 2, 3]),
        outer=outer,
        **text_rules(chance),
    )


def ceiling(chance: random.Random, grants: list[Grant]) -> Grant:
    """Return an outer consent, often like one of the grants but for one field."""
    outer = grant(chance, 6, outer=True)
    like = [each for each in grants if not each.house]
    if not like or chance.random() < 0.3:
        return outer
    field = chance.choice(FIELDS)
    change = {field: getattr(outer, field), "grant_id": outer.grant_id, "outer": True}
    return replace(chance.choice(like), **change)


def licences(chance: random.Random) -> list[Grant]:
    """Return up to six grants; sometimes an outer consent is among them, and some grants are licences of it."""
    grants = [grant(chance, number) for number in range(chance.randint(0, 6))]
    if chance.random() < 0.5:
        return grants
    outer = ceiling(chance, grants)
    bound = [
        replace(each, ceiling=outer.grant_id) if not each.house and chance.random() < 0.7 else each for each in grants
    ]
    return [*bound, outer] if chance.random() < 0.95 else bound


def asked(chance: random.Random, grants: list[Grant]) -> Situation:
    """Return a request near one of the grants, and what the grants have used."""
    near = chance.choice(grants) if grants and chance.random() < 0.8 else None

    def mostly(inside: object, anything: Sequence[object]) -> Any:
        return inside if inside not in (None, "*") and chance.random() < 0.9 else chance.choice(anything)

    request = Request(
        SPEAKERS[chance.random() < 0.05],
        "voi_a",
        mostly(near and chance.choice(near.actions), list(Action)),
        mostly(near and near.licensee, LICENSEES),
        mostly(near and chance.choice(near.purposes), PURPOSES),
        mostly(near and near.project, PROJECTS),
        mostly(near and chance.choice(near.languages), [None, *TAGS]),
        ceiling_ms=chance.choice([0, *AMOUNTS]),
        territory=mostly(near and chance.choice(near.territories), [None, *COUNTRIES]),
        channel=mostly(near and chance.choice(near.channels), [None, *CHANNELS]),
        takes=chance.choice([0, 1, 2]),
        text=mostly("a quiet text", TEXTS),
        text_commitment=chance.choice(["", *COMMITMENTS]),
        topics=mostly((), [None, *((topic,) for topic in TOPICS)]),
        live=chance.choice([None, None, False, True]),
        disclosure=mostly(near and near.disclosure, [None, *Disclosure]),
        sublicensee=chance.choice([None, None, None, "S"]),
    )
    used_takes = {each.grant_id: chance.choice([0, 1, 2]) for each in grants if chance.random() < 0.6}
    used = {each.grant_id: chance.choice([0, *AMOUNTS]) for each in grants if chance.random() < 0.6}
    now = NOW + chance.choice([-MS, 0 * MS, MS, timedelta(microseconds=999)])
    return Situation(request, now, used, used_takes, chance.random() < 0.1)


def main() -> None:
    """Run the cases and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    chance, seen, started = random.Random(options.seed), Counter[str](), time.monotonic()
    while seen["cases"] < options.cases:
        grants = licences(chance)
        policy, whole = Policy(SPEAKERS[0], grants), Compiled.of(grants)
        for _ in range(REQUESTS_EACH):
            question = asked(chance, grants)
            compare(policy, whole, question, seen)
    found = {**dict(sorted(seen.items())), "seconds": round(time.monotonic() - started, 1)}
    print(json.dumps(found, indent=2))
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n")


def compare(policy: Policy, whole: Compiled, question: Situation, seen: Counter[str]) -> None:
    """Ask Cedar, with and without slicing, by turns, the oracle and the explanation; count, and stop if they differ."""
    verdict = policy.ask(question)
    explained = [explain(each, question, ceiling=policy.ceiling_of(each)) for each in policy.grants]
    permitting = tuple(
        each.grant_id for each in policy.grants if permits(each, question, ceiling=policy.ceiling_of(each))
    )
    told = tuple(found.grant_id for found in explained if found.ok)
    if verdict.errors or not verdict.grants == permitting == told or whole.ask(question) != verdict:
        raise SystemExit(f"disagreement: Cedar {verdict}, second evaluator {permitting}\n{question}\n{policy.grants}")
    ranked = sorted(permitting, key=lambda each: policy.by_id[each].rank(question.request.purpose))
    if ranked[:1] != sorted(policy.first(question).grants, key=ranked.index)[:1]:
        raise SystemExit(f"not the first in rank: {policy.first(question)} of {ranked}\n{question}\n{policy.grants}")
    seen["cases"] += 1
    seen["permitted"] += verdict.allowed
    for found in explained:
        seen["grants weighed"] += 1
        if len(found.failed) == 1:
            seen[f"failed by {found.failed[0].dimension} alone"] += 1


if __name__ == "__main__":
    main()
