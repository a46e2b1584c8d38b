"""The labels of one clip: what is asked of it, where each label goes, and which it carries in the end.

A label that is asked for and that the container cannot carry is refused before any sound is made; one that turns out
not to be there (a mark in a clip too short to be read back) is named as missing.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import sayso
from sayso.audio import Container, container_of
from sayso.audio.tags import read_tags
from sayso.clock import now, stamp
from sayso.disk import read_bounded
from sayso.errors import Invalid
from sayso.ids import ClipId
from sayso.labels import AIGC, DISCLOSURE, VOICE, Layer, Origin, RequiredLabels, Words, asked_by, table, words_for
from sayso.labels.errors import LabelImpossible
from sayso.labels.jurisdiction import Jurisdiction, jurisdiction
from sayso.labels.rhythm import closing, opening
from sayso.synthesis import Phrase, estimate_ms
from sayso.voices.store import VoiceRow
from sayso.workflows.installation.session import Session

LEAST_EVERY_S: Final = 30.0

MAX_FILE_BYTES: Final = 1 << 30

_CREDITED: Final = ", ".join(f".{c}" for c in Container if c is not Container.OPUS)
_PAUSE_MS: Final = 750
_SENTENCE_MS: Final = 420  # the pause after one, see synthesis.phrasing: no label falls into a sentence
_REAL_SHARE: Final = 0.5  # of the bound that `estimate_ms` gives, see there
_RHYTHM_RATE: Final = 24_000


@dataclass(frozen=True, slots=True)
class Plan:
    """What one clip is to carry: ``layers``, the words if it speaks, and about how often they come again."""

    asked: RequiredLabels
    layers: frozenset[Layer]
    words: Words | None
    every_s: float | None

    @property
    def speaks(self) -> bool:
        """Return whether the clip says aloud what it is."""
        return self.words is not None

    @property
    def has_rhythm(self) -> bool:
        """Return whether the rhythm opens and closes the clip."""
        return Layer.RHYTHM in self.layers

    def around(self, spoken: Sequence[Phrase], *, speed: float) -> tuple[Phrase, ...]:
        """Return the phrases with the words before them and, in a long text, again between sentences."""
        return tuple(spoken) if self.words is None else tuple(_announced(spoken, self.words, self.every_s, speed))

    def extra_ms(self, spoken: Sequence[Phrase], *, speed: float) -> int:
        """Return an upper bound of how long the labels among ``spoken`` and the rhythm last together."""
        words = sum(phrase.pause_ms + estimate_ms(phrase.text, speed=speed) for phrase in spoken if phrase.is_label)
        tones = [opening(_RHYTHM_RATE), closing(_RHYTHM_RATE)] if self.has_rhythm else []
        return words + sum(tone.duration_ms for tone in tones)

    def tags(self, origin: Origin) -> dict[str, str]:
        """Return what is written into the file, before it is signed."""
        return tags_of(self.layers, origin)

    def outcome(self, *, signed: bool, readable: bool) -> LabelOutcome:
        """Return what the clip carries, now that it is made."""
        lost = {Layer.METADATA: signed, Layer.WATERMARK: readable}
        carried = frozenset(layer for layer in self.layers if lost.get(layer, True))
        return LabelOutcome(self.asked.jurisdictions, carried, self.asked.layers - carried)


@dataclass(frozen=True, slots=True)
class LabelOutcome:
    """Which layers a clip carries, and which were asked for and are not there."""

    jurisdictions: tuple[str, ...]
    carried: frozenset[Layer]
    missing: frozenset[Layer]

    def facts(self) -> dict[str, str]:
        """Return what the ledger keeps of it, by which the compliance report counts."""
        facts = {"labels": " ".join(sorted(self.carried)), "jurisdictions": " ".join(self.jurisdictions)}
        return {name: text for name, text in facts.items() if text}


def plan(
    jurisdictions: Sequence[str],
    container: Container | None,
    *,
    announced: bool,
    every_s: float | None,
    language: str,
    purpose: str,
) -> Plan:
    """Return what a clip for ``jurisdictions`` is to carry; ``container`` None is sound heard while it is made.

    Raise `JurisdictionUnknown`, `WordsUnknown`, or `LabelImpossible` where the container cannot carry a layer.
    """
    if every_s is not None and not every_s >= LEAST_EVERY_S:
        raise Invalid(f"announce-every: got {every_s} s, expected at least {LEAST_EVERY_S:g}")
    asked = asked_by(jurisdictions)
    given = {Layer.WATERMARK} | ({Layer.METADATA} if is_credited(container) else set())
    if Layer.METADATA in asked.layers - given:
        what = "streams" if container is None else f".{container} files"
        raise LabelImpossible(
            f"{what} carry no content credentials, which {asked.asking(Layer.METADATA)} asks for;"
            f" use one of {_CREDITED}"
        )
    speaks = announced or every_s is not None or Layer.SPOKEN in asked.layers
    layers = given | asked.layers | ({Layer.SPOKEN} if speaks else set())
    words = words_for(language, purpose) if speaks else None
    return Plan(asked, frozenset(layers), words, every_s or asked.repeat_s)


def is_credited(container: Container | None) -> bool:
    """Return whether sound in the container carries content credentials; what is heard at once (None) does not."""
    from sayso.credentials import supports  # noqa: PLC0415 - loads c2pa's native library

    return container is not None and supports(container)


def origin_of(session: Session, clip: ClipId, mark: str, voice: VoiceRow) -> Origin:
    """Return what the labels say of where a clip of ``voice`` comes from."""
    provider = session.settings.provider or session.settings.log_origin
    return Origin(provider, clip, mark, stamp(now()), voice.engine, replica=not voice.house)


def production_origin(session: Session, production: str, mark: str, voice: VoiceRow, made_at: str) -> Origin:
    """Return what the labels say of where a chapter comes from, always the same: its production, its first mark."""
    provider = session.settings.provider or session.settings.log_origin
    return Origin(provider, ClipId(production), mark, made_at, voice.engine, replica=not voice.house)


def asked_layers(jurisdictions: Sequence[str]) -> frozenset[Layer]:
    """Return the layers that the laws of ``jurisdictions`` ask for."""
    return frozenset(asked_by(jurisdictions).layers)


def tags_of(layers: Collection[Layer], origin: Origin) -> dict[str, str]:
    """Return the tags in which a file carries ``layers``, by name."""
    tags = {AIGC: origin.aigc()} if Layer.AIGC in layers else {}
    return {**tags, DISCLOSURE: origin.disclosure(), VOICE: origin.voice} if Layer.NOTICE in layers else tags


def beside(output: Path) -> Path:
    """Return the name of the file of labels that lies beside ``output``."""
    return output.with_name(output.name + ".labels.json")


def notice(plan: Plan, origin: Origin, outcome: LabelOutcome) -> str:
    """Return the file of labels: what a publisher, a store or a music service asks to be told."""
    told = {
        "format": "sayso-labels",
        "version": 1,
        "clip": origin.clip,
        "mark": origin.mark,
        "made_at": origin.made_at,
        "provider": origin.provider,
        "system": f"Sayso {sayso.__version__}",
        "engine": origin.engine,
        "jurisdictions": list(outcome.jurisdictions),
        "carried": sorted(outcome.carried),
        "missing": sorted(outcome.missing),
        "laws": {code: table()[code].source for code in outcome.jurisdictions},
        "notice": origin.disclosure(),
        "spoken": plan.words.opening if plan.words else None,
        "aigc": json.loads(origin.aigc()) if Layer.AIGC in plan.layers else None,
        "trade": origin.trade(),
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def listed() -> tuple[Jurisdiction, ...]:
    """Return the whole table."""
    return tuple(table().values())


def shown(code: str) -> Jurisdiction:
    """Return one row; raise `JurisdictionUnknown`."""
    return jurisdiction(code)


@dataclass(frozen=True, slots=True)
class FileLabels:
    """The tags in one file."""

    file: Path
    tags: dict[str, str]


def read_file(file: Path) -> FileLabels:
    """Return the labels in the tags of ``file``; raise `NotFound`, `UnknownFormat` or `CorruptAudio`."""
    container = container_of(file)
    found = read_tags(read_bounded(file, MAX_FILE_BYTES), container)
    return FileLabels(file, {name: found[name] for name in (AIGC, DISCLOSURE, VOICE) if name in found})


def _announced(spoken: Sequence[Phrase], words: Words, every_s: float | None, speed: float) -> Iterator[Phrase]:
    yield Phrase(words.opening, _PAUSE_MS, is_label=True)
    since_ms = 0.0
    for place, phrase in enumerate(spoken):
        since_ms += _REAL_SHARE * estimate_ms(phrase.text, speed=speed) + phrase.pause_ms / speed
        is_due = every_s is not None and since_ms >= 1000 * every_s and phrase.pause_ms >= _SENTENCE_MS
        if not is_due or place == len(spoken) - 1:
            yield phrase
            continue
        yield replace(phrase, pause_ms=max(phrase.pause_ms, _PAUSE_MS))
        yield Phrase(words.again, _PAUSE_MS, is_label=True)
        since_ms = 0.0
