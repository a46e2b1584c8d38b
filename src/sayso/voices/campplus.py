"""CAM++: by whom likeness is judged. Its network, its embedding, and the gradient of both.

Wang et al., "CAM++: A fast and efficient network for speaker verification using context-aware masking", Interspeech
2023; the weights of 3D-Speaker, trained on 200,000 Chinese and English speakers. Speech at 16 kHz becomes 80 bands
(`filterbank`), a small 2-D network, three blocks of densely connected layers that mask themselves by their context, and
mean and deviation over time, projected to 192 numbers.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from sayso import models
from sayso.audio.signal import Signal
from sayso.models import layers
from sayso.models.onnx_file import OnnxFile
from sayso.models.tape import Differentiated, Tape
from sayso.voices import filterbank
from sayso.voices.embedding import Embedding, checked_speech
from sayso.voices.gate import speech_of

if TYPE_CHECKING:
    from sayso.models.session import InferenceSession

SIZE: Final = 192
SAMPLE_RATE: Final = filterbank.SAMPLE_RATE

_BLOCKS: Final = ((12, 1), (24, 2), (16, 2))  # layers, dilation
_SEGMENT: Final = 100  # frames of a context
LONGEST_S: Final = 60.0
"""The seconds of a recording that are heard."""

LAYER_NUMBERS: Final = 3 * (320 + 128 + 256 + 512 + 512)
_LEAST: Final = 1e-4  # of a deviation: an even channel has a logarithm, too

Floats = NDArray[np.float32]
_Pull = Callable[[Floats], Floats]
Weights = dict[str, Floats]


def embed_voice(signal: Signal) -> Embedding:
    """Return the embedding of the speech in ``signal``: float32 (192,), of length 1; raise `NoVoiceInside`."""
    return embed_speech(speech_of(signal, SAMPLE_RATE))


def embed_speech(speech: Floats) -> Embedding:
    """Return the embedding of ``speech``, mono at 16 kHz, its pauses taken out; raise `NoVoiceInside`.

    Of more than a minute, a minute is heard.
    """
    return frames_embedding(speech_frames(speech))


def speech_frames(speech: Floats) -> Floats:
    """Return what the network hears in ``speech``, as `embed_speech` takes it, before it is pooled: (512, time).

    Frames of several recordings, one after the other, make the embedding of all of them.
    """
    session, last, _ = _forward()
    return np.asarray(session.run([last], _fed(speech))[0][0], np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class HeardSpeech:
    """What the network hears in ``speech``: the `speech_frames`, and what its inner ``layers`` tell of the sound.

    ``layers``, float32 (`LAYER_NUMBERS`,), are of each channel of the 2-D part, of the layer after it and of the end of
    each block the mean over time, the logarithm of the deviation, and that of the mean step from frame to frame.
    """

    speech: Floats
    frames: Floats
    layers: Floats


def heard(speech: Floats) -> HeardSpeech:
    """Return what the network hears in ``speech``, as `embed_speech` takes it; raise `NoVoiceInside`."""
    session, last, inner = _forward()
    frames, *layers = session.run([last, *inner], _fed(speech))
    told = [number for layer in layers for number in _told(layer.reshape(-1, layer.shape[-1]))]
    return HeardSpeech(speech, np.asarray(frames[0], np.float32), np.concatenate(told).astype(np.float32))


def _fed(speech: Floats) -> dict[str, Floats]:
    bands = filterbank.features(checked_speech(speech)[: int(LONGEST_S * SAMPLE_RATE)])
    return {"features": bands.T[None, None]}


def _told(layer: Floats) -> list[Floats]:
    """Return what is told of a layer (channels, time)."""
    steps = np.abs(np.diff(layer, axis=1)).mean(axis=1)
    return [layer.mean(axis=1), np.log(layer.std(axis=1) + _LEAST), np.log(steps + _LEAST)]


def frames_embedding(frames: Floats) -> Embedding:
    """Return the embedding of the ``frames`` (512, time): float32 (192,), of length 1."""
    pooled, _ = _pooled(frames)
    return np.asarray(pooled / np.linalg.norm(pooled), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """The cosine to ``target`` (192,) and its gradient. Safe to share between threads."""

    target: Floats
    network: Differentiated

    def cosine(self, samples: Floats) -> tuple[float, Floats]:
        """Return the cosine of the embedding of ``samples`` (16 kHz mono, half a second or more), and its gradient."""
        bands = filterbank.features(samples)
        even = bands[: len(bands) // 2 * 2]
        frames, kept = self.network.run(features=even.T[None, None])
        embedding, pull = _pooled(frames[0])
        length = float(np.linalg.norm(embedding))
        cosine = float(embedding @ self.target) / length
        by_embedding = (self.target - cosine * embedding / length) / length
        by_even = self.network.gradients(pull(by_embedding.astype(np.float32))[None], kept)["features"][0, 0].T
        by_bands = np.zeros_like(bands)
        by_bands[: len(even)] = by_even
        return cosine, filterbank.gradient(samples, by_bands)


def judge(target: Floats, threads: int = 1) -> Judge:
    """Return what compares speech with the embedding ``target``, of length 1."""
    return Judge(target, _differentiated(threads))


@cache
def _weights() -> Weights:
    with np.load(io.BytesIO(models.weights("campplus")), allow_pickle=False) as file:
        return {name: file[name].astype(np.float32) for name in file.files}


@cache
def _forward() -> tuple[InferenceSession, str, list[str]]:
    """Return the network, the name of its last layer, and those of the inner layers that `HeardSpeech` tells of."""
    tape = Tape()
    made, inner = _network(tape, tape.input("features", (1, 1, filterbank.BANDS, "frames")), _weights())
    graph = OnnxFile(tape.forward, tape.constants, {}).part(tape.inputs, [made, *inner])
    return models.open_session(graph), made, inner


@cache
def _differentiated(threads: int) -> Differentiated:
    tape = Tape()
    made, _ = _network(tape, tape.input("features", (1, 1, filterbank.BANDS, "frames"), followed=True), _weights())
    return tape.differentiated(made, threads)


def _pooled(frames: Floats) -> tuple[Floats, _Pull]:
    """Return the embedding of ``frames`` (512, time), before it is scaled, and how its gradient passes back."""
    weights = _weights()
    wide = frames.astype(np.float64)
    mean = wide.mean(axis=1, keepdims=True)
    apart = wide - mean
    count = wide.shape[1]
    deviation = np.sqrt((apart**2).sum(axis=1) / (count - 1) + 1e-12)
    projection = weights["dense.weight"].astype(np.float64)
    embedding = projection @ np.concatenate([mean[:, 0], deviation]) + weights["dense.bias"]

    def pull(by_embedding: Floats) -> Floats:
        by_pooled = projection.T @ by_embedding
        by_mean, by_deviation = by_pooled[: len(wide)], by_pooled[len(wide) :]
        spread = apart * (by_deviation / ((count - 1) * deviation))[:, None]
        return np.asarray(by_mean[:, None] / count + spread, np.float32)

    return np.asarray(embedding, np.float32), pull


def _network(tape: Tape, value: str, weights: Weights) -> tuple[str, list[str]]:
    """Take down the network from ``value`` (1, 1, 80, frames) to (1, 512, half as many frames); name inner layers."""
    value = _head(tape, value, weights)
    inner = [value]
    value = layers.strided_conv(tape, value, weights["tdnn.weight"], weights["tdnn.bias"], [2], pad=2)
    value, channels = layers.relu(tape, value), len(weights["tdnn.bias"])
    inner.append(value)
    for block, (count, dilation) in enumerate(_BLOCKS, 1):
        for layer in range(1, count + 1):
            name = f"block{block}.{layer}."
            more = _dense_layer(tape, value, weights, name, dilation)
            size = len(weights[name + "mask.bias"])
            value = layers.concat(tape, [value, more], [channels, size])
            channels += size
        value = _normalised(tape, value, weights, f"transit{block}.")
        value = layers.conv(tape, value, weights[f"transit{block}.weight"])
        channels = len(weights[f"transit{block}.weight"])
        inner.append(value)
    return _normalised(tape, value, weights, "out."), inner


def _head(tape: Tape, value: str, weights: Weights) -> str:
    """Take down the 2-D part: eight times fewer bands, 32 channels, together 320."""

    def conv(value: str, name: str, stride: int, pad: int = 1) -> str:
        weight, bias = weights[name + ".weight"], weights[name + ".bias"]
        if stride == 1:
            return layers.conv(tape, value, weight, bias, pad=pad)
        return layers.strided_conv(tape, value, weight, bias, [stride, 1], pad=pad)

    value = layers.relu(tape, conv(value, "conv1", 1))
    for name, stride in (("layer1.0", 2), ("layer1.1", 1), ("layer2.0", 2), ("layer2.1", 1)):
        rest = conv(layers.relu(tape, conv(value, name + ".conv1", stride)), name + ".conv2", 1)
        short = conv(value, name + ".shortcut", stride, 0) if stride > 1 else value
        value = layers.relu(tape, layers.add(tape, rest, short))
    return layers.reshaped(tape, layers.relu(tape, conv(value, "conv2", 2)), (1, 320, -1), (1, 32, 10, -1))


def _dense_layer(tape: Tape, value: str, weights: Weights, name: str, dilation: int) -> str:
    """Take down one densely connected layer, masked by its context: 32 channels."""
    value = _normalised(tape, value, weights, name)
    value = layers.relu(tape, layers.conv(tape, value, weights[name + "narrow.weight"], weights[name + "narrow.bias"]))
    local = layers.conv(tape, value, weights[name + "local.weight"], pad=dilation, dilation=dilation)
    context = layers.segment_means(tape, value, _SEGMENT)
    context = layers.conv(tape, context, weights[name + "context.weight"], weights[name + "context.bias"])
    mask = layers.conv(tape, layers.relu(tape, context), weights[name + "mask.weight"], weights[name + "mask.bias"])
    return layers.gated(tape, local, mask)


def _normalised(tape: Tape, value: str, weights: Weights, name: str) -> str:
    return layers.relu(tape, layers.affine(tape, value, weights[name + "scale"], weights[name + "offset"]))
