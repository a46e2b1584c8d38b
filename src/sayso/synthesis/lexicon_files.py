"""Lexicon files: W3C PLS 1.0 in XML, or two columns with a tab between: a word, and its respelling or its /IPA/.

PLS is read strictly (https://www.w3.org/TR/pronunciation-lexicon/): no document type, so no entities and nothing from
elsewhere; only elements and attributes of the standard; IPA only. What cannot be obeyed, such as a role, is refused.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NoReturn
from xml.parsers import expat

from sayso.engines.ipa import phonemes_of_ipa
from sayso.errors import Invalid, NotFound
from sayso.synthesis.lexicon import Lexicon, Pronunciation

MAX_BYTES: Final = 2_000_000
MAX_WORDS: Final = 20_000
MAX_WORD: Final = 100
MAX_RESPELLING: Final = 300

_NAMESPACE: Final = "http://www.w3.org/2005/01/pronunciation-lexicon"
_XML: Final = "http://www.w3.org/XML/1998/namespace"
_MARK: Final = " "
"""Stands between the namespace and the name of an element."""

_CHILDREN: Final = {
    "": {"lexicon"},
    "lexicon": {"meta", "metadata", "lexeme"},
    "lexeme": {"grapheme", "phoneme", "alias", "example"},
}
_ATTRIBUTES: Final = {
    "lexicon": {"version", "alphabet", "xml:lang", "xml:base"},
    "meta": {"name", "http-equiv", "content"},
    "metadata": set(),
    "lexeme": {"xml:id"},
    "grapheme": {"orthography"},
    "phoneme": {"prefer", "alphabet"},
    "alias": {"prefer"},
    "example": set(),
}
_SCHEMA: Final = "http://www.w3.org/2001/XMLSchema-instance"


class LexiconInvalid(Invalid):
    """The file is no lexicon; the message gives its name and the line."""


def read_lexicon(path: Path) -> Lexicon:
    """Return the lexicon in the file ``path``; raise `NotFound`, or `LexiconInvalid` naming file and line."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise NotFound(f"the lexicon {path} cannot be read: {error.strerror}") from None
    if len(data) > MAX_BYTES:
        raise LexiconInvalid(f"{path}: got more than {MAX_BYTES:,} bytes, expected a smaller lexicon; split it")
    is_xml = data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")
    entries: dict[str, tuple[Pronunciation, int]] = {}
    for line, entry in _pls(data, path) if is_xml else _columns(data, path):
        if entry.word in entries:
            _refuse(path, line, f"got {entry.word[:40]!r} again, first on line {entries[entry.word][1]}; leave one out")
        if len(entries) >= MAX_WORDS:
            _refuse(path, line, f"got more than {MAX_WORDS:,} words, expected fewer; split the lexicon")
        entries[entry.word] = (entry, line)
    if not entries:
        raise LexiconInvalid(f"{path}: got no word, expected PLS or lines of a word, a tab and its respelling or /IPA/")
    return Lexicon(entry for entry, _ in entries.values())


def _refuse(path: Path, line: int, what: str) -> NoReturn:
    raise LexiconInvalid(f"{path}, line {line}: {what}")


def _word(written: str, path: Path, line: int) -> str:
    word = " ".join(unicodedata.normalize("NFC", written).split())
    if not word or len(word) > MAX_WORD or not any(character.isalnum() for character in word):
        _refuse(path, line, f"got the word {word[:20]!r}, expected letters or digits, at most {MAX_WORD} characters")
    return word


def _respelled(word: str, written: str, path: Path, line: int) -> Pronunciation:
    respelling = " ".join(written.split())
    if not respelling or len(respelling) > MAX_RESPELLING or not respelling.isprintable():
        _refuse(path, line, f"got a respelling of {len(respelling)} characters, expected 1 to {MAX_RESPELLING}")
    return Pronunciation(word, respelling=respelling)


def _pronounced(word: str, ipa: str, path: Path, line: int) -> Pronunciation:
    try:
        return Pronunciation(word, phonemes=phonemes_of_ipa(ipa))
    except Invalid as error:
        _refuse(path, line, error.message)


def _columns(data: bytes, path: Path) -> Iterator[tuple[int, Pronunciation]]:
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        _refuse(path, data.count(b"\n", 0, error.start) + 1, "got bytes that are no UTF-8, expected UTF-8 text")
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        columns = [column.strip() for column in line.split("\t")]
        if len(columns) != 2 or not all(columns):
            _refuse(path, number, f"got {len(columns)} columns, expected a word, a tab and its respelling or /IPA/")
        word, said = _word(columns[0], path, number), columns[1]
        is_ipa = len(said) > 2 and said[0] == said[-1] == "/"
        yield number, (_pronounced(word, said[1:-1], path, number) if is_ipa else _respelled(word, said, path, number))


