"""The cohort: who consented, in which groups; every bad table is refused by its line."""

from __future__ import annotations

import pytest

from sayso.fairness.cohort import read_cohort
from sayso.fairness.errors import CohortInvalid

HEAD = "file,speaker,consented,sex,accent,group\n"


def cohort(folder, *lines, head=HEAD):
    path = folder / "cohort.csv"
    path.write_text(head + "".join(f"{line}\n" for line in lines))
    return path


def test_columns_make_the_groups_and_who_did_not_consent_is_left_out(tmp_path):
    path = cohort(tmp_path, "a.wav,Ada,yes,F,Scots,one", "b.wav,Ben,no,M,Scots,two", "/x/c.wav,Cy,yes,M,Irish,two")
    found = read_cohort(path, ("sex", "accent"))
    assert [(one.speaker, one.group, one.file) for one in found.members] == [
        ("Ada", "F, Scots", tmp_path / "a.wav"),
        ("Cy", "M, Irish", type(tmp_path)("/x/c.wav")),
    ]
    assert found.unconsented == 1
    assert [one.group for one in read_cohort(path).members] == ["one", "two"]


@pytest.mark.parametrize(
    ("lines", "head", "told"),
    [
        (("a.wav,Ada,yes,F,,one",), HEAD, "line 2: got '' as accent"),
        (("a.wav,Ada,maybe,F,x,one",), HEAD, "line 2: got consented 'maybe'"),
        (("a.wav,Ada,no,F,x,one",), HEAD, "got no recording whose speaker consented"),
        ((), "file,speaker\n", "got 0 columns consented"),
        ((), "file,speaker,consented,accent,accent\n", "got 2 columns accent"),
        (("a.wav,Ada",), HEAD, "line 2"),
    ],
)
def test_a_bad_table_is_refused_by_its_line(tmp_path, lines, head, told):
    with pytest.raises(CohortInvalid, match=told):
        read_cohort(cohort(tmp_path, *lines, head=head), ("accent",))
    with pytest.raises(CohortInvalid, match="cannot be read"):
        read_cohort(tmp_path / "absent.csv")
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CohortInvalid, match="no CSV file"):
        read_cohort(tmp_path / "bytes.csv")
