"""How erasure says no.

The tree::

    Invalid   CertificateMalformed
    NotFound  PlanUnknown, CertificateUnknown
    Conflict  NotErased
    Tampered  CertificateFailed
"""

from __future__ import annotations

from sayso.errors import Conflict, Invalid, NotFound, Tampered


class PlanUnknown(NotFound):
    """There is no such erasure plan here; a newer plan of the same speaker replaces an older one."""


class CertificateUnknown(NotFound):
    """There is no such certificate of erasure here."""


class ErasureCertificateMalformed(Invalid):
    """The text is no certificate of erasure."""


class NotErased(Conflict):
    """The erasure is not done yet, so it cannot be certified; run the plan again."""


class CertificateFailed(Tampered):
    """The certificate does not hold what it says; each reason is given."""
