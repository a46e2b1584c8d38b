"""Phrases that are said again: the first byte of a request whose sound is kept, from a client of its own.

    python benchmarks/live/cached.py --json .bench/live-cache.json

The server is a process of its own, on loopback; the client shares the machine with it. Each phrase is said three times
before it is timed. ``admit`` and ``first`` are what the server tells of itself (Server-Timing). A second server, which
keeps nothing, is asked in turn with it. ``spent`` is processor time, in this process.
"""

from __future__ import annotations

import argparse
import contextlib
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import httpx
from benchmarks.live.served import LICENSEE, LONG, PURPOSE, SHORT, begun, house, percentiles, report, running
from benchmarks.live.server import asked

from sayso.repertoire import PhraseAsked
from sayso.repertoire.remembering import Pieces
from sayso.settings import Settings
from sayso.workflows.installation.session import open_session
from sayso.workflows.speech import live, phrasebook
from sayso.workflows.speech.orders import Order

ROOM: Final = "SAYSO_PHRASE_CACHE_MB"
ROOMS: Final = {"kept": "64", "made": "0"}

Server = tuple[Path, httpx.Client, str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    figures = begun()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as open_:
        servers = {name: open_.enter_context(speaking(Path(folder) / name, room)) for name, room in ROOMS.items()}
        figures |= {name: percentiles(times) for name, times in beside(servers, arguments.rounds).items()}
        home, _, voice = servers["kept"]
        figures["phrases_kept"] = kept(home)
        figures |= {f"kept_{part}_spent_ms": times for part, times in spent(home, voice, arguments.rounds).items()}
    report(figures, arguments.json)


@contextlib.contextmanager
def speaking(home: Path, room: str) -> Iterator[Server]:
    """Yield a server on a new home that keeps ``room`` megabytes of phrases: its home, a client and a voice."""
    with house(home) as made:
        voice, key = made.voice(), made.key
    with running(home, **{ROOM: room}) as server, server.client(key) as http:
        yield home, http, voice


def beside(servers: Mapping[str, Server], rounds: int) -> dict[str, list[float]]:
    """Return times in ms of one request after another, the servers in turn, so that each meets the same load."""
    times: dict[str, list[float]] = defaultdict(list)
    for number in range(rounds + 3):
        for length, text in (("short", SHORT), ("long", LONG)):
            for name, (_, http, voice) in servers.items():
                found = asked(http, voice, text)
                if number >= 3:
                    for part, took in found.items():
                        times[f"{name}_{length}_{part}"].append(took)
    return times


def spent(home: Path, voice: str, rounds: int) -> dict[str, dict[str, float]]:
    """Return the processor time in this thread, in ms, until a kept phrase is permitted, found and marked."""
    session = open_session(Settings(home=home, phrase_cache_mb=64))
    times: dict[str, list[float]] = {"permit": [], "find": [], "first_piece": []}
    recalled = phrasebook.Phrasebook._recalled

    def timed_recall(book: phrasebook.Phrasebook, asked: PhraseAsked) -> Pieces | None:
        started = time.thread_time()
        found = recalled(book, asked)
        times["find"].append(1000 * (time.thread_time() - started))
        return found

    phrasebook.Phrasebook._recalled = timed_recall
    for number in range(rounds + 3):
        began = time.thread_time()
        speech = live.begin(session, Order(SHORT, voice, LICENSEE, PURPOSE))
        permitted = time.thread_time()
        for place, piece in enumerate(speech.pieces()):
            if not place:
                times["first_piece"].append(1000 * (time.thread_time() - permitted))
            speech.left(piece)
        times["permit"].append(1000 * (permitted - began))
        speech.close()
        if number >= 3 and not speech.phrases.said:
            raise SystemExit("a phrase that is kept was made anew")
    session.close()
    return {part: percentiles(each[3:]) for part, each in times.items()}


def kept(home: Path) -> int:
    """Return how many phrases are kept: each once, however often it was said."""
    from sayso import lineage
    from sayso.lineage import Kind

    session = open_session(Settings(home=home))
    try:
        with session.read() as tx:
            return len(lineage.of_kind(tx, Kind.PHRASE))
    finally:
        session.close()


if __name__ == "__main__":
    main()
