"""hama as a line: a JSON list of sound files with their words comes in, a JSON list of each word's times goes out.

Run by an interpreter that has the package hama (Apache-2.0); see wordtimes.py. The words are found by forced alignment:
the best path (Viterbi) through the recogniser's log-probabilities, 20 ms a frame, that says the phonemes of the text,
which come from hama's own letter-to-sound model. A word starts with its first phoneme and ends before the next word's.
"""

from __future__ import annotations

import json
import sys
import wave

import numpy as np
from hama import ASRModel, G2PModel

FRAME_S = 0.020


def log_probs(model: ASRModel, path: str) -> np.ndarray:
    """Return the log-probabilities of a file: (frames, tokens)."""
    with wave.open(path) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768
    feeds = {
        model._waveform_input_name: samples[None],
        model._waveform_lengths_input_name: np.array([len(samples)], np.int64),
    }
    found, lengths = model.session.run([model._log_probs_output_name, model._out_lengths_output_name], feeds)
    return np.asarray(found[0][: int(np.asarray(lengths).reshape(-1)[0])])


def forced(scores: np.ndarray, tokens: list[int], blank: int, boundaries: set[int]) -> list[int]:
    """Return the frame in which each token is first said, on the best path (Graves et al., 2006).

    A token at ``boundaries``, which ends a word, may be left out.
    """
    states = [blank] + [one for token in tokens for one in (token, blank)]
    best = np.full(len(states), -np.inf)
    best[:2] = scores[0, blank], scores[0, tokens[0]]
    back = np.zeros((len(scores), len(states)), np.int64)
    for frame in range(1, len(scores)):
        before, best = best, np.full(len(states), -np.inf)
        for place, token in enumerate(states):
            steps = [place, place - 1]
            if place % 2 and place > 1 and token != states[place - 2]:
                steps.append(place - 2)
            if place > 3 and place % 2 and (place - 3) // 2 in boundaries:
                steps += [place - 3, place - 4]
            steps = [step for step in steps if step >= 0]
            step = max(steps, key=lambda one: before[one])
            best[place], back[frame, place] = before[step] + scores[frame, token], step
    place = int(np.argmax(best[-2:])) + len(states) - 2
    firsts = [len(scores) - 1] * len(tokens)
    for frame in range(len(scores) - 1, -1, -1):
        if place % 2:
            firsts[place // 2] = frame
        place = int(back[frame, place])
    return firsts


def main() -> None:
    """Align what standard input names."""
    model, letters = ASRModel(), G2PModel()
    ids = {token: place for place, token in enumerate(model.decoder_tokens)}
    rows = []
    for job in json.load(sys.stdin):
        said = [
            [ids[one] for one in (match.phoneme for match in letters.predict(word.lower()).alignments) if one in ids]
            for word in job["words"]
        ]
        tokens, starts, boundaries = [], [], set()
        for phonemes in said:
            starts.append(len(tokens))
            tokens += phonemes
            boundaries.add(len(tokens))
            tokens.append(ids["<wb>"])
        firsts = forced(log_probs(model, job["path"]), tokens[:-1], model.blank_id, boundaries - {len(tokens) - 1})
        begun = [firsts[start] * FRAME_S for start in starts]
        ends = [
            firsts[min(start + len(one) - 1, len(firsts) - 1)] * FRAME_S + FRAME_S
            for start, one in zip(starts, said, strict=True)
        ]
        rows.append(list(zip(begun, ends, strict=True)))
    json.dump(rows, sys.stdout)


main()
