"""What can be wrong with a corpus."""

from __future__ import annotations

from sayso.errors import Conflict, Invalid, NotFound, Refused, Tampered, Unavailable


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


class ConditionInvalid(Invalid):
    """The condition is not understood; write one such as `snr_db > 20 and language = "en"`."""


class QuotaInvalid(Invalid):
    """The quota is not understood; write one such as accent=Irish:40h or accent=Irish:200."""


class CatalogueEmpty(NotFound):
    """Nothing was published in this corpus yet; run it first."""


class CatalogueVersionUnknown(NotFound):
    """The catalogue has no such version; a withdrawal ends the versions before it."""


class CatalogueTooNew(Unavailable):
    """The catalogue was written by a newer Sayso; use that one."""


class SegmentUnknown(NotFound):
    """There is no such segment among those that may be used now."""


class NothingToExport(NotFound):
    """No segment meets the condition and may be used now."""


class NothingConsented(Refused):
    """All that meets the condition is withdrawn, expired, or not allowed for this; ask the speakers for a grant."""


class ExportTargetTaken(Conflict):
    """The folder holds something else; name a new folder, or that of an earlier export of this corpus."""


class ShardDamaged(Tampered):
    """A shard is not what its index says; export it again."""


class CorpusSpeakerUnknown(NotFound):
    """There is no such speaker in the corpus."""
