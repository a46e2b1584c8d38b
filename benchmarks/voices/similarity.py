"""How near the fitted voices come to real speakers.

    python benchmarks/voices/similarity.py --effort best --json .bench/similarity-best.json

Eight LibriSpeech speakers, four women and four men, from the folder that ``SAYSO_SPEECH`` names (default
``../shared/speech``). Of a speaker with ten clips five are the reference and five are held out; of a speaker with one
clip the first 60 % of the recording are the reference and the rest is held out. The fit hears the reference only.

Columns: ``held`` the mean cosine (GE2E) between each judged sentence, which the fit has not heard, and the mean
embedding of the held-out recordings; ``ref`` the same with the reference; ``pooled`` the cosine of the mean embedding
of the judged sentences and the held-out recordings; ``real`` that of reference and held-out recordings, the ceiling;
``nearest`` whether no other of the 84 LibriSpeech speakers is nearer, and ``margin`` by how much; ``ovr`` DNSMOS OVRL
of the judged sentences; ``pitch`` semitones between the medians of F0.
"""

from __future__ import annotations

import argparse
import json
import os
from collections import defaultdict
from pathlib import Path

import numpy as np

from sayso.audio.decode import decode
from sayso.audio.quality import dnsmos
from sayso.audio.signal import Signal, concatenate
from sayso.engines.kokoro import Kokoro
from sayso.voices import CloningPermit, Effort, Reference, embed_voice, fit, mean_embedding, similarity
from sayso.voices.gate import speech_of
from sayso.voices.pitch import log_pitch
from sayso.voices.sentences import JUDGED

SPEAKERS = ("1688", "2033", "367", "533", "6147", "8051", "8838", "27")
RATE = 16_000


class _Anyone:
    """Permits everything: what is measured is the likeness."""

    def check(self, *_: object, **__: object) -> None:
        """Permit it."""


PERMITTED = CloningPermit(_Anyone(), None, "voi_aaaaaaaaaaaaaaaa", commit=lambda _: "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--effort", choices=list(Effort), default=Effort.FAST)
    parser.add_argument("--speakers", nargs="*", default=SPEAKERS)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    clips = librispeech(Path(os.environ.get("SAYSO_SPEECH", "../shared/speech")))
    everyone = {speaker: mean_embedding([embed_voice(clip) for clip in found]) for speaker, found in clips.items()}
    engine = Kokoro()
    engine.load()
    rows = []
    print("speaker   held    ref  pooled   real  nearest  margin   ovr  pitch  renders  seconds", flush=True)
    for speaker in arguments.speakers:
        rows.append(row := measured(engine, speaker, clips[speaker], everyone, Effort(arguments.effort)))
        print(
            f"{speaker:>7}  {row['held']:.3f}  {row['ref']:.3f}   {row['pooled']:.3f}  {row['real']:.3f}  "
            f"{row['nearest']!s:>7}  {row['margin']:6.3f}  {row['ovr']:.2f}  {row['pitch']:5.2f}  {row['renders']:7d}"
            f"  {row['seconds']:7.1f}",
            flush=True,
        )
    summary = {key: float(np.median([row[key] for row in rows])) for key in ("held", "ref", "pooled", "ovr", "seconds")}
    nearest = sum(row["nearest"] for row in rows)
    print("median ", {key: round(value, 3) for key, value in summary.items()}, f"nearest {nearest} of {len(rows)}")
    if arguments.json:
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        arguments.json.write_text(json.dumps({"effort": arguments.effort, "rows": rows, "median": summary}, indent=1))


def librispeech(folder: Path) -> dict[str, list[Signal]]:
    clips = defaultdict(list)
    for line in (folder / "manifest.jsonl").read_text().splitlines():
        row = json.loads(line)
        if row["path"].startswith("librispeech/"):
            clips[row["speaker"].split(":")[1]].append(decode(folder / row["path"]))
    return dict(clips)


def measured(engine: Kokoro, speaker: str, clips: list[Signal], everyone: dict, effort: Effort) -> dict:
    reference, held = parted(clips)
    found = fit(engine, [Reference(b"", b"", signal, ()) for signal in reference], PERMITTED, effort=effort)
    spoken = [concatenate(list(engine.stream(sentence, found.asset))) for sentence in JUDGED]
    said = [embed_voice(signal) for signal in spoken]
    target, heard = (mean_embedding([embed_voice(signal) for signal in part]) for part in (reference, held))
    voice = mean_embedding(said)
    others = max(similarity(voice, embedding) for other, embedding in everyone.items() if other != speaker)
    own = similarity(voice, everyone[speaker])
    return {
        "speaker": speaker,
        "held": float(np.mean([similarity(one, heard) for one in said])),
        "ref": float(np.mean([similarity(one, target) for one in said])),
        "pooled": similarity(voice, heard),
        "real": similarity(target, heard),
        "nearest": own > others,
        "margin": own - others,
        "ovr": dnsmos(concatenate(spoken)).ovr,
        "pitch": 12 / float(np.log(2)) * abs(pitch(spoken) - pitch(clips)),
        "renders": found.renders,
        "seconds": found.seconds,
    }


def parted(clips: list[Signal]) -> tuple[list[Signal], list[Signal]]:
    if len(clips) > 1:
        return clips[: len(clips) // 2], clips[len(clips) // 2 :]
    cut = int(0.6 * clips[0].num_samples)
    return [clips[0].slice(0, cut)], [clips[0].slice(cut, clips[0].num_samples)]


def pitch(signals: list[Signal]) -> float:
    return log_pitch(speech_of(concatenate(signals), RATE))


if __name__ == "__main__":
    main()
