"""Recordings before and after their repair, as one page for people, with players."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sayso.doors.shapes import restoration as shapes

if TYPE_CHECKING:
    from sayso.workflows.restoration.restoring import RestoredFile


def page(files: Sequence[RestoredFile]) -> str:
    """Return the HTML of ``files``, whole in itself."""
    from sayso.doors.reports.page import rendered  # noqa: PLC0415 - loads the templates' engine
    from sayso.workflows.restoration.restoring import HEARD_S  # noqa: PLC0415

    program = json.dumps([shapes.restored(one) for one in files], ensure_ascii=False)
    return rendered("restoration.html", files=[_section(one) for one in files], heard_s=HEARD_S, program=program)


def _section(done: RestoredFile) -> dict[str, Any]:
    from sayso.doors.reports.recording import drawn, rows  # noqa: PLC0415 - see page

    sides = []
    for place, name in enumerate(("before", "after")):
        score = done.after if place else done.before
        sides.append(
            {
                "name": name,
                "wave": drawn(done.looks[place], done.found.duration_s, ()) if done.looks else None,
                "sound": _sound(done.heard[place]) if done.heard else "",
                "score": f"{score.ovr:.2f} overall, {score.sig:.2f} speech, {score.bak:.2f} background",
            }
        )
    repaired = ", ".join(step.name for step in done.steps) or "nothing"
    removed = [(turn.start_s, turn.stop_s) for turn in done.speaker.removed] if done.speaker else []
    return {"name": done.file, "sides": sides, "rows": rows(done.found), "repaired": repaired, "removed": removed}


def _sound(data: bytes) -> str:
    """Return an MP3 as a data address that browsers play."""
    return "data:audio/mpeg;base64," + base64.b64encode(data).decode("ascii")
