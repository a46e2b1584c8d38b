"""What Sayso states about a file, and what any manifest states, read without trusting it.

Opaque references only: no name, no text and no voice id goes into a file that travels.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import sayso
from sayso.clock import parse_stamp, stamp
from sayso.credentials.errors import ClaimMalformed
from sayso.errors import Invalid
from sayso.ids import GrantId, parse_id
from sayso.mark.errors import MarkInvalid
from sayso.mark.mark import Mark
from sayso.mark.marked import PlacedMark

MARK_ALGORITHM: Final = "org.sayso.mark.1"
"""The name of the mark as a soft binding algorithm."""

SYNTHETIC: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
"""The IPTC digital source type of sound made by a trained model."""

_CONSENT: Final = "org.sayso.consent"
_ACTIONS: Final = "c2pa.actions"
_SOFT_BINDING: Final = "c2pa.soft-binding"
_TRAINING: Final = "cawg.training-mining"
# CAWG training and data mining assertion 1.1, section 3.2.
_USES: Final = ("data_mining", "ai_training", "ai_generative_training", "ai_inference")

_AGENT: Final = {"name": "Sayso", "version": sayso.__version__}

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_REFERENCE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+-]{0,127}")
_LONGEST_TEXT: Final = 200


@dataclass(frozen=True, slots=True)
class Claim:
    """What Sayso states about a file that it made.

    ``mark``: what the sound carries; ``permit_digest``: SHA-256 of the signed permit, 64 hex digits; ``created_at``: as
    `clock.stamp` writes it; ``entry``: where the ledger has it, an opaque reference.
    """

    mark: Mark
    grant_id: GrantId
    permit_digest: str
    created_at: str
    entry: str | None = None

    def __post_init__(self) -> None:
        """Raise `ClaimMalformed` naming the field unless every field has its form."""
        for name, value, form, expected in (
            ("permit_digest", self.permit_digest, _DIGEST, "64 digits 0-9a-f"),
            ("entry", self.entry, _REFERENCE, "an opaque reference of at most 128 characters A-Za-z0-9._:/+-"),
        ):
            if value is not None and not form.fullmatch(value):
                raise ClaimMalformed(f"claim.{name}: got {value[:40]!r}, expected {expected}")
        try:
            parse_id("grant", self.grant_id)
            parse_stamp(self.created_at)
        except (Invalid, OverflowError) as error:
            raise ClaimMalformed(f"claim: {error}") from None

    def manifest(self, *, transcoded_from: str | None = None) -> dict[str, Any]:
        """Return the definition of the manifest that says this, for the c2pa builder.

        The sound was made and marked, or, given the instance id of a parent ingredient, ``transcoded_from`` it. Every
        assertion is among the claim's created ones: those the signer answers for (C2PA 2.2, section 10.3).
        """
        training = {"entries": {f"cawg.{use}": {"use": "notAllowed"} for use in _USES}}
        consent = {"grant": self.grant_id, "permit": self.permit_digest}
        if self.entry is not None:
            consent["entry"] = self.entry
        data = {
            _ACTIONS: {"actions": self._made(transcoded_from), "allActionsIncluded": True},
            # The library writes text and an empty array where the schema also has byte strings: JSON knows none.
            _SOFT_BINDING: {"alg": MARK_ALGORITHM, "blocks": [{"scope": {}, "value": str(self.mark)}], "pad": []},
            _TRAINING: training,
            _CONSENT: consent,
        }
        return {
            "claim_generator_info": [_AGENT],
            "assertions": [{"label": label, "data": value, "created": True} for label, value in data.items()],
        }

    def _made(self, transcoded_from: str | None) -> list[dict[str, Any]]:
        common = {"when": self.created_at, "softwareAgent": _AGENT}
        if transcoded_from is None:
            created = {"action": "c2pa.created", **common, "digitalSourceType": SYNTHETIC}
            return [created, {"action": "c2pa.watermarked.bound", **common}]
        # Both name the ingredient (C2PA 2.2, section 18.15.4.7), and the first action of a file with a parent opens it.
        common["parameters"] = {"ingredientIds": [transcoded_from]}
        opened = {"action": "c2pa.opened", **common, "digitalSourceType": SYNTHETIC}
        return [opened, {"action": "c2pa.transcoded", **common}]


@dataclass(frozen=True, slots=True)
class ProgrammeClaim:
    """What Sayso states about a file with many clips: each mark with its place, and every grant and permit.

    ``production`` names the production; ``created_at`` is when it was planned, as `clock.stamp` writes it.
    """

    production: str
    marks: tuple[PlacedMark, ...]
    grants: tuple[GrantId, ...]
    permits: tuple[str, ...]
    created_at: str

    def manifest(self) -> dict[str, Any]:
        """Return the definition of the manifest that says this, for the c2pa builder."""
        common = {"when": self.created_at, "softwareAgent": _AGENT}
        created = {"action": "c2pa.created", **common, "digitalSourceType": SYNTHETIC}
        actions = [created, {"action": "c2pa.watermarked.bound", **common}]
        blocks = [
            {
                "scope": {"timespan": {"start": round(1000 * each.start_s), "end": round(1000 * each.stop_s)}},
                "value": str(each.mark),
            }
            for each in self.marks
        ]
        training = {"entries": {f"cawg.{use}": {"use": "notAllowed"} for use in _USES}}
        consent = {"production": self.production, "grants": list(self.grants), "permits": list(self.permits)}
        data: dict[str, Any] = {
            _ACTIONS: {"actions": actions, "allActionsIncluded": True},
            _SOFT_BINDING: {"alg": MARK_ALGORITHM, "blocks": blocks, "pad": []},
            _TRAINING: training,
            _CONSENT: consent,
        }
        return {
            "claim_generator_info": [_AGENT],
            "assertions": [{"label": label, "data": value, "created": True} for label, value in data.items()],
        }


@dataclass(frozen=True, slots=True)
class ManifestFacts:
    """What a manifest states, each fact None where it is silent or malformed.

    Stated is not proved: believe it of credentials that are intact and trusted only. ``training`` holds for each of
    data_mining, ai_training, ai_generative_training and ai_inference what the manifest says of it.
    """

    mark: Mark | None = None
    grant_id: GrantId | None = None
    permit_digest: str | None = None
    entry: str | None = None
    source_type: str | None = None
    created_at: str | None = None
    generator: str | None = None
    training: tuple[tuple[str, str], ...] = ()

    @property
    def is_synthetic(self) -> bool:
        """Return whether the manifest says that a trained model made the sound."""
        return self.source_type == SYNTHETIC

    @property
    def forbids_training(self) -> bool:
        """Return whether the manifest forbids every use for training and mining."""
        return {use for use, said in self.training if said == "notAllowed"} >= set(_USES)


def facts_of(manifest: Mapping[str, Any]) -> ManifestFacts:
    """Return what ``manifest`` (as the c2pa reader gives it) states; whatever its shape, no error."""
    # Of a transcoded file it is the opening that says how the sound was made, and when. An action may be a list.
    created = next((a for a in _actions(manifest) if a.get("action") in ("c2pa.created", "c2pa.opened")), {})
    consent = next(_assertions(manifest, _CONSENT), {})
    return ManifestFacts(
        mark=_mark(manifest),
        grant_id=_grant(consent.get("grant")),
        permit_digest=_matching(_DIGEST, consent.get("permit")),
        entry=_matching(_REFERENCE, consent.get("entry")),
        source_type=plain_text(created.get("digitalSourceType")),
        created_at=_moment(created.get("when")),
        generator=_generator(manifest),
        training=_training(manifest),
    )


def plain_text(value: Any) -> str | None:
    """Return ``value`` if it is text, without control characters and cut short: it comes from strangers."""
    if not isinstance(value, str):
        return None
    return "".join(c for c in value[:_LONGEST_TEXT] if c.isprintable()) or None


def _assertions(manifest: Mapping[str, Any], label: str) -> Iterator[Mapping[str, Any]]:
    # A second assertion of a kind is labelled c2pa.soft-binding__1, a new version of it c2pa.actions.v2.
    form = re.compile(re.escape(label) + r"(\.v\d+)?(__\d+)?")
    for assertion in _list(manifest.get("assertions")):
        data = assertion.get("data")
        if form.fullmatch(str(assertion.get("label"))) and isinstance(data, dict):
            yield data


def _actions(manifest: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for data in _assertions(manifest, _ACTIONS):
        yield from _list(data.get("actions"))


def _list(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _matching(form: re.Pattern[str], value: Any) -> str | None:
    return value if isinstance(value, str) and form.fullmatch(value) else None


def _mark(manifest: Mapping[str, Any]) -> Mark | None:
    for data in _assertions(manifest, _SOFT_BINDING):
        if data.get("alg") == MARK_ALGORITHM:
            for block in _list(data.get("blocks")):
                with contextlib.suppress(MarkInvalid):
                    return Mark.parse(str(block.get("value")))
    return None


def _grant(value: Any) -> GrantId | None:
    try:
        return GrantId(parse_id("grant", value)) if isinstance(value, str) else None
    except Invalid:
        return None


def _moment(value: Any) -> str | None:
    try:
        return stamp(parse_stamp(value)) if isinstance(value, str) else None
    except (Invalid, OverflowError):
        return None


def _generator(manifest: Mapping[str, Any]) -> str | None:
    first = next(iter(_list(manifest.get("claim_generator_info"))), {})
    parts = (plain_text(first.get("name")), plain_text(first.get("version")))
    return " ".join(part for part in parts if part) or None


def _training(manifest: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    entries = next(_assertions(manifest, _TRAINING), {}).get("entries")
    if not isinstance(entries, dict):
        return ()
    said = ((use, entries.get(f"cawg.{use}")) for use in _USES)
    named = ((use, plain_text(entry.get("use"))) for use, entry in said if isinstance(entry, dict))
    return tuple((use, text) for use, text in named if text)
