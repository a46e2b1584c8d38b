"""Chatterbox Turbo as an engine: zero-shot cloning from 6 to 30 s of speech, English, clause by clause.

The package chatterbox-tts and its weights (Resemble AI, MIT) are an extra for Python 3.13 and later, since on older
ones the package asks for a numpy that nothing else here runs with: ``pip install 'sayso[chatterbox-tts]'``, then
``python -m sayso.engines.chatterbox``, which fetches the weights. Nothing is fetched when the engine speaks. The
package puts a watermark of its own (Perth) into what it makes; Sayso's goes on top.

The package keeps the voice in its model and takes gigabytes: run it in `sayso.engines.host`.
"""

from __future__ import annotations

import hashlib
import io
import re
import sys
import wave
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, Final, NoReturn

import numpy as np

from sayso import canonical, models
from sayso.audio.loudness import integrated_loudness
from sayso.audio.signal import Signal
from sayso.engines.checks import check_fixed_speed, check_reference, check_voice, spoken_words
from sayso.engines.errors import CannotAlign, CannotClone, VoiceUnfit
from sayso.engines.protocol import Capability, Licence, StockVoice, VoiceAsset
from sayso.engines.stop import Stop, is_stopped
from sayso.engines.traits import Control, Determinism, Early, Streaming, Timing, Traits
from sayso.errors import NotFound
from sayso.models.catalogue import ModelMissing

PACKAGE: Final = "chatterbox-tts"
MODEL: Final = "chatterbox-tts"
"""The name under which ``SAYSO_MODEL_CHATTERBOX_TTS`` may give the folder of the weights."""

_REPOSITORY: Final = "ResembleAI/chatterbox-turbo"
_FILES: Final = ("*.safetensors", "*.json", "*.txt", "*.model")
_WEIGHTS: Final = ("ve.safetensors", "t3_turbo_v1.safetensors", "s3gen_meanflow.safetensors")
_LOUDNESS_LUFS: Final = -27.0
_KIND: Final = "conditionals"
_HINT: Final = "python -m sayso.engines.chatterbox"
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_CLAUSE: Final = re.compile(r"(?<=[.!?;:…])\s+")
_EARLY: Final = re.compile(r"(?<=[,.!?;:…])\s+")


class ChatterboxTts:
    """The engine. One text at a time: the package keeps the voice in its model."""

    name: Final = "chatterbox-tts"
    licence: Final = Licence(code="MIT", weights="MIT", commercial=True)
    sample_rate: Final = 24_000
    languages: Final = ("en",)
    capabilities: Final = frozenset({Capability.CLONE})
    traits: Final = Traits(
        streaming=Streaming.CLAUSE,
        timing=Timing.NONE,
        determinism=Determinism.SEEDED,
        controls=frozenset({Control.SEED}),
        reference_s=(6.0, 30.0),
    )

    def __init__(self, threads: int = 2) -> None:
        self._threads = threads
        self._model: Any = None

    @property
    def version(self) -> str:
        """Return the version of the package; raise `ModelMissing` without it."""
        try:
            return metadata.version(PACKAGE)
        except metadata.PackageNotFoundError:
            raise ModelMissing(
                f"the package {PACKAGE} is not installed", hint="pip install 'sayso[chatterbox-tts]'"
            ) from None

    def digest(self) -> str:
        """Return the SHA-256 (hex) of the version and of each file of weights."""
        folder = _folder()
        files = {name: _file_digest(folder / name) for name in _WEIGHTS}
        facts = {"engine": self.name, "version": self.version, "files": files}
        return hashlib.sha256(canonical.encode(facts)).hexdigest()

    def load(self) -> None:
        """Load the model from what was fetched before; raise `ModelMissing`, which says how to fetch it."""
        if self._model is None:
            self._model = _loaded(_folder(), self._threads)

    def stock_voices(self) -> Sequence[StockVoice]:
        """Return none: the package's one voice has no known speaker."""
        return ()

    def stock_asset(self, name: str) -> NoReturn:
        """Raise `NotFound`."""
        raise NotFound(f"got the stock voice {name[:40]!r}; {self.name} has none here, clone one")

    def style_space(self) -> NoReturn:
        """Raise `CannotClone`: this engine clones from the recording itself."""
        raise CannotClone(f"{self.name} has no style space; it clones from a recording by itself")

    def clone(self, reference: Signal) -> VoiceAsset:
        """Return the voice of 6 to 30 s of speech; raise `ReferenceUnfit`. The recording touches no disk."""
        check_reference(reference, self.traits)
        self.load()
        # The package's own loudness step makes doubles of the samples, which its nets refuse with numpy 2.
        sound = _levelled(Signal.mono(reference.mixed(), reference.sample_rate))
        self._model.prepare_conditionals(_as_file(sound), norm_loudness=False)
        return VoiceAsset(self.name, _KIND, _packed(self._model.conds))

    def stream(
        self,
        text: str,
        voice: VoiceAsset,
        *,
        speed: float = 1.0,
        seed: int = 0,
        early: Early = Early.NO,
        stop: Stop | None = None,
    ) -> Iterator[Signal]:
        """Yield ``text`` clause by clause; with ``early``, cut at commas, too. A stop ends the net between two tokens.

        Raise `VoiceUnfit`, `Unspeakable`, or `SpeedInvalid` but for 1.0.
        """
        check_voice(voice, engine=self.name, kinds=frozenset({_KIND}))
        check_fixed_speed(speed)
        words = spoken_words(text)
        if is_stopped(stop):
            return
        self.load()
        import torch  # noqa: PLC0415 - an extra

        conditionals = _unpacked(voice.data)
        torch.manual_seed(seed)
        for clause in _clauses(words, early=bool(early)):
            self._model.conds = conditionals
            try:
                with _watched(self._model, stop):
                    samples = self._model.generate(clause).squeeze(0).numpy()
            except _Stopped:
                return
            yield Signal.mono(np.clip(samples, -1.0, 1.0), self.sample_rate)

    def align(self, text: str, voice: VoiceAsset, **_: object) -> NoReturn:  # noqa: ARG002 - the protocol's signature
        """Raise `CannotAlign`: the model does not tell."""
        raise CannotAlign(f"{self.name} does not tell its words' times; find them in the sound")


