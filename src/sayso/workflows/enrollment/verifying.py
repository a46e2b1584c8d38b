"""The verifier that the settings name, if any."""

from __future__ import annotations

from sayso.enrollment.verifier import Verifier, opened_verifier
from sayso.settings import Settings


def verifier_of(settings: Settings) -> Verifier | None:
    """Return the verifier of ``settings``, None where there is none; raise `VerifierInvalid` or `FileMissing`."""
    if settings.verifier is None:
        return None
    return opened_verifier(
        settings.verifier, settings.verifier_sha256, settings.verifier_pass, settings.verifier_review
    )
