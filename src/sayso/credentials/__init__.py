"""Content credentials (C2PA) for the files that leave."""

from sayso.credentials.claim import MARK_ALGORITHM, Claim, ManifestFacts, ProgrammeClaim
from sayso.credentials.credentials import Credentials
from sayso.credentials.manifest import (
    MANIFEST_TYPE,
    Authority,
    SignedAudio,
    SignedProgramme,
    issue,
    issue_bound,
    issue_detached,
    read,
    read_detached,
    read_file,
    read_manifest,
    supports,
)

__all__ = [
    "MANIFEST_TYPE",
    "MARK_ALGORITHM",
    "Authority",
    "Claim",
    "Credentials",
    "ManifestFacts",
    "ProgrammeClaim",
    "SignedAudio",
    "SignedProgramme",
    "issue",
    "issue_bound",
    "issue_detached",
    "read",
    "read_detached",
    "read_file",
    "read_manifest",
    "supports",
]
