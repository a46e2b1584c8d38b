"""Reading tables and margins: what is wrong is named with its line."""

from __future__ import annotations

import pytest

from sayso.fairness import MarginInvalid, Margins, SampleKind, TableInvalid, read_table

HEAD = "speaker,group,metric,value,kind\n"


def read(tmp_path, text):
    path = tmp_path / "table.csv"
    path.write_text(text, "utf-8")
    return read_table(path)


def test_a_table_is_summed_by_speaker(tmp_path):
    text = "\ufeffkind,value,Metric,group,speaker,note\nreal,0.5,likeness,f,1,x\nSynthetic,1,likeness,f,1,\n\n"
    table = read(tmp_path, text + "synthetic,0.5,likeness,f,1,\n")
    assert {(cell.kind, cell.speaker): values.mean for cell, values in table.cells.items()} == {
        (SampleKind.REAL, "1"): 0.5,
        (SampleKind.SYNTHETIC, "1"): 0.75,
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no column speaker"),
        ("speaker,group,metric,value\n", "no column kind"),
        ("speaker,speaker,group,metric,value,kind\n", "twice"),
        (HEAD, "no synthetic sample"),
        (HEAD + "1,f,likeness,0.5,real\n", "no synthetic sample"),
        (HEAD + "1,f,likeness,0.5,real\n1,f,likeness,nan,synthetic\n", "line 3: got the value 'nan'"),
        (HEAD + "1,f,likeness,1e999,synthetic\n", "line 2"),
        (HEAD + "1,f,likeness,0.5,fake\n", "line 2: got the kind 'fake'"),
        (HEAD + ",f,likeness,0.5,real\n", "line 2: got 0 characters as speaker"),
        (HEAD + "1,f,likeness\n", "line 2: got 0 characters as value"),
        (HEAD + '1,"f,likeness,0.5,real\n', "no CSV file"),
    ],
)
def test_a_table_that_is_wrong_is_refused_with_the_place(tmp_path, text, told):
    with pytest.raises(TableInvalid, match=told):
        read(tmp_path, text)


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes(b"\xff\xfe\x00speaker")
    with pytest.raises(TableInvalid):
        read_table(path)
    with pytest.raises(TableInvalid, match="cannot be read"):
        read_table(tmp_path)


def test_margins_replace_the_defaults_and_unknown_metrics_need_one():
    margins = Margins.of(["likeness=0.1", "warmth=2"])
    assert (margins["likeness"], margins["warmth"], margins["ovrl"]) == (0.1, 2.0, 0.30)
    with pytest.raises(MarginInvalid, match="did you mean likeness"):
        margins["likenes"]


@pytest.mark.parametrize("text", ["likeness", "likeness=", "likeness=-1", "likeness=nan", "=0.1", "likeness=inf"])
def test_a_margin_that_is_no_number_is_refused(text):
    with pytest.raises(MarginInvalid, match="expected METRIC=NUMBER"):
        Margins.of([text])
