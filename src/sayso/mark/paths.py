"""Paths: following a mark through cuts, joins and drifts.

Where silences were trimmed, phrases moved or a recorder's clock runs off, no one place of the pattern holds for the
whole sound. A hidden Markov model says what may happen from one moment to the next: the place stays, drifts by a
quarter of a frame, jumps a little ahead (something was cut out), jumps anywhere, or the mark ends; Viterbi's algorithm
finds the likeliest path of places.

A path is one hypothesis among many, but they do not cost alike: the probabilities that the model gives to all paths
add up to one, so by a weighted union bound a path of probability q is held to account for 1/q hypotheses, whatever made
the search choose it. That is what `Alignment.log10_hypotheses` says of it. Where the private pilot is held, the public
signs make some paths likelier than others before the private ones are looked at (`PathShares`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.mark.alignment import NOWHERE, Alignment, FramedResiduals, folded, statistic
from sayso.mark.evidence import log10_searched
from sayso.mark.pattern import BANDS, PERIOD_FRAMES

QUARTERS: Final = 4
"""Offsets, of a quarter of a frame, in which the sound is cut: places are told apart by 64 samples (2.7 ms)."""

PLACES: Final = QUARTERS * PERIOD_FRAMES
_BLOCK_FRAMES: Final = 2  # a cut is placed to 21 ms
_CHUNK_BLOCKS: Final = 1500  # 32 s: what is held at once
_EFFECTS: Final = (
    0.03,
    0.055,
)  # how far the mark moves cells, over their power; about what it is after Opus, and clean
_EAGER: Final = (1.4, 1.9)
_WORTH_SHARING: Final = -2.0  # log10 of what the private signs prove by themselves
_NEAR: Final = 64  # places: 171 ms

_SHARES: Final = {"stay": 0.978, "drift": 0.0015, "near": 0.0125, "far": 0.004, "end": 0.0025}
"""Chances from one block to the next; drift counts twice."""

Scores = NDArray[np.float32]
"""Shape (blocks, places): log of how much likelier each block is with the mark at that place than without."""


@dataclass(frozen=True, slots=True)
class Steps:
    """Logarithms of the chances of each step."""

    stay: float
    drift: float
    near: float
    far: float
    end: float
    begin: float
    wait: float
    first_on: float
    first_off: float

    @classmethod
    def of(cls, blocks: int, chunks: int) -> Steps:
        """Return the steps for a sound of so many blocks, looked at in so many chunks: one mark is expected in it."""
        total = sum(_SHARES.values()) + _SHARES["drift"]
        chance = {name: share / total for name, share in _SHARES.items()}
        return cls(
            stay=math.log(chance["stay"]),
            drift=math.log(chance["drift"]),
            near=math.log(chance["near"] / _NEAR),
            far=math.log(chance["far"] / PLACES),
            end=math.log(chance["end"]),
            begin=-math.log(blocks + 1) - math.log(PLACES),
            wait=math.log1p(-1 / (blocks + 1)),
            first_on=-math.log(chunks + 1) - math.log(PLACES),
            first_off=math.log1p(-1 / (chunks + 1)),
        )


def followed(
    cuts: Sequence[FramedResiduals],
    sign: NDArray[np.integer],
    *,
    worth: NDArray[np.float32] | None = None,
    shares: PathShares | None = None,
) -> list[Alignment]:
    """Return the likeliest path of the mark of ``sign`` through a sound, at most one alignment; none for silence.

    ``cuts`` are the sound cut at `QUARTERS` offsets, 0 first. ``worth`` (bands,) says how much each band is to count in
    the choice of the path; it does not count in its statistic, so that it may be learnt from the same signs.
    ``shares``: what the public signs among ``sign`` say of all paths.
    """
    if min(len(cut.value) for cut in cuts) < _BLOCK_FRAMES:
        return []
    weighed = cuts if worth is None else [replace(cut, value=cut.value * worth) for cut in cuts]
    ways = [(effect, 1.0) for effect in _EFFECTS]
    found = _followed(cuts, weighed, sign, ways, shares=shares)
    return sorted(found, key=lambda path: log10_searched(path.statistic, log10_hypotheses=path.log10_hypotheses))[:1]


def followed_eagerly(cuts: Sequence[FramedResiduals], sign: NDArray[np.integer]) -> list[Alignment]:
    """Return paths found as if the sound proved more than it does, for reading.

    Through many cuts of a faint mark the true path is no evidence: it costs more than its pilots prove. Other signs
    along it still are, and for those it costs nothing.
    """
    if min(len(cut.value) for cut in cuts) < _BLOCK_FRAMES:
        return []
    paths = _followed(cuts, cuts, sign, [(_EFFECTS[0], trust) for trust in _EAGER])
    return [replace(path, log10_hypotheses=path.log10_hypotheses + math.log10(2)) for path in paths]  # see `PathShares`


def _followed(
    cuts: Sequence[FramedResiduals],
    weighed: Sequence[FramedResiduals],
    sign: NDArray[np.integer],
    ways: Sequence[tuple[float, float]],
    *,
    shares: PathShares | None = None,
) -> Iterator[Alignment]:
    """Yield the likeliest path for each of ``ways``, an effect and how far the sound is trusted, where there is one."""
    chunks = _chunks(cuts)
    steps = _steps(chunks)
    found = [likeliest_each(_scored(weighed, frames, sign, ways), steps) for frames in chunks]
    for way in zip(*found, strict=True):
        places = [path for path, _ in way]
        log_chance = sum(log_share for _, log_share in way)
        if any((one >= 0).any() for one in places):
            place = np.repeat(np.concatenate(places), _BLOCK_FRAMES)
            along = _aligned(cuts, place, sign, -log_chance / math.log(10))
            yield along if shares is None else shares.counted(along, places, sign, log_chance)


def _scored(
    cuts: Sequence[FramedResiduals], frames: slice, sign: NDArray[np.integer], ways: Sequence[tuple[float, float]]
) -> Scores:
    """Return the scores of ``frames`` for each of ``ways``: (blocks, ways, places)."""
    scores = {effect: _scores(cuts, frames, sign, effect) for effect in {effect for effect, _ in ways}}
    return np.stack([np.float32(trust) * scores[effect] for effect, trust in ways], axis=1)


def _chunks(cuts: Sequence[FramedResiduals]) -> list[slice]:
    """Return the frames of each stretch that is held at once."""
    count = min(len(cut.value) for cut in cuts) // _BLOCK_FRAMES
    starts = range(0, count, _CHUNK_BLOCKS)
    return [slice(one * _BLOCK_FRAMES, min(one + _CHUNK_BLOCKS, count) * _BLOCK_FRAMES) for one in starts]


def _steps(chunks: Sequence[slice]) -> Steps:
    return Steps.of(chunks[-1].stop // _BLOCK_FRAMES, len(chunks))


class PathShares:
    """How likely each path through a sound is once the public signs are known, for who judges by the private ones.

    Half of all chance goes to paths as the model gives it, half as the public cells say: in equal parts for each
    effect, the model's chance times the likelihood of the public cells along the path, over the sum of that for all
    paths (the forward algorithm). All shares add up to at most 1, and the private signs have no part in them.
    """

    def __init__(self, cuts: Sequence[FramedResiduals], public: NDArray[np.integer]) -> None:
        """Take the sound cut at `QUARTERS` offsets and the public signs; nothing is computed before it is needed."""
        self._cuts = cuts
        self._public = public
        self._known: list[tuple[list[Scores], float]] = []

    def counted(
        self, path: Alignment, places: Sequence[NDArray[np.intp]], sign: NDArray[np.integer], log_chance: float
    ) -> Alignment:
        """Return ``path``, of these ``places`` block by block, with what its share is.

        Where the private signs say so little that no share would help, the model's half is all that it is given.
        """
        private = sign - self._public
        log_share = log_chance - math.log(2)
        if log10_searched(statistic(folded(*path.heard), private), log10_hypotheses=0.0) <= _WORTH_SHARING:
            along = [log_share, *(log_chance + gain - math.log(2 * len(_EFFECTS)) for gain in self._gains(places))]
            log_share = float(np.logaddexp.reduce(along))
        return replace(path, log10_hypotheses=-log_share / math.log(10))

    def _gains(self, places: Sequence[NDArray[np.intp]]) -> Iterator[float]:
        """Yield, for each effect, log of how much likelier the public cells make this path than the mean of all."""
        if not self._known:
            chunks = _chunks(self._cuts)
            self._known = [self._looked(chunks, effect) for effect in _EFFECTS]
        for scores, log_sum in self._known:
            yield sum(_along(chunk, path) for chunk, path in zip(scores, places, strict=True)) - log_sum

    def _looked(self, chunks: Sequence[slice], effect: float) -> tuple[list[Scores], float]:
        scores = [_scores(self._cuts, frames, self._public, effect) for frames in chunks]
        steps = _steps(chunks)
        return scores, sum(log_total(one, steps) for one in scores)


def _along(scores: Scores, path: NDArray[np.intp]) -> float:
    marked = path >= 0
    return float(scores[marked, path[marked]].sum(dtype=np.float64))


def _aligned(
    cuts: Sequence[FramedResiduals], place: NDArray[np.intp], sign: NDArray[np.integer], log10_hypotheses: float
) -> Alignment:
    frame = np.arange(len(place))
    quarter = -place % QUARTERS
    phase = np.where(place >= 0, ((place + quarter) // QUARTERS + frame) % PERIOD_FRAMES, NOWHERE)
    value = np.zeros((len(place), BANDS), dtype=np.float32)
    for number, cut in enumerate(cuts):
        here = (quarter == number) & (place >= 0)
        value[here] = cut.value[: len(place)][here]
    whole = slice(0, len(place))
    return Alignment(cuts[0], value, phase, statistic(folded(value, phase), sign), log10_hypotheses, whole)


def _scores(cuts: Sequence[FramedResiduals], frames: slice, sign: NDArray[np.integer], effect: float) -> Scores:
    """Return log exp(e s a - e^2 a^2 / 2), the likelihood ratio for an effect e, summed over the cells of a block.

    Place p is the phase of the first frame of the sound, in quarters, less the quarter at which the frames were cut.
    """
    gain = np.float32(effect) * sign.T.astype(np.float32)
    loss = np.float32(effect**2 / 2) * np.abs(sign.T).astype(np.float32)
    scores = np.empty(((frames.stop - frames.start) // _BLOCK_FRAMES, PLACES), dtype=np.float32)
    for number, cut in enumerate(cuts):
        value = cut.value[frames]
        of_block = _by_place(value @ gain - value**2 @ loss, frames.start)
        scores[:, -number % QUARTERS :: QUARTERS] = np.roll(of_block, -1, axis=1) if number else of_block
    return scores


def _by_place(of_phase: NDArray[np.float32], start: int) -> NDArray[np.float32]:
    """Return what each block is worth at each phase of frame 0, from what each frame from ``start`` on is at its own.

    In rows written twice over, each row begins one place further on: a view along the diagonal.
    """
    placed = np.empty((len(of_phase) // _BLOCK_FRAMES, PERIOD_FRAMES), dtype=np.float32)
    aligned = np.roll(of_phase, -start % PERIOD_FRAMES, axis=1) if start % PERIOD_FRAMES else of_phase
    twice = np.concatenate([aligned, aligned], axis=1)
    row, place = twice.strides
    for first in range(0, len(of_phase), PERIOD_FRAMES):
        rows = twice[first : first + PERIOD_FRAMES]
        along = np.lib.stride_tricks.as_strided(rows, (len(rows), PERIOD_FRAMES), (row + place, place))
        blocks = slice(first // _BLOCK_FRAMES, (first + len(rows)) // _BLOCK_FRAMES)
        np.add(along[::_BLOCK_FRAMES], along[1::_BLOCK_FRAMES], out=placed[blocks])
    return placed


def likeliest(scores: Scores, steps: Steps) -> tuple[NDArray[np.intp], float]:
    """Return the likeliest place of each block, -1 where there is no mark, and the log of the path's own chance."""
    return likeliest_each(scores[:, None], steps)[0]


