"""What to do next after an error: a class of errors, and the command that helps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sayso.errors import SaysoError

HINTS: Final[Mapping[str, str]] = {
    "NotEnrolled": "let the speaker read a statement (`sayso enroll start --speaker S --licensee L --purpose P`), "
    "or, for a recording that anybody may adapt, add `--licence public-domain --evidence https://...` "
    "(docs/enrollment.md); an operator who answers for the recordings sets SAYSO_ENROLLMENT=attested",
    "VoiceProtected": "let the speaker read a statement (`sayso enroll start`): a person then looks at it",
    "LabelledSynthetic": "let the speaker read a statement (`sayso enroll start`): a person then looks at it",
    "ProtectedUnknown": "`sayso protect list` lists the protected voices",
    "NothingToKeep": "plan the erasure without --keep-print, or let the speaker enrol first",
    "ChallengeOver": "`sayso enroll start` gives a new statement",
    "SecondPersonNeeded": "`sayso account credential --role operator` gives a second person a credential of their own",
    "AuthorityExpired": "`sayso credentials use` takes a renewed one, `sayso credentials local` the local one",
    "ClipAltered": "check the log with `sayso ledger verify log`, and restore the blobs from a backup",
    "ClipUnlogged": "check the log with `sayso ledger verify log`",
    "ClockTurnedBack": "if the entry's time is the wrong one, `sayso doctor --accept-clock` accepts the present clock",
    "CloningNotGranted": "`sayso consent grant --speaker S --licensee L --purpose P` gives a grant",
    "ConsentRefused": "the reasons say who can change what; `sayso consent why` shows every rule",
    "CorpusBusy": "`sayso corpus status` shows how far it is",
    "CorpusUnknown": "`sayso corpus create` creates one",
    "CredentialExposed": "run chmod 600 on it, and have a new one issued if others use this machine",
    "CredentialInvalid": "`sayso account credential` issues one",
    "CredentialRefused": "the operator issues a new one with `sayso account credential`",
    "CredentialUnknown": "`sayso account list` shows the credentials",
    "DetectorKeyInvalid": "`sayso mark publish` writes a detector key",
    "ErasedWithSpeaker": "`sayso erase plan` shows what an erasure takes",
    "ExportMissing": "`sayso ledger export` writes a period, `sayso ledger query --with-proofs` an answer",
    "GateRecordUnknown": "`sayso gate status` shows the records",
    "GrantUnknown": "`sayso consent list` shows the grants",
    "IdInvalid": "`sayso voice list`, `sayso consent list` and `sayso ledger query` show the ids",
    "ItemOfEndedGrant": "`sayso store gc` removes what is stored under grants that have ended",
    "ItemReleasedAsClip": "`sayso export CLIP` releases it",
    "ItemUnknown": "`sayso store list` shows what is stored",
    "JurisdictionUnknown": "`sayso labels list` names the jurisdictions",
    "KeyInvalid": "a key that was handed over needs `--passphrase FILE`",
    "KeysRolledBack": "`sayso doctor` names the erasures; `sayso erase run PLAN` destroys the key of each again",
    "LedgerRolledBack": "restore both from one backup, the newest, then run `sayso doctor`",
    "LogForked": "restore the newest backup of the whole home, then run `sayso doctor`",
    "LineUnknown": "`sayso produce plan BOOK --write-cast FILE` writes every line",
    "LicenseeNotHeld": "the operator assigns a licensee with `sayso account hold`",
    "NoClip": "`sayso trace` tells more of the file",
    "OrganisationUnknown": "`sayso account list` shows the organisations",
    "PlanUnknown": "`sayso erase plan` makes a plan",
    "ProductionUnknown": "`sayso produce plan BOOK` plans one",
    "RequestUnanswered": "the speaker answers with `sayso consent accept`",
    "RoleRefused": "ask somebody who has the role, or use a credential of it",
    "RunEnded": "`sayso runs list` shows the runs",
    "RunOutdated": "`sayso produce run` begins a run of the plan as it is",
    "RunPaused": "`sayso runs resume` goes on with it",
    "RunStopped": "`sayso runs resume` goes on with it",
    "RunUnknown": "`sayso runs list` shows the runs",
    "TeacherMissing": "`sayso voice clone` with `--engine kokoro` makes one; then add `--from VOICE`",
    "SpeakerKey": "write it with `--draft FILE`, have it signed with `sayso consent sign`, then `sayso consent submit`",
    "SpeakerKeyKnown": "`sayso speaker key rotate` replaces the key",
    "SpeakerKeyMissing": "`sayso speaker key set SPEAKER --public FILE` registers the first key",
    "TargetTaken": "commands with the option `--force` replace it",
    "Ungated": "`sayso gate run SUBJECT --table FILE` judges it, `sayso gate waive` lets it through for a time",
    "VoiceUnknown": "`sayso voice list` shows the voices",
}
"""The hint of a class of errors, by its name; it holds for the classes below it that have none of their own."""


def hint_of(error: SaysoError) -> str:
    """Return what to do next: what the error says, or what its class is listed with; "" for nothing."""
    listed = (HINTS[kind.__name__] for kind in type(error).__mro__ if kind.__name__ in HINTS)
    return error.hint or next(listed, "")
