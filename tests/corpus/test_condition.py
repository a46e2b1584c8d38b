"""Conditions: what is understood holds for the rows that it says; what is not is refused in one line."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sayso.corpus.condition import COLUMNS, Condition
from sayso.corpus.errors import ConditionInvalid
from tests.corpus.rows import rows

CASES = {
    "snr_db > 20": lambda row: row.snr_db > 20,
    'accent = "Irish" and snr_db <= 10': lambda row: row.accent == "Irish" and row.snr_db <= 10,
    'accent in ("Irish", \'Indian\') or sex = "F"': lambda row: row.accent in {"Irish", "Indian"} or row.sex == "F",
    'not (accent = "Irish" or snr_db < 5)': lambda row: not (row.accent == "Irish" or row.snr_db < 5),
    "accent not in ('Irish')": lambda row: row.accent != "Irish",
    'decision = "rejected" and reasons has "snr"': lambda row: row.decision == "rejected",
    "decision != 'x' and reasons is not known": lambda row: not row.reasons,
    "rt60_s is known": lambda _row: False,
    "rt60_s is not known and ovrl is known": lambda _row: True,
    'text = "It\'s number 8."': lambda row: row.text == "It's number 8.",
    "snr_db >= -1e0 AND seconds=3": lambda row: row.seconds == 3,
    "": lambda _row: True,
}


@pytest.mark.parametrize("written", CASES)
def test_a_condition_holds_for_the_rows_that_it_says(view, written):
    condition = Condition.of(written)
    expected = {
        row.segment for row in rows() if CASES[written](row) and ("decision" in written or row.decision == "kept")
    }
    found = view.find(condition, limit=1_000)
    assert {row.segment for row in found.rows} == expected
    assert found.segments == len(expected)


@pytest.mark.parametrize(
    "written",
    [
        "x > 3", "snr_db > 'a'", "speaker > 'a'", "accent = 'a'; drop table x", "snr_db > 1 or", "((snr_db > 1)",
        "accent = 'a' or 1 = 1", "snr_db > 1e999", "embedding is known", "snr_db >", "snr_db > nan", "accent = 'a",
        "accent = Irish", "accent in ()", "reasons = 'x'", "snr_db has 'x'", "-- a", "snr_db > 1 --", "snr_db", "and",
        "snr_db > 20dB", "accent = 'a' accent = 'b'", "(" * 80 + "snr_db > 1", "x" * 5_000, "lower(accent) = 'a'",
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_in_one_line(written):
    with pytest.raises(ConditionInvalid) as refused:
        Condition.of(written)
    assert refused.value.message.startswith("condition: got ")
    assert "\n" not in refused.value.message
    assert "expected" in refused.value.message


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=40))
def test_no_text_gets_out_of_its_quotes(view, text):
    quoted = f'"{text}"' if '"' not in text else f"'{text}'"
    if '"' in text and "'" in text:
        return
    assert view.find(Condition.of(f"accent = {quoted}"), limit=0).segments == sum(
        row.accent == text and row.decision == "kept" for row in rows()
    )


@settings(max_examples=300)
@given(
    st.lists(
        st.sampled_from(
            [*sorted(COLUMNS)[:4], "and", "or", "not", "(", ")", "=", "'a'", "1", "in", ",", "is", "known", "`", ";"]
        )
    )
)
def test_any_words_are_understood_or_refused(words):
    try:
        Condition.of(" ".join(words))
    except ConditionInvalid:
        return
