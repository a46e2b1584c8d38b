"""The embedder: sound goes in with a permit, `MarkedAudio` comes out.

The host is touched only by the added difference. Digital silence stays digital silence.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.rates import resampled
from sayso.audio.signal import Signal
from sayso.consent.act import Action
from sayso.consent.permit import Gate, Permit
from sayso.mark.code import encode
from sayso.mark.errors import ChunkMismatch, KeysInvalid
from sayso.mark.inscription import Inscription
from sayso.mark.live import SILENT_RUN_S, Live, added
from sayso.mark.mark import Mark, MarkKeys
from sayso.mark.marked import MarkedAudio, sealed
from sayso.mark.pattern import CLOCK_HZ, pattern_of
from sayso.mark.payload import message_bits
from sayso.mark.stepwise import Stepwise
from sayso.mark.strength import STANDARD, Strength
from sayso.units import samples_to_ms

_CONTEXT_S: Final = 0.025  # a little over one frame of 21 ms
_BLOCK_S: Final = 6.0


class Marker:
    """Writes marks with one operator's keys."""

    def __init__(self, keys: MarkKeys, gate: Gate, *, strength: Strength = STANDARD) -> None:
        """Take complete ``keys`` and the gate that is asked before any sound is marked."""
        if not keys.is_complete:
            raise KeysInvalid("got public mark keys, expected those of the operator; public keys only detect")
        self._pattern = pattern_of(keys)
        self._gate = gate
        self._strength = strength

    def at(self, strength: Strength) -> Marker:
        """Return a marker with the same keys and gate that writes at ``strength``."""
        other = copy.copy(self)
        other._strength = strength  # noqa: SLF001 - of the same class
        return other

    def behind(self, gate: Gate) -> Marker:
        """Return a marker with the same keys and strength that asks ``gate``."""
        other = copy.copy(self)
        other._gate = gate  # noqa: SLF001 - of the same class
        return other

    def session(self, mark: Mark, permit: Permit, action: Action, *, sample_rate: int) -> Embedding:
        """Return a session that marks one clip chunk by chunk; raise `PermitRefused`."""
        self._gate.check(permit, action)
        inscription = Inscription(self._pattern, encode(message_bits(mark)), self._strength)
        return Embedding(inscription, self._gate, mark, permit, action, sample_rate=sample_rate)

    def live(self, mark: Mark, permit: Permit, action: Action, *, sample_rate: int) -> LiveEmbedding:
        """Return a session that marks one clip while it is made, 40 ms behind; raise `PermitRefused`."""
        self._gate.check(permit, action)
        code_word = encode(message_bits(mark))

        def opened(num_channels: int) -> Live:
            stepwise = Stepwise(self._pattern, code_word, self._strength, num_channels=num_channels)
            return Live(stepwise, sample_rate=sample_rate, num_channels=num_channels)

        return LiveEmbedding(opened, self._gate, mark, permit, action, sample_rate=sample_rate)

    def embed(self, signal: Signal, mark: Mark, permit: Permit, action: Action) -> MarkedAudio:
        """Return the whole ``signal`` marked; raise `PermitRefused` and change nothing."""
        return self.session(mark, permit, action, sample_rate=signal.sample_rate).whole(signal)


