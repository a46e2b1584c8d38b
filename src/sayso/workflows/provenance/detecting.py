"""Detecting the marks of this installation, also one whose id is too faint to be read by itself."""

from __future__ import annotations

import numpy as np

from sayso.audio.signal import Signal
from sayso.mark.detector import Detection
from sayso.mark.issued import Ids
from sayso.synthesis import store as clips
from sayso.workflows.installation.session import Session


def detected(session: Session, signal: Signal) -> Detection:
    """Return what is found in ``signal``; ids too faint to be read blind are sought among those given out here."""

    def issued() -> Ids:
        with session.read() as tx:
            return np.array([int(mark, 16) for mark in clips.issued_marks(tx)], dtype=np.uint64)

    return session.detector.detect_known(signal, issued)
