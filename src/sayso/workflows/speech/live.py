"""Speech that is heard while it is made: each piece has passed the gate and carries the mark before it leaves.

The intent, which names clip and mark, is in the ledger before the first sample is made, by one durable commit. What was
heard is noted on the way, so that it stays charged whatever becomes of this process, and is settled, kept and logged at
the end, however that came: spoken to the end, stopped by who listens, or cut by a withdrawal.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from sayso.audio.signal import Signal
from sayso.consent import Action, minutes
from sayso.consent.errors import LeaseOver, PermitRefused, ReservationUnknown
from sayso.engines.protocol import Engine
from sayso.engines.stop import Stop
from sayso.mark import MarkedAudio
from sayso.mark.profiles import strength_of
from sayso.mark.verifying import checked
from sayso.synthesis.trace import RenderTrace
from sayso.synthesis.wordplaces import WordPlaces
from sayso.units import samples_to_ms
from sayso.vault.domains import Domain
from sayso.workflows.consent import permission
from sayso.workflows.installation.session import Session
from sayso.workflows.provenance import content
from sayso.workflows.speech.credentials import Packed
from sayso.workflows.speech.orders import Order
from sayso.workflows.speech.phrasebook import Phrasebook
from sayso.workflows.speech.speaking import ACT, MadeClip, Run, begun, packed_file, rendering, settle
from sayso.workflows.voices import archive, voicebook

NOTE_S: Final = 5.0
"""How often what was heard is noted, which renews the lease too."""

FACT: Final = "heard_ms"


class Ending(StrEnum):
    """How live speech ended."""

    COMPLETE = "complete"
    STOPPED = "stopped"
    """By who listens: a cancel, or a connection that closed."""
    CUT = "cut"
    """Consent was withdrawn, or the permit ended."""
    FAILED = "failed"


class Onset(RenderTrace):
    """Listens for the engine's first sound, ``first_s`` on `time.perf_counter`; live speech is not digested."""

    first_s: float = 0.0

    def hear(self, place: int, piece: Signal) -> None:  # noqa: ARG002 - as `RenderTrace` has it
        """Note when the first piece came."""
        self.first_s = self.first_s or time.perf_counter()


