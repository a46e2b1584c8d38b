"""What can be wrong with a corpus."""

from __future__ import annotations

from sayso.errors import Conflict, Invalid, NotFound, Refused, Unavailable


class CorpusUnknown(NotFound):
    """There is no corpus of this name."""


class CorpusExists(Conflict):
    """There is a corpus of this name already; choose another name."""


class CorpusNameInvalid(Invalid):
    """The name is none of a corpus; use 1 to 40 of a-z, 0-9 and hyphens."""


class CorpusInputInvalid(Invalid):
    """What was named holds no recordings; name a folder, a tar file, an S3 prefix or a manifest."""


class BasisRefused(Refused):
    """Nothing enters a corpus without a grant for it, or a known licence with its evidence."""


class CorpusBusy(Conflict):
    """Another run of this corpus goes on; wait for it or ask for its status."""


class CorpusPartMissing(Unavailable):
    """Corpora need the extra `corpus`: install sayso[corpus]."""


class CorpusRunFailed(Unavailable):
    """The run ended before its work was done; run it again, it goes on where it was."""
