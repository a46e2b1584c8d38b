"""The cast file: YAML that a person reviews and that diffs well, one line of the file for each line of the script."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from sayso.disk import read_bounded
from sayso.productions.cast import CastList, CastPart, Change
from sayso.productions.errors import CastInvalid, ExtraMissing
from sayso.productions.script import NARRATOR, Script

VERSION: Final = 1
MAX_BYTES: Final = 20_000_000

_FIELDS: Final = frozenset(
    {"sayso-cast", "narrator", "characters", "dialogue", "notes", "images", "lexicons", "lines", "title"}
)
_SHOWN: Final = 72
_LARGEST: Final = 1e9


def read_cast(path: Path, *, narrator: str | None = None) -> CastList:
    """Return the cast that the file ``path`` describes; its lexicons are named from the folder of the file.

    ``narrator`` is the voice of the narrator where the file names none.

    Raise `CastInvalid` naming the field, `FileMissing`, or `ExtraMissing`.
    """
    cast = cast_of(read_bounded(path, MAX_BYTES), str(path), narrator=narrator)
    named = tuple(str(path.parent / lexicon) for lexicon in cast.lexicons)
    return CastList(cast.parts, cast.dialogue, cast.notes, cast.images, named, cast.changes)


def cast_of(data: bytes, name: str, *, narrator: str | None = None) -> CastList:
    """Return the cast in the YAML ``data`` of the file ``name``; ``narrator`` as in `read_cast`."""
    told = _mapping(_loaded(data, name), name)
    unknown = sorted(set(told) - _FIELDS)
    if unknown:
        raise CastInvalid(
            f"{name}: {str(unknown[0])[:40]}: got an unknown field, expected {', '.join(sorted(_FIELDS))}"
        )
    if told.get("sayso-cast") != VERSION:
        raise CastInvalid(f"{name}: sayso-cast: got {told.get('sayso-cast')!r}, expected {VERSION}")
    try:
        return _cast({"narrator": narrator, **told} if narrator else told)
    except CastInvalid as error:
        raise CastInvalid(f"{name}: {error.message}") from None


def _cast(told: Mapping[str, Any]) -> CastList:
    parts = {NARRATOR: _part(told.get("narrator"), NARRATOR)} if "narrator" in told else {}
    for who, value in _mapping(told.get("characters") or {}, "characters").items():
        parts[str(who)] = _part(value, str(who))
    changes = {}
    for label, value in _mapping(told.get("lines") or {}, "lines").items():
        changes[str(label)] = _change(value, str(label))
    lexicons = told.get("lexicons") or []
    if not isinstance(lexicons, list) or not all(isinstance(each, str) for each in lexicons):
        raise CastInvalid("lexicons: expected a list of file names")
    flags = {name: _flag(told.get(name, False), name) for name in ("dialogue", "notes", "images")}
    return CastList(parts, lexicons=tuple(lexicons), changes=changes, **flags)


def written(script: Script, cast: CastList) -> str:
    """Return the file of ``cast``, with a row for each line of ``script``: its label, who says it, and its words.

    Rows are comments until a person takes the sign away; then they are obeyed.
    """
    rows = [
        f"sayso-cast: {VERSION}",
        f"title: {_text(script.title)}",
        f"dialogue: {_yes(cast.dialogue)}",
        f"notes: {_yes(cast.notes)}",
        f"images: {_yes(cast.images)}",
        *([f"lexicons: {json.dumps(list(cast.lexicons), ensure_ascii=False)}"] if cast.lexicons else []),
        f"narrator: {_shown(cast.parts[NARRATOR])}",
        "characters:" if len(script.characters) > 1 or len(cast.parts) > 1 else "characters: {}",
    ]
    known = [who for who in dict.fromkeys([*cast.parts, *script.characters]) if who != NARRATOR]
    rows += [f"  {_text(who)}: {_shown(cast.part(who))}" for who in known]
    rows.append("lines:" if cast.changes else "lines: {}")
    rows += [f"  {label}: {json.dumps(_told(change), ensure_ascii=False)}" for label, change in cast.changes.items()]
    rows.append("# every line, for review; to change one, write it below `lines:` without the sign")
    for chapter in script.chapters:
        rows.append(f"# {chapter.number}. {chapter.title}")
        rows += [f"#  {line.label}: {{who: {_text(line.who)}}}  # {_cut(line.text)}" for line in chapter.lines]
    return "\n".join(rows) + "\n"


def _loaded(data: bytes, name: str) -> Any:
    try:
        import yaml  # noqa: PLC0415 - of the extra
    except ImportError:
        raise ExtraMissing("pyyaml is not installed; install sayso[productions]") from None
    if b"&" in data and b"*" in data and _has_aliases(yaml, data):
        raise CastInvalid(f"{name}: got aliases, expected plain YAML")
    try:
        return yaml.safe_load(data)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise CastInvalid(f"{name}: is no YAML: {' '.join(str(error).split())[:140]}") from None


def _has_aliases(yaml: Any, data: bytes) -> bool:
    try:
        return any(isinstance(token, yaml.AliasToken) for token in yaml.scan(data))
    except (yaml.YAMLError, UnicodeDecodeError):
        return False


def _mapping(value: Any, name: str) -> Mapping[Any, Any]:
    if not isinstance(value, Mapping):
        raise CastInvalid(f"{name}: got {type(value).__name__}, expected names and values")
    return value


def _part(value: Any, who: str) -> CastPart:
    told = {"voice": value} if isinstance(value, str) else dict(_mapping(value, who))
    _only(told, {"voice", "speed"}, who)
    try:
        return CastPart(str(told.get("voice") or ""), _number(told.get("speed", 1.0), "speed"))
    except CastInvalid as error:
        raise CastInvalid(f"{who}: {error.message}") from None


def _change(value: Any, label: str) -> Change:
    told = {"who": value} if isinstance(value, str) else dict(_mapping(value, label))
    _only(told, {"who", "speed", "pause_ms", "text"}, label)
    speed, pause = told.get("speed"), told.get("pause_ms")
    try:
        return Change(
            who=None if told.get("who") is None else str(told["who"]),
            speed=None if speed is None else _number(speed, "speed"),
            pause_ms=None if pause is None else round(_number(pause, "pause_ms")),
            text=None if told.get("text") is None else str(told["text"]),
        )
    except CastInvalid as error:
        raise CastInvalid(f"{label}: {error.message}") from None


def _only(told: Mapping[Any, Any], known: set[str], name: str) -> None:
    unknown = sorted(str(each) for each in set(told) - known)
    if unknown:
        raise CastInvalid(f"{name}: {unknown[0][:40]}: got an unknown field, expected {', '.join(sorted(known))}")


def _number(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise CastInvalid(f"{name}: got {str(value)[:40]!r}, expected a number")
    if not abs(value) < _LARGEST:
        raise CastInvalid(f"{name}: got {str(value)[:40]}, expected a number of ordinary size")
    return float(value)


def _flag(value: Any, name: str) -> bool:
    if not isinstance(value, bool):
        raise CastInvalid(f"{name}: got {str(value)[:40]!r}, expected yes or no")
    return value


def _told(change: Change) -> dict[str, Any]:
    values = {"who": change.who, "speed": change.speed, "pause_ms": change.pause_ms, "text": change.text}
    return {name: value for name, value in values.items() if value is not None}


def _shown(part: CastPart) -> str:
    return f"{{voice: {_text(part.voice)}, speed: {part.speed:g}}}"


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"
