"""What is measured of one recording of one person, by what is judged."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from sayso.audio import Signal, check_speech, dnsmos, speech_spans
from sayso.audio.stream import excerpt
from sayso.enrollment.intake import MIN_SPEECH_S
from sayso.errors import SaysoError
from sayso.fairness.cohort import CohortMember
from sayso.fairness.errors import CohortInvalid
from sayso.fairness.measured import SampleFigure
from sayso.fairness.table import SampleKind
from sayso.mark import Mark
from sayso.mark.chains import CHAINS, NONE
from sayso.mark.verifying import MarkPolicy, checked
from sayso.recognition.word_errors import word_errors, words_of
from sayso.restoration import restore
from sayso.voices import campplus, embedding
from sayso.workflows.benches.manner import Manner
from sayso.workflows.installation.session import Session
from sayso.workflows.provenance.marking_files import Batch
from sayso.workflows.speech.orders import Order
from sayso.workflows.speech.speaking import speak
from sayso.workflows.voices import voicebook

SECONDS: Final = 8.0
"""Of each recording the first so many count: shorter clips verify worse, and corpora differ in length."""

SENTENCES: Final = (
    "The baker on the corner opens early, long before the school bus passes.",
    "Whoever finds the silver key should bring it back before Sunday evening.",
)

TELEPHONE: Final = "mu-law-8k"

_RATE: Final = 16_000
_NOISE_DB: Final = 5.0


def of_mark(session: Session, member: CohortMember, profile: str, folder: Path) -> Iterator[SampleFigure]:
    """Yield what a watermark costs, and whether it is read, also behind a telephone; marked under the house's grant."""
    clip, out = clip_of(member.file), folder / "marked.wav"
    with Batch(session) as batch:
        mark = batch.embed(member.file, out, Mark.new(), MarkPolicy(profile)).mark
    marked = clip_of(out)
    yield SampleFigure("ovrl", _ovrl(clip), SampleKind.REAL)
    yield SampleFigure("ovrl", _ovrl(marked))
    yield SampleFigure("likeness", _alike(clip, marked))
    direct, telephone = checked(session.detector, marked, mark, (NONE, CHAINS[TELEPHONE]))
    yield SampleFigure("detected", float(direct.is_readable))
    yield SampleFigure("detected_phone", float(telephone.is_readable))


def of_repair(member: CohortMember, fuller_below: float | None = None) -> Iterator[SampleFigure]:
    """Yield what repair gains of speech under noise with the spectrum of that speech, and what of the voice is left.

    Repair keeps what DNSMOS (``benefit``) likes and CAM++ does not mind; so SI-SDR and GE2E judge it as well.
    """
    clip = clip_of(member.file)
    noisy = _with_noise(clip, int(hashlib.sha256(clip.samples.tobytes()).hexdigest()[:8], 16))
    done = restore(noisy, identity=campplus.embed_voice, fuller_below=fuller_below)
    yield SampleFigure("benefit", _ovrl(done.signal) - _ovrl(noisy))
    yield SampleFigure("sdr", _si_sdr_db(done.signal, clip) - _si_sdr_db(noisy, clip))
    own = embedding.embed_voice(clip)
    yield SampleFigure("likeness", float(own @ embedding.embed_voice(noisy)), SampleKind.REAL)
    yield SampleFigure("likeness", float(own @ embedding.embed_voice(done.signal)))


def of_engine(session: Session, engine: str, told: Order, member: CohortMember, folder: Path) -> Iterator[SampleFigure]:
    """Yield how like the person, how natural and how clear their voice here speaks, each clip under its grant.

    The first half of the recording is held against the second as each clip is. ``latency`` leaves the first clip out:
    the engine is loaded by then.
    """
    if not member.voice or voicebook.row_of(session, member.voice).engine != engine:
        raise CohortInvalid(f"got the voice {member.voice[:40]!r}, expected one of the engine {engine}")
    first, second = _halves(clip_of(member.file))
    yield SampleFigure("likeness", _alike(first, second), SampleKind.REAL)
    yield SampleFigure("ovrl", _ovrl(clip_of(member.file)), SampleKind.REAL)
    own = Manner.of(second)
    yield from Manner.of(first).beside(own, SampleKind.REAL)
    for number, sentence in enumerate(SENTENCES):
        out = folder / f"{number}.wav"
        said = speak(session, replace(told, text=sentence, voice=member.voice), out)
        spoken = clip_of(out)
        manner = Manner.of(spoken)
        yield SampleFigure("likeness", _alike(second, spoken))
        yield SampleFigure("ovrl", _ovrl(spoken))
        yield from manner.beside(own, SampleKind.SYNTHETIC)
        yield from _words(manner, sentence)
        if number:
            yield SampleFigure("latency", said.ttfa_ms / 1000)


def of_intake(member: CohortMember) -> Iterator[SampleFigure]:
    """Yield whether an enrolment would refuse the recording for having too little speech."""
    yield SampleFigure("refused", float(_is_refused(clip_of(member.file))))


def _words(manner: Manner, sentence: str) -> Iterator[SampleFigure]:
    """Yield the share of words that are not heard as they stand, where a recogniser is installed."""
    if manner.heard is not None:
        wanted = words_of(sentence)
        yield SampleFigure("wer", word_errors(wanted, words_of(manner.heard)) / len(wanted))


def clip_of(file: Path, seconds: float = SECONDS) -> Signal:
    """Return the first seconds of a recording, its channels mixed, at 16 kHz."""
    return Signal.mono(excerpt(file, 0.0, seconds, sample_rate=_RATE).mixed_in_phase(), _RATE)


def _halves(clip: Signal) -> tuple[Signal, Signal]:
    half = clip.num_samples // 2
    return clip.slice(0, half), clip.slice(half, clip.num_samples)


def _with_noise(clip: Signal, seed: int) -> Signal:
    """Return speech under noise 5 dB below it: its own spectrum with phases drawn anew."""
    spectrum = np.fft.rfft(clip.samples[0])
    turned = np.abs(spectrum) * np.exp(2j * np.pi * np.random.default_rng(seed).random(spectrum.size))
    noise = np.fft.irfft(turned, clip.num_samples) * 10 ** (-_NOISE_DB / 20)
    return Signal.mono(np.clip(clip.samples[0] + noise, -1, 1).astype(np.float32), clip.sample_rate)


def _si_sdr_db(heard: Signal, clean: Signal) -> float:
    """Return how far ``clean`` stands above what else is in ``heard`` (Le Roux et al. 2019, SDR: half-baked)."""
    aim, found = clean.samples[0].astype(np.float64), heard.samples[0].astype(np.float64)
    aim *= (found @ aim) / (aim @ aim)
    return 10 * float(np.log10((aim @ aim) / ((found - aim) @ (found - aim))))


def _alike(one: Signal, other: Signal) -> float:
    return float(campplus.embed_voice(one) @ campplus.embed_voice(other))


def _ovrl(signal: Signal) -> float:
    return float(dnsmos(signal).ovr)


def _is_refused(clip: Signal) -> bool:
    try:
        check_speech(clip)
    except SaysoError:
        return True
    return sum(stop - start for start, stop in speech_spans(clip)) / clip.sample_rate < MIN_SPEECH_S
