"""How long a decision takes, warm, with 50 grants on the speaker. Prints a table; --json FILE keeps the figures.

Five populations: ``catalogue`` (ten licensees, each grant for one title: what a narrator's grants look like),
``one licensee`` (all 50 grants to the licensee that asks, each for another purpose), ``all permit`` (the worst case:
all 50 permit the act and all 50 are evaluated), ``licences`` (the catalogue, cut from one outer consent and with rules
about the text), and a refusal with its reasons in the catalogue. Each is timed as the decision alone, and with the
permit made of it and signed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sayso.consent.act import Action, Disclosure, Purpose
from sayso.consent.cedar import Policy
from sayso.consent.decision import decide, why
from sayso.consent.errors import ConsentRefused
from sayso.consent.grant import Grant
from sayso.consent.permit import Gate
from sayso.consent.request import Request
from sayso.ids import GrantId, SpeakerId, new_id

NOW = datetime(2027, 3, 1, tzinfo=UTC)
SPEAKER = SpeakerId("spk_aaaaaaaaaaaaaaaa")


def grant(licensee: str, purposes: tuple[str, ...], **more: Any) -> Grant:
    """Return a grant with every dimension in use."""
    return Grant(
        GrantId(new_id("grant")),
        SPEAKER,
        licensee,
        tuple(map(Purpose, purposes)),
        NOW - timedelta(days=30),
        until=NOW + timedelta(days=300),
        project="the lamp",
        languages=("en", "de"),
        max_ms=3_600_000,
        **more,
    )


def populations(number: int) -> dict[str, list[Grant]]:
    """Return ``number`` grants in each of four shapes."""
    outer = grant("*", ("audiobook", "podcast"), outer=True, blocked_words=("vote now",), disclosure="metadata")
    rules = {
        "ceiling": outer.grant_id,
        "blocked_words": ("vote",),
        "blocked_topics": ("politics",),
        "disclosure": "metadata",
        "max_takes": 1_000,
        "territories": ("DE", "AT", "CH"),
        "scripted_only": True,
    }
    return {
        "licences": [
            outer,
            *(
                grant(f"publisher {i % 10}", (f"audiobook/series-{i // 10}", "podcast/daily"), **rules)
                for i in range(number - 1)
            ),
        ],
        "catalogue": [
            grant(f"publisher {i % 10}", (f"audiobook/series-{i // 10}", "podcast/daily")) for i in range(number)
        ],
        "one licensee": [grant("publisher 0", (f"audiobook/series-{i}",)) for i in range(number)],
        "all permit": [grant("publisher 0", ("audiobook",)) for _ in range(number)],
    }


def timed(act: Callable[[], object], rounds: int) -> dict[str, float]:
    """Return the median and the 99th percentile of ``act``, in microseconds, after a warm-up.

    By the clock on the wall, and in processor time, which a busy machine disturbs less.
    """
    for _ in range(200):
        act()
    wall, cpu = [], []
    for _ in range(rounds):
        start, start_cpu = time.perf_counter_ns(), time.thread_time_ns()
        act()
        end_cpu, end = time.thread_time_ns(), time.perf_counter_ns()
        wall.append((end - start) / 1e3)
        cpu.append((end_cpu - start_cpu) / 1e3)
    return {f"{name}_us": round(value, 1) for name, value in (
        ("p50", statistics.median(wall)), ("p99", statistics.quantiles(wall, n=100)[98]),
        ("cpu_p50", statistics.median(cpu)), ("cpu_p99", statistics.quantiles(cpu, n=100)[98]),
    )}  # fmt: skip


def measure(rounds: int) -> dict[str, dict[str, float]]:
    """Return the figures by name."""
    key = Ed25519PrivateKey.generate()
    asked = Request(
        SPEAKER, "voi_a", Action.SYNTHESIZE, "publisher 0", Purpose("audiobook/series-3/one"), "the lamp", "en-gb",
        "ab" * 32, "cd" * 32, "ef" * 32, 30_000, "DE", takes=1, topics=(), disclosure=Disclosure.METADATA,
        text="The keeper climbed the narrow stair before dawn, and he was not alone. " * 4,
    )  # fmt: skip
    found = {}
    for name, grants in populations(50).items():
        policy = Policy(SPEAKER, grants)
        used_ms = {each.grant_id: 1_000 for each in grants}
        known = {"grants": policy, "epoch": 1, "now": NOW, "used_ms": used_ms}
        found[f"decision, {name}"] = timed(lambda k=known: why(asked, explained=False, **k), rounds)
        found[f"with its permit, {name}"] = timed(lambda k=known: decide(asked, key=key, **k), rounds)
    refused = Request(SPEAKER, "voi_a", Action.TRAIN, "publisher 0", Purpose("podcast/other"))
    policy = Policy(SPEAKER, populations(50)["catalogue"])
    found["refuse with all reasons"] = timed(lambda: refuse(refused, policy, key), max(rounds // 10, 200))
    permit = decide(asked, grants=policy, epoch=1, key=key, now=NOW)
    gate = Gate(key.public_key().public_bytes_raw(), lambda _: 1, clock=lambda: NOW)
    found["gate, each chunk"] = timed(lambda: gate.check(permit, Action.SYNTHESIZE, made_ms=5), rounds)
    return found


def refuse(request: Request, policy: Policy, key: Ed25519PrivateKey) -> None:
    """Ask for what is not granted."""
    try:
        decide(request, grants=policy, epoch=1, key=key, now=NOW)
    except ConsentRefused:
        return
    raise SystemExit("a request that no grant covers was permitted")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found = measure(options.rounds)
    for name, figures in found.items():
        print(
            f"{name:26s}"
            + "".join(f"  {label.removesuffix('_us')} {value:7.1f} us" for label, value in figures.items())
        )
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
