"""Train the network of `sayso.restoration.diagnosis.acoustics`: run once, the result is kept in the package.

Needs torch, pyroomacoustics and soundfile, of which Sayso needs only the last: make an environment of its own for this
script. Example::

    PYTHONPATH=src python tools/models/train_acoustics.py src/sayso/models/files/acoustics.onnx

Speech: the speakers of LibriSpeech (CC BY 4.0) and speechocean762 of one half of the speakers (benchmarks judge by the
other half). Rooms: half of them exponential decays (Polack), half image sources in shoe boxes. Noise: coloured, babble
of the same speakers, and the first 20 s of one recorded noise. What the network is to tell is known from how each
example was made: the reverberation time by backward integration from -5 to -25 dB, C50 and DRR from the impulse
response.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
from pathlib import Path

import numpy as np
import pyroomacoustics
import soundfile
import torch
from numpy.typing import NDArray
from scipy.signal import fftconvolve

from sayso.restoration.diagnosis.acoustics import BANDS, CENTRES, RATE, SCALES, bands
from sayso.restoration.diagnosis.spectrum import spectrum_of

LENGTH = 8 * RATE
NUM_ROOMS = 700
NO_ROOM_C50, NO_ROOM_DRR = 32.0, 20.0

Floats = NDArray[np.float32]
Generator = np.random.Generator


def main() -> None:
    """Make the examples, train, write the graph, print its digest."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", type=Path)
    parser.add_argument("--examples", type=int, default=5000)
    parser.add_argument("--epochs", type=int, default=24)
    arguments = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(1)
    random = np.random.default_rng(0)
    heard, truth, known = examples(arguments.examples, random)
    network = train(heard, truth, known, arguments.epochs)
    export(network, arguments.output)
    data = arguments.output.read_bytes()
    print(f"{arguments.output}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


def tuned(speaker: str) -> bool:
    """Return whether ``speaker`` belongs to the half of the speakers that may be tuned on."""
    return hashlib.sha256(speaker.encode()).digest()[0] % 2 == 0


def examples(count: int, random: Generator) -> tuple[Floats, Floats, Floats]:
    """Return bands (n, bands, frames), what is to be told (n, 4), and which of it is known."""
    folder = Path(os.environ.get("SAYSO_SPEECH", "../shared/speech"))
    speech = clips(folder)
    noise = soundfile.read(folder / "noise" / "noise1.flac", dtype="float32")[0][: 20 * RATE]
    rooms = [room(random) for _ in range(NUM_ROOMS)]
    made = [example(speech, noise, rooms, random) for _ in range(count)]
    heard, truth, known = (np.stack([one[place] for one in made]).astype(np.float32) for place in range(3))
    return heard, (truth - np.array(CENTRES, np.float32)) / np.array(SCALES, np.float32), known


def clips(folder: Path) -> list[Floats]:
    """Return the clips of the half that may be tuned on, at 16 kHz."""
    found = []
    for line in (folder / "manifest.jsonl").read_text().splitlines():
        row = json.loads(line)
        if row.get("speaker") and row["sample_rate"] == RATE and row["duration_s"] > 3 and tuned(row["speaker"]):
            found.append(soundfile.read(folder / row["path"], dtype="float32")[0])
    return found


def room(random: Generator) -> tuple[Floats, float, float, float]:
    """Return an impulse response and its reverberation time, C50 and DRR."""
    response = _shoe_box(random) if random.random() < 0.5 else _polack(random)
    response = response[: int(1.6 * RATE)] / np.abs(response).max()
    return (response.astype(np.float32), *measures(response))


def _polack(random: Generator) -> NDArray[np.float64]:
    decay_s = random.uniform(0.15, 1.3)
    times = np.arange(int(1.5 * decay_s * RATE)) / RATE
    tail = random.standard_normal(times.size) * 10 ** (-3 * times / decay_s)
    start = int(random.uniform(0.002, 0.02) * RATE)
    tail[:start] = 0
    tail *= np.sqrt(10 ** (-random.uniform(-8, 14) / 10) / np.sum(tail**2))
    tail[0] = 1
    return tail


def _shoe_box(random: Generator) -> NDArray[np.float64]:
    size = random.uniform((2.5, 2.5, 2.3), (9, 8, 3.6))
    decay_s = random.uniform(0.2, 1.1)
    try:
        absorption, order = pyroomacoustics.inverse_sabine(decay_s, size)
    except ValueError:
        return _shoe_box(random)
    box = pyroomacoustics.ShoeBox(
        size, fs=RATE, materials=pyroomacoustics.Material(absorption), max_order=min(order, 24)
    )
    places = random.uniform(0.4, 1, (2, 3)) * (size - 0.4)
    box.add_source(places[0])
    box.add_microphone(places[1])
    box.compute_rir()
    response = np.asarray(box.rir[0][0])
    return response[max(int(np.argmax(np.abs(response) > 0.1 * np.abs(response).max())) - 8, 0) :]


def measures(response: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return reverberation time in s, C50 and DRR in dB of an impulse response (ISO 3382-1)."""
    power = response.astype(np.float64) ** 2
    peak = int(np.argmax(power))
    falling = 10 * np.log10(np.cumsum(power[::-1])[::-1] / power.sum() + 1e-12)
    span = np.flatnonzero((falling <= -5) & (falling >= -25))
    slope = np.polyfit(span / RATE, falling[span], 1)[0] if span.size > 20 else -60 / 0.1
    early, direct = peak + int(0.05 * RATE), peak + int(0.0025 * RATE)
    c50 = 10 * np.log10(power[:early].sum() / max(power[early:].sum(), 1e-9))
    drr = 10 * np.log10(power[:direct].sum() / max(power[direct:].sum(), 1e-9))
    return float(np.clip(-60 / slope, 0.05, 2)), float(min(c50, NO_ROOM_C50)), float(np.clip(drr, -15, NO_ROOM_DRR))


def example(
    speech: list[Floats], noise: Floats, rooms: list[tuple[Floats, float, float, float]], random: Generator
) -> tuple[Floats, list[float], list[float]]:
    """Return one recording as bands, and what is to be told of it."""
    clean = _piece(speech[random.integers(len(speech))], random)
    told, known = [0.0, 0.0, NO_ROOM_C50, NO_ROOM_DRR], [1.0, 0.0, 1.0, 1.0]
    if random.random() < 0.75:
        response, *told[1:] = rooms[random.integers(len(rooms))]
        clean, known = fftconvolve(clean, response)[:LENGTH].astype(np.float32), [1.0] * 4
    told[0] = random.uniform(-3, 35)
    mixed, told[0] = _with_noise(clean, _noise(speech, noise, rooms, random), told[0])
    return bands(spectrum_of(mixed, RATE).power).T, told, known


def _piece(clip: Floats, random: Generator) -> Floats:
    start = random.integers(max(clip.size - LENGTH, 1))
    return np.resize(clip[start : start + LENGTH], LENGTH) if clip.size < LENGTH else clip[start : start + LENGTH]


def active_power(clean: Floats) -> float:
    """Return the mean power of the frames of 32 ms that are no more than 25 dB below the loudest twentieth."""
    power = np.square(clean[: clean.size // 512 * 512].reshape(-1, 512).astype(np.float64)).mean(axis=1)
    return float(power[power > np.percentile(power, 95) * 10**-2.5].mean())


def _with_noise(clean: Floats, noise: Floats, snr_db: float) -> tuple[Floats, float]:
    noise = noise * np.sqrt(active_power(clean) / max(float(np.mean(noise**2)), 1e-12) / 10 ** (snr_db / 10))
    power = np.square(clean[: clean.size // 512 * 512].reshape(-1, 512).astype(np.float64)).mean(axis=1)
    floor = float(np.percentile(power, 5))  # what the recording itself has of noise
    own = active_power(clean) / max(floor + float(np.mean(noise**2)), 1e-12)
    return (clean + noise).astype(np.float32), float(10 * np.log10(own))


def _noise(speech: list[Floats], noise: Floats, rooms: list[tuple[Floats, ...]], random: Generator) -> Floats:
    kind = random.integers(4)
    if kind == 0:
        return _piece(noise, random) * 1.0
    if kind == 1:
        return sum(
            _levelled(_piece(speech[i], random)) for i in random.integers(len(speech), size=random.integers(3, 9))
        )
    if kind == 2:
        talker = _piece(speech[random.integers(len(speech))], random)
        return fftconvolve(talker, rooms[random.integers(len(rooms))][0])[:LENGTH].astype(np.float32)
    bins = np.fft.rfftfreq(LENGTH, 1 / RATE)
    edge = random.choice([RATE / 2, random.uniform(2_000, 8_000)])
    shape = np.maximum(bins, 20) ** -random.uniform(0, 1.2) * (bins < edge)
    return np.fft.irfft(np.fft.rfft(random.standard_normal(LENGTH)) * shape).astype(np.float32)


def _levelled(clip: Floats) -> Floats:
    return clip / np.sqrt(np.mean(clip**2) + 1e-9)


def layers() -> torch.nn.Module:
    """Return the network: (n, 1, bands, frames) to (n, 8, frames / 4)."""

    def step(
        made: int, out: int, size: tuple[int, int], stride: tuple[int, int], pad: tuple[int, int]
    ) -> list[torch.nn.Module]:
        return [torch.nn.Conv2d(made, out, size, stride, pad), torch.nn.BatchNorm2d(out), torch.nn.ReLU()]

    return torch.nn.Sequential(
        *step(1, 16, (5, 5), (2, 2), (2, 2)),
        *step(16, 32, (3, 3), (2, 2), (1, 1)),
        *step(32, 48, (3, 3), (2, 1), (1, 1)),
        *step(48, 64, (BANDS // 8, 3), (1, 1), (0, 1)),
        *step(64, 64, (1, 7), (1, 1), (0, 3)),
        torch.nn.Conv2d(64, 2 * len(SCALES), (1, 1)),
        torch.nn.Flatten(1, 2),
    )


def train(heard: Floats, truth: Floats, known: Floats, epochs: int) -> torch.nn.Module:
    """Return the trained network; a tenth of the examples only tells how far it has come."""
    network = layers()
    kept = len(heard) // 10
    optimiser = torch.optim.AdamW(network.parameters(), 2e-3, weight_decay=1e-3)
    plan = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=epochs * ((len(heard) - kept) // 32 + 1))
    order = np.random.default_rng(1)
    for epoch in range(epochs):
        network.train()
        for batch in np.array_split(order.permutation(np.arange(kept, len(heard))), (len(heard) - kept) // 32 + 1):
            optimiser.zero_grad()
            loss(network, heard[batch], truth[batch], known[batch]).backward()
            optimiser.step()
            plan.step()
        network.eval()
        with torch.no_grad():
            made = network(torch.from_numpy(heard[:kept, None])).mean(-1).numpy()[:, :4]
        off = (np.abs(made - truth[:kept]) * known[:kept]).sum(0) / known[:kept].sum(0) * np.array(SCALES)
        print(epoch, "mean errors", off.round(3), flush=True)
    return network


def loss(network: torch.nn.Module, heard: Floats, truth: Floats, known: Floats) -> torch.Tensor:
    """Return the Laplace loss of the mean over time, and a little of each frame's."""
    made = network(torch.from_numpy(heard[:, None]))
    total = torch.zeros(())
    for told, share in ((made.mean(-1, keepdim=True), 1.0), (made, 0.2)):
        scale = told[:, 4:].clamp(-5, 2)
        off = (told[:, :4] - torch.from_numpy(truth[:, :, None])).abs() * torch.exp(-scale) + scale
        total = total + share * (off.mean(-1) * torch.from_numpy(known)).sum() / float(known.sum())
    return total


def export(network: torch.nn.Module, output: Path) -> None:
    """Write ``network`` as ONNX with a free number of frames."""
    sound = torch.zeros(1, 1, BANDS, 640)
    names = {"input_names": ["bands"], "output_names": ["told"]}
    free = {"bands": {3: "frames"}, "told": {2: "steps"}}
    torch.onnx.export(network.eval(), (sound,), output, opset_version=17, dynamo=False, dynamic_axes=free, **names)


if __name__ == "__main__":
    main()