def likeliest_each(scores: Scores, steps: Steps) -> list[tuple[NDArray[np.intp], float]]:
    """Return `likeliest` of each of several ``scores`` (blocks, ways, places), which take their steps together."""
    on = np.empty_like(scores)
    off = np.empty(scores.shape[:2])
    on[0], off[0] = scores[0] + steps.first_on, steps.first_off
    for block in range(1, len(scores)):
        before = on[block - 1]
        top = before.max(axis=1).astype(np.float64)
        begun = np.maximum(top + steps.far, off[block - 1] + steps.begin).astype(scores.dtype)
        best = np.maximum(before + steps.stay, begun[:, None])
        np.maximum(best, _highest_behind(before) + steps.near, out=best)
        drifted = before + steps.drift
        np.maximum(best[:, 1:], drifted[:, :-1], out=best[:, 1:])
        np.maximum(best[:, :-1], drifted[:, 1:], out=best[:, :-1])
        np.add(best, scores[block], out=on[block])
        off[block] = np.maximum(off[block - 1] + steps.wait, top + steps.end)
    return [_traced(on[:, way], off[:, way], steps) for way in range(scores.shape[1])]


def log_total(scores: Scores, steps: Steps) -> float:
    """Return the log of the sum over all paths of their chance times how likely they make a sound, of ``scores``."""
    off, log_scale = math.exp(steps.first_off), 0.0
    on = np.exp(scores[0].astype(np.float64) + steps.first_on)
    stay, drift, near, far, end, begin, wait = np.exp(
        [steps.stay, steps.drift, steps.near, steps.far, steps.end, steps.begin, steps.wait]
    )
    for gain in np.exp(scores[1:].astype(np.float64)):
        total = float(on.sum())
        after = stay * on + near * _sum_behind(on) + (far * total + begin * off)
        after[1:] += drift * on[:-1]
        after[:-1] += drift * on[1:]
        on, off = after * gain, wait * off + end * total
        scale = float(on.sum()) + off
        on, off, log_scale = on / scale, off / scale, log_scale + math.log(scale)
    return log_scale + math.log(float(on.sum()) + off)


