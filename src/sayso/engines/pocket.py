"""Pocket TTS as an engine: zero-shot cloning from 5 to 30 s of speech, sound in frames of 80 ms, English, on the CPU.

The package pocket-tts (Kyutai, MIT) and its weights (CC-BY-4.0, to be named, and behind terms that ask for the lawful
consent of the speaker) are an extra: ``pip install 'sayso[pocket-tts]'``, then ``python -m sayso.engines.pocket``,
which fetches the weights that the package names, by their commit. Nothing is fetched when the engine speaks.

The package sets threads for the whole process and keeps state in its model: run it in `sayso.engines.host`.
"""

from __future__ import annotations

import hashlib
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from importlib import metadata
from pathlib import Path
from typing import Any, Final, NoReturn

import numpy as np

from sayso import canonical, models
from sayso.audio.resample import resample
from sayso.audio.signal import Signal
from sayso.engines.checks import check_fixed_speed, check_reference, check_voice, spoken_words
from sayso.engines.errors import CannotAlign, CannotClone, VoiceUnfit
from sayso.engines.protocol import Capability, Licence, StockVoice, VoiceAsset
from sayso.engines.stop import Stop, is_stopped
from sayso.engines.traits import Control, Determinism, Early, Streaming, Timing, Traits
from sayso.errors import NotFound
from sayso.models.catalogue import ModelMissing

PACKAGE: Final = "pocket-tts"
MODEL: Final = "pocket-tts"
"""The name under which ``SAYSO_MODEL_POCKET_TTS`` may give another configuration (YAML), with weights of its own."""

_KIND: Final = "prompt-state"
_LANGUAGE: Final = "english"
_REMOTE: Final = ("hf://", "http://", "https://")

State = dict[str, dict[str, Any]]


class PocketTts:
    """The engine. One text at a time: the package's model keeps its state between calls."""

    name: Final = "pocket-tts"
    licence: Final = Licence(
        code="MIT",
        weights="CC-BY-4.0",
        commercial=True,
        conditions="name Kyutai; clone only with the lawful consent of the speaker",
    )
    sample_rate: Final = 24_000
    languages: Final = ("en",)
    capabilities: Final = frozenset({Capability.CLONE})
    traits: Final = Traits(
        streaming=Streaming.NATIVE,
        timing=Timing.NONE,
        determinism=Determinism.SEEDED,
        controls=frozenset({Control.SEED}),
        reference_s=(5.0, 30.0),
    )

    def __init__(self, threads: int = 1) -> None:
        self._threads = threads
        self._model: Any = None

    @property
    def version(self) -> str:
        """Return the version of the package; raise `ModelMissing` without it."""
        try:
            return metadata.version(PACKAGE)
        except metadata.PackageNotFoundError:
            raise ModelMissing(
                f"the package {PACKAGE} is not installed", hint="pip install 'sayso[pocket-tts]'"
            ) from None

    def digest(self) -> str:
        """Return the SHA-256 (hex) of the version and of the configuration, which names each weight by its commit.

        Weights that a configuration of your own names as files go in by their SHA-256.
        """
        text = _configuration().read_bytes()
        files = {name: _sha256(Path(place)) for name, place in _places(text).items() if not place.startswith(_REMOTE)}
        facts = {"engine": self.name, "version": self.version, "configuration": hashlib.sha256(text).hexdigest()}
        return hashlib.sha256(canonical.encode(facts | {"files": files})).hexdigest()

    def load(self) -> None:
        """Load the model from what was fetched before; raise `ModelMissing`, which says how to fetch it."""
        if self._model is None:
            self._model = _loaded(self._threads)

    def stock_voices(self) -> Sequence[StockVoice]:
        """Return none: the voices that Kyutai gives away are fetched one by one, under licences of their own."""
        return ()

    def stock_asset(self, name: str) -> NoReturn:
        """Raise `NotFound`."""
        raise NotFound(f"got the stock voice {name[:40]!r}; {self.name} has none here, clone one")

    def style_space(self) -> NoReturn:
        """Raise `CannotClone`: this engine clones from the recording itself."""
        raise CannotClone(f"{self.name} has no style space; it clones from a recording by itself")

    def clone(self, reference: Signal) -> VoiceAsset:
        """Return the voice of 5 to 30 s of speech: the model's state after it has heard them.

        Raise `ReferenceUnfit`, or `CannotClone` where only the weights without cloning could be had.
        """
        check_reference(reference, self.traits)
        self.load()
        if not self._model.has_voice_cloning:
            raise CannotClone(
                "the weights of pocket-tts that are here cannot clone; accept the terms at "
                "https://huggingface.co/kyutai/pocket-tts, log in, and fetch again"
            )
        import torch  # noqa: PLC0415 - seconds, and only here

        heard = resample(Signal.mono(reference.mixed(), reference.sample_rate), self.sample_rate)
        state = self._model.get_state_for_audio_prompt(torch.from_numpy(heard.samples.copy()))
        return VoiceAsset(self.name, _KIND, _packed(state))

    def stream(
        self,
        text: str,
        voice: VoiceAsset,
        *,
        speed: float = 1.0,
        seed: int = 0,
        early: Early = Early.NO,  # noqa: ARG002 - the first frame comes as early as it can
        stop: Stop | None = None,
    ) -> Iterator[Signal]:
        """Yield ``text`` in frames of 80 ms. Raise `VoiceUnfit`, `Unspeakable`, or `SpeedInvalid` but for 1.0."""
        check_voice(voice, engine=self.name, kinds=frozenset({_KIND}))
        check_fixed_speed(speed)
        words = spoken_words(text)
        if is_stopped(stop):
            return
        self.load()
        import torch  # noqa: PLC0415 - as above

        torch.manual_seed(seed)
        ended = threading.Event()
        with stop.calling(ended.set) if stop else nullcontext():
            try:
                for frame in self._model.generate_audio_stream(_unpacked(voice.data), words, stop=ended):
                    if is_stopped(stop):
                        return
                    yield Signal.mono(np.clip(frame.numpy(), -1.0, 1.0), self.sample_rate)
            finally:
                ended.set()

    def align(self, text: str, voice: VoiceAsset, **_: object) -> NoReturn:  # noqa: ARG002 - the protocol's signature
        """Raise `CannotAlign`: the model does not tell."""
        raise CannotAlign(f"{self.name} does not tell its words' times; find them in the sound")


