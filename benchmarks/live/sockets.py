"""200 idle WebSockets and 8 active ones: how soon sound comes at the limit beside one alone, and what is beyond it.

    python benchmarks/live/sockets.py --json .bench/live-sockets.json

``alone``: one of the eight speaks at a time. ``limit``: as many utterances are made at any time as the server admits,
the eight by turns. ``own_time``: each of the eight hears its sound to the end before it asks again, as in a talk.
``beyond``: all eight ask at once, again and again; ``refused`` is from the text to the error of status 429 on the
socket. A gap is a moment when a player has played all that it got. Client and server share the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.live.served import LONG, House, Running, begun, house, metrics, percentiles, report, row, running
from benchmarks.live.talks import Talk, Turn, connected, talking

PAUSE_S = 0.25
"""Between two turns of a talk: what was heard is kept and logged meanwhile."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--idle", type=int, default=200)
    parser.add_argument("--active", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=200, help="utterances of each part")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    figures = begun() | {"idle": asked.idle, "active": asked.active}
    with tempfile.TemporaryDirectory() as folder, house(Path(folder) / "home") as home, running(home.home) as server:
        with server.client(home.operator) as http:
            places = int(metrics(http)["sayso_places"])
        figures |= {"places": places} | asyncio.run(_measured(server, home, places, asked))
        figures["server_exceptions"] = server.faults()
    report(figures, asked.json)
    ratio, gaps = figures["ratio_p95"], sum(figures[f"{part}_gaps"] for part in ("alone", "limit", "own_time"))
    row("p95 first audio at the limit <= 1.2x of load 1", f"{ratio:.2f}x")
    row("beyond the limit 429 in <= 10 ms", f"{figures['refused_ms'].get('p95', float('nan')):.1f} ms p95")
    row("0 gaps", f"{gaps}, and {figures['beyond_gaps']} beyond the limit")


async def _measured(server: Running, home: House, places: int, asked: argparse.Namespace) -> dict[str, Any]:
    voice = home.voice()
    async with contextlib.AsyncExitStack() as open_:
        for _ in range(asked.idle):
            await open_.enter_async_context(connected(server, home.key))
        talks = [await open_.enter_async_context(talking(server, home.key, voice)) for _ in range(asked.active)]
        await _turns(talks, 1, 2 * len(talks))
        parts = {
            "alone": await _turns(talks, 1, asked.rounds, PAUSE_S),
            "limit": await _turns(talks, places, asked.rounds),
            "own_time": await _own_time(talks, asked.rounds),
        }
        beyond = [turn for _ in range(-(-asked.rounds // len(talks))) for turn in await _at_once(talks)]
    return {name: found for part, turns in parts.items() for name, found in _told(part, turns).items()} | _beyond(
        beyond, parts
    )


async def _turns(talks: Sequence[Talk], at_once: int, count: int, pause_s: float = 0.0) -> list[Turn]:
    """Return ``count`` turns, so many at once, of the talks one after the other."""
    free: asyncio.Queue[Talk] = asyncio.Queue()
    for talk in talks:
        free.put_nowait(talk)
    turns: list[Turn] = []

    async def speak() -> None:
        while len(turns) < count:
            talk = await free.get()
            turns.append(await talk.say(LONG))
            free.put_nowait(talk)
            await asyncio.sleep(pause_s)

    await asyncio.gather(*(speak() for _ in range(at_once)))
    return turns


async def _own_time(talks: Sequence[Talk], count: int) -> list[Turn]:
    """Return ``count`` turns of all talks at once, each of which hears its sound out before it goes on."""

    async def speak(number: int, talk: Talk) -> AsyncIterator[Turn]:
        await asyncio.sleep(4.0 * number / len(talks))
        for _ in range(-(-count // len(talks))):
            turn = await talk.say(LONG)
            yield turn
            await asyncio.sleep(max(0.0, turn.player.heard_s - turn.took_ms / 1000))

    async def all_of(number: int, talk: Talk) -> list[Turn]:
        return [turn async for turn in speak(number, talk)]

    found = await asyncio.gather(*(all_of(number, talk) for number, talk in enumerate(talks)))
    return [turn for each in found for turn in each]


async def _at_once(talks: Sequence[Talk]) -> list[Turn]:
    turns = await asyncio.gather(*(talk.say(LONG) for talk in talks))
    await asyncio.sleep(PAUSE_S)
    return turns


def _told(part: str, turns: Sequence[Turn]) -> dict[str, Any]:
    spoken = [turn for turn in turns if turn.ended == "spoken"]
    gaps = [1000 * gap for turn in spoken for gap in turn.player.gaps_s]
    return {
        f"{part}_first_ms": percentiles([turn.player.first_ms for turn in spoken]),
        f"{part}_refused": sum(turn.status == 429 for turn in turns),
        f"{part}_errors": sum(turn.ended == "error" and turn.status != 429 for turn in turns),
        f"{part}_gaps": len(gaps),
        f"{part}_gaps_ms": percentiles(gaps),
    }


def _beyond(turns: Sequence[Turn], parts: dict[str, list[Turn]]) -> dict[str, Any]:
    refused = [turn.took_ms for turn in turns if turn.status == 429]
    alone, limit = (percentiles([turn.player.first_ms for turn in parts[name]]) for name in ("alone", "limit"))
    return _told("beyond", turns) | {"refused_ms": percentiles(refused), "ratio_p95": limit["p95"] / alone["p95"]}


if __name__ == "__main__":
    main()