class Embedding:
    """One clip being marked. The pattern runs on over the chunks as if they were one signal."""

    def __init__(
        self, inscription: Inscription, gate: Gate, mark: Mark, permit: Permit, action: Action, *, sample_rate: int
    ) -> None:
        """Take what `Marker.session` hands over."""
        self._inscription = inscription
        self._gate = gate
        self._mark, self._permit, self._action = mark, permit, action
        self._sample_rate = sample_rate
        self._context = round(_CONTEXT_S * sample_rate)
        self._before: NDArray[np.float32] | None = None
        self._start = 0

    @property
    def made_ms(self) -> int:
        """Return how much sound was marked so far."""
        return samples_to_ms(self._start, self._sample_rate)

    @property
    def margin_db(self) -> float:
        """Return by how much the id stands out in what was marked last, in dB; what was asked for is in `Strength`."""
        return self._inscription.margin_db

    def push(self, signal: Signal) -> MarkedAudio:
        """Return the next chunk, of the same length, marked.

        The permit is asked for again, with the length made so far. Raise `PermitRefused`, or `ChunkMismatch` for
        another rate or number of channels; nothing is changed by a chunk that is refused.
        """
        self._check(signal)
        return self._marked(signal, signal.samples[:, :0])

    def whole(self, signal: Signal) -> MarkedAudio:
        """Return ``signal`` marked like one long chunk, in blocks that know what follows."""
        self._check(signal)
        block = round(_BLOCK_S * self._sample_rate)
        count = max(1, round(signal.num_samples / block))
        edges = [signal.num_samples * k // count for k in range(count + 1)]
        start, parts = self._start, []
        for first, stop in itertools.pairwise(edges):
            after = signal.samples[:, stop : stop + self._context]
            parts.append(self._marked(signal.slice(first, stop), after).signal.samples)
        return sealed(
            Signal(np.concatenate(parts, axis=1), self._sample_rate), self._mark, self._permit.permit_id, start=start
        )

    def _check(self, signal: Signal) -> None:
        channels = signal.num_channels if self._before is None else self._before.shape[0]
        _check_form(signal, sample_rate=self._sample_rate, num_channels=channels)
        made_ms = samples_to_ms(self._start + signal.num_samples, self._sample_rate)
        self._gate.check(self._permit, self._action, made_ms=made_ms)

    def _marked(self, chunk: Signal, after: NDArray[np.float32]) -> MarkedAudio:
        before = chunk.samples[:, :0] if self._before is None else self._before
        host = np.concatenate([before, chunk.samples, after], axis=1)
        change = self._difference(host, before.shape[1], chunk.num_samples)
        change = change[:, before.shape[1] : before.shape[1] + chunk.num_samples]
        start, self._start = self._start, self._start + chunk.num_samples
        heard = host.shape[1] - after.shape[1]
        self._before = host[:, max(0, heard - self._context) : heard]
        marked = Signal(added(chunk.samples, change, round(SILENT_RUN_S * self._sample_rate)), self._sample_rate)
        return sealed(marked, self._mark, self._permit.permit_id, start=start)

    def _difference(self, host: NDArray[np.float32], lead: int, length: int) -> NDArray[np.float32]:
        rate = self._sample_rate
        start, first, stop = (
            round(place * CLOCK_HZ / rate) for place in (self._start - lead, self._start, self._start + length)
        )
        if length == 0 or rate == CLOCK_HZ:
            return self._inscription.difference(host, start=start, first=first, stop=stop) if length else host
        clocked = resampled(host, rate, CLOCK_HZ)
        change = resampled(self._inscription.difference(clocked, start=start, first=first, stop=stop), CLOCK_HZ, rate)
        fitted = np.zeros_like(host)
        shared = min(host.shape[1], change.shape[1])
        fitted[:, :shared] = change[:, :shared]
        return fitted


class LiveEmbedding:
    """One clip being marked while it is made: sound in chunks of any size, and out at most 40 ms later.

    How the sound is cut changes nothing in what comes out; the mark is the one that the same detector reads.
    """

    def __init__(
        self,
        open_: Callable[[int], Live],
        gate: Gate,
        mark: Mark,
        permit: Permit,
        action: Action,
        *,
        sample_rate: int,
    ) -> None:
        """Take what `Marker.live` hands over; ``open_`` makes the way through for a number of channels."""
        self._open = open_
        self._gate = gate
        self._mark, self._permit, self._action = mark, permit, action
        self._sample_rate = sample_rate
        self._live: Live | None = None
        self._num_channels = 1
        self._taken, self._given = 0, 0
        self._is_over = False

    @property
    def held_samples(self) -> int:
        """Return how many samples were taken and not yet given: at most 40 ms of them."""
        return self._taken - self._given

    def push(self, chunk: Signal) -> MarkedAudio:
        """Take the next chunk; return what is ready, which may be empty.

        The permit is asked for again, with the length taken so far. Raise `PermitRefused`, or `ChunkMismatch` for
        another rate or number of channels or after `finish`; nothing is changed by a chunk that is refused.
        """
        self._check(chunk)
        if self._live is None:
            self._live, self._num_channels = self._open(chunk.num_channels), chunk.num_channels
        self._taken += chunk.num_samples
        return self._sealed(self._live.push(chunk.samples))

    def finish(self) -> MarkedAudio:
        """Return the rest, once nothing follows; raise `PermitRefused`: then what is held is let go of unheard."""
        self._check(Signal(np.zeros((self._num_channels, 0), dtype=np.float32), self._sample_rate))
        self._is_over = True
        rest = np.zeros((1, 0), dtype=np.float32) if self._live is None else self._live.finish()
        return self._sealed(rest)

    def _check(self, chunk: Signal) -> None:
        if self._is_over:
            raise ChunkMismatch("got a chunk after the end of the clip, expected none; open another session")
        channels = chunk.num_channels if self._live is None else self._num_channels
        _check_form(chunk, sample_rate=self._sample_rate, num_channels=channels)
        made_ms = samples_to_ms(self._taken + chunk.num_samples, self._sample_rate)
        self._gate.check(self._permit, self._action, made_ms=made_ms)

    def _sealed(self, samples: NDArray[np.float32]) -> MarkedAudio:
        start, self._given = self._given, self._given + samples.shape[1]
        return sealed(Signal(samples, self._sample_rate), self._mark, self._permit.permit_id, start=start)


def _check_form(chunk: Signal, *, sample_rate: int, num_channels: int) -> None:
    if chunk.sample_rate != sample_rate or chunk.num_channels != num_channels:
        raise ChunkMismatch(
            f"got a chunk of {chunk.num_channels} channels at {chunk.sample_rate} Hz, "
            f"expected {num_channels} at {sample_rate} Hz as this session was opened with"
        )
