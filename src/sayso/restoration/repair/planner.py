"""The plan of a repair: only what is broken, and only what measures better afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.quality import Dnsmos, dnsmos_brief
from sayso.audio.signal import Signal
from sayso.errors import SaysoError
from sayso.restoration.diagnosis import Diagnosis, examine
from sayso.restoration.diagnosis.hum import Hum
from sayso.restoration.repair.matching import LongTermSpectrum, TooLittleSound, apart_db, gains_to, long_term_spectrum
from sayso.restoration.repair.sharing import MANY, fuller_steps, shared_step
from sayso.restoration.repair.steps import Step, applied, hum_step, noise_step, offset_step
from sayso.restoration.repair.wanted import Identity, WantedSpeaker, alone

Scoring = Callable[[Signal], Dnsmos]
"""Returns the scores by which the forms of a recording are compared."""

ENHANCER: Final = "duet"
AMONG_OTHERS: Final = "hush"  # of those here the one that was made to take background talkers away (decisions/0029)

_AUDIBLE_OFFSET: Final = 0.005
_AUDIBLE_HUM_DB: Final = -40.0  # by A-weighting: 25 dB where the speech has 65 dB; a quiet room has 30
_ECHOING_DB: Final = 3.0
_ECHO_SHARE: Final = 0.8

# What separates clips as they come from those with noise of 10 dB and less, on 53 speakers of the tuning half.
_CLEAN_BACKGROUND: Final = 3.6
_NOISY_BACKGROUND: Final = 2.8  # whatever the diagnosis tells
_CLEAN_DB: Final = 20.0
_CLEAR_DB: Final = 21.0  # others over a speaker are noise, too: above this, one who changes their voice was heard
_TOGETHER: Final = 0.25  # more of the speech than any clip of one speaker seems to be of two
_NOISE: Final = (0.97, 0.6)  # the shares of the enhancer in pauses and under the voice, where no judge of voices is
_TALKER: Final = (0.97, 0.85)
_SAME_VOICE: Final = 0.5  # CAM++ of two clips of one person is above 0.8, of two persons below 0.4

_MIN_GAIN: Final = 0.1
_MAX_SPEECH_LOSS: Final = 0.1
# Two who speak at once may sound more like speech than one of them: what counts is that one voice is left.
_MIN_GAIN_AMONG_OTHERS: Final = 0.0
_MAX_SPEECH_LOSS_AMONG_OTHERS: Final = 0.4
_MAX_STEADY_LOSS: Final = 0.2
_MAX_STEADY_HARM: Final = 0.05  # what DNSMOS tells of the same sound a sample later differs by as much
_SCORED: Final = 3  # windows of 9 s by which a form is judged: the scores take most of the time of a repair
_FULL_SCALE: Final = 0.99
_AUDIBLE_COLOUR_DB: Final = 1.0


@dataclass(frozen=True, slots=True)
class ColourMatch:
    """How many dB the bands of a recording differed from those wished for, before and after (root mean square)."""

    before_db: float
    after_db: float


@dataclass(frozen=True, slots=True)
class Restored:
    """A recording after repair.

    Attributes
    ----------
    signal : the repaired recording; the very signal that came in where nothing was repaired
    found : what was wrong with it
    steps : what was done, in order, by which it can be made again
    refused : what was tried and did no good
    before, after : DNSMOS scores by `dnsmos_brief`, of at most three windows of 9 s, spread over it
    speaker : what was done for the wanted speaker; None where none was named
    match : how well the colour was matched; None where none was wished for
    """

    signal: Signal
    found: Diagnosis
    steps: tuple[Step, ...]
    refused: tuple[str, ...]
    before: Dnsmos
    after: Dnsmos
    speaker: WantedSpeaker | None = None
    match: ColourMatch | None = None

    @property
    def repaired(self) -> tuple[str, ...]:
        """Return the names of the steps, in order."""
        return tuple(step.name for step in self.steps)


def _scored(signal: Signal) -> Dnsmos:
    return dnsmos_brief(signal, at_most=_SCORED)


def restore(
    signal: Signal,
    *,
    identity: Identity | None = None,
    wanted: NDArray[np.float32] | None = None,
    colour: LongTermSpectrum | None = None,
    scored: Dnsmos | None = None,
    scoring: Scoring = _scored,
    fuller_below: float | None = None,
    enhancer: str | None = None,
) -> Restored:
    """Return ``signal`` repaired: same rate, channels and length, not shifted in time. Deterministic.

    A constant offset is subtracted, cut peaks are made whole, clicks taken out, mains hum subtracted, strong echo
    lessened, noise and background talkers taken away by ``enhancer``: unless told, by `duet`, and by `hush` where
    others are heard in a tenth of the speech. Each step is kept only if it does no harm by DNSMOS: offset, hum, clicks
    and peaks go without touching the voice, so the overall score may not fall; noise and echo never go without
    something of the voice, so the overall score must rise by 0.1 and the speech score may fall by at most 0.1 (where
    others are heard so much, the overall score may not fall, and the speech score by at most 0.4).
    With ``identity`` noise and echo must not take the voice away from that of the recording, either, and as much of the
    enhancer is taken as leaves that voice alike (see `shared_step`). A clean recording passes untouched.

    With ``wanted``, an embedding by ``identity`` of the speaker who is meant, turns of others become room tone; that is
    kept only if the likeness of the whole to ``wanted`` does not fall. Where two speak at once the enhancer helps. With
    ``colour`` the long-term spectrum is brought to that one, last of all; that may cost 0.2 of the scores, since it is
    what was asked for, but not the voice. ``scoring`` scores each form, by three windows at most unless told otherwise;
    ``scored`` is what it says of ``signal``, where that is known already. Where the repair of noise leaves the overall
    score less than ``fuller_below`` above that of ``signal``, more of the enhancer is taken if that scores better, as
    long as ``identity`` tells the voice by 0.9: cleaner, and less like the recording.

    Raises
    ------
    EmptyAudio : no samples
    EnhancerUnknown, EnhancerUnfit : of ``enhancer``, where there is noise to take away
    """
    found, hum = examine(signal)
    state = _Best(signal, scored or scoring(signal), identity, scoring)
    before = state.score
    _mend(state, found, hum)
    speaker = _left_alone(state, wanted, identity) if wanted is not None and identity is not None else None
    _clear(state, found, enhancer, fuller_below, _others(state, found))
    match = _coloured(state, colour) if colour is not None else None
    return Restored(state.signal, found, tuple(state.steps), tuple(state.refused), before, state.score, speaker, match)


def _coloured(state: _Best, colour: LongTermSpectrum) -> ColourMatch | None:
    """Bring the spectrum to ``colour``; None where the recording holds too little sound to tell."""
    try:
        own = long_term_spectrum(state.signal)
        gains = gains_to(own, colour)
    except TooLittleSound:
        state.refused.append("match")
        return None
    before = apart_db(own, colour)
    if max(gains) - min(gains) < _AUDIBLE_COLOUR_DB:
        return ColourMatch(before, before)
    step = Step("match", {"gains_db": gains})
    state.choose(step, gain=-_MAX_STEADY_LOSS, speech_loss=_MAX_STEADY_LOSS, guarded=True)
    return ColourMatch(before, apart_db(long_term_spectrum(state.signal), colour))


def _left_alone(state: _Best, wanted: NDArray[np.float32], identity: Identity) -> WantedSpeaker:
    """Put room tone in the place of the turns of others than ``wanted``, if that leaves the wanted voice as it was."""
    found = alone(lambda: [state.signal], wanted, identity)
    if found.step is not None:
        state.take(found.step, applied(found.step, state.signal))
    if found.is_refused:
        state.refused.append("talkers")
    return found.told


def _mend(state: _Best, found: Diagnosis, hum: Hum | None) -> None:
    """Undo what was done to the sound and can be undone without touching the voice."""
    if abs(found.amount("offset")) >= _AUDIBLE_OFFSET:
        state.choose(offset_step(state.signal), gain=-_MAX_STEADY_HARM, speech_loss=_MAX_STEADY_LOSS)
    if found["clipping"].is_fault:
        state.choose(_clipping_step(state.signal), gain=-_MAX_STEADY_HARM, speech_loss=_MAX_STEADY_LOSS)
    if found["clicks"].is_fault:
        state.choose(Step("clicks"), gain=-_MAX_STEADY_HARM, speech_loss=_MAX_STEADY_LOSS)
    if hum is not None and hum.heard_db >= _AUDIBLE_HUM_DB:
        state.choose(hum_step(hum), gain=-_MAX_STEADY_HARM, speech_loss=_MAX_STEADY_LOSS)


def _clear(state: _Best, found: Diagnosis, enhancer: str | None, fuller_below: float | None, others: float) -> None:
    """Take away what lies over the voice."""
    if found["c50"].value is not None and found.amount("c50") < _ECHOING_DB:
        state.choose(Step("echo", {"share": _ECHO_SHARE}), gain=_MIN_GAIN, speech_loss=_MAX_SPEECH_LOSS, guarded=True)
    if others > 0 or _is_covered(found, state.score):
        dry, score = state.signal, state.score
        name, gain, speech_loss = enhancer or ENHANCER, _MIN_GAIN, _MAX_SPEECH_LOSS
        if others >= MANY:
            name, gain, speech_loss = enhancer or AMONG_OTHERS, _MIN_GAIN_AMONG_OTHERS, _MAX_SPEECH_LOSS_AMONG_OTHERS
        shared = state.shared(name, others)
        if shared is None:
            state.refused.append("noise")
        else:
            state.judge(*shared, gain=gain, speech_loss=speech_loss)
        if fuller_below is not None and others == 0 and state.gained < fuller_below:
            state.take_fuller(name, dry, score)


def _others(state: _Best, found: Diagnosis) -> float:
    """Return in how much of the speech others are heard, besides those whose turns were taken out: 0 to 1."""
    if any(step.name == "talkers" for step in state.steps):
        found = examine(state.signal)[0]
    snr = found["snr"].value
    if snr is not None and snr >= _CLEAR_DB and found.amount("overlap") < _TOGETHER:
        return 0.0
    return max((found.amount(name) for name in ("chatter", "overlap") if found[name].is_fault), default=0.0)


def _is_covered(found: Diagnosis, score: Dnsmos) -> bool:
    """Return whether noise lies over the voice so that it is worth taking it away."""
    snr = found["snr"].value
    is_doubtful = snr is None or snr < _CLEAN_DB or found["rumble"].is_fault
    return score.bak < (_CLEAN_BACKGROUND if is_doubtful else _NOISY_BACKGROUND)


def _clipping_step(signal: Signal) -> Step:
    peak = float(np.abs(applied(Step("clipping", {"gain": 1.0}), signal).samples).max())
    return Step("clipping", {"gain": min(1.0, _FULL_SCALE / max(peak, 1e-9))})


class _Best:
    """The best form of the recording so far."""

    def __init__(self, signal: Signal, score: Dnsmos, identity: Identity | None, scoring: Scoring) -> None:
        self.signal, self.score, self._scoring = signal, score, scoring
        self.steps: list[Step] = []
        self.refused: list[str] = []
        self._identity = identity
        self._at_first = score

    @property
    def gained(self) -> float:
        """The overall score above that of the recording as it came."""
        return float(self.score.ovr - self._at_first.ovr)

    def take(self, step: Step, made: Signal) -> None:
        """Take ``step``, which made ``made``, by another measure than DNSMOS."""
        self.signal, self.score = made, self._scoring(made)
        self.steps.append(step)

    def choose(self, step: Step, *, gain: float, speech_loss: float, guarded: bool = False) -> None:
        """Take ``step`` if it does no harm, as `judge` tells; with ``guarded`` it must spare the voice, too."""
        self.judge(step, applied(step, self.signal), gain=gain, speech_loss=speech_loss, guarded=guarded)

    def judge(self, step: Step, made: Signal, *, gain: float, speech_loss: float, guarded: bool = False) -> None:
        """Take ``step``, which made ``made``, if it does no harm.

        The overall score must rise by ``gain`` over the form so far, and the speech score fall by at most
        ``speech_loss`` below that form or the recording as it came, whichever is lower: an earlier step is no debt.
        """
        score = self._scoring(made)
        is_harmless = self._is_harmless(score, self.score, gain=gain, speech_loss=speech_loss)
        if is_harmless and (not guarded or self._is_same_voice(made)):
            self.signal, self.score = made, score
            self.steps.append(step)
        else:
            self.refused.append(step.name)

    def _is_harmless(self, score: Dnsmos, before: Dnsmos, *, gain: float, speech_loss: float) -> bool:
        is_speech = score.sig >= min(self._at_first.sig, before.sig) - speech_loss
        return bool(score.ovr >= before.ovr + gain and is_speech)

    def take_fuller(self, name: str, dry: Signal, before: Dnsmos) -> None:
        """Take that larger share of the enhancer ``name`` which scores best, if one does better than the form so far.

        ``dry`` is the form without the enhancer, and ``before`` its score: beside that it must do no harm.
        """
        if self._identity is None:
            return
        is_taken = self.signal is not dry
        above = float(str(self.steps[-1].parameters["voice"])) if is_taken else 0.0
        best: Step | None = None
        for step, made in fuller_steps(dry, name, self._identity, above=above):
            score = self._scoring(made)
            is_harmless = self._is_harmless(score, before, gain=_MIN_GAIN, speech_loss=_MAX_SPEECH_LOSS)
            if is_harmless and score.ovr > self.score.ovr:
                self.signal, self.score, best = made, score, step
        if best is not None and is_taken:
            self.steps[-1] = best
        elif best is not None:
            self.steps.append(best)
            self.refused.remove(best.name)

    def shared(self, name: str, others: float) -> tuple[Step, Signal] | None:
        """Return the step of an enhancer with as much of it as the voice bears, and its sound; None for nothing."""
        if self._identity is not None:
            return shared_step(self.signal, name, self._identity, others)
        pauses, voice = _TALKER if others > 0 else _NOISE
        step = noise_step(name, pauses=pauses, voice=voice)
        return step, applied(step, self.signal)

    def _is_same_voice(self, made: Signal) -> bool:
        if self._identity is None:
            return True
        try:
            before, after = self._identity(self.signal), self._identity(made)
        except SaysoError:
            return False  # where no voice can be told, none can be shown to be spared
        return float(before @ after) >= _SAME_VOICE
