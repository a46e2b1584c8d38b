"""Copied marks: the residual of a marked clip on other speech, judged as `sayso verify` judges a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import ours
from attacks import ATTACKS
from clips import Clip, overlap
from synthetic import RATE_HZ
from trials import about, context, corpus

from sayso.audio.signal import Signal
from sayso.consent import State
from sayso.fingerprint import Content, Fingerprint, features_of
from sayso.workflows.provenance.content import compared_each_way, heard_under
from sayso.workflows.provenance.parts import ClipStanding
from sayso.workflows.provenance.verifying import Verification

KNOWN = ClipStanding(clip=None, grant_state=State.GIVEN, entry=None, proof_ok=True)
AS_LOUD = "as loud as the speech"
WAYS = ("plain", "louder", "same speaker", "mp3", AS_LOUD)


def of_copy(*, number: int, seconds: float, split: str = "report") -> dict:
    """Return how the mark of clip ``number``, copied to other speech of the same level, is judged.

    "plain": the residual is added to another speaker's clip; "louder": twice the residual; "same speaker": to another
    place of the same speaker's speech; "mp3": plain, then MP3 at 64 kbit/s. "As loud as the speech" is reported and not
    counted: the residual, which is shaped like the speech it was made for, is raised to the level of the other speech;
    it is then heard as that speech, and its content with it. The mark's own clip, judged the same way (``own``), shows
    that the judge does not merely say no.
    """
    way, clips = WAYS[number % len(WAYS)], corpus(seconds, split)
    clip, mark = clips.clip(number), ours.mark_of(number)
    marked = ours.embed(clip.samples, mark)
    target = _other(number, clip, seconds, split, same=way == "same speaker")
    if target is None:
        return {**about(clip), "way": way, "not_run": "no other speech of this speaker"}
    target = target * (np.std(clip.samples) / np.std(target))
    residual = marked - clip.samples
    gain = {"louder": 2.0, AS_LOUD: float(np.std(target) / np.std(residual))}.get(way, 1.0)
    copied = target + gain * residual
    if way == "mp3":
        copied = ATTACKS["codec mp3 64"].change(copied, context(clip, number, seconds, split))
    fingerprint = Fingerprint.from_features(features_of(Signal.mono(clip.samples, RATE_HZ)))
    verdict = {"copy": _judged(copied, mark, fingerprint), "own": _judged(marked, mark, fingerprint)}
    return {
        **about(clip),
        "way": way,
        **{f"{name}_{what}": value for name, one in verdict.items() for what, value in one.items()},
        "counted": way != AS_LOUD,
        "safe": verdict["copy"]["verdict"] != "ours",
    }


def _other(number: int, clip: Clip, seconds: float, split: str, *, same: bool) -> np.ndarray | None:
    """Return other speech: of another speaker, or of ``clip``'s own, no part of it in ``clip``."""
    for step in range(1, 400):
        one = corpus(seconds, split).clip(number + step)
        if (one.speaker == clip.speaker) == same and not overlap(one, clip, seconds):
            return one.samples
    return None


def _judged(heard: np.ndarray, mark, fingerprint: Fingerprint) -> dict:
    signal = Signal.mono(np.clip(heard, -1, 1).astype(np.float32), RATE_HZ)
    found = ours.find(signal)
    if found.present:
        found = ours.find_issued(signal, found, mark)
    known = found.mark_verified and found.mark == mark
    content = compared_each_way(heard_under(signal, found), fingerprint) if known else Content.UNKNOWN
    verification = Verification(
        Path(), detection=found, credentials=None, standing=KNOWN if known else None, content=content
    )
    return {"present": found.present, "known": known, "content": str(content), "verdict": verification.verdict}
