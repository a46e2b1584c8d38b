"""The vocabulary of the ledger beside consent and speech: accounts, productions, erasures, enrolments, corpora."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from sayso.ledger.entry import Act, Entry, Fact, OfSpeaker

__all__ = [
    "ActRefused",
    "AuthorityChanged",
    "ClockAccepted",
    "CorpusExported",
    "CorpusInputAdded",
    "CorpusPublished",
    "CorpusSpeakerWithdrawn",
    "CredentialIssued",
    "CredentialRevoked",
    "EnrollmentBegun",
    "EnrollmentDecided",
    "EnrollmentJudged",
    "EnrollmentStarted",
    "ErasureBegun",
    "ErasureCertified",
    "KeyDestroyedAgain",
    "LicenseeHeld",
    "OrganisationAdded",
    "ProductionKept",
    "ProtectedVoiceAdded",
    "ProtectedVoiceRemoved",
    "RowsDeleted",
    "ShardClosed",
    "ShardOpened",
]

VERDICTS: Final = ("passed", "review", "refused")


@dataclass(frozen=True, kw_only=True)
class ActRefused(Act):
    """An act was refused, since who asked lacks the ``right``, or may not name the ``licensee``.

    ``subject`` is their organisation, ``error`` the slug of the error.
    """

    TYPES: ClassVar = ("accounts:act:refused",)
    subject: str
    right: str
    error: str
    licensee: str | None = None


@dataclass(frozen=True, kw_only=True)
class OrganisationAdded(Act):
    """An organisation was added; ``subject`` is its id."""

    TYPES: ClassVar = ("accounts:organisation:added",)
    subject: str
    rows: str | None = None
    """The commitment to what is recorded of the organisation, its name too; so below."""


@dataclass(frozen=True, kw_only=True)
class LicenseeHeld(Act):
    """The organisation ``subject`` holds a licensee from now on."""

    TYPES: ClassVar = ("accounts:licensee:held",)
    subject: str
    licensee: str
    rows: str | None = None


@dataclass(frozen=True, kw_only=True)
class CredentialIssued(Act):
    """A credential was issued; ``subject`` is the organisation, or the pseudonym of the speaker whose it is."""

    TYPES: ClassVar = ("accounts:credential:issued",)
    subject: str
    credential: str
    role: str
    until: str
    rows: str | None = None


@dataclass(frozen=True, kw_only=True)
class CredentialRevoked(Act):
    """A credential was revoked; ``subject`` as in `CredentialIssued`."""

    TYPES: ClassVar = ("accounts:credential:revoked",)
    subject: str
    credential: str
    rows: str | None = None


@dataclass(frozen=True, kw_only=True)
class ProductionKept(Act):
    """The plan of a production of the organisation ``subject`` was kept, or kept anew; ``rows`` commits to it."""

    TYPES: ClassVar = ("productions:plan:kept",)
    subject: str
    production: str
    licensee: str
    rows: str | None = None


@dataclass(frozen=True, kw_only=True)
class GateJudged(Act):
    """A version of an engine, model, watermark profile or repair was judged at the gate; ``report`` is a digest.

    ``subject`` is the organisation, ``version`` the SHA-256 of what was judged.
    """

    TYPES: ClassVar = ("fairness:gate:judged",)
    subject: str
    record: str
    judged: str
    version: str
    verdict: str
    report: str
    rows: str | None = None


@dataclass(frozen=True, kw_only=True)
class GateWaived(Act):
    """A version was let through the gate without a passing report; ``reason`` is a digest, ``key`` the signer's."""

    TYPES: ClassVar = ("fairness:gate:waived",)
    subject: str
    record: str
    judged: str
    version: str
    until: str
    reason: str
    key: str
    signature: str
    rows: str | None = None


@dataclass(frozen=True, kw_only=True)
class GateRegistered(Act):
    """What a version will be judged by was fixed: ``plan`` is the digest of metrics, margins, groups and speakers."""

    TYPES: ClassVar = ("fairness:gate:registered",)
    subject: str
    record: str
    judged: str
    version: str
    plan: str
    rows: str | None = None


@dataclass(frozen=True, kw_only=True)
class BenchMeasured(Act):
    """A version was measured on so many recordings; ``table`` is a digest, ``begun`` when the first of them was."""

    TYPES: ClassVar = ("fairness:bench:measured",)
    subject: str
    judged: str
    version: str
    table: str
    begun: str
    samples: int


@dataclass(frozen=True, kw_only=True)
class ProtectedVoiceAdded(Act):
    """A print of a voice went on the list of those that a person looks at; ``subject`` is the organisation.

    ``origin``: an operator entered it, or a speaker asked for it when they were erased, by ``plan``.
    """

    TYPES: ClassVar = ("protected:voice:added",)
    subject: str
    protected: str
    origin: str
    plan: str | None = None
    rows: str | None = None


@dataclass(frozen=True, kw_only=True)
class ProtectedVoiceRemoved(Act):
    """A print went from the list of protected voices, with the secret that sealed it; ``reason`` commits to why."""

    TYPES: ClassVar = ("protected:voice:removed",)
    subject: str
    protected: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ClockAccepted(Act):
    """The operator says that the present clock is right, although an entry of the time ``newest`` stands before."""

    TYPES: ClassVar = ("operations:clock:accepted",)
    newest: str


