"""The erasure room: plan, steps, certificate, check."""

from __future__ import annotations

from sayso.erasure.certify import certificate_file, certify
from sayso.erasure.check import CertificateCheck, ErasureFinding, check
from sayso.erasure.execute import Commitments, Forget, block, delete_rows, destroy_key, sweep, unlink_blobs
from sayso.erasure.plan import ErasurePlan, Stage, get_plan, make_plan

__all__ = [
    "CertificateCheck",
    "Commitments",
    "ErasureFinding",
    "ErasurePlan",
    "Forget",
    "Stage",
    "block",
    "certificate_file",
    "certify",
    "check",
    "delete_rows",
    "destroy_key",
    "get_plan",
    "make_plan",
    "sweep",
    "unlink_blobs",
]
