"""Every benchmark, one after another: prints their tables, keeps their JSON in .bench/. Run with `make bench`.

    python -m benchmarks                     all (about two hours on 2 cores)
    python -m benchmarks overhead mark-bars  these only

Speech is read from the folder that SAYSO_SPEECH names (default ../shared/speech). Nothing here is a test: a figure is
printed, whatever it is.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.figures import refresh

ROOT = Path(__file__).parent.parent
OUT = ROOT / ".bench"

BENCHMARKS = {
    "decision": ["consent/decision_time.py"],
    "agreement": ["consent/agreement.py"],
    "withdrawal": ["consent/withdrawal.py"],
    "ledger": ["ledger/append.py"],
    "sealing": ["vault/sealing.py"],
    "overhead": ["speaking/overhead.py", "--json", "{out}/overhead.json"],
    "mark": ["mark/quick.py", "--clips", "200", "--out", "{out}/mark.json"],
    "mark-bars": ["mark/bars.py", "--minutes", "25", "--out", "{out}/bars"],
    "mark-suite": ["mark/suite.py", "--mode", "quick", "--out", "{out}/suite"],
    "mark-nulls": ["mark/nulls.py", "--minutes", "8", "--out", "{out}/nulls"],
    "mark-tradeoff": ["mark/tradeoff.py", "--minutes", "5", "--out", "{out}/tradeoff"],
    "mark-rivals": ["mark/rivals.py", "--minutes", "10", "--out", "{out}/rivals"],
    "mark-queried": ["mark/queried.py", "--clips", "6", "--out", "{out}/queried"],
    "page": ["mark/page.py", "--json", "{out}/page.json"],
    "content": ["mark/content.py", "--clips", "80", "--out", "{out}/content.json"],
    "finding": ["mark/finding.py", "--clips", "20", "--sealed", "10000", "--out", "{out}/finding.json"],
    "corpus": ["corpus/corpus.py", "--json", "{out}/corpus.json"],
    "live": ["live/server.py", "--json", "{out}/live.json"],
    "live-cache": ["live/cached.py", "--json", "{out}/live-cache.json"],
    "live-soak": ["live/soak.py", "--json", "{out}/live-soak.json"],
    "live-load": ["live/load.py", "--json", "{out}/live-load.json"],
    "live-sockets": ["live/sockets.py", "--json", "{out}/live-sockets.json"],
    "live-cancel": ["live/cancel.py", "--json", "{out}/live-cancel.json"],
    "live-kokoro": ["live/cloned.py", "--json", "{out}/live-kokoro.json"],
    "live-token": ["live/tokens.py", "--json", "{out}/live-token.json"],
    "live-webrtc": ["live/webrtc.py", "--json", "{out}/live-webrtc.json"],
    "interleaved": ["live/interleaved.py", "--json", "{out}/interleaved.json"],
    "long-verify": ["files/long_verify.py", "--hours", "6", "--json", "{out}/long-verify.json"],
    "enrollment": ["enrollment/checking.py", "--json", "{out}/enrollment.json"],
    "fairness": ["fairness/simulated.py", "--json", "{out}/fairness.json"],
    "fairness-drift": ["fairness/drift.py", "--json", "{out}/fairness-drift.json"],
    "fairness-clones": ["fairness/clones.py", "--out", "{out}/fairness-clones"],
    "fairness-ourselves": ["fairness/ourselves.py", "--out", "{out}/fairness-ourselves"],
    "faults": ["faults/suite.py", "--out", "{out}/faults"],
    "restoration": ["restoration/repair.py"],
    "productions": ["productions/book.py", "--minutes", "10", "--json", "{out}/productions.json"],
    "chaos": ["productions/chaos.py", "--kills", "20", "--json", "{out}/chaos.json"],
    "words": ["words/normalisers.py", "--out", "{out}/words"],
    "catalogue": ["corpus/catalogue.py", "--json", "{out}/catalogue.json"],
    "scale": ["corpus/scale.py", "--json", "{out}/scale.json"],
    "likeness": ["voices/similarity.py", "--out", "{out}/likeness"],
}


def command_of(name: str) -> list[str]:
    """Return the command line of one benchmark."""
    script, *words = BENCHMARKS[name]
    return [sys.executable, str(ROOT / "benchmarks" / script), *(word.format(out=OUT) for word in words)]


def environment() -> dict[str, str]:
    """Return the environment in which a benchmark finds the others and the tests' helpers."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])}


def run(name: str) -> int:
    """Run one benchmark; its table goes to the screen and to .bench/<name>.txt."""
    command = command_of(name)
    started = time.monotonic()
    print(f"== {name}", flush=True)
    with (OUT / f"{name}.txt").open("w") as kept:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment())
        for line in process.stdout or ():
            print(line, end="", flush=True)
            kept.write(line)
    code = process.wait()
    print(
        f"== {name}: {'done' if code == 0 else f'FAILED, exit {code}'} in {time.monotonic() - started:.0f} s\n",
        flush=True,
    )
    return code


def main() -> int:
    """Run the benchmarks named on the command line, or all of them."""
    names = sys.argv[1:] or list(BENCHMARKS)
    unknown = sorted(set(names) - set(BENCHMARKS))
    if unknown:
        print(f"got {', '.join(unknown)}, expected some of {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    OUT.mkdir(exist_ok=True)
    os.environ.setdefault("SAYSO_SPEECH", str(ROOT.parent / "shared" / "speech"))
    started = time.time()
    code = max(run(name) for name in names)
    changed = refresh(OUT, since=started)
    print(f"docs/figures.json: {len(changed)} figures measured anew")
    return code


if __name__ == "__main__":
    sys.exit(main())
