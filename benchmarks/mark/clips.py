"""Clips of real and synthetic speech, mono, 24 kHz: crops of all lengths, balanced by source, accent and sex."""

from __future__ import annotations

import hashlib
import json
import os
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import languages
import numpy as np
import soundfile
import soxr
from synthetic import KEPT, RATE_HZ, Reader, readers

FOLDERS = ("librispeech", "vctk", "speechocean762")
GOLDEN = (5**0.5 - 1) / 2  # its multiples, modulo 1, lie ever between those before
FEWEST = 4
LANGUAGES = "languages"
ACTIVE_DB = -35.0  # below the 95 % quantile of a voice's level; half of a crop must be louder: a pause is no speech


@dataclass(frozen=True)
class Clip:
    """One crop and where it is from."""

    name: str
    speaker: str
    source: str
    sex: str
    accent: str
    samples: np.ndarray

    @property
    def is_real(self) -> bool:
        return self.source in FOLDERS


@dataclass(frozen=True)
class Voice:
    """All speech of one speaker: recordings one after another, or what a synthetic voice reads."""

    speaker: str
    source: str
    sex: str
    accent: str
    paths: tuple[str, ...] = ()

    @property
    def split(self) -> str:
        """Return "tune" or "report": what is tuned on the one is reported on the other."""
        return ("tune", "report")[hashlib.sha256(self.speaker.encode()).digest()[0] % 2]

    @property
    def is_real(self) -> bool:
        return self.source in FOLDERS


def root() -> Path:
    return Path(os.environ.get("SAYSO_SPEECH", "../shared/speech"))


@cache
def speech(voice: Voice) -> np.ndarray:
    """Return all speech of ``voice``, float32 at 24 kHz."""
    if voice.source == languages.SOURCE:
        return languages.Speaker(voice.speaker).samples()
    if not voice.paths:
        return Reader(voice.speaker, voice.source, voice.sex, voice.accent).samples()
    parts = []
    for path in voice.paths:
        samples, rate = soundfile.read(root() / path, dtype="float32", always_2d=True)
        parts.append(soxr.resample(samples[:, 0], rate, RATE_HZ))
    return np.concatenate(parts)


@cache
def _is_active(voice: Voice) -> np.ndarray:
    """Return, for each 20 ms of the speech of ``voice``, whether it is loud enough to be speech."""
    samples = speech(voice)
    step = RATE_HZ // 50
    power = np.mean(samples[: samples.size // step * step].reshape(-1, step) ** 2, axis=1)
    return 10 * np.log10(power + 1e-12) > 10 * np.log10(np.quantile(power, 0.95)) + ACTIVE_DB


def real_voices() -> list[Voice]:
    """Return the speakers of the folder of real speech; none where there is no folder."""
    manifest = root() / "manifest.jsonl"
    rows = [json.loads(line) for line in manifest.read_text().splitlines()] if manifest.exists() else []
    of_speaker = defaultdict(list)
    for row in rows:
        if row["path"].startswith(FOLDERS):
            of_speaker[row["speaker"], row["path"].split("/")[0], row["sex"], row["accent"]].append(row["path"])
    return [Voice(*known, tuple(sorted(paths))) for known, paths in of_speaker.items()]


def synthetic_voices() -> list[Voice]:
    return [Voice(one.name, one.source, one.sex, one.accent) for one in readers()]


def language_strata() -> list[list[Voice]]:
    """Return the voices of each language."""
    return [
        [Voice(one.name, languages.SOURCE, one.sex, one.language.name) for one in group]
        for group in languages.speakers()
    ]


class Corpus:
    """Numbered crops of one length: even numbers are real speech, odd ones synthetic; sources and sexes by turns.

    The split "languages" has other speech: a crop of each language by turns.

    The same number gives the same crop. Crops of one voice may overlap once there are more than its speech has room
    for; intervals over speakers (`intervals.gap`) are not fooled by that.
    """

    def __init__(self, seconds: float, *, split: str = "report", kinds: tuple[str, ...] = ("real", "synthetic")):
        self.seconds = seconds
        strata = [language_strata()] if split == LANGUAGES else [_strata(kind, split) for kind in kinds]
        self._kinds = [groups for groups in strata if groups]

    @property
    def is_empty(self) -> bool:
        """Return whether there is no speech of this kind here."""
        return not self._kinds

    def prepare(self) -> None:
        """Make what synthetic speech is not made yet, so that two processes do not."""
        for strata in self._kinds:
            for voice in (one for group in strata for one in group if not one.paths):
                speech(voice)

    def clip(self, number: int) -> Clip:
        """Return crop ``number`` (0 or more)."""
        turn, kind = divmod(number, len(self._kinds))
        strata = self._kinds[kind]
        turn, stratum = divmod(turn, len(strata))
        turn, place = divmod(turn, len(strata[stratum]))
        return _crop(strata[stratum][place], turn, self.seconds)

    def clips(self, count: int) -> list[Clip]:
        return [self.clip(number) for number in range(count)]


@cache
def _strata(kind: str, split: str) -> list[list[Voice]]:
    """Return the voices of a kind, those of one source, accent and sex together, the largest group first.

    Groups of fewer than four take their turns within the largest of their sex: one speaker must not be a tenth of all.
    """
    groups = defaultdict(list)
    for voice in real_voices() if kind == "real" else synthetic_voices():
        if split in ("", voice.split):
            groups[voice.source, voice.accent, voice.sex].append(voice)
    ordered = sorted(groups.values(), key=len, reverse=True)
    large = [group for group in ordered if len(group) >= FEWEST] or ordered[:1]
    for group in ordered:
        if group not in large:
            next((one for one in large if one[0].sex == group[0].sex), large[0]).extend(group)
    return large


def _crop(voice: Voice, turn: int, seconds: float) -> Clip:
    samples, length = speech(voice), round(seconds * RATE_HZ)
    samples = np.resize(samples, max(samples.size, length))
    for trial in range(50):
        start = round(((turn + 37 * trial) * GOLDEN + 0.1) % 1 * (samples.size - length))
        active = _is_active(voice)[start * 50 // RATE_HZ : (start + length) * 50 // RATE_HZ]
        if active.mean() >= 0.5:
            break
    known = voice.speaker, voice.source, voice.sex, voice.accent
    return Clip(f"{voice.speaker}@{start / RATE_HZ:.2f}", *known, samples[start : start + length])


def load(count: int, seconds: float, *, split: str = "") -> list[Clip]:
    """Return ``count`` clips, half of them real speech where there is any."""
    return Corpus(seconds, split=split).clips(count)


def real(count: int, seconds: float, *, split: str = "") -> list[Clip]:
    """Return at most ``count`` clips of real speech, no two of which overlap; none where there is no folder of it."""
    corpus, clips = Corpus(seconds, split=split, kinds=("real",)), {}
    for number in range(4 * count if real_voices() else 0):
        clip = corpus.clip(number)
        if len(clips) < count and not any(overlap(clip, other, seconds) for other in clips.values()):
            clips[clip.name] = clip
    return list(clips.values())


def overlap(clip: Clip, other: Clip, seconds: float) -> bool:
    """Return whether two crops of ``seconds`` hold the same speech."""
    start, begin = (float(one.name.rsplit("@", 1)[1]) for one in (clip, other))
    return clip.speaker == other.speaker and abs(start - begin) < seconds


if __name__ == "__main__":
    for one in synthetic_voices():
        print(f"{one.speaker} {one.split} {speech(one).size / RATE_HZ:.1f} s in {KEPT.name}", flush=True)