@dataclass(slots=True)
class LiveSpeech:
    """One utterance on its way out: `pieces` makes it, `left` is told of each that a listener got, `close` ends it.

    `pieces` is read once, in one thread. ``asked_s`` is when it was asked for, ``began_s`` when it was permitted, and
    ``first_s`` when its first piece was ready, all on `time.perf_counter`; ``onset`` knows when the engine's first
    sound was there, before its mark. ``engine`` is where it is made, by default in this process; once ``stop`` is set,
    nothing more is made. ``words`` knows when each word of a piece is said, where that was wanted, once the piece is
    there. ``phrases`` says again what was said before, where that is kept.
    """

    run: Run
    asked_s: float
    began_s: float
    first_s: float = 0.0
    engine: Engine | None = None
    stop: Stop = field(default_factory=Stop)
    words: WordPlaces = field(default_factory=WordPlaces)
    onset: Onset = field(default_factory=Onset)
    phrases: Phrasebook | None = None
    _heard: list[MarkedAudio] = field(default_factory=list)
    _made: int = 0
    _made_s: float = 0.0
    _ending: Ending = Ending.STOPPED
    _noted_s: float = field(default_factory=time.monotonic)

    @property
    def heard_ms(self) -> int:
        """Return how much sound has left."""
        heard = list(self._heard)
        return samples_to_ms(heard[-1].stop, heard[-1].signal.sample_rate) if heard else 0

    @property
    def ahead_s(self) -> float:
        """Return how much more is made than somebody has heard by now who listens since the first piece was ready."""
        return self._made_s - (time.perf_counter() - self.first_s)

    def pieces(self) -> Iterator[MarkedAudio]:
        """Yield the marked pieces as they are made; raise `PermitRefused` where consent ends."""
        try:
            strength = strength_of(self.run.take.order.profile)
            pieces = rendering(
                self.run, strength, trace=self.onset, engine=self.engine, stop=self.stop, words=self.words
            )
            for piece in pieces:
                self.first_s = self.first_s or time.perf_counter()
                self._made, self._made_s = self._made + 1, piece.stop / piece.signal.sample_rate
                yield piece
                if time.monotonic() - self._noted_s >= NOTE_S:
                    self._note()
            self._ending = Ending.STOPPED if self.stop.is_set() else Ending.COMPLETE
        except PermitRefused:
            self._ending = Ending.CUT
            raise
        except Exception:
            self._ending = Ending.FAILED
            raise

    def left(self, piece: MarkedAudio) -> None:
        """Note that a listener gets ``piece``; raise `PermitRefused`, before it is theirs, where consent has ended."""
        try:
            self.run.gate.check(self.run.permit, self.run.take.action)
        except PermitRefused:
            self._ending = Ending.CUT
            raise
        self._heard.append(piece)

    def close(self) -> Ending | None:
        """Settle, keep and log what was heard; return how it ended, None where nothing was heard."""
        run, heard = self.run, self._heard
        if not heard:
            permission.failed(run.session, run.granted, ACT)
            return None
        if self._ending is Ending.COMPLETE and len(heard) < self._made:
            self._ending = Ending.STOPPED
        made = _kept(run, MarkedAudio.joined(heard))
        settle(run, made, run.take.plan.outcome(signed=False, readable=made.readable), live=str(self._ending))
        if self.phrases is not None and self._ending in {Ending.COMPLETE, Ending.STOPPED}:
            self.phrases.keep()
        return self._ending

    def _note(self) -> None:
        """Note in the state and the ledger what was heard so far, and renew the lease."""
        run, self._noted_s = self.run, time.monotonic()
        lease, heard_ms = run.granted.lease, self.heard_ms
        if lease is None:
            return
        try:
            with run.session.act(run.take.speaker) as tx:
                minutes.note_made(tx, lease, heard_ms)
                permission.heard(tx, run.granted, f"{ACT}:heard", {"reservation": lease.permit, FACT: heard_ms})
        except (LeaseOver, ReservationUnknown) as over:
            raise PermitRefused("the reservation of this speech is over", reasons=[over.message]) from None


EngineOf = Callable[[str], Engine | None]
"""Returns where an engine of this name speaks; None for in this process."""


def begin(
    session: Session,
    order: Order,
    *,
    action: Action = Action.SYNTHESIZE,
    engine_of: EngineOf = lambda _: None,
    timed: bool = False,
) -> LiveSpeech:
    """Return the utterance of ``order``, permitted, its minutes reserved and its intent in the ledger.

    ``action`` is `Action.STREAM` for text that was not written before; ``timed`` asks when each word is said, where the
    engine can tell. Raise as `speaking.begun`.
    """
    asked = time.perf_counter()
    run = begun(session, order, None, action)
    engine, words = engine_of(run.take.voice.row.engine), WordPlaces(is_wanted=timed)
    phrases = Phrasebook(run) if session.settings.phrase_cache_mb else None
    if phrases is not None:
        engine = phrases.beside(engine or voicebook.engine_of(session, run.take.voice.row))
    return LiveSpeech(run, asked, time.perf_counter(), engine=engine, words=words, phrases=phrases)


def _kept(run: Run, sound: MarkedAudio) -> MadeClip:
    """Seal the sound, and a signed file of it where the permit still holds, while its mark is read back."""
    session, take = run.session, run.take
    with ThreadPoolExecutor(1) as beside, session.vault.holding():
        checking = beside.submit(checked, session.detector, sound.signal, take.mark, take.policy.checked)
        kept = archive.sealed_clip(session, sound, [take.speaker])
        with archive.undone_on_failure(session, kept):
            file = _signed(run, sound)
            fingerprint = content.fingerprinted(session, sound, clip=take.clip, speaker=take.speaker)
            output = session.vault.commit(take.speaker, bytes.fromhex(kept.digest), domain=Domain.SOUND)
            return MadeClip(sound, file, kept, fingerprint, output, checking.result())


def _signed(run: Run, sound: MarkedAudio) -> Packed | None:
    try:
        return packed_file(run, sound)
    except PermitRefused:  # withdrawn meanwhile: nothing is signed under it any more
        return None
