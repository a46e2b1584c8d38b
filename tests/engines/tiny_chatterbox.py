"""A tiny Chatterbox: the package's own classes, its language model shrunk, with random weights in the real files."""

from __future__ import annotations

import math
from pathlib import Path

STOP = 6562


def shrink(patch) -> None:
    """Make the language model of the package small."""
    from chatterbox.models.t3.llama_configs import LLAMA_CONFIGS

    small = {"n_embd": 32, "hidden_size": 32, "n_head": 2, "n_layer": 1}
    patch.setitem(LLAMA_CONFIGS, "GPT2_medium", LLAMA_CONFIGS["GPT2_medium"] | small)


def write_tiny_chatterbox(folder: Path) -> Path:
    """Write tokenizer and weights into ``folder`` and return it; `shrink` comes first."""
    import safetensors.torch
    import tokenizers
    import torch
    from chatterbox.models.s3gen import S3Gen
    from chatterbox.models.t3 import T3
    from chatterbox.models.t3.modules.t3_config import T3Config
    from chatterbox.models.voice_encoder import VoiceEncoder
    from transformers import PreTrainedTokenizerFast

    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel({"[UNK]": 0, "keeper": 1}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="[UNK]", eos_token="[UNK]")
    fast.save_pretrained(folder)

    torch.manual_seed(1)
    hp = T3Config(text_tokens_dict_size=50276)
    hp.llama_config_name, hp.speech_tokens_dict_size, hp.input_pos_emb = "GPT2_medium", 6563, None
    hp.speech_cond_prompt_len, hp.use_perceiver_resampler, hp.emotion_adv = 375, False, False
    t3 = T3(hp)
    with torch.no_grad():
        # Each token ends the speech with one chance in four, so that a clause lasts some tenths of a second.
        t3.speech_head.weight.zero_()
        t3.speech_head.bias.zero_()
        t3.speech_head.bias[STOP] = math.log(2000)
    nets = {"ve": VoiceEncoder(), "t3_turbo_v1": t3, "s3gen_meanflow": S3Gen(meanflow=True)}
    for name, net in nets.items():
        state = {key: value.detach().clone().contiguous() for key, value in net.state_dict().items()}
        safetensors.torch.save_file(state, folder / f"{name}.safetensors")
    return folder
