"""How the ledger says no.

The tree::

    Invalid      EntryInvalid, NoteInvalid, ProofMalformed, ExportInvalid, AnswerInvalid,
                 SubmissionInvalid
    NotFound     EntryUnknown, ExportMissing, OriginUnknown
    Conflict     EntryPending, WitnessAhead
    Refused      NotSigned
    Tampered     LedgerTampered, LedgerRolledBack, ProofFailed, QuorumMissed, LogForked,
                 ClockTurnedBack
    Unavailable  WitnessUnavailable, KeyMissing
"""

from __future__ import annotations

from sayso.errors import Conflict, Invalid, NotFound, Refused, Tampered, Unavailable


class EntryInvalid(Invalid):
    """The entry is malformed; the message names the field."""


class NoteInvalid(Invalid):
    """The text is no signed note, key or checkpoint of the C2SP form."""


class ProofMalformed(Invalid):
    """The text is no transparency-log proof of the C2SP form."""


class ExportInvalid(Invalid):
    """The file is no export of a ledger."""


class AnswerInvalid(Invalid):
    """The file is no answer of a ledger."""


class SubmissionInvalid(Invalid):
    """The text is no submission of a checkpoint to a witness."""


class ExportMissing(NotFound):
    """There is no such file to audit."""


class OriginUnknown(NotFound):
    """The witness does not know a log of that name."""


class EntryUnknown(NotFound):
    """There is no such entry in this log."""


class EntryPending(Conflict):
    """The entry waits for its place in the log; integrate the log first."""


class LedgerTampered(Tampered):
    """The log on disk is not the log that was signed."""


class LedgerRolledBack(LedgerTampered):
    """The state and the ledger's files are of different times: one was restored without the other."""


class ProofFailed(Tampered):
    """The proof does not prove that this entry stands in this log."""


class QuorumMissed(Tampered):
    """Too few witnesses have cosigned the checkpoint."""


class LogForked(Tampered):
    """The log has shown two histories: one to a witness, another here."""


class ClockTurnedBack(Tampered):
    """The clock says a time well before the newest entry of the ledger."""


class NotSigned(Refused):
    """No key that this witness trusts has signed the checkpoint."""


class WitnessAhead(Conflict):
    """The witness has seen the log at another size; start from that one."""

    def __init__(self, size: int) -> None:
        """Take the ``size`` that the witness cosigned last."""
        super().__init__(f"the witness has cosigned {size} entries of this log; prove its growth from there")
        self.size = size


class WitnessUnavailable(Unavailable):
    """A witness did not answer, or not as a witness does."""


class LogKeyMissing(Unavailable):
    """The key that the log is to be signed with is not here."""