def _loaded(threads: int) -> Any:
    try:
        import torch  # noqa: PLC0415 - an extra
        from huggingface_hub import constants  # noqa: PLC0415 - as above
        from pocket_tts import TTSModel  # noqa: PLC0415 - as above
    except ImportError as error:
        raise ModelMissing(f"{PACKAGE} cannot be loaded ({error})", hint="pip install 'sayso[pocket-tts]'") from error
    torch.set_num_threads(threads)  # the package sets 1 when it is imported
    was, constants.HF_HUB_OFFLINE = constants.HF_HUB_OFFLINE, True
    try:
        model = TTSModel.load_model(config=str(_configuration()))
        model.max_decoder_frames_per_call = 1  # as many as are ready would be decoded at once: other rounding each time
        return model
    except (OSError, ValueError, RuntimeError) as error:
        raise ModelMissing(
            f"the weights of {PACKAGE} cannot be loaded ({type(error).__name__})",
            hint="python -m sayso.engines.pocket",
        ) from error
    finally:
        constants.HF_HUB_OFFLINE = was


def _configuration() -> Path:
    """Return the file that says which weights: the package's own, or the one that a variable names."""
    explicit = models.explicit_path(MODEL)
    if explicit is not None:
        return explicit
    try:
        files = metadata.files(PACKAGE) or []
    except metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == f"{_LANGUAGE}.yaml" and file.parent.name == "config":
            return Path(str(file.locate()))
    raise ModelMissing(f"the package {PACKAGE} is not installed", hint="pip install 'sayso[pocket-tts]'")


def _places(configuration: bytes) -> dict[str, str]:
    """Return where the weights and the tokenizer of a configuration lie, by the name of the setting."""
    found: dict[str, str] = {}
    for line in configuration.decode(errors="replace").splitlines():
        name, _, place = line.partition(":")
        if name.strip() in {"weights_path", "weights_path_without_voice_cloning", "tokenizer_path"}:
            found[f"{len(found)} {name.strip()}"] = place.strip().strip("'\"")
    return found


def _sha256(path: Path) -> str:
    if not path.is_file():
        raise ModelMissing(f"the file {path.name} that the configuration of {PACKAGE} names is not there")
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _packed(state: State) -> bytes:
    """Return a state as safetensors, in the package's own layout: ``module/tensor``."""
    from safetensors.torch import save  # noqa: PLC0415 - comes with the extra

    return bytes(
        save({f"{name}/{key}": value.contiguous() for name, part in state.items() for key, value in part.items()})
    )


def _unpacked(data: bytes) -> State:
    """Return the state that `_packed` made; raise `VoiceUnfit` for other bytes."""
    import safetensors  # noqa: PLC0415 - as above
    from safetensors.torch import load  # noqa: PLC0415 - as above

    try:
        tensors: Mapping[str, Any] = load(data)
    except (safetensors.SafetensorError, ValueError, KeyError) as error:
        raise VoiceUnfit(f"got {len(data)} bytes that are no voice of {PACKAGE}; clone it again") from error
    state: State = {}
    for key, value in tensors.items():
        module, _, name = key.rpartition("/")
        state.setdefault(module, {})[name] = value
    return state


def main() -> None:
    """Fetch the weights that the configuration names, by the package's own way, and say what can be done with them."""
    from pocket_tts import TTSModel  # noqa: PLC0415 - an extra

    model = TTSModel.load_model(config=str(_configuration()))
    cloning = "with cloning" if model.has_voice_cloning else "without cloning: accept the terms on the hub and log in"
    sys.stdout.write(f"{PACKAGE} {metadata.version(PACKAGE)}: the weights are here, {cloning}\n")


if __name__ == "__main__":
    main()
