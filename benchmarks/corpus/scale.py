"""A corpus of any size on any number of machines: calculated and simulated from what was measured on two cores.

    python benchmarks/corpus/scale.py --hours 5800000 --nodes 63 --json .bench/scale.json

Nothing here runs the program: it draws recordings, deals them to workers as the driver does (in the order of their
names, one recording to one worker), lets nodes fail, and counts hours. What a worker loses when it dies is the minute
or the segment in hand, since each record is on the disk before the next is begun. The figures taken from measurements
are `Measured`; docs/corpus-scale.md says where each comes from.
"""

from __future__ import annotations

import argparse
import heapq
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Measured:
    """What two cores showed, on a machine that others used."""

    audio_hours_per_core_hour: float = 167.0
    print_bytes_per_minute: float = 7_500.0
    """An encoded print: 4 bytes each 32 ms."""
    record_bytes_per_minute: float = 11_000.0
    """A record of the worklog, the print as text in it."""
    segment_s: float = 8.0
    catalogue_bytes_per_row: float = 813.0
    revoke_s: float = 0.3


@dataclass(frozen=True)
class Cluster:
    """The machines: nodes of so many cores, which fail at random and come back."""

    nodes: int
    cores: int = 16
    hours_between_failures: float = 24.0
    """Of one node: a spot machine; 1,000 and more for owned ones."""
    hours_to_return: float = 0.1
    spread: float = 0.10
    """Coefficient of variation of the speed of nodes."""
    price_per_core_hour: float = 0.02


@dataclass(frozen=True)
class Simulated:
    """What a run took."""

    hours: float
    cores: int
    wall_h: float
    ideal_h: float
    efficiency: float
    failures: int
    recomputed_percent: float
    last_recording_h: float
    price: float


def lengths(hours: float, median_h: float, spread: float, longest_h: float, rng: np.random.Generator) -> np.ndarray:
    """Return lengths of recordings in hours, log-normal, up to ``longest_h``, that are ``hours`` together."""
    mean = median_h * np.exp(spread**2 / 2)
    drawn = np.minimum(rng.lognormal(np.log(median_h), spread, int(1.2 * hours / mean) + 16), longest_h)
    return drawn[: int(np.searchsorted(np.cumsum(drawn), hours)) + 1]


def simulate(work: np.ndarray, cluster: Cluster, speed: float, rng: np.random.Generator) -> Simulated:
    """Return what it takes to measure recordings of ``work`` hours at ``speed`` audio-hours a core-hour."""
    workers = cluster.nodes * cluster.cores
    of_node = speed * np.maximum(rng.normal(1.0, cluster.spread, cluster.nodes), 0.3)
    ideal = float(work.sum()) / (of_node.sum() * cluster.cores)
    broken = [_failures(cluster, 4.0 * ideal + 100.0, rng) for _ in range(cluster.nodes)]
    free = [(0.0, worker) for worker in range(workers)]
    lost_h, last = 0.0, 0.0
    for recording in work:
        begun, worker = heapq.heappop(free)
        node = worker // cluster.cores
        in_hand = rng.uniform(0.0, 1.0 / 60.0) / of_node[node]
        end, again = _worked(begun, float(recording) / of_node[node], in_hand, broken[node], cluster.hours_to_return)
        lost_h, last = lost_h + again * of_node[node], max(last, end)
        heapq.heappush(free, (end, worker))
    failures = sum(int(np.searchsorted(times, last)) for times in broken)
    total = float(work.sum())
    return Simulated(
        hours=total,
        cores=workers,
        wall_h=last,
        ideal_h=ideal,
        efficiency=ideal / last,
        failures=failures,
        recomputed_percent=100 * lost_h / total,
        last_recording_h=float(work.max()) / float(of_node.min()),
        price=last * workers * cluster.price_per_core_hour,
    )


def _failures(cluster: Cluster, horizon_h: float, rng: np.random.Generator) -> np.ndarray:
    """Return when a node fails, in hours, in rising order."""
    gaps = rng.exponential(cluster.hours_between_failures, int(3 * horizon_h / cluster.hours_between_failures) + 8)
    return np.cumsum(gaps + cluster.hours_to_return)


def _worked(begun: float, left: float, in_hand: float, broken: np.ndarray, to_return: float) -> tuple[float, float]:
    """Return when work of ``left`` hours that begins at ``begun`` ends, and how much of it is made again."""
    place, again = int(np.searchsorted(broken, begun)), 0.0
    if place and begun < broken[place - 1] + to_return:
        begun = broken[place - 1] + to_return
    while place < len(broken) and broken[place] < begun + left:
        ran = broken[place] - begun
        redone = min(ran, in_hand)  # the minute in hand; what came before it is on the disk
        left, again = left - ran + redone, again + redone
        begun, place = broken[place] + to_return, place + 1
    return begun + left, again


def calculated(hours: float, measured: Measured) -> dict[str, float]:
    """Return what a corpus of ``hours`` holds and what its driver would need, by multiplication."""
    segments = hours * 3600 / measured.segment_s
    return {
        "pcm_terabytes_24k_16bit": hours * 3600 * 48_000 / 1e12,
        "segments": segments,
        "worklog_terabytes": hours * 60 * measured.record_bytes_per_minute / 1e12,
        "catalogue_terabytes": segments * measured.catalogue_bytes_per_row / 1e12,
        "prints_gigabytes_in_the_driver": hours * 60 * measured.print_bytes_per_minute / 1e9,
        "parts_for_a_driver_of_64_gigabytes": float(np.ceil(hours * 60 * measured.print_bytes_per_minute / 48e9)),
        "revoke_one_speaker_s": measured.revoke_s,
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--hours", type=float, nargs="*", default=[1e4, 1e5, 1e6, 5.8e6])
    options.add_argument("--nodes", type=int, nargs="*", default=[1, 8, 63, 250])
    options.add_argument("--median-minutes", type=float, default=30.0)
    options.add_argument("--longest-hours", type=float, nargs="*", default=[10.0, 100.0])
    options.add_argument("--failures", type=float, nargs="*", default=[24.0, 1_000.0])
    options.add_argument("--speed", type=float, default=Measured.audio_hours_per_core_hour)
    options.add_argument("--json", type=Path)
    asked = options.parse_args()
    runs = []
    for hours, nodes in zip(asked.hours, asked.nodes, strict=True):
        print(json.dumps(calculated(hours, Measured()), indent=1))
        for longest in asked.longest_hours:
            work = lengths(hours, asked.median_minutes / 60, 1.2, longest, np.random.default_rng(1))
            for between in asked.failures:
                cluster = Cluster(nodes, hours_between_failures=between)
                found = simulate(work, cluster, asked.speed, np.random.default_rng(2))
                runs.append({"longest_h": longest, "hours_between_failures": between, **asdict(found)})
                print(json.dumps(runs[-1]))
    if asked.json:
        asked.json.write_text(json.dumps(runs, indent=1) + "\n")


if __name__ == "__main__":
    main()
