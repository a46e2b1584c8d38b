# ruff: noqa: RUF001 - the letters of the phonetic alphabet
from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.engines.pronounced import shown, words_of
from sayso.errors import NotFound
from sayso.synthesis import phrases, read, read_lexicon
from sayso.synthesis.errors import LanguageUnread
from sayso.synthesis.lexicon import Lexicon, Pronunciation
from sayso.synthesis.lexicon_files import LexiconInvalid
from sayso.synthesis.normalise import normalise
from sayso.synthesis.readers import skipped

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<lexicon version="1.0" xmlns="http://www.w3.org/2005/01/pronunciation-lexicon" '
PLS = (
    HEAD
    + """alphabet="ipa" xml:lang="en-US">
  <meta name="author" content="somebody"/>
  <metadata><anything xmlns="urn:x"><deep>here</deep></anything></metadata>
  <lexeme><grapheme>Siobhan</grapheme><phoneme>ʃɪˈvɔːn</phoneme></lexeme>
  <lexeme>
    <grapheme>Moet</grapheme><grapheme>Moët</grapheme>
    <phoneme>ˈmoʊeɪ</phoneme><phoneme prefer="true">moʊˈɛt</phoneme>
    <example>A glass of Moet.</example>
  </lexeme>
  <lexeme><grapheme>W3C</grapheme><alias>World Wide Web Consortium</alias></lexeme>
</lexicon>
"""
)


@pytest.fixture
def lexicon_of(tmp_path):
    def made(text):
        path = tmp_path / "words"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_lexicon(path)

    return made


def said(text, lexicon):
    return shown(" ".join(phrase.text for phrase in read(text, lexicon=lexicon)))


TABLE = (
    "# names\nSiobhan\t/ʃɪˈvɔːn/\n\nDes Moines\t/də ˈmɔɪn/\nNaCl\tsodium chloride\nlead\tled\nC3PO\tsee three pee oh\n"
)


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Siobhan came.", "[Siobhan](/ʃɪvˈɔn/) came."),
        ("SIOBHAN CAME HOME AND SAW ME.", "[SIOBHAN](/ʃɪvˈɔn/) came home and saw me."),
        ("siobhan, Siobhans, Siobhan-Mae", "siobhan, Siobhans, [Siobhan](/ʃɪvˈɔn/)-Mae."),
        ("Siobhan’s dog", "[Siobhan's](/ʃɪvˈɔnz/) dog."),
        ("to Des\nMoines.", "to [Des Moines](/də mˈYn/)."),
        ("NaCl and C3PO", "sodium chloride and see three pee oh."),
        ("Lead, LEAD and lead.", "led, led and led."),
        ("leading leads", "leading leads."),
        ("mail siobhan@example.com", "mail siobhan at example dot com."),
        ("Dr. Siobhan Smith, 5 km", "Doctor [Siobhan](/ʃɪvˈɔn/) Smith, five kilometers."),
    ],
)
def test_words_of_a_table_are_said_as_it_tells(lexicon_of, text, spoken):
    assert said(text, lexicon_of(TABLE)) == spoken


def test_pls_is_read(lexicon_of):
    lexicon = lexicon_of(PLS)
    assert len(lexicon) == 4
    assert said("Siobhan drank Moët at the W3C.", lexicon) == (
        "[Siobhan](/ʃɪvˈɔn/) drank [Moët](/mOˈɛt/) at the World Wide Web Consortium."
    )


def test_a_word_in_another_script_is_said_and_not_skipped(lexicon_of):
    lexicon = lexicon_of("世界\t/ʃiˈʒɛ/\n")
    text = "She said hello, 世界, to everybody."
    assert said(text, lexicon) == "She said hello, [世界](/ʃiʒˈɛ/), to everybody."
    assert skipped(text, lexicon=lexicon) == []
    assert skipped(text) == ["世", "界"]


