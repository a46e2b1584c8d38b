"""Students beside their teachers: how like the speaker, how natural, how well understood, how fast.

    SAYSO_SPEECH=... python -m benchmarks.voices.students --teachers .bench/likeness --out .bench/students

``--teachers`` is a folder of `benchmarks.voices.similarity`, with a fitted voice for each speaker and effort. Speakers,
recordings and sentences are those of that benchmark: neither teacher nor student has heard them. CAM++ and GE2E are in
the teacher's loss; the d-vector and the words are in nothing. ``first_ms`` is the time until the engine gives the first
sound of a long sentence, ``share`` processor time beside the length of the sound.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from pathlib import Path

import numpy as np
from benchmarks.voices.hearing import word_errors
from benchmarks.voices.recordings import JUDGED, speaker
from benchmarks.voices.similarity import PERMITTED, RATE, SENTENCES, _judges

from sayso.audio.quality import dnsmos
from sayso.audio.signal import Signal, concatenate
from sayso.engines.hibari import HibariEngine
from sayso.engines.kokoro import Kokoro
from sayso.engines.protocol import Engine, VoiceAsset
from sayso.voices import Effort, Reference, similarity, teach
from sayso.voices.gate import speech_of


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--teachers", type=Path, default=Path(".bench/likeness"))
    parser.add_argument("--of", default="fast", help="the effort of the teachers")
    parser.add_argument("--effort", default="best", help="that of the students")
    parser.add_argument("--speakers", nargs="*", default=JUDGED[:8])
    parser.add_argument("--out", type=Path, default=Path(".bench/students"))
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    for name in asked.speakers:
        kept = asked.out / f"{name.replace(':', '-')}-{asked.effort}.json"
        if not kept.exists():
            kept.write_text(json.dumps(measured(name, asked, kept.with_suffix(".bin")), indent=1))
        print(name, json.loads(kept.read_text()), flush=True)
    rows = [json.loads(one.read_text()) for one in sorted(asked.out.glob(f"*-{asked.effort}.json"))]
    for key in [key for key, value in rows[0].items() if isinstance(value, float)]:
        values = [row[key] for row in rows]
        print(f"{key:22} median {np.median(values):.3f}  {min(values):.3f} to {max(values):.3f}")


def measured(name: str, asked: argparse.Namespace, file: Path) -> dict:
    with np.load(asked.teachers / f"{name.replace(':', '-')}-{asked.of}.npz") as kept:
        teacher = VoiceAsset("kokoro", "style", kept["asset"].tobytes())
    who = speaker(name)
    references = [Reference(b"", bytes([place]), signal, ()) for place, signal in enumerate(who.reference)]
    clock, work = time.monotonic(), time.process_time()
    found = teach(HibariEngine(), references, PERMITTED, effort=Effort(asked.effort), start=teacher)
    row = {"speaker": name, "sex": who.sex, "native": who.native, "told": found.similarity}
    row |= {"seconds": time.monotonic() - clock, "cpu": time.process_time() - work}
    row["gigabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    file.write_bytes(found.asset.data)
    held = np.concatenate([speech_of(one, RATE) for one in who.held])
    for label, engine, asset in (("teacher", Kokoro(), teacher), ("student", HibariEngine(), found.asset)):
        row |= {f"{label}_{key}": value for key, value in judged(engine, asset, held).items()}
    return row


def judged(engine: Engine, asset: VoiceAsset, held: np.ndarray) -> dict:
    """Return what the judges say of a voice, and what it takes."""
    list(engine.stream(SENTENCES[0], asset, early=True))
    first_ms = [_first_ms(engine, asset) for _ in range(5)]
    work = time.process_time()
    spoken = [concatenate(list(engine.stream(sentence, asset))) for sentence in SENTENCES]
    share = (time.process_time() - work) / sum(one.duration_s for one in spoken)
    said = np.concatenate([speech_of(one, RATE) for one in spoken])
    likeness = {judge: (embed(said), embed(held)) for judge, embed in _judges().items()}
    row = {judge: float(similarity(*pair)) for judge, pair in likeness.items() if pair[0] is not None}
    wrong = word_errors(spoken, SENTENCES)
    opinion = float(dnsmos(concatenate(spoken)).ovr)
    words = {"words_wrong": 100.0 * wrong[0] / wrong[1]} if wrong else {}
    return {**row, "dnsmos": opinion, **words, "first_ms": float(np.median(first_ms)), "share": share}


def _first_ms(engine: Engine, asset: VoiceAsset) -> float:
    started = time.monotonic()
    first: Signal = next(iter(engine.stream(SENTENCES[5], asset, early=True)))
    assert first.num_samples
    return 1000 * (time.monotonic() - started)


if __name__ == "__main__":
    main()
