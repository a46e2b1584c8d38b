"""Faults by the thousand: kills in every act, withdrawals against speech, hurt files through every reader.

    python benchmarks/faults/suite.py --out .bench/faults                  2,000 kills, 1,000 races, 2,000 files
    python benchmarks/faults/suite.py --out F --kills 50 --races 20        a small run
    python benchmarks/faults/suite.py --out F --until 10:55                stop then (UTC); the next run goes on

Each trial works on a copy of one home, in processes that are forked from this one. Its seed is printed; a trial is the
same whenever it is run. Trials are kept one a line, and a run goes on where the last one stopped.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import os
import pkgutil
import shutil
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path[:0] = [str(Path(__file__).parents[2])]

from benchmarks.faults import fuzzing, kills, looking, races, trials  # noqa: E402 - the path is set above
from benchmarks.faults.acts import ACTS  # noqa: E402
from benchmarks.faults.processes import Forked  # noqa: E402
from benchmarks.faults.worlds import World, template  # noqa: E402

SEED = 20
_SLICES = 50
_ROOMS = (("kills", kills.Kills, kills), ("races", races.Races, races), ("files", fuzzing.Fuzzing, fuzzing))


_APART = {"sayso.client.pipecat"}  # its package lives in an environment of its own
_PRACTISED = ("speak", "export", "give", "verify", "look after everything")


def warmed(world: World, scratch: Path) -> None:
    """Load once what every fork needs, and do some acts on a copy: no database stays open, no thread is left."""
    import sayso

    for found in pkgutil.walk_packages(sayso.__path__, "sayso."):
        if ".migrations." not in found.name and found.name not in _APART:
            importlib.import_module(found.name)
    for name in ("av", "c2pa", "cedarpy", "hibari", "obstore", "onnxruntime", "soundfile"):
        importlib.import_module(name)
    from sayso import models
    from sayso.engines.phonemes import phonemes

    for name in ("hibari", "hibari-words"):
        models.session(name)
    phonemes("He carried a lamp.")
    copy = world.copied(scratch / "practice")
    for name in _PRACTISED:
        session = copy.opened()
        ACTS[name](session, copy)
        session.close()
    looking.looked(copy, "give", again=False)
    shutil.rmtree(copy.folder)
    if threading.active_count() > 1:
        raise SystemExit(f"got {threading.active_count()} threads before forking, expected one")
    gc.collect()
    gc.freeze()  # a fork that collects would copy every page of it


def main() -> int:
    """Run what is asked for and print the counts; return 1 where anything was wrong."""
    asked = _asked()
    folder = asked.out
    world_folder = folder / "template"
    folder.mkdir(parents=True, exist_ok=True)
    made = Forked(lambda: str(template(world_folder))).ended(within_s=600)
    if made.value is None:
        raise SystemExit(f"the template: {made.error}")
    report = {"seed": asked.seed, "date": datetime.now(UTC).date().isoformat()}
    with tempfile.TemporaryDirectory(dir=asked.scratch) as scratch:
        warmed(template(world_folder), Path(scratch))
        _in_slices(asked, {name: kind(template(world_folder), Path(scratch), asked.seed) for name, kind, _ in _ROOMS})
    for name, _, room in _ROOMS:
        report[name] = room.summary(trials.read(folder / f"{name}.jsonl"))
        print(f"{name}: {json.dumps(report[name])}", flush=True)
    (folder / "faults.json").write_text(json.dumps(report, indent=1) + "\n")
    return 1 if any(_is_wrong(report[name]) for name, _, _ in _ROOMS) else 0


def _in_slices(asked: argparse.Namespace, rooms: dict[str, Any]) -> None:
    """Make some trials of each room, then some more, so that a run that is stopped has trials of all."""
    for done in range(1, _SLICES + 1):
        for name, room in rooms.items():
            count = getattr(asked, name) * done // _SLICES
            trials.run(asked.out / f"{name}.jsonl", count, asked.until, room.trial)


def _is_wrong(counts: dict[str, object]) -> bool:
    return any(counts.get(name) for name in ("wrong", "crashes", "hangs", "above_memory"))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--scratch", type=Path, default=Path(os.environ.get("TMPDIR", tempfile.gettempdir())))
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--kills", type=int, default=2000)
    parser.add_argument("--races", type=int, default=1000)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--until", type=_moment, default=time.time() + 10 * 86_400)
    asked = parser.parse_args()
    print(f"seed {asked.seed}", flush=True)
    return asked


def _moment(text: str) -> float:
    hour, minute = map(int, text.split(":"))
    return datetime.now(UTC).replace(hour=hour, minute=minute, second=0).timestamp()


if __name__ == "__main__":
    sys.exit(main())
