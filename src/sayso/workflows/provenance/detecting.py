"""Detecting the marks of this installation, also one whose id is too faint to be read by itself."""

from __future__ import annotations

import numpy as np

from sayso.audio.signal import Signal
from sayso.mark.detector import Detection
from sayso.synthesis import store as clips
from sayso.workflows.installation.session import Session


def detected(session: Session, signal: Signal) -> Detection:
    """Return what is found in ``signal``; an id too faint to be read blind is sought among those given out here."""
    detection = session.detector.detect(signal)
    if not detection.present or detection.mark_verified:
        return detection
    with session.read() as tx:
        issued = clips.issued_marks(tx)
    ids = np.array([int(mark, 16) for mark in issued], dtype=np.uint64)
    among = session.detector.detect_among(signal, ids)
    return among if among.mark_verified else detection
