"""The layers of a label: the ways in which a clip says that a machine made it."""

from __future__ import annotations

from enum import StrEnum


class Layer(StrEnum):
    """One way of saying it.

    watermark : the mark in the sound itself
    metadata : content credentials (C2PA), signed
    spoken : words at the start, and again in a long clip
    rhythm : the Morse code of "AI" as a tone (GB 45438-2025, 5.3)
    aigc : the field ``AIGC`` in the file (GB 45438-2025, annex E)
    notice : what a publisher has to show: tags in the file and the fields of the trade in a file beside it
    """

    WATERMARK = "watermark"
    METADATA = "metadata"
    SPOKEN = "spoken"
    RHYTHM = "rhythm"
    AIGC = "aigc"
    NOTICE = "notice"
