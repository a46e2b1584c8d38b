"""The names that variables may have, and the nearest to one that does not exist."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields
from difflib import get_close_matches
from typing import Final

from sayso.errors import Invalid
from sayso.settings.settings import Settings

PREFIX: Final = "SAYSO_"

NAMES: Final = tuple(f.name for f in fields(Settings) if f.name not in {"home", "origins"})
"""The settings that the file may hold; the home is where the file lies."""

MODELS: Final = (
    "kokoro",
    "hibari",
    "hibari-words",
    "silero-vad",
    "dnsmos",
    "gtcrn",
    "ge2e",
    "kokoro-styles",
    "kokoro-measured",
    "campplus",
    "crowd",
    "hush-encoder",
    "hush-bands",
    "hush-filter",
    "deepfilternet-encoder",
    "deepfilternet-bands",
    "deepfilternet-filter",
    "segmentation",
    "acoustics",
    "whisper-base",
    "whisper-base-config",
    "whisper-base-tokenizer",
    "whisper-base-vocabulary",
    "synthetic-speech",
    "one-capture",
    "perth",
)
"""The models whose file ``SAYSO_MODEL_<NAME>`` may name; see `sayso.models`."""

ELSEWHERE: Final = (
    "CREDENTIAL",  # the command line: the credential of who asks
    "NO_PROGRESS",  # the command line: no progress bars
    "TEST_POSTGRES",  # tests: a server to make databases on
    "TEST_EXT4",  # tests: a disk image must be there
    "VECTORS",  # tests: a folder of published proof vectors
    "MODEL_POCKET_TTS",  # the engine: a configuration with weights of its own
    "MODEL_CHATTERBOX_TTS",  # the engine: the folder of its weights
    "SPEECH",  # benchmarks: a folder of recordings
    "MISAKI_PYTHON",  # benchmarks: a Python that has misaki
    "NEMO_PYTHON",  # benchmarks: a Python that has NeMo's text processing
    "WHISPER_PYTHON",  # benchmarks: a Python that has Whisper
    "WHISPER_MODEL",  # benchmarks: the model that it loads
    "HAMA_PYTHON",  # benchmarks: a Python that has hama
    "DVECTOR",  # benchmarks: the file of a judge of voices that nothing here was fitted to
)
"""Variables that are no settings, without the prefix, and who reads them."""


def variable(name: str) -> str:
    """Return the variable of the setting ``name``."""
    return PREFIX + name.upper()


def check_variables(env: Mapping[str, str]) -> None:
    """Raise `Invalid` for a variable with our prefix that nobody reads."""
    models = [f"MODEL_{name.upper().replace('-', '_')}" for name in MODELS]
    settings = [name.upper() for name in ("home", *NAMES)]
    found = (key.removeprefix(PREFIX) for key in env if key.startswith(PREFIX))
    _check(found, [*settings, *models, *ELSEWHERE], what="the variable", prefix=PREFIX)


def check_keys(keys: Iterable[str]) -> None:
    """Raise `Invalid` for a key of ``config.toml`` that is no setting."""
    _check(keys, NAMES, what="config.toml: the setting")


def check_arguments(names: Iterable[str]) -> None:
    """Raise `Invalid` for an argument that is no setting."""
    _check(names, NAMES, what="the setting")


def nearest(text: str, known: Collection[str], *, prefix: str = "") -> str:
    """Return what to do about ``text``: the nearest of ``known``, or all of them where none is near."""
    near = get_close_matches(text, known, n=1)
    names = ", ".join(prefix + name for name in sorted(known))
    return f"did you mean {prefix}{near[0]}?" if near else f"expected one of {names}"


def _check(found: Iterable[str], known: Collection[str], *, what: str, prefix: str = "") -> None:
    for name in sorted(set(found) - set(known)):
        raise Invalid(f"{what} {prefix}{name[:60]} does not exist; {nearest(name, known, prefix=prefix)}")
