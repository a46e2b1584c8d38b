"""A tiny Pocket TTS: the package's own classes with random weights, in the files and the layout of the real ones."""

from __future__ import annotations

from pathlib import Path

WORDS = [
    "the",
    "keeper",
    "climbed",
    "narrow",
    "stair",
    "before",
    "dawn",
    ".",
    ",",
    "?",
    "!",
    "it",
    "is",
    "not",
    "a",
    "lamp",
]


def write_tiny_pocket(folder: Path) -> Path:
    """Write configuration, tokenizer and weights into ``folder``; return the path of the configuration."""
    import pocket_tts
    import safetensors.torch
    import tokenizers
    import torch
    import yaml
    from pocket_tts import TTSModel
    from pocket_tts.models.tts_model import build_mimi
    from pocket_tts.utils.config import Config

    vocabulary = {word: place for place, word in enumerate(("[UNK]", *WORDS))}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = tokenizers.normalizers.Lowercase()
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))

    words = yaml.safe_load(Path(pocket_tts.__file__).with_name("config").joinpath("english.yaml").read_text())
    words |= {"weights_path": str(folder / "model.safetensors"), "default_eos_threshold": -1e9}
    del words["weights_path_without_voice_cloning"]
    flow, mimi = words["flow_lm"], words["mimi"]
    flow["flow"] |= {"depth": 1, "dim": 16}
    flow["transformer"] |= {"d_model": 32, "num_heads": 2, "num_layers": 1}
    flow["lookup_table"] |= {"dim": 32, "n_bins": len(vocabulary), "tokenizer_path": str(folder / "tokenizer.json")}
    mimi["seanet"] |= {"dimension": 32, "n_filters": 4}
    mimi["transformer"] |= {"d_model": 32, "num_heads": 2, "num_layers": 1, "dim_feedforward": 32}
    mimi["transformer"] |= {"input_dimension": 32, "output_dimensions": [32]}
    mimi["quantizer"]["output_dimension"] = mimi["outer_dim"] = 32
    path = folder / "tiny.yaml"
    path.write_text(yaml.safe_dump(words))

    torch.manual_seed(1)
    config = Config(**words)
    model = TTSModel._from_pydantic_config(config, 0.3, 1, None, -1e9, origin=path)
    model.flow_lm.speaker_proj_weight = torch.nn.Parameter(torch.randn(32, 32))
    model.mimi = build_mimi(config.mimi)
    state = {
        name: torch.randn_like(one) * 0.1 if not one.isfinite().all() else one
        for name, one in model.state_dict().items()
    }
    safetensors.torch.save_file({name: one.contiguous() for name, one in state.items()}, folder / "model.safetensors")
    return path
