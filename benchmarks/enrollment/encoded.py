"""Whether Whisper's encoder tells synthetic speech: beside CAM++'s layers, in their place, and both together.

    SAYSO_SPEECH=FOLDER python benchmarks/enrollment/encoded.py

After spoofs.py, with the extra sayso[asr]. A smaller draw than `heard`: up to two clips of each person and 45 of a kind
(67 of Kokoro), 5 s of speech at most, of people, voices and texts that train or choose thresholds; nobody for judging.
Five folds by person, voice or text; a kind unseen is left out of training, too. Of the encoder: mean, deviation and
step over time of each of its 512 numbers.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import numpy as np
from heard import CONDITIONS, MIKED, NAMES, RATE, Heard, changed, miked
from spoofs import KINDS, MADE, clips
from synthetic import trained

from sayso.audio import Signal
from sayso.enrollment.synthetic import LEAST_S
from sayso.recognition import recogniser
from sayso.voices import campplus
from sayso.voices.gate import speech_of

KEPT = Path(".bench/encoded.npz")
OF_PERSON, OF_KIND, LONGEST_S, FOLDS, PLAIN = 2, 45, 5, 5, 0.4
ALARMS = (0.01, 0.03)


def _digest(name):
    return int(hashlib.sha256(name.encode()).hexdigest()[:8], 16)


def chosen():
    """Return the clips of the draw."""
    counts, found = Counter(), []
    for clip in sorted((one for one in clips() if one.part != "judge"), key=lambda one: _digest(one.path)):
        key = clip.who if clip.kind == "real" else clip.kind
        most = OF_PERSON if clip.kind == "real" else OF_KIND * (1.5 if clip.kind == "kokoro" else 1)
        if counts[key] < most:
            counts[key] += 1
            found.append(clip)
    return found


def _rows():
    """Yield what `Heard` has of each row, the numbers of the encoder last."""
    encoder, some = recogniser()._model, chosen()
    for clip in some:
        rng = np.random.default_rng(_digest(clip.path))
        other = str(rng.choice([*CONDITIONS, "far"]))
        people = [one for one in some if one.kind == "real" and one.part == clip.part]
        ways = ("plain", other) if clip.kind == "real" else ("plain",) if rng.random() < PLAIN else (other,)
        for way in ways:
            sound = clip.samples()
            if clip.kind in MADE and rng.random() < MIKED:
                sound = miked(sound, people[rng.integers(len(people))].samples(), rng)
            speech = speech_of(Signal.mono(changed(sound, way, rng, clip.part), RATE), RATE)[: LONGEST_S * RATE]
            if len(speech) >= LEAST_S * RATE:
                layers = campplus.heard(speech).layers
                yield clip.kind, clip.who, clip.group, clip.part, way, layers, encoded(encoder, speech)


def encoded(encoder, speech):
    """Return what is told of the output of Whisper's encoder for ``speech``: (1536,)."""
    features = encoder.feature_extractor(speech)[:, : len(speech) // 320 * 2]
    layer = np.array(encoder.encode(features))[0].T.astype(np.float32)
    steps = np.abs(np.diff(layer, axis=1)).mean(axis=1)
    return np.concatenate([layer.mean(axis=1), np.log(layer.std(axis=1) + 1e-4), np.log(steps + 1e-4)])


def unheard(data, without=None):
    """Return the scores of each row by models that heard neither its person nor the kind ``without``."""
    fold = np.array([_digest(f"fold {who}") % FOLDS for who in data.who])
    scores = np.zeros((len(fold), 2))
    for one in range(FOLDS):
        model = trained(data.of((fold != one) & (data.kinds != without)))
        told = model.scores(data.numbers[fold == one])
        scores[fold == one] = np.where(
            model.weights.any(axis=1), told, -np.inf
        )  # a score without its kind tells nothing
    return scores


def hit(scores, real, alarms):
    """Return which rows are above what ``alarms`` of the real ones reach in either score."""
    told = np.where(np.isfinite(scores), scores, -1e9)
    return (told > np.quantile(told[real], 1 - alarms, axis=0)).any(axis=1)


def main():
    if not KEPT.exists():
        columns = [np.array(column) for column in zip(*_rows(), strict=True)]
        np.savez(KEPT, **dict(zip((*NAMES, "encoded"), columns, strict=True)))
    with np.load(KEPT, allow_pickle=False) as file:
        told = {name: file[name] for name in (*NAMES, "encoded")}
    layers, encoder = told["numbers"], told.pop("encoded")
    real = told["kinds"] == "real"
    foreign = real & np.array(["non-native" in group for group in told["groups"]])
    print(dict(Counter(told["kinds"].tolist())))
    for name, numbers in {"CAM++": layers, "encoder": encoder, "both": np.hstack([layers, encoder])}.items():
        data = Heard(**told | {"numbers": numbers})
        seen, unseen = unheard(data), {kind: unheard(data, kind) for kind in KINDS}
        for alarms in ALARMS:
            here = hit(seen, real, alarms)
            print(f"{name}, {alarms:.0%} each: alarms {here[real].mean():.3f}, non-native {here[foreign].mean():.3f}")
            print("  missed", {kind: round(float(np.mean(~here[data.kinds == kind])), 2) for kind in KINDS})
            left = {kind: float(np.mean(~hit(unseen[kind], real, alarms)[data.kinds == kind])) for kind in KINDS}
            mean = np.mean([left[kind] for kind in KINDS if kind != "replay"])
            print(
                "  missed, unseen", {kind: round(one, 2) for kind, one in left.items()}, f"mean {mean:.3f}", flush=True
            )


if __name__ == "__main__":
    main()
