"""Diagnoses as one page for people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sayso.doors.shapes import restoration as shapes

if TYPE_CHECKING:
    from sayso.workflows.restoration.diagnosing import Examined


def page(files: Sequence[Examined]) -> str:
    """Return the HTML of the diagnoses of ``files``, whole in itself."""
    from sayso.doors.reports.page import rendered  # noqa: PLC0415 - loads the templates' engine
    from sayso.doors.reports.recording import drawn, rows  # noqa: PLC0415

    return rendered(
        "diagnosis.html",
        files=[
            {
                "name": one.file.name,
                "summary": summary(one),
                "wave": drawn(one.overview, one.diagnosis.duration_s, one.diagnosis.findings),
                "rows": rows(one.diagnosis),
            }
            for one in files
        ],
        program=json.dumps([shapes.diagnosed(one) for one in files], ensure_ascii=False),
    )


def summary(examined: Examined) -> str:
    """Return what was found, in a sentence."""
    from sayso.doors.reports.recording import WORDS, value_of  # noqa: PLC0415 - see page
    from sayso.doors.reports.trace import clock_time  # noqa: PLC0415

    found = examined.diagnosis
    length = clock_time(found.duration_s)
    if not found.faults:
        return f"{length} at {found.sample_rate} Hz; nothing at fault was found."
    faults = "; ".join(f"{WORDS[each.name]}: {value_of(each)}" for each in found.faults)
    return f"{length} at {found.sample_rate} Hz; {faults}."
