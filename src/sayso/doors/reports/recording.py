"""A recording drawn for a page: outline, spectrogram, axis and the places of its findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sayso.doors.reports.picture import data_address
from sayso.doors.reports.waveform import WIDTH, outline, ticks

if TYPE_CHECKING:
    from sayso.audio.overview import Overview
    from sayso.restoration import Diagnosis, Finding

_TOP: Final = 22
_WAVE: Final = 120
_PICTURE: Final = 160
_LANE: Final = 22
_KILOHERTZ: Final = (0.25, 0.5, 1, 2, 4, 8, 16)


def drawn(overview: Overview, duration_s: float, found: Sequence[Finding]) -> dict[str, Any]:
    """Return the drawing of a recording, in units of its view box, 1,200 wide; a lane for each finding with places."""
    lanes = [each for each in found if each.places and each.is_fault]
    bottom = _TOP + _WAVE + _PICTURE + _LANE * len(lanes)
    return {
        "width": WIDTH,
        "height": bottom + 36,
        "bottom": bottom,
        "outline": outline(overview.peaks, half=_WAVE // 2, top=_TOP),
        "picture": data_address(overview.spectrogram()) if len(overview.peaks) else "",
        "picture_top": _TOP + _WAVE,
        "picture_height": _PICTURE,
        "marks": list(_marks(overview.sample_rate)),
        "lanes": [_lane(each, place, duration_s) for place, each in enumerate(lanes)],
        "ticks": list(ticks(duration_s)),
    }


def _marks(sample_rate: int) -> Iterator[dict[str, str]]:
    """Yield where some frequencies are beside the spectrogram."""
    from sayso.audio.overview import rows_hz  # noqa: PLC0415 - loads the room

    if not sample_rate:
        return
    rows = rows_hz(sample_rate)
    for kilohertz in _KILOHERTZ:
        if 1000 * kilohertz < rows[-1]:
            share = float(np.interp(1000 * kilohertz, rows, np.linspace(0, 1, rows.size)))
            y = _TOP + _WAVE + _PICTURE * (1 - share)
            yield {"y": f"{y:.1f}", "label": f"{kilohertz:g} kHz"}


def _lane(found: Finding, place: int, duration_s: float) -> dict[str, Any]:
    top = _TOP + _WAVE + _PICTURE + _LANE * place
    boxes = [
        {
            "x": f"{WIDTH * start / max(duration_s, 1e-3):.1f}",
            "width": f"{max(WIDTH * (stop - start) / max(duration_s, 1e-3), 2.0):.1f}",
        }
        for start, stop in found.places
    ]
    return {"name": found.name, "top": top + 4, "text": top + 17, "boxes": boxes}


def rows(found: Diagnosis) -> list[dict[str, str]]:
    """Return a row for each finding: its words, value, confidence and first places."""
    return [
        {
            "name": WORDS[each.name],
            "value": value_of(each),
            "verdict": "fault" if each.is_fault else "good" if each.value is not None else "unknown",
            "sure": f"{100 * each.confidence:.0f} %",
            "note": each.note,
            "places": ", ".join(f"{start:.1f} to {stop:.1f} s" for start, stop in each.places[:5])
            + (f" and {len(each.places) - 5} more" if len(each.places) > 5 else ""),
        }
        for each in found.values()
    ]


def value_of(found: Finding) -> str:
    """Return the value of a finding for people."""
    if found.value is None:
        return "not told"
    if found.unit == "ratio":
        return f"{100 * found.value:.2f} %"
    digits = {"s": 2, "dB": 1}.get(found.unit, 0)
    unit = "" if found.unit == "count" else f" {found.unit}"
    return f"{found.value:,.{digits}f}{unit}"


WORDS: Final = {
    "snr": "speech to noise",
    "rt60": "reverberation time (RT60)",
    "c50": "clarity (C50)",
    "drr": "direct to reverberant sound (DRR)",
    "chatter": "others than the main speaker",
    "overlap": "two speak at once",
    "clipping": "samples cut flat",
    "hum": "mains hum beside the whole",
    "rumble": "rumble beside the speech",
    "bandwidth": "highest frequency",
    "codec": "cut off before at",
    "dropouts": "dropouts",
    "clicks": "clicks",
    "offset": "constant offset",
    "level": "level of the speech",
    "plosives": "plosives",
    "colour": "microphone colour",
    "channels": "channels at fault",
}