BAD_TABLES = {
    "one column": ("a\tb\nword\n", 2, "1 columns"),
    "three columns": ("a\tb\tc", 1, "3 columns"),
    "twice": ("a\tb\nc\td\na\te", 3, "first on line 1"),
    "no ipa": ("Siobhan\t/shivawn7/", 1, "'7'"),
    "empty ipa": ("Siobhan\t//\na\t/ˈ/", 2, "one sound"),
    "no word": ("...\tdots", 1, "letters or digits"),
    "a long word": ("a" * 101 + "\tb", 1, "at most 100"),
    "a long respelling": ("a\t" + "b" * 301, 1, "1 to 300"),
    "no utf-8": (b"a\tb\nc\t\xff", 2, "UTF-8"),
}
BAD_PLS = {
    "an entity": ('<!DOCTYPE lexicon [<!ENTITY a "b">]>\n' + PLS.split("\n", 1)[1], 1, "document type"),
    "an outer dtd": (
        '<!DOCTYPE lexicon SYSTEM "http://example.com/x.dtd">\n' + PLS.split("\n", 1)[1],
        1,
        "document type",
    ),
    "not closed": (PLS.replace("</lexicon>", ""), 13, "well-formed"),
    "another alphabet": (PLS.replace('alphabet="ipa"', 'alphabet="x-sampa"'), 2, "x-sampa"),
    "another language": (PLS.replace("en-US", "de"), 2, "xml:lang"),
    "another version": (PLS.replace('lexicon version="1.0"', 'lexicon version="2.0"'), 2, "expected 1.0"),
    "another namespace": (PLS.replace("2005/01/pronunciation-lexicon", "x"), 2, "PLS 1.0"),
    "a role": (PLS.replace("<lexeme><grapheme>Siobhan", '<lexeme role="x:noun"><grapheme>Siobhan'), 5, "'role'"),
    "an element": (PLS.replace("<alias>World Wide Web Consortium</alias>", "<sound>a</sound>"), 11, "<sound>"),
    "no phoneme": (PLS.replace("<alias>World Wide Web Consortium</alias>", ""), 11, "not complete"),
    "loose text": (PLS.replace("</lexeme>\n  <lexeme>\n", "</lexeme>\n loose <lexeme>\n"), 6, "'loose'"),
    "no ipa": (PLS.replace("ʃɪˈvɔːn", "sh1"), 5, "'1'"),
    "no preference": (PLS.replace('prefer="true"', 'prefer="yes"'), 8, "prefer='yes'"),
}


@pytest.mark.parametrize(("text", "line", "what"), (BAD_TABLES | BAD_PLS).values(), ids=(BAD_TABLES | BAD_PLS).keys())
def test_a_bad_lexicon_is_refused_by_file_and_line(lexicon_of, tmp_path, text, line, what):
    with pytest.raises(LexiconInvalid) as caught:
        lexicon_of(text)
    assert caught.value.message.startswith(f"{tmp_path / 'words'}, line {line}: ")
    assert what in caught.value.message


def test_an_empty_a_huge_and_a_missing_file_are_refused(lexicon_of, tmp_path):
    for text in ("", "# nothing\n", HEAD + 'alphabet="ipa" xml:lang="en"/>'):
        with pytest.raises(LexiconInvalid, match="no word"):
            lexicon_of(text)
    with pytest.raises(LexiconInvalid, match="smaller"):
        lexicon_of("a" * 2_000_001)
    with pytest.raises(LexiconInvalid, match="line 20001: got more than 20,000 words"):
        lexicon_of("".join(f"w{n}\tb\n" for n in range(20_001)))
    with pytest.raises(NotFound, match="nowhere"):
        read_lexicon(tmp_path / "nowhere")


def test_a_full_lexicon_costs_little():
    lexicon = Lexicon(Pronunciation(f"word{n}", phonemes="wˈɜɹd") for n in range(20_000))
    started = time.process_time()
    lexicon.marked("A word17 and another " * 2_000)
    assert time.process_time() - started < 2


@given(
    st.lists(
        st.sampled_from(["Siobhan", "lead", "QZQ", "QZQB", "5", "km", "Dr.", "St.", "“", "”", "!", "HE", "\n\n", "—"])
    )
)
def test_nothing_of_the_stand_ins_is_left(words):
    lexicon = Lexicon([Pronunciation("Siobhan", phonemes="ʃɪvˈɔn"), Pronunciation("St.", phonemes="sˈAnt")])
    text = " ".join(["He", *words])
    spoken = " ".join(phrase.text for phrase in read(text, lexicon=lexicon))
    assert words_of(spoken).upper().count("QZQ") == normalise(text).upper().count("QZQ")
    assert words_of(spoken).count("Siobhan") == words.count("Siobhan")


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("[Ayla](/ˈeɪlə/) came.", "[Ayla](/ˈAlə/) came."),
        ("[AYLA](/ˈeɪlə/)'s dog", "[AYLA's](/ˈAləz/) dog."),
        ("see the [docs](/docs/) now", "see the docs now."),
        ("a [word](/ˈ7/) here", "a word here."),
        ("a [word](/wɜːd/) and a [guide](/docs/guide.md)", "a [word](/wɜd/) and a guide."),
    ],
)
def test_a_word_that_brings_its_ipa_is_said_so_and_a_link_is_not(lexicon_of, text, spoken):
    assert said(text, None) == said(text, lexicon_of(TABLE)) == spoken


def test_without_a_lexicon_a_text_is_read_as_before():
    text = "Dr. Smith paid $5. He left."
    assert list(read(text)) == phrases(normalise(text))


def test_a_language_without_a_reader_is_refused():
    assert read("Two.", language="en-GB") == read("Two.")
    with pytest.raises(LanguageUnread, match="got 'de', expected one that can be read: en"):
        read("Zwei.", language="de")
