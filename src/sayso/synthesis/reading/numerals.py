# ruff: noqa: SIM905 - lists of words read best as text
"""Numbers in words, as an American narrator says them: "two hundred five", "nineteen oh five", "point one four"."""

from __future__ import annotations

from typing import Final

_ONES: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS: Final = "_ _ twenty thirty forty fifty sixty seventy eighty ninety".split()
_SCALES: Final = (
    "_ thousand million billion trillion quadrillion quintillion sextillion septillion octillion nonillion decillion"
).split()
_ORDINALS: Final = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
_ROMAN: Final = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_LONGEST_DIGITS: Final = 36  # beyond decillions there are no words people know
_SPELLED_DIGITS: Final = 7  # from here on, digits without commas are a number of something, such as an account

ROMAN_PATTERN: Final = r"(?=[IVXLC])(?:X{1,3}|XL|LX{0,3}|XC|C{1,3})?(?:IX|IV|V?I{0,3})(?<=[IVXLCDM])"
"""Roman numerals below 400: chapters, kings, wars and popes."""


def cardinal(number: int) -> str:
    """Return ``number`` (0 or more) in words, such as "one thousand two hundred thirty-four"."""
    if number < 1000:
        return _below_thousand(number)
    words = []
    for scale in range(len(_SCALES) - 1, 0, -1):
        count, number = divmod(number, 1000**scale)
        if count:
            words.append(f"{_below_thousand(count)} {_SCALES[scale]}")
    if number:
        words.append(_below_thousand(number))
    return " ".join(words)


def _below_thousand(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    words = [f"{_ONES[hundreds]} hundred"] if hundreds else []
    if rest >= 20:
        tens, ones = divmod(rest, 10)
        words.append(_TENS[tens] + (f"-{_ONES[ones]}" if ones else ""))
    elif rest or not hundreds:
        words.append(_ONES[rest])
    return " ".join(words)


def ordinal(number: int) -> str:
    """Return the ordinal of ``number`` in words, such as "twenty-third"."""
    head, last = _split_last(cardinal(number))
    if last.endswith("y"):
        return f"{head}{last[:-1]}ieth"
    return head + _ORDINALS.get(last, f"{last}th")


def year(number: int) -> str:
    """Return the year ``number`` as it is said: "nineteen eighty-four", "nineteen oh five", "two thousand five"."""
    century, rest = divmod(number, 100)
    if number < 1000 or number > 9999 or (century % 10 == 0 and rest < 10):
        return cardinal(number)
    if rest == 0:
        return f"{cardinal(century)} hundred"
    return f"{cardinal(century)} {'oh ' if rest < 10 else ''}{cardinal(rest)}"


def plural(words: str) -> str:
    """Return number words in the plural: "nineteen eighties", "sixes", "two thousands"."""
    head, last = _split_last(words)
    if last.endswith("y"):
        return f"{head}{last[:-1]}ies"
    return head + (f"{last}es" if last == "six" else f"{last}s")


def _split_last(words: str) -> tuple[str, str]:
    place = max(words.rfind(" "), words.rfind("-")) + 1
    return words[:place], words[place:]


def digits(text: str) -> str:
    """Return each digit of ``text`` as a word; what is no digit is passed over."""
    return " ".join(_ONES[int(character)] for character in text if character.isdigit())


def number(text: str) -> str:
    """Return a written number, such as ``1,250``, ``3.14``, ``.5`` or ``007``, in words.

    Seven digits or more without commas are read one by one, unless the last three are zeros.
    """
    whole, point, fraction = text.replace(",", "").partition(".")
    if not whole:
        words = ""
    elif _is_spelled(whole, has_commas="," in text):
        words = digits(whole)
    else:
        words = cardinal(int(whole))
    return f"{words} point {digits(fraction)}".strip() if point and fraction else words


def _is_spelled(whole: str, *, has_commas: bool) -> bool:
    if len(whole) > _LONGEST_DIGITS or (len(whole) > 1 and whole[0] == "0"):
        return True
    return not has_commas and len(whole) >= _SPELLED_DIGITS and not whole.endswith("000")


def is_one(text: str) -> bool:
    """Return whether a written number takes the singular."""
    return text.replace(",", "") == "1"


def roman(numeral: str) -> int:
    """Return the value of a Roman numeral."""
    values = [_ROMAN[letter] for letter in numeral]
    following = [*values[1:], 0]
    return sum(-value if value < after else value for value, after in zip(values, following, strict=True))
