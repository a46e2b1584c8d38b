"""`Sayso`: the public, synchronous face of one installation."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any, Self

from sayso.consent.decision import Why
from sayso.erasure import ErasurePlan
from sayso.errors import SaysoError
from sayso.progress import Report, silent
from sayso.settings import load
from sayso.workflows.accounts.credentials import presented_by
from sayso.workflows.consent import granting, speakers
from sayso.workflows.consent.granting import GrantShown, Terms
from sayso.workflows.erasure import erasing
from sayso.workflows.erasure.erasing import CertificateShown, Erased
from sayso.workflows.installation.session import open_session
from sayso.workflows.provenance import tracing, verifying
from sayso.workflows.provenance.tracing import Trace
from sayso.workflows.provenance.verifying import Verification
from sayso.workflows.speech import explaining, exporting, speaking
from sayso.workflows.speech.explaining import ProposedUse
from sayso.workflows.speech.exporting import Exported, Publication
from sayso.workflows.speech.orders import Order, Spoken
from sayso.workflows.voices import cloning, voicebook
from sayso.workflows.voices.cloning import Cloned, Commission
from sayso.workflows.voices.voicebook import VoiceShown

_PathLike = str | Path


class Sayso:
    """One open installation. Each method is one act: done and logged when it returns, or an error and nothing done.

    Every error is a `SaysoError` of one of seven kinds; its ``reasons`` are complete. Ids are text, such as
    ``spk_...``. One object serves one thread; open another for another thread.
    """

    def __init__(self, home: _PathLike | None = None, *, credential: str | None = None, **settings: Any) -> None:
        """Open the installation in ``home`` (default: that of the program ``sayso``), making it where there is none.

        ``credential`` says for whom; without one, and none in the settings, it is the local operator. ``settings`` win
        over the file in the home and over ``SAYSO_*`` variables. Raise `Invalid` for a setting that does not exist or
        has a wrong value, `Refused` for a credential that proves nothing, `Unavailable` where a disk, a database or a
        key cannot be had.
        """
        session = open_session(load(home=None if home is None else Path(home), given=settings))
        try:
            self._session = presented_by(session, credential)
        except SaysoError:
            session.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the ledger's new entries their place, and the connections back. The object is of no use afterwards."""
        self._session.close()

    def add_speaker(self, name: str) -> str:
        """Add a speaker with a key of their own and return the id; nothing is allowed yet. Raise `Invalid`."""
        return speakers.add_speaker(self._session, name)

    def grant(self, speaker: str, licensee: str, *purposes: str, **limits: Any) -> str:
        """Enter what a speaker allows and return the grant's id; what is not in it stays refused.

        ``limits`` are ``max_minutes``, ``until``, ``languages``, ``project`` and the others of docs/python.md.
        Raise `Invalid` naming the field that is wrong or does not exist, or `NotFound`.
        """
        return granting.give(self._session, Terms(speaker, licensee, purposes, **limits))

    def grants(self, speaker: str | None = None) -> list[GrantShown]:
        """Return the grants, or those of ``speaker``, with their state now. Raise `NotFound`."""
        return granting.listed(self._session, speaker)

    def suspend(self, grant: str) -> GrantShown:
        """Stop a grant until `resume`; permits made before end at once. Raise `NotFound` or `Conflict`."""
        return granting.suspend(self._session, grant)

    def resume(self, grant: str) -> GrantShown:
        """Let a suspended grant go on. Raise `NotFound` or `Conflict`."""
        return granting.resume(self._session, grant)

    def withdraw(self, grant: str) -> GrantShown:
        """Withdraw a grant for good; permits made before end at once. Raise `NotFound` or `Conflict`."""
        return granting.withdraw(self._session, grant)

    def voices(self) -> list[VoiceShown]:
        """Return every voice, those of the engines included; ``voice.row.voice_id`` is its id."""
        return voicebook.listed(self._session)

    def clone(self, speaker: str, *recordings: _PathLike, report: Report = silent, **options: Any) -> Cloned:
        """Clone the voice in ``recordings`` (5 s or more of the speaker alone), which are kept, encrypted.

        ``options`` are ``effort`` (``best``, ``fast``, ``studio`` or ``auto``), ``engine`` and ``seed``. ``report`` is
        called with the part done, 0 to 1. Raise `Refused` unless a grant allows cloning, `Invalid` for a recording that
        is not fit.
        """
        return cloning.clone_voice(self._session, Commission(speaker, tuple(map(Path, recordings)), **options), report)

    def why(self, voice: str, licensee: str, purpose: str, **options: Any) -> Why:
        """Return what would be decided, rule by rule; nothing is made or logged. Raise `NotFound` or `Invalid`.

        ``options`` are ``action``, ``text``, ``language``, ``project``, ``topics`` and the others of `say`.
        """
        return explaining.why(self._session, ProposedUse(voice, licensee, purpose, **_listed(ProposedUse, options)))

    def say(
        self,
        text: str,
        output: _PathLike,
        *,
        voice: str,
        licensee: str,
        purpose: str,
        report: Report = silent,
        **options: Any,
    ) -> Spoken:
        """Say ``text`` into ``output`` (.wav, .flac, .mp3, .m4a or .opus): permitted, marked, signed and logged.

        ``options`` are ``language``, ``project``, ``speed``, ``seed``, ``jurisdictions`` and the others of
        docs/python.md. Raise `Refused` with every reason; then no file is written.
        """
        order = Order(text, voice, licensee, purpose, **_listed(Order, options))
        return speaking.speak(self._session, order, Path(output), report)

    def entry_of(self, ticket: int) -> int:
        """Return the place in the ledger of the entry that `say` or `export` wrote under ``ticket``."""
        return self._session.entry_of(ticket)

    def export(self, clip: _PathLike, output: _PathLike, **options: Any) -> Exported:
        """Write a clip (its id, or a file of it) in the container that ``output`` names, under a permit to publish.

        ``options`` are ``language``, ``territory``, ``channel`` and ``sublicensee``. Raise `Refused` or `NotFound`.
        """
        return exporting.export(self._session, Publication(str(clip), **options), Path(output))

    def verify(self, file: _PathLike) -> Verification:
        """Return what a file is: ``verdict``, ``credentials``, ``standing`` (clip, grant, proof). Raise `Invalid`."""
        return verifying.verify_file(self._session, Path(file))

    def trace(self, file: _PathLike, report: Report = silent) -> Trace:
        """Return which parts of a file, of any length, are ours, and under which grants. Raise `Invalid`."""
        return tracing.trace_file(self._session, Path(file), report)

    def plan_erasure(self, speaker: str) -> ErasurePlan:
        """Return a plan of all that would go with a speaker; nothing is changed. Raise `NotFound`."""
        return erasing.plan(self._session, speaker)

    def erase(self, plan: str, report: Report = silent, *, by: str = "speaker") -> Erased:
        """Carry a plan out, from where an earlier run stopped; it cannot be undone. ``by``: `speaker` or `operator`."""
        return erasing.run(self._session, plan, report, by=by)

    def certificate(self, certificate: str, output: _PathLike | None = None) -> CertificateShown:
        """Return a certificate of erasure, written to ``output`` if given. Raise `NotFound`."""
        return erasing.certificate(self._session, certificate, None if output is None else Path(output))


def _listed(kind: Any, told: dict[str, Any]) -> dict[str, Any]:
    """Return what is told with lists as the tuples that ``kind`` takes, and one text as a tuple of one."""
    lists = {one.name for one in fields(kind) if "tuple" in str(one.type)}
    return {
        name: ((value,) if isinstance(value, str) else tuple(value)) if name in lists and value is not None else value
        for name, value in told.items()
    }
