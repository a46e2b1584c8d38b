"""The channel of each recording as a stratum, told by the diagnosis: a gap may be one of microphones and rooms."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from sayso.errors import Invalid
from sayso.fairness.cohort import Cohort, CohortMember
from sayso.fairness.errors import CohortInvalid
from sayso.progress import Report, silent
from sayso.restoration import diagnose
from sayso.workflows.benches.figures import clip_of
from sayso.workflows.benches.sample import in_a_file

CHANNELS: Final[Mapping[str, str]] = {"bandwidth": "narrow band", "snr": "noise", "c50": "echo"}
"""The findings that are of a channel, each with its word where it is a fault."""

CLEAR: Final = "clear"


def with_channels(cohort: Cohort, report: Report = silent) -> Cohort:
    """Return the cohort with the channel of each recording added to its stratum: the faults found, or `CLEAR`.

    The first seconds are diagnosed, as they are measured. Raise `CohortInvalid`, which names the recording, and what
    the sound of a corpus raises where it may not be used any more.
    """
    members = []
    for number, member in enumerate(cohort.members):
        told = (member.stratum, _channel(member))
        members.append(replace(member, stratum=", ".join(word for word in told if word)))
        report((number + 1) / len(cohort.members))
    return replace(cohort, members=tuple(members))


def _channel(member: CohortMember) -> str:
    try:
        with tempfile.TemporaryDirectory(prefix="sayso-") as folder:
            found = diagnose(clip_of(in_a_file(member, Path(folder)).file))
    except Invalid as error:
        raise CohortInvalid(f"{member.file}: {error.message}") from None
    return " and ".join(word for name, word in CHANNELS.items() if found[name].is_fault) or CLEAR
