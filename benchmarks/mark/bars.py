"""The bars of the mark, row by row, each at the length it names: bar, figure, 95 % interval, verdict.

    python benchmarks/mark/bars.py --minutes 30 --out .bench/bars

Each row has a share of the minutes and stops at its time or its count of trials. One line of JSON a trial; stopped and
started again, it goes on where it was. Clips are of speakers that nothing was tuned on (`clips.Voice.split`), marked at
the length of the row. A clip's mark is looked for by the whole search of the detector, and it counts as present at
p <= 1e-6 for the file, search counted.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy: two processes, a core each

import barsheet
import copies
import costs
import ours
import quality
import trials
from clips import LANGUAGES, Corpus

PODCAST = "podcast trimmed mp3 64, aac 64, opus 24"


@dataclass(frozen=True)
class Row:
    """A row of the table: what is tried, at what length, how often, and what share of each outcome is asked for."""

    name: str
    bars: dict[str, float]
    seconds: float
    attacks: tuple[str, ...] = ("none",)
    count: int = 1000
    share: float = 1.0
    act: Callable[..., dict] = trials.of_attack
    extra: dict = field(default_factory=dict)

    def corpus(self) -> Corpus:
        return trials.corpus(self.seconds, self.extra.get("split", "report"))

    def tasks(self) -> Iterator[dict]:
        """Yield the trials: every attack of one clip, then of the next."""
        for number in itertools.islice(itertools.count(), -(-self.count // len(self.attacks))):
            for attack in self.attacks:
                what = {"attack": attack} if self.act is trials.of_attack else {}
                yield {"row": self.name, "seconds": self.seconds, "number": number, **what, **self.extra}


def of_quality(*, number: int, seconds: float) -> dict:
    """Return how near the marked clip ``number`` is to what it was; ViSQOL, which takes a second, for one in three."""
    clip = trials.corpus(seconds).clip(number)
    marked = ours.embed(clip.samples, ours.mark_of(number))
    pair = clip.samples, marked
    heard = {name: quality.visqol(*pair, lattice=name == "lattice") for name in ("visqol", "lattice") if number % 6 < 2}
    return {**trials.about(clip), "pesq": quality.pesq(*pair), "snr_db": quality.snr_db(*pair), **heard}


ROWS = (
    Row("presence untouched", {"present": 99.9}, 2.0, count=1200),
    Row("id from a registry of 1,000,000, untouched", {"registry": 99.0}, 3.0, share=1.5),
    Row("id without registry, untouched", {"id": 99.0}, 5.0),
    Row(
        "polarity, shift, gain, resampling, 12 bit, equaliser 6 dB, high-pass 500 Hz",
        {"present": 99.9, "registry": 99.0},
        5.0,
        (
            *("polarity", "shift 0.1", "shift -0.1", "gain 0.2", "gain 5.0", "gain 0.05", "resample 44100"),
            *("resample 22050", "resample 16000", "bits 12", "equaliser 6", "high-pass 500"),
        ),
        count=1008,
        share=1.5,
    ),
    Row(
        "MP3, AAC, Vorbis 64 kbit/s, Opus 32",
        {"present": 99.9, "registry": 99.0},
        5.0,
        ("codec mp3 64", "codec aac 64", "codec vorbis 64", "codec opus 32"),
        share=1.5,
    ),
    Row("MP3, AAC 32, Opus 16", {"present": 99.0}, 5.0, ("codec mp3 32", "codec aac 32", "codec opus 16"), share=1.5),
    Row(
        "white noise 20 dB, telephone, low-pass 3.5 kHz",
        {"present": 99.5},
        5.0,
        ("white noise 20", "telephone", "low-pass 3500"),
        share=1.5,
    ),
    Row("white noise 10 dB", {"present": 95.0}, 10.0, ("white noise 10",), count=300),
    Row(
        "reverberation, DRR 0 to 6 dB",
        {"present": 98.0},
        8.0,
        ("room 0.3 6", "room 0.6 3", "room 0.3 0"),
        count=450,
    ),
    Row(
        "speed or stretch 10 %, pitch 100 cents",
        {"present": 99.0},
        5.0,
        (
            *("speed 0.9", "speed 1.1", "stretch 0.9 0", "stretch 1.1 0", "overlap-add 0.9", "overlap-add 1.1"),
            *("pitch 1 -100", "pitch 1 100"),
        ),
        count=480,
        share=3,
    ),
    Row(
        "speed or stretch 0.8 to 1.25, pitch 200 cents",
        {"present": 97.0},
        10.0,
        (
            *("speed 0.8", "speed 1.25", "stretch 0.8 0", "stretch 1.25 0", "overlap-add 0.8", "overlap-add 1.25"),
            *("pitch 1 -200", "pitch 1 200"),
        ),
        count=320,
        share=4,
    ),
    Row("podcast chain, loudness, trimmed silences", {"present": 99.0}, 10.0, (PODCAST,), count=400, share=1.5),
    Row("simulated re-recording at 1 m", {"present": 95.0}, 10.0, ("re-recorded m 1",), count=300),
    Row(
        "claimed attacks in nine languages",
        {"present": 99.0, "registry": 99.0},
        5.0,
        (
            *("none", "codec mp3 64", "codec mp3 32", "codec aac 32", "codec opus 16", "white noise 20"),
            *("telephone", "low-pass 3500", "room 0.6 3", "speed 1.1", "pitch 1 -100", "resample 16000"),
        ),
        count=2160,
        share=2,
        extra={"split": LANGUAGES},
    ),
    Row("copied mark taken for ours", {"safe": 0.0}, 5.0, count=1350, share=3, act=copies.of_copy),
    Row("quality", {}, 5.0, count=600, share=3, act=of_quality),
)


def main() -> None:
    """Run what is not yet run, then write the table."""
    options = _options()
    options.out.mkdir(parents=True, exist_ok=True)
    lines = options.out / "bars.jsonl"
    wanted = [row for row in ROWS if not options.rows or row.name.startswith(tuple(options.rows))]
    for row in wanted:
        row.corpus().prepare()
    end = time.monotonic() + 60 * options.minutes
    with ProcessPoolExecutor(options.processes) as pool:
        for place, row in enumerate(wanted):
            now, left = time.monotonic(), sum(one.share for one in wanted[place:])
            until = now + max(0.0, end - now) * row.share / left
            tasks = () if row.corpus().is_empty else row.tasks()
            count = trials.drive(row.act, tasks, lines, until=until, pool=pool)
            print(f"{row.name}: {count} trials in {time.monotonic() - now:.0f} s", flush=True)
    speed = costs.measured(options.out / "speed.json", again=not options.report)
    rivals = options.rivals / "rivals.json"
    beside = json.loads(rivals.read_text()) if rivals.exists() else None
    barsheet.write(list(trials.rows(lines)), wanted, speed, beside, options.out)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30.0, help="for all rows; 0 makes the table of what is there")
    parser.add_argument("--rows", nargs="*", help="beginnings of names; all by default")
    parser.add_argument("--report", action="store_true", help="keep the speeds measured before")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path(".bench/bars"))
    parser.add_argument("--rivals", type=Path, default=Path(".bench/rivals"), help="where rivals.py wrote")
    return parser.parse_args()


if __name__ == "__main__":
    main()