def _pls(data: bytes, path: Path) -> list[tuple[int, Pronunciation]]:
    reader = _Pls(path)
    try:
        reader.parser.Parse(data, True)
    except expat.ExpatError as error:
        _refuse(path, error.lineno, f"got XML that is not well-formed ({expat.ErrorString(error.code)})")
    return reader.entries


class _Pls:
    """Reads one PLS document, element by element."""

    def __init__(self, path: Path) -> None:
        self.entries: list[tuple[int, Pronunciation]] = []
        self.parser = expat.ParserCreate(namespace_separator=_MARK)
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self._path = path
        self._open: list[str] = []
        self._collected = ""
        self._graphemes: list[str] = []
        self._sayings: list[tuple[bool, bool, str]] = []  # is it preferred, is it IPA, what it says
        self._attributes: Mapping[str, str] = {}
        self._metadata = 0  # how deep inside an element whose content is anybody's

    def _refuse(self, what: str) -> NoReturn:
        _refuse(self._path, self.parser.CurrentLineNumber, what)

    def _doctype(self, *_: object) -> None:
        self._refuse("got a document type, expected none: a lexicon has no entities; delete the <!DOCTYPE> line")

    def _start(self, qualified: str, attributes: dict[str, str]) -> None:
        if self._metadata:
            self._metadata += 1
            return
        namespace, _, name = qualified.rpartition(_MARK)
        parent = self._open[-1] if self._open else ""
        if namespace != _NAMESPACE or name not in _CHILDREN.get(parent, ()):
            expected = " or ".join(sorted(f"<{child}>" for child in _CHILDREN.get(parent, ()))) or "text"
            self._refuse(f"got <{name[:40]}>, expected {expected} of PLS 1.0 (xmlns {_NAMESPACE})")
        self._attributes = self._checked(name, attributes)
        self._open.append(name)
        self._collected = ""
        if name == "metadata":
            self._metadata = 1
        elif name == "lexicon":
            self._check_head()
        elif name == "lexeme":
            self._graphemes, self._sayings = [], []

    def _checked(self, name: str, attributes: Mapping[str, str]) -> dict[str, str]:
        plain = {}
        for qualified, value in attributes.items():
            namespace, _, local = qualified.rpartition(_MARK)
            if namespace == _SCHEMA:
                continue
            key = f"xml:{local}" if namespace == _XML else qualified
            if key not in _ATTRIBUTES[name]:
                self._refuse(f"got the attribute {key[:40]!r} of <{name}>, which is not supported; leave it out")
            plain[key] = value
        return plain

    def _check_head(self) -> None:
        head = self._attributes
        if head.get("version") != "1.0":
            self._refuse(f"got version {head.get('version', 'none')[:10]!r}, expected 1.0")
        if head.get("alphabet") != "ipa":
            self._refuse(f"got alphabet {head.get('alphabet', 'none')[:20]!r}, expected ipa")
        if head.get("xml:lang", "").partition("-")[0].lower() != "en":
            self._refuse(f"got xml:lang {head.get('xml:lang', 'none')[:20]!r}, expected en, en-US or another English")

    def _text(self, text: str) -> None:
        if self._metadata:
            return
        name = self._open[-1] if self._open else ""
        if name in {"grapheme", "phoneme", "alias"}:
            self._collected += text
        elif text.strip() and name in {"", "lexicon", "lexeme", "meta"}:
            self._refuse(f"got the text {text.strip()[:20]!r} in <{name or 'file'}>, expected elements")

    def _end(self, _: str) -> None:
        if self._metadata > 1:
            self._metadata -= 1
            return
        self._metadata = 0
        name = self._open.pop()
        line = self.parser.CurrentLineNumber
        if name == "grapheme":
            self._graphemes.append(_word(self._collected, self._path, line))
        elif name in {"phoneme", "alias"}:
            self._saying(name)
        elif name == "lexeme":
            self._lexeme(line)

    def _saying(self, name: str) -> None:
        alphabet = self._attributes.get("alphabet", "ipa")
        prefer = self._attributes.get("prefer", "false")
        if alphabet != "ipa" or prefer not in {"true", "false"}:
            self._refuse(f"got alphabet={alphabet[:20]!r}, prefer={prefer[:20]!r}, expected ipa, and true or false")
        self._sayings.append((prefer == "true", name == "phoneme", self._collected))

    def _lexeme(self, line: int) -> None:
        if not self._graphemes or not self._sayings:
            self._refuse("got a <lexeme> that is not complete, expected a <grapheme> and a <phoneme> or <alias>")
        # The first that is preferred, or the first of all (section 4.9.3 of the standard).
        _, is_ipa, said = next((each for each in self._sayings if each[0]), self._sayings[0])
        make = _pronounced if is_ipa else _respelled
        self.entries += [(line, make(word, said, self._path, line)) for word in self._graphemes]
