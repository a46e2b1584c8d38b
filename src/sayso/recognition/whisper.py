"""Whisper base (int8) through faster-whisper: the extra ``sayso[asr]``.

Radford et al., "Robust speech recognition via large-scale weak supervision", ICML 2023. The weights are read from
installed packages, checked by SHA-256 and handed over in memory: nothing is fetched, nothing is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from sayso import models
from sayso.audio import Signal, resample
from sayso.recognition.errors import RecogniserMissing, TooLongToWeigh
from sayso.recognition.transcript import HeardWord, Transcript, WeighedWord

if TYPE_CHECKING:
    from faster_whisper import WhisperModel
    from faster_whisper.tokenizer import Tokenizer

RATE: Final = 16_000
LONGEST_S: Final = 30.0
_FRAMES: Final = 3_000  # of 10 ms, what the encoder takes at most
_MARGIN: Final = 100  # of silence, where less is encoded: the encoder's time grows faster than what it is given
_MOST_TOKENS: Final = 220
_LEAST: Final = 1e-9
_FILES: Final = {
    "model.bin": "whisper-base",
    "config.json": "whisper-base-config",
    "tokenizer.json": "whisper-base-tokenizer",
    "vocabulary.txt": "whisper-base-vocabulary",
}


class Whisper:
    """Whisper base: real-time factor 0.2 on one core, 440 MB of memory."""

    name = "whisper"

    def __init__(self) -> None:
        """Load the model: two seconds. Raise `RecogniserMissing` or what `models.weights` raises."""
        try:
            from faster_whisper import WhisperModel  # noqa: PLC0415 - an extra
        except ImportError:
            raise RecogniserMissing from None
        files = {file: models.weights(name) for file, name in _FILES.items()}
        self._model: WhisperModel = WhisperModel(
            "whisper-base", device="cpu", compute_type="int8", cpu_threads=1, files=files
        )

    def hear(self, signal: Signal, language: str = "en") -> Transcript:
        """Return what is said in ``signal``: beam of 5, no context from one stretch of 30 s to the next."""
        segments, _ = self._model.transcribe(
            _samples(signal),
            language=language,
            beam_size=5,
            temperature=0.0,
            condition_on_previous_text=False,
            word_timestamps=True,
        )
        words = [word for segment in segments for word in segment.words or ()]
        heard = tuple(HeardWord(one.word.strip(), one.start, one.end, one.probability) for one in words)
        return Transcript("".join(one.word for one in words).strip(), heard)

    def languages(self, signal: Signal) -> dict[str, float]:
        """Return how likely each language (ISO 639-1) is that of the first 30 s of ``signal``; they add up to 1."""
        found = self._model.model.detect_language(self._model.encode(self._padded(_samples(signal))))
        return {token.strip("<|>"): float(likely) for token, likely in found[0]}

    def weigh(self, signal: Signal, text: str, language: str = "en") -> tuple[WeighedWord, ...]:
        """Return each word of ``text`` with the mean log-probability of its tokens, given the sound and what precedes.

        Raise `TooLongToWeigh` beyond `LONGEST_S` or 220 tokens.
        """
        samples = _samples(signal)
        tokenizer = self._tokenizer(language)
        tokens = tokenizer.encode(" " + text.strip())
        if len(samples) > LONGEST_S * RATE or len(tokens) > _MOST_TOKENS:
            raise TooLongToWeigh(
                f"got {len(samples) / RATE:.0f} s and {len(tokens)} tokens of text, expected at most {LONGEST_S:.0f} s "
                f"and {_MOST_TOKENS}; read a shorter text"
            )
        return _by_word(tokenizer, tokens, self._weighed(samples, tokenizer, tokens))

    def _weighed(self, samples: NDArray[np.float32], tokenizer: Tokenizer, tokens: list[int]) -> list[float]:
        frames = max(1, min(_FRAMES, len(samples) // (RATE // 100)))
        aligned: Any = self._model.model.align(
            self._model.encode(self._padded(samples, frames + _MARGIN)),
            tokenizer.sot_sequence,
            [tokens],
            frames,
            median_filter_width=7,
        )
        return [float(np.log(max(one, _LEAST))) for one in aligned[0].text_token_probs]

    def _padded(self, samples: NDArray[np.float32], frames: int = _FRAMES) -> NDArray[np.float32]:
        wanted = min(_FRAMES, frames + frames % 2)  # the encoder halves them
        features = self._model.feature_extractor(samples)[:, :wanted]
        return np.pad(features, ((0, 0), (0, wanted - features.shape[1])))

    def _tokenizer(self, language: str) -> Tokenizer:
        from faster_whisper.tokenizer import Tokenizer  # noqa: PLC0415 - an extra

        return Tokenizer(self._model.hf_tokenizer, True, task="transcribe", language=language)


def _samples(signal: Signal) -> NDArray[np.float32]:
    return resample(signal, RATE).mixed()


def _by_word(tokenizer: Tokenizer, tokens: list[int], weighed: list[float]) -> tuple[WeighedWord, ...]:
    words, parts = tokenizer.split_to_word_tokens([*tokens, tokenizer.eot])
    found: list[WeighedWord] = []
    start = 0
    for word, part in zip(words[:-1], parts[:-1], strict=True):
        found.append(WeighedWord(word.strip(), float(np.mean(weighed[start : start + len(part)]))))
        start += len(part)
    return tuple(found)
