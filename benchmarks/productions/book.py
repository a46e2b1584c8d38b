"""What a production costs beside its synthesis, and how long planning a novel takes, in processor time.

    python -m benchmarks.productions.book --minutes 10
    python -m benchmarks.productions.book --minutes 600 --threads 2 --workers 2

A book of sentences is planned and produced with hibari in this process. "Beside synthesis" is all processor time of
the run less that of the engine alone for the same phrases. With further workers their time is not in it, and their
memory is told by itself.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from pathlib import Path

from sayso.engines.registry import engine as engine_named
from sayso.settings import Settings
from sayso.workflows.installation.session import open_session
from sayso.workflows.productions import planning, reporting, running
from sayso.workflows.productions.delivery import Delivery

SENTENCES = (
    "The keeper climbed the narrow stair before dawn, and the wind came after him through every crack in the wall.",
    "Nobody had crossed that water in eleven years, and nobody was meant to cross it now.",
    "She put the letter down, looked at the clock, and began to count the minutes that were left to her.",
    "It was not the first time that the lamp had gone out, but it was the first time that somebody had put it out.",
    "Down at the harbour the boats lay side by side, and the men stood about and said very little.",
)


def manuscript(words: int) -> str:
    """Return a book of about so many words, a chapter every 2,500."""
    parts, count, chapter = [], 0, 0
    while count < words:
        if count >= 2500 * chapter:
            chapter += 1
            parts.append(f"CHAPTER {chapter}")
        paragraph = " ".join(SENTENCES[(len(parts) + n) % len(SENTENCES)] for n in range(3))
        paragraph += f" That was number {len(parts)}."
        parts.append(paragraph)
        count += len(paragraph.split())
    return "\n\n".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="sayso-book-"))
    settings = Settings(home=folder / "home", threads=args.threads, production_workers=args.workers)
    session = open_session(settings)
    novel = folder / "novel.txt"
    novel.write_text(manuscript(100_000))
    began = time.process_time(), time.monotonic()
    planned = planning.plan(session, planning.Brief(novel, "Northwind Audio", "audiobook", voice="heart"))
    plan_cpu, plan_s = time.process_time() - began[0], time.monotonic() - began[1]
    plan_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"100,000 words: {planned.lines} lines planned in {plan_cpu:.1f} CPU s ({plan_s:.1f} s), {plan_mb:.0f} MB")
    book = folder / "book.txt"
    book.write_text(manuscript(round(150 * args.minutes)))
    planned = planning.plan(session, planning.Brief(book, "Northwind Audio", "audiobook", voice="heart"))
    began = time.process_time(), time.monotonic()
    done = running.run(session, planned.production.production_id, Delivery(folder / "out"))
    run_cpu, run_s = time.process_time() - began[0], time.monotonic() - began[1]
    manifest = json.loads(done.package.read_text())
    heard_s = manifest["duration_ms"] / 1000
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    helper_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{heard_s / 60:.1f} minutes heard: {run_cpu:.1f} CPU s ({run_s:.1f} s), {peak_mb:.0f} MB", flush=True)
    print(f"the largest of its helpers: {helper_mb:.0f} MB", flush=True)
    engine, phrases = engine_named("hibari", 1), [p for line in planned.production.plan.lines() for p in line.phrases]
    asset = engine.stock_asset("heart")
    began_engine = time.process_time()
    for phrase in phrases:
        list(engine.stream(phrase.text, asset))
    engine_cpu = time.process_time() - began_engine
    beside = run_cpu - engine_cpu
    print(
        f"engine alone {engine_cpu:.1f} CPU s; beside it {beside:.1f} CPU s, {beside / heard_s:.4f} of the time heard"
    )
    marks = [chapter["marks"] for chapter in manifest["chapters"]]
    print(f"marks read: {sum(m['readable'] for m in marks)} of {sum(m['checked'] for m in marks)}")
    print(f"every rule holds, every file is whole: {reporting.report(folder / 'out').is_whole}")
    label = planned.production.plan.chapters[-1].lines[-1].line.label
    running.redo(session, planned.production.production_id, label)
    began = time.process_time(), time.monotonic()
    again = running.run(session, planned.production.production_id, Delivery(folder / "out"))
    redo_cpu, redo_s = time.process_time() - began[0], time.monotonic() - began[1]
    print(f"one line again: {again.rendered} made, {redo_cpu:.1f} CPU s ({redo_s:.1f} s)")
    if args.json:
        names = {
            "plan_cpu_s": plan_cpu,
            "plan_mb": plan_mb,
            "heard_s": heard_s,
            "run_cpu_s": run_cpu,
            "beside_cpu_s": beside,
        }
        args.json.write_text(json.dumps({**names, "beside_cpu_s": beside, "redo_cpu_s": redo_cpu, "peak_mb": peak_mb}))


if __name__ == "__main__":
    main()
