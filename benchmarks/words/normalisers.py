# ruff: noqa: RUF001 - the letters of the phonetic alphabet
"""Words: how many texts of the table (table.py) are read right, by kind, beside NeMo text processing and Kokoro's own.

    python benchmarks/words/normalisers.py [--nemo PYTHON] [--misaki PYTHON] [--failing KIND] [--out FOLDER]

The other two run in interpreters of their own (also SAYSO_NEMO_PYTHON, SAYSO_MISAKI_PYTHON), with the packages that
nemo_line.py and misaki_line.py name; without them their columns say "not run".

NeMo is judged by its words, as Sayso is. misaki gives no words: it is right where its phonemes of the text are its
phonemes of one of the wanted readings. Where the table asks for a sound (a homograph, a name), Sayso and misaki are
judged by that, and NeMo not at all. One case in ten is held out and shown apart; `--failing` never shows it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from table import Case, cases, folded_sounds

from sayso.engines.phonemes import phonemes
from sayso.errors import SaysoError
from sayso.synthesis import NothingToSay
from sayso.synthesis.normalise import normalise

HERE: Final = Path(__file__).parent
Verdicts = list[bool | None]
"""Of each case: is it right, or None if it was not asked."""


def sayso_words(text: str) -> str:
    """Return what Sayso says for ``text``; nothing where there is nothing to say."""
    try:
        return normalise(text)
    except NothingToSay:
        return ""
    except SaysoError as error:
        return f"refused {error.slug}"


def sayso(table: Sequence[Case]) -> Verdicts:
    """Return which cases Sayso reads right."""
    return [
        case.sounds(phonemes(sayso_words(case.text)))
        if case.phonemes
        else case.is_said(sayso_words(case.text), strict=True)
        for case in table
    ]


def nemo(table: Sequence[Case], python: str) -> Verdicts:
    """Return which cases NeMo text processing reads right; sounds are not asked of it."""
    said = _line(python, "nemo_line.py", [case.text for case in table])
    return [None if case.phonemes else case.is_said(words) for case, words in zip(table, said, strict=True)]


def misaki(table: Sequence[Case], python: str) -> Verdicts:
    """Return which cases misaki reads right, by its phonemes."""
    asked = [[case.text, *case.words] for case in table]
    said = iter(_line(python, "misaki_line.py", [text for texts in asked for text in texts]))
    verdicts: Verdicts = []
    for case, texts in zip(table, asked, strict=True):
        first, *wanted = [next(said) for _ in texts]
        same = {_run_together(each) for each in wanted}
        verdicts.append(case.sounds(first) if case.phonemes else _run_together(first) in same)
    return verdicts


def _run_together(sounds: str) -> str:
    """Return phonemes without spaces and stresses: words are the same however they are stressed."""
    plain = folded_sounds(sounds).replace("ˈ", "").replace(" ", "")
    return plain.replace("ði", "ðə").replace("tu", "tə").replace("tʊ", "tə")


def _line(python: str, script: str, texts: list[str]) -> list[str]:
    command = [python, str(HERE / script)]
    done = subprocess.run(command, input=json.dumps(texts), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{script} under {python} failed: {done.stderr.strip()[-500:]}")
    said: list[str] = json.loads(done.stdout[done.stdout.index("[") :])
    return said


def _share(verdicts: Verdicts) -> str:
    asked = [verdict for verdict in verdicts if verdict is not None]
    return f"{100 * sum(asked) / len(asked):5.1f} ({sum(asked)}/{len(asked)})" if asked else "-"


def _rows(table: Sequence[Case], columns: dict[str, Verdicts]) -> list[tuple[str, dict[str, Verdicts]]]:
    def of(chosen: Callable[[Case], bool]) -> dict[str, Verdicts]:
        return {
            name: [verdict for case, verdict in zip(table, verdicts, strict=True) if chosen(case)]
            for name, verdicts in columns.items()
        }

    kinds = sorted({case.kind for case in table})
    rows = [(kind, of(lambda case, kind=kind: case.kind == kind)) for kind in kinds]  # type: ignore[misc]
    rows += [("all", of(lambda _: True)), ("held out", of(lambda case: case.held_out))]
    return [*rows, ("all, words only", of(lambda case: not case.phonemes))]


def _failing(table: Sequence[Case], kind: str) -> None:
    for case, right in zip(table, sayso(table), strict=True):
        if right or case.held_out or kind not in {"all", case.kind}:
            continue
        said = sayso_words(case.text)
        got = phonemes(said) if case.phonemes else said
        print(f"{case.kind}\t{case.text!r}\n\tgot    {got!r}\n\twanted {(case.phonemes or case.words)[0]!r}")


def main() -> None:
    """Print the table by kind, and keep it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nemo", default=os.environ.get("SAYSO_NEMO_PYTHON"))
    parser.add_argument("--misaki", default=os.environ.get("SAYSO_MISAKI_PYTHON"))
    parser.add_argument("--failing", metavar="KIND", help="print the cases of KIND (or all) that Sayso reads wrongly")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    table = cases()
    if asked.failing:
        _failing(table, asked.failing)
        return
    columns = {"Sayso": sayso(table)}
    for name, judge, python in (("NeMo", nemo, asked.nemo), ("misaki", misaki, asked.misaki)):
        if python and Path(python).exists():
            columns[name] = judge(table, python)
    rows = _rows(table, columns)
    print(f"{'kind':18}" + "".join(f"{name:>20}" for name in ("Sayso", "NeMo", "misaki")))
    for kind, verdicts in rows:
        shares = (_share(verdicts[name]) if name in verdicts else "not run" for name in ("Sayso", "NeMo", "misaki"))
        print(f"{kind:18}" + "".join(f"{share:>20}" for share in shares))
    if asked.out:
        asked.out.mkdir(parents=True, exist_ok=True)
        shown = {kind: {name: _share(each) for name, each in verdicts.items()} for kind, verdicts in rows}
        (asked.out / "words.json").write_text(json.dumps(shown, indent=1))


if __name__ == "__main__":
    sys.exit(main())
