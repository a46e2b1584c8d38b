"""A mark too faint to be read blind is sought among those given out."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

from sayso.audio import decode
from sayso.workflows.provenance.detecting import detected
from sayso.workflows.speech.speaking import speak


def test_an_id_that_is_not_read_blind_is_sought_among_those_issued(estate, tmp_path):
    spoken = speak(estate.session, estate.order(), tmp_path / "out.wav")
    signal, detector = decode(tmp_path / "out.wav"), estate.session.detector

    def unread(heard):
        return replace(detector.detect(heard), mark=None, mark_verified=False)

    faint = SimpleNamespace(detect=unread, detect_among=detector.detect_among)
    found = detected(SimpleNamespace(detector=faint, read=estate.session.read), signal)
    assert (str(found.mark), found.mark_verified) == (spoken.mark, True)