class _Stopped(Exception):
    """The listener wants no more."""


def _levelled(sound: Signal) -> Signal:
    """Return ``sound`` at the loudness that the package asks for, as far as its peaks allow."""
    gain = 10.0 ** ((_LOUDNESS_LUFS - integrated_loudness(sound)) / 20.0)
    peak = float(np.abs(sound.samples).max())
    return Signal(sound.samples * np.float32(min(gain, 0.99 / peak)), sound.sample_rate) if peak > 0.0 else sound


def _as_file(sound: Signal) -> io.BytesIO:
    """Return ``sound`` as the package reads it, in memory: WAV of 16 bits."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(sound.sample_rate)
        out.writeframes((sound.samples[0] * 32767.0).astype("<i2").tobytes())
    file.seek(0)
    return file


@contextmanager
def _watched(model: Any, stop: Stop | None) -> Iterator[None]:
    """Look at ``stop`` before each step of the language model and each part of the decoder; raise `_Stopped`."""

    def look(*_: object) -> None:
        if is_stopped(stop):
            raise _Stopped

    parts = (model.t3.tfmr, *model.s3gen.modules())
    hooks = [part.register_forward_pre_hook(look) for part in parts]
    try:
        yield
        look()
    finally:
        for hook in hooks:
            hook.remove()


def _clauses(words: str, *, early: bool) -> list[str]:
    """Return ``words`` in sentences; ``early``, the first sentence in clauses."""
    first, *rest = _CLAUSE.split(words)
    return [*(_EARLY.split(first) if early else [first]), *rest]


def _loaded(folder: Path, threads: int) -> Any:
    try:
        import torch  # noqa: PLC0415 - an extra
        from chatterbox.tts_turbo import ChatterboxTurboTTS  # noqa: PLC0415 - as above
    except ImportError as error:
        raise ModelMissing(
            f"{PACKAGE} cannot be loaded ({error})", hint="pip install 'sayso[chatterbox-tts]'"
        ) from error
    torch.set_num_threads(threads)
    try:
        return ChatterboxTurboTTS.from_local(folder, "cpu")
    except (OSError, ValueError, RuntimeError) as error:
        raise ModelMissing(f"the weights of {PACKAGE} cannot be loaded ({type(error).__name__})", hint=_HINT) from error


def _folder() -> Path:
    """Return the folder of the weights: the one that a variable names, or where the hub's client keeps them."""
    explicit = models.explicit_path(MODEL)
    if explicit is not None:
        return explicit
    try:
        from huggingface_hub import snapshot_download  # noqa: PLC0415 - an extra

        return Path(snapshot_download(_REPOSITORY, allow_patterns=list(_FILES), local_files_only=True))
    except ImportError as error:
        raise ModelMissing(
            f"the package {PACKAGE} is not installed", hint="pip install 'sayso[chatterbox-tts]'"
        ) from error
    except OSError as error:
        raise ModelMissing(f"the weights of {PACKAGE} are not here", hint=_HINT) from error


@cache
def _file_digest(path: Path) -> str:
    """Return the SHA-256 (hex) of a file; the hub's client names a file of gigabytes by it."""
    if not path.is_file():
        raise ModelMissing(f"the file {path.name} of {PACKAGE} is not here", hint=_HINT)
    if _SHA256.fullmatch(path.resolve().name):
        return path.resolve().name
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _packed(conditionals: Any) -> bytes:
    """Return the conditionals of a voice as safetensors: those of the language model, and those of the decoder."""
    import torch  # noqa: PLC0415 - as above
    from safetensors.torch import save  # noqa: PLC0415 - as above

    parts = {"t3": vars(conditionals.t3), "gen": conditionals.gen}
    flat = {f"{part}/{name}": value for part, values in parts.items() for name, value in values.items()}
    return bytes(save({name: value.contiguous() for name, value in flat.items() if torch.is_tensor(value)}))


def _unpacked(data: bytes) -> Any:
    """Return the conditionals that `_packed` made; raise `VoiceUnfit` for other bytes."""
    import safetensors  # noqa: PLC0415 - as above
    from chatterbox.models.t3.modules.cond_enc import T3Cond  # noqa: PLC0415 - as above
    from chatterbox.tts_turbo import Conditionals  # noqa: PLC0415 - as above
    from safetensors.torch import load  # noqa: PLC0415 - as above

    parts: dict[str, dict[str, Any]] = {"t3": {}, "gen": {"prompt_feat_len": None}}
    try:
        for key, value in load(data).items():
            part, _, name = key.partition("/")
            parts[part][name] = value
        return Conditionals(T3Cond(**parts["t3"]), parts["gen"])
    except (safetensors.SafetensorError, ValueError, KeyError, TypeError) as error:
        raise VoiceUnfit(f"got {len(data)} bytes that are no voice of {PACKAGE}; clone it again") from error


def main() -> None:
    """Fetch the weights."""
    from huggingface_hub import snapshot_download  # noqa: PLC0415 - an extra

    snapshot_download(_REPOSITORY, allow_patterns=list(_FILES))
    sys.stdout.write(f"{PACKAGE} {metadata.version(PACKAGE)}: the weights are here\n")


if __name__ == "__main__":
    main()