@dataclass(frozen=True, kw_only=True)
class AuthorityChanged(Act):
    """Somebody else signs content credentials from now on; ``certificate`` is the SHA-256 of the leaf."""

    TYPES: ClassVar = ("credentials:authority:changed",)
    authority: str
    certificate: str
    algorithm: str


@dataclass(frozen=True, kw_only=True)
class ShardClosed(Act):
    """A shard of the log ended; ``next`` is the key of the one after it."""

    TYPES: ClassVar = ("ledger:shard:closed",)
    origin: str
    next: str


@dataclass(frozen=True, kw_only=True)
class ShardOpened(Act):
    """A shard of the log began, after the final checkpoint of the one before it."""

    TYPES: ClassVar = ("ledger:shard:opened",)
    origin: str
    size: int
    root: str
    vkey: str


@dataclass(frozen=True, kw_only=True)
class ErasureBegun(OfSpeaker):
    """An erasure was begun; ``inventory`` is the root of what it names, ``rows`` and ``items`` commit to all of it."""

    TYPES: ClassVar = ("erasure:plan:begun",)
    plan: str
    inventory: str
    size: int
    items: str | None = None


@dataclass(frozen=True, kw_only=True)
class RowsDeleted(Act):
    """An erasure has deleted the rows of its speaker; ``rows`` and ``items`` are commitments to its plan."""

    TYPES: ClassVar = ("erasure:rows:deleted",)
    plan: str
    rows: str | None = None
    items: str | None = None


@dataclass(frozen=True, kw_only=True)
class ErasureCertified(Act):
    """An erasure was certified; ``digest`` is that of the certificate."""

    TYPES: ClassVar = ("erasure:certificate:issued",)
    certificate: str
    plan: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class KeyDestroyedAgain(Act):
    """The key of an erasure that was certified came back with an old key store, and was destroyed again."""

    TYPES: ClassVar = ("erasure:key:destroyed",)
    plan: str


@dataclass(frozen=True, kw_only=True)
class _OfEnrollment(Act):
    """An act on an enrolment; ``subject`` is the speaker's name in it, ``kept`` commits to its rows."""

    enrollment: str
    subject: str
    kept: str


@dataclass(frozen=True, kw_only=True)
class EnrollmentStarted(_OfEnrollment):
    """A speaker was given a statement to read, for a licensee and purposes, of which the first is named.

    ``assisted``: somebody helps the speaker, so two people will decide.
    """

    TYPES: ClassVar = ("enrollment:challenge:issued",)
    licensee: str
    purpose: str
    assisted: bool = False


@dataclass(frozen=True, kw_only=True)
class EnrollmentBegun(_OfEnrollment):
    """Somebody handed in recordings: the challenge is used up, whatever comes of it."""

    TYPES: ClassVar = ("enrollment:attempt:begun",)


@dataclass(frozen=True, kw_only=True)
class EnrollmentJudged(_OfEnrollment):
    """What the checks found; ``evidence`` commits to what is kept, ``models`` is the digest of the models' digests."""

    TYPES: ClassVar = tuple(f"enrollment:attempt:{verdict}" for verdict in VERDICTS)
    UNLOGGED: ClassVar = frozenset({"verdict"})
    verdict: str
    evidence: str
    models: str

    @property
    def type(self) -> str:
        """Return the entry type."""
        return f"enrollment:attempt:{self.verdict}"

    @classmethod
    def _typed(cls, entry: Entry) -> dict[str, Fact]:
        return {"verdict": entry.type.rpartition(":")[2]}


@dataclass(frozen=True, kw_only=True)
class EnrollmentDecided(_OfEnrollment):
    """A person decided on an enrolment in review; ``reason`` commits to why, ``state`` is what it is now."""

    TYPES: ClassVar = ("enrollment:review:decided",)
    decision: str
    state: str
    reason: str
    number: int


@dataclass(frozen=True, kw_only=True)
class ItemRemoved(Act):
    """What was stored under ``permit`` is gone, and why: the state of its grant, or ``superseded``."""

    TYPES: ClassVar = ("storage:item:removed",)
    item: str
    permit: str
    why: str


@dataclass(frozen=True, kw_only=True)
class _OfCorpus(Act):
    """An act on the corpus ``corpus`` (a digest of its name) of the organisation ``subject``."""

    subject: str
    corpus: str


@dataclass(frozen=True, kw_only=True)
class CorpusInputAdded(_OfCorpus):
    """Recordings were added; the entry names the grant, or ``licence`` the licence, by which they are there."""

    TYPES: ClassVar = ("corpus:input:added",)
    licence: str | None = None


@dataclass(frozen=True, kw_only=True)
class CorpusPublished(_OfCorpus):
    """A catalogue was published: the digest of contents and decisions, and how many segments stay."""

    TYPES: ClassVar = ("corpus:catalogue:published",)
    digest: str
    segments: int


@dataclass(frozen=True, kw_only=True)
class CorpusSpeakerWithdrawn(_OfCorpus):
    """A speaker was taken out of a corpus: so many segments of it."""

    TYPES: ClassVar = ("corpus:speaker:withdrawn",)
    segments: int


@dataclass(frozen=True, kw_only=True)
class CorpusExported(_OfCorpus):
    """Shards left for training: so many segments, each on a basis that held then."""

    TYPES: ClassVar = ("corpus:shards:exported",)
    segments: int
