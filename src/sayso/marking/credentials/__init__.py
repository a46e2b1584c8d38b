"""Content credentials (C2PA) for the files that leave."""

from sayso.marking.credentials.claim import MARK_ALGORITHM, Claim, Facts
from sayso.marking.credentials.credentials import Credentials
from sayso.marking.credentials.manifest import (
    MANIFEST_TYPE,
    Authority,
    Issued,
    issue,
    read,
    read_manifest,
    sign,
    supports,
)

__all__ = [
    "MANIFEST_TYPE",
    "MARK_ALGORITHM",
    "Authority",
    "Claim",
    "Credentials",
    "Facts",
    "Issued",
    "issue",
    "read",
    "read_manifest",
    "sign",
    "supports",
]
