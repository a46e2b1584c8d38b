"""Chapters, who says what, and the cast file that a person reviews."""

from __future__ import annotations

import pytest

from sayso.productions import Block, BlockKind, CastList, CastPart, Manuscript, lines_of
from sayso.productions.cast import Change
from sayso.productions.cast_file import cast_of, read_cast, written
from sayso.productions.errors import CastInvalid, LineUnknown, ManuscriptEmpty
from sayso.productions.lines import HEADING_MS, MAX_LINE, SCENE_MS
from sayso.productions.quoting import Conversation


def heading(text, level=1):
    return Block(BlockKind.HEADING, text, level=level)


def said(text, **more):
    return Block(BlockKind.TEXT, text, **more)


def book(*blocks):
    return Manuscript("The Lamp", "A. Keeper", "en", blocks)


SOLO = CastList.single("heart")


def test_chapters_begin_at_the_level_that_repeats_and_parts_are_said_in_the_next():
    script = lines_of(
        book(heading("The Lamp"), heading("One", 2), said("It burned."), heading("Two", 2), said("It went out.")), SOLO
    )
    assert [chapter.title for chapter in script.chapters] == ["One", "Two"]
    assert [line.text for line in script.chapters[0].lines] == ["The Lamp", "One", "It burned."]
    assert [line.label for line in script.lines()] == ["c01-0001", "c01-0002", "c01-0003", "c02-0001", "c02-0002"]
    assert script.chapters[0].lines[0].pause_ms == HEADING_MS


def test_text_before_the_first_chapter_and_without_any_is_kept():
    script = lines_of(
        book(said("A word before."), heading("One"), said("It burned."), heading("Two"), said("Out.")), SOLO
    )
    assert [chapter.title for chapter in script.chapters] == ["The Lamp", "One", "Two"]
    assert [chapter.title for chapter in lines_of(book(said("Only this.")), SOLO).chapters] == ["The Lamp"]


def test_a_long_paragraph_is_cut_between_sentences_and_nothing_is_lost():
    text = " ".join(f"This is the sentence with the number {n} in it." for n in range(60))
    lines = list(lines_of(book(said(text)), SOLO).lines())
    assert len(lines) > 5
    assert all(len(line.text) <= MAX_LINE and line.text.endswith(".") for line in lines)
    assert " ".join(line.text for line in lines) == text


def test_notes_and_images_are_read_when_asked_and_told_when_not():
    blocks = (said("It burned."), Block(BlockKind.NOTE, "A kind of oil."), Block(BlockKind.IMAGE, "A map"))
    assert lines_of(book(*blocks), SOLO).dropped == ("footnotes (1)", "words for images (1)")
    both = CastList({"narrator": CastPart("heart")}, notes=True, images=True)
    assert [line.text for line in lines_of(book(*blocks), both).lines()][1:] == ["Note: A kind of oil.", "Image: A map"]
    with pytest.raises(ManuscriptEmpty):
        lines_of(book(blocks[1]), SOLO)


def test_a_break_is_a_pause_and_ends_the_turns():
    script = lines_of(book(said("One."), Block(BlockKind.BREAK, ""), said("Two.")), SOLO)
    assert next(iter(script.lines())).pause_ms == SCENE_MS


TALK = (
    ("“Who is there?” asked Ada.", ["Ada", "narrator"]),
    ("“I am,” said the keeper, “and I am cold.”", ["The keeper", "narrator", "The keeper"]),
    ("“Come in.”", ["Ada"]),
    ("“I will.”", ["The keeper"]),
    ("Ada said: “Sit.”", ["narrator", "Ada"]),
    ('"Thank you," replied the keeper.', ["The keeper", "narrator"]),
    ("“Why?” she asked.", ["Ada", "narrator"]),
    ("The word “lamp” means little.", ["narrator", "The keeper", "narrator"]),
)


def test_who_speaks_is_told_by_tags_and_by_turns():
    talk = Conversation()
    for paragraph, expected in TALK[:-1]:
        assert [who for who, _ in talk.stretches(paragraph)] == expected, paragraph
    talk.end_scene()
    assert [who for who, _ in talk.stretches("“Nobody knows who says this.”")] == ["narrator"]


CAST = """\
sayso-cast: 1
narrator: heart
characters:
  Ada: {voice: bella, speed: 0.9}
dialogue: yes
lexicons: [words.pls]
lines:
  c01-0002: {who: narrator, pause_ms: 50}
"""


def test_a_cast_file_is_read_and_its_changes_are_obeyed(tmp_path):
    file = tmp_path / "cast.yaml"
    file.write_text(CAST)
    cast = read_cast(file)
    assert cast.lexicons == (str(tmp_path / "words.pls"),)
    script = lines_of(book(said("“Who is there?” asked Ada."), said("“Me,” said Ada.")), cast)
    first, second, third, _ = script.lines()
    assert (first.who, first.speed) == ("Ada", 0.9)
    assert (second.who, second.pause_ms) == ("narrator", 50)
    assert third.who == "Ada"


def test_a_written_cast_is_read_back_and_has_a_row_for_each_line():
    cast = CastList(
        {"narrator": CastPart("heart"), 'Ada: "x"': CastPart("bella", 0.9)},
        dialogue=True,
        changes={"c01-0001": Change(who="Ada", pause_ms=10, text="“Quoted: yes.”")},
    )  # fmt: skip
    script = lines_of(book(said("“Who?” asked Ada."), said("Nobody # came.")), cast)
    text = written(script, cast)
    again = cast_of(text.encode(), "cast.yaml")
    assert (dict(again.parts) | dict(cast.parts), again.changes, again.dialogue) == (again.parts, cast.changes, True)
    assert all(f"#  {line.label}: " in text for line in script.lines())


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "sayso-cast: 2\nnarrator: heart", "sayso-cast: 1", "sayso-cast: 1\nnarrator: heart\nmusic: yes",
        "sayso-cast: 1\nnarrator: {voice: heart, speed: 9}", "sayso-cast: 1\nnarrator: {speed: 1}",
        "sayso-cast: 1\nnarrator: heart\ndialogue: maybe", "sayso-cast: 1\nnarrator: heart\nlines: {c01-0001: {voice: x}}",
        "sayso-cast: 1\nnarrator: heart\nlines: {c01-0001: {pause_ms: soon}}", "a: &x [1]\nb: *x", "a: [", "!!python/none x",
        "sayso-cast: 1\nnarrator: heart\nlexicons: words.pls",
    ],
)  # fmt: skip
def test_what_is_no_cast_is_refused_with_the_field(text):
    with pytest.raises(CastInvalid, match=r"^cast\.yaml: "):
        cast_of(text.encode(), "cast.yaml")


def test_a_change_of_a_line_that_is_not_there_is_refused():
    with pytest.raises(LineUnknown):
        lines_of(book(said("One.")), CastList({"narrator": CastPart("heart")}, changes={"c09-0001": Change()}))
