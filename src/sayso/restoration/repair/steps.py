"""The steps of a repair, each with the parameters and digests by which it can be made again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from sayso.audio.mastering import TONE_BANDS
from sayso.audio.signal import Signal
from sayso.errors import Invalid
from sayso.restoration.diagnosis.hum import Hum, remove_hum
from sayso.restoration.enhancers import enhanced, enhancer
from sayso.restoration.repair.declipping import declipped
from sayso.restoration.repair.dereverberation import dereverberated
from sayso.restoration.repair.interpolation import declicked
from sayso.restoration.repair.matching import matched
from sayso.restoration.repair.mixing import mixed, replaced, voice_spared

Value = float | int | str | tuple[float, ...]


class StepUnknown(Invalid):
    """A repair names a step that does not exist here; repair the recording anew."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: ``offset``, ``clipping``, ``clicks``, ``hum``, ``talkers``, ``echo``, ``noise`` or ``match``.

    ``parameters`` are what it was done with; ``digest`` is the SHA-256 of the model that did it, "" for none.
    """

    name: str
    parameters: Mapping[str, Value] = field(default_factory=dict)
    digest: str = ""


def applied(step: Step, signal: Signal) -> Signal:
    """Return ``signal`` after ``step``: same rate, channels and length, not shifted in time. Deterministic.

    Raise `StepUnknown`, or what `enhancer` raises for one that is not installed.
    """
    if step.name not in _ACTS:
        raise StepUnknown(f"got the step {step.name[:40]!r}, expected one of {', '.join(_ACTS)}")
    return _ACTS[step.name](signal, step.parameters)


def replayed(steps: Iterable[Step], signal: Signal) -> Signal:
    """Return ``signal`` after all ``steps`` in order."""
    for step in steps:
        signal = applied(step, signal)
    return signal


def recipe_of(steps: Iterable[Step]) -> str:
    """Return ``steps`` as one line of text, with all parameters and digests: what lineage keeps of a repair."""
    told = [{"name": step.name, "parameters": dict(step.parameters), "digest": step.digest} for step in steps]
    return json.dumps(told, separators=(",", ":"), sort_keys=True)


def steps_of(recipe: str) -> tuple[Step, ...]:
    """Return the steps that `recipe_of` wrote; raise `StepUnknown` for other text."""
    try:
        return tuple(Step(each["name"], _parameters(each["parameters"]), each["digest"]) for each in json.loads(recipe))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise StepUnknown("got a text that is no recipe of a repair, expected one that a repair left") from None


def _parameters(told: Mapping[str, Any]) -> dict[str, Value]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in told.items()}


def offset_step(signal: Signal) -> Step:
    """Return what subtracts the constant part of each channel."""
    return Step("offset", {"offsets": tuple(signal.samples.mean(axis=1, dtype=np.float64).tolist())})


def hum_step(hum: Hum) -> Step:
    """Return what subtracts ``hum``."""
    return Step("hum", {"mains_hz": hum.mains_hz, "tones_hz": hum.tones_hz})


def noise_step(name: str, *, pauses: float, voice: float) -> Step:
    """Return what puts the sound of the enhancer ``name`` in the place of the recording: by these shares, 0 to 1."""
    return Step("noise", {"enhancer": name, "pauses": pauses, "voice": voice}, enhancer(name).digest())


def talkers_step(places: Sequence[tuple[float, float]], tones: Sequence[Sequence[int]]) -> Step:
    """Return what puts room tone in ``places`` (seconds from the start), of the colour ``tones``, one a channel."""
    edges = {"starts_s": tuple(start for start, _ in places), "stops_s": tuple(stop for _, stop in places)}
    return Step("talkers", {**edges, "tones": tuple(float(band) for tone in tones for band in tone)})


def begun_at(step: Step, start_s: float) -> Step:
    """Return the same step for the sound from ``start_s`` on: its places are told from there."""
    moved = {
        name: tuple(at - start_s for at in _numbers(step.parameters[name]))
        for name in ("starts_s", "stops_s")
        if name in step.parameters
    }
    return Step(step.name, {**step.parameters, **moved}, step.digest)


def _offset(signal: Signal, parameters: Mapping[str, Value]) -> Signal:
    offsets = np.array(parameters["offsets"], np.float32)
    return Signal(signal.samples - offsets[:, None], signal.sample_rate)


def _clipping(signal: Signal, parameters: Mapping[str, Value]) -> Signal:
    made = declipped(signal)
    return Signal(made.samples * np.float32(_number(parameters["gain"])), made.sample_rate)


def _clicks(signal: Signal, _: Mapping[str, Value]) -> Signal:
    return declicked(signal)


def _hum(signal: Signal, parameters: Mapping[str, Value]) -> Signal:
    tones = parameters["tones_hz"]
    return remove_hum(signal, Hum(int(_number(parameters["mains_hz"])), 0.0, tones if isinstance(tones, tuple) else ()))


def _echo(signal: Signal, parameters: Mapping[str, Value]) -> Signal:
    return mixed(dereverberated(signal), signal, _number(parameters["share"]))


def _noise(signal: Signal, parameters: Mapping[str, Value]) -> Signal:
    wet = enhanced(signal, enhancer(str(parameters["enhancer"])))
    return voice_spared(wet, signal, pauses=_number(parameters["pauses"]), voice=_number(parameters["voice"]))


def _talkers(signal: Signal, parameters: Mapping[str, Value]) -> Signal:
    places = list(zip(_numbers(parameters["starts_s"]), _numbers(parameters["stops_s"]), strict=True))
    tones = np.array(_numbers(parameters["tones"])).reshape(signal.num_channels, TONE_BANDS)
    return replaced(signal, places, tones.astype(int).tolist())


def _match(signal: Signal, parameters: Mapping[str, Value]) -> Signal:
    return matched(signal, _numbers(parameters["gains_db"]))


def _numbers(value: Value) -> tuple[float, ...]:
    if not isinstance(value, tuple):
        raise StepUnknown("got one value, expected numbers")
    return value


def _number(value: Value) -> float:
    if isinstance(value, tuple):
        raise StepUnknown(f"got {len(value)} numbers, expected one")
    return float(value)


_ACTS: Final[Mapping[str, Callable[[Signal, Mapping[str, Value]], Signal]]] = {
    "offset": _offset,
    "clipping": _clipping,
    "clicks": _clicks,
    "hum": _hum,
    "talkers": _talkers,
    "echo": _echo,
    "noise": _noise,
    "match": _match,
}