def _sum_behind(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sum of the `_NEAR` values behind each, around the circle."""
    sums = np.cumsum(np.concatenate([[0.0], values[-_NEAR:], values]))
    return np.asarray(sums[_NEAR:-1] - sums[: -_NEAR - 1])


def _traced(on: Scores, off: NDArray[np.float64], steps: Steps) -> tuple[NDArray[np.intp], float]:
    """Return the path that ends best, and the log of its chance, from what each place was worth at each block."""
    path = np.empty(len(on), dtype=np.intp)
    tops = on.argmax(axis=1)
    place = int(tops[-1])
    if off[-1] >= on[-1, place]:
        place = -1
    log_chance = 0.0
    for block in range(len(on) - 1, 0, -1):
        path[block] = place
        _, log_step, place = max(_ways(on[block - 1], int(tops[block - 1]), float(off[block - 1]), place, steps))
        log_chance += log_step
    path[0] = place
    return path, log_chance + (steps.first_off if place < 0 else steps.first_on)


def _ways(
    before: NDArray[np.float32], top: int, off: float, place: int, steps: Steps
) -> list[tuple[float, float, int]]:
    """Return the ways into ``place``: what each is worth, the log of its chance, and where it comes from.

    ``top`` is where ``before`` is highest.
    """
    if place < 0:
        ways = [(steps.end, top)]
        return [(off + steps.wait, steps.wait, -1), *((float(before[at]) + step, step, at) for step, at in ways)]
    ways = [(steps.stay, place), (steps.near, _best_behind(before, place)), (steps.far, top)]
    ways += [(steps.drift, at) for at in (place - 1, place + 1) if 0 <= at < PLACES]
    return [(off + steps.begin, steps.begin, -1), *((float(before[at]) + step, step, at) for step, at in ways)]


def _best_behind(values: NDArray[np.float32], place: int) -> int:
    """Return where the largest of the `_NEAR` values behind ``place`` is, around the circle; of equals the nearest."""
    if place >= _NEAR:
        return place - 1 - int(values[place - _NEAR : place][::-1].argmax())
    behind = (place - 1 - np.arange(_NEAR)) % PLACES
    return int(behind[values[behind].argmax()])


def _highest_behind(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the largest of the `_NEAR` values behind each of ``values`` (ways, places), around the circle."""
    highest = np.concatenate([values[:, -_NEAR:], values], axis=1)
    width = 1
    while width < _NEAR:
        highest = np.maximum(highest[:, width:], highest[:, :-width])
        width *= 2
    return highest[:, : values.shape[1]]
