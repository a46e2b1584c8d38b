"""Many cases at once: each decided as `consent why` would, and nothing of it stays."""

from __future__ import annotations

import json

import pytest

from sayso.errors import NotFound
from sayso.voices.store import VoiceRow, insert_voice
from sayso.workflows.consent import granting, simulating
from sayso.workflows.consent.granting import Terms
from sayso.workflows.consent.simulating import CaseInvalid, cases_in, simulate
from sayso.workflows.consent.speakers import add_speaker
from sayso.workflows.speech.explaining import ProposedUse, why

VOICE = "voi_aaaaaaaaaaaaaaaa"
GOOD = {"voice": VOICE, "licensee": "L1", "purpose": "audiobook/g1/x", "project": "p"}


@pytest.fixture
def peopled(session):
    """Return a home with a voice whose speaker has given five grants."""
    speaker = add_speaker(session, "Ada")
    for number in range(5):
        granting.give(
            session,
            Terms(
                speaker=speaker, licensee=f"L{number}", purposes=(f"audiobook/g{number}",), languages=("en",),
                until="2099-01-01", max_minutes=1,
            ),
        )  # fmt: skip
    row = VoiceRow(
        VOICE, speaker, "e", "a" * 64, "b" * 64, "en", "art_aaaaaaaaaaaaaaaa", "2026-01-01T00:00:00.000Z", "licensed"
    )
    with session.act() as tx:
        insert_voice(tx, row)
    return session


def judged(session, tmp_path, *cases):
    file = tmp_path / "cases.jsonl"
    file.write_text("\n".join(json.dumps(case) for case in cases) + "\n\n")
    return list(simulate(session, cases_in(file)))


def test_each_case_is_decided_as_why_would(peopled, tmp_path):
    cases = [
        {"voice": VOICE, "licensee": f"L{licensee}", "purpose": purpose, "project": None, "language": language,
         "action": action}
        for licensee in (0, 1)
        for purpose in ("audiobook/g1", "audiobook/g1/x", "audiobook", "podcast")
        for language in ("en", "en-GB", "de")
        for action in ("synthesize", "train")
    ]  # fmt: skip
    found = judged(peopled, tmp_path, *cases)
    for number, (case, each) in enumerate(zip(cases, found, strict=True), 1):
        told = why(peopled, ProposedUse(**case))
        assert (each.line, each.decision, each.grant) == (
            number,
            "permitted" if told.allowed else "refused",
            told.chosen,
        )
        assert each.reasons or told.allowed
        assert set(each.reasons[:-1]) <= set(told.reasons)
    assert {each.decision for each in found} == {"permitted", "refused"}


def test_the_moment_the_country_and_an_unknown_voice_count(peopled, tmp_path):
    found = judged(
        peopled, tmp_path, GOOD, {**GOOD, "at": "2099-01-01"}, {**GOOD, "at": "1999-01-01"},
        {**GOOD, "territory": "DE", "channel": "app"}, {**GOOD, "voice": "voi_zzzzzzzzzzzzzzzz"},
    )  # fmt: skip
    assert [each.decision for each in found] == ["permitted", "refused", "refused", "permitted", "refused"]
    assert any("end:" in reason for reason in found[1].reasons)
    assert "not here" in found[4].reasons[0]


def test_nothing_is_reserved_or_logged(peopled, tmp_path):
    before = peopled.log.integrate().size
    judged(peopled, tmp_path, *[GOOD] * 50)
    assert peopled.log.integrate().size == before
    assert all(shown.used_ms == 0 for shown in granting.listed(peopled))


def test_a_table_with_a_heading_is_read_too(peopled, tmp_path):
    file = tmp_path / "cases.csv"
    file.write_text(
        "voice,licensee,purpose,project,at\n"
        f'{VOICE},L1,audiobook/g1,"The, Lamp",\n'
        f"{VOICE},L1,audiobook/g1,,2099-01-01\n",
        encoding="utf-8-sig",
    )
    assert [(each.line, each.decision) for each in simulate(peopled, cases_in(file))] == [
        (2, "permitted"),
        (3, "refused"),
    ]


BAD = {
    "line 2: got '{', expected": ("x.jsonl", b'{"voice":"voi_aaaaaaaaaaaaaaaa","licensee":"A","purpose":"a"}\n{\n'),
    "line 1: got '[]'": ("x.jsonl", b"[]"),
    "line 1: purpose": ("x.jsonl", b'{"voice":"voi_aaaaaaaaaaaaaaaa","licensee":"A","purpose":"No Path"}'),
    "line 1: action": ("x.jsonl", b'{"voice":"voi_aaaaaaaaaaaaaaaa","licensee":"A","purpose":"a","action":"sing"}'),
    "line 1: licensee: got '7'": ("x.jsonl", b'{"voice":"voi_aaaaaaaaaaaaaaaa","licensee":7,"purpose":"a"}'),
    "line 1: licensee: got nothing": ("x.jsonl", b'{"voice":"voi_aaaaaaaaaaaaaaaa","purpose":"a"}'),
    "line 1: got the field 'tune'": ("x.jsonl", b'{"voice":"v","licensee":"A","purpose":"a","tune":"a"}'),
    "voice id": ("x.jsonl", b'{"voice":"v","licensee":"A","purpose":"a"}'),
    "line 1: got the date": ("x.jsonl", b'{"voice":"voi_aaaaaaaaaaaaaaaa","licensee":"A","purpose":"a","at":"now"}'),
    "line 3: territory": ("x.csv", b"voice,licensee,purpose,territory\nvoi_aaaaaaaaaaaaaaaa,A,a,DE\nvoi_aaaaaaaaaaaaaaaa,A,a,XX"),
    "line 2: got 2 cells": ("x.csv", b"voice,licensee,purpose\nvoi_aaaaaaaaaaaaaaaa,A"),
    "line 1: voice: got nothing": ("x.csv", b""),
    "line 2: got no CSV": ("x.csv", b'voice,licensee,purpose\n"voi'),
    "line 2: got bytes": ("x.jsonl", b"\n\xff"),
}  # fmt: skip


@pytest.mark.parametrize(("message", "file"), BAD.items(), ids=BAD.keys())
def test_a_malformed_line_is_named_by_its_number(tmp_path, message, file):
    name, data = file
    (tmp_path / name).write_bytes(data)
    with pytest.raises(CaseInvalid) as caught:
        cases_in(tmp_path / name)
    assert message in caught.value.message
    assert caught.value.message.startswith("line ")


def test_a_file_that_is_not_there_or_too_large(tmp_path, monkeypatch):
    with pytest.raises(NotFound):
        cases_in(tmp_path / "none.jsonl")
    monkeypatch.setattr(simulating, "MAX_FILE_BYTES", 5)
    (tmp_path / "x.jsonl").write_text("\n" * 6)
    with pytest.raises(CaseInvalid, match="split it"):
        cases_in(tmp_path / "x.jsonl")
