"""How proposals are numbered where the settings do not say it: told by the numbers themselves.

A municipality that numbers its proposals 101, 102, 103 need not set anything to be left in peace; only a
number that is written otherwise than all the others is worth a word. One with the letter O where a nought is
meant is such a number too, and no word.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from ..settings import DEFAULT_NUMBER

_MOST = 20  # a longer text is no number
_PLAIN = re.compile(r"(?:[A-ZÆØÅ]{1,5}[-. /]?)?\d{1,5}(?:[-./ ]{1,2}\d{1,5}){0,5}\.?[a-zæøå]?")
_DEFAULT = re.compile(DEFAULT_NUMBER)
_NEARLY_DEFAULT = re.compile(r"\d+(?:[. ]+\d+){2,3}")
_PIECES = re.compile(r"\d+|[A-ZÆØÅ]+|[a-zæøå]|.")
_NEARLY_ALL = 0.8
_FEWEST = 2  # a single number has no others to be unlike
_LOOKS_LIKE = {"O": "0", "o": "0", "I": "1", "l": "1", "S": "5", "B": "8"}
_LETTERS_AT_AN_END = ("S", "B")  # B12 is hardly 812, nor is 10B 108 where 10 is a number
_SEPARATORS = re.compile(r"([.,/\- ]+)")
_MOST_READINGS = 1000  # more are there only of a text that is no number


class Numbering(NamedTuple):
    """How the proposals of a run are numbered: the pattern, an example, and which of them fit, by position.

    ``pattern`` is None where they have nothing in common; then all of them fit.
    """

    pattern: str | None
    example: str
    fitting: frozenset[int]


def is_number(text: str) -> bool:
    """Whether a text can be the number of a proposal in some numbering: 101, '4.01', 'BU-12'."""
    return len(text) <= _MOST and _PLAIN.fullmatch(text) is not None


def is_nearly_number(text: str) -> bool:
    """Whether a text would be a number in some numbering but for a slip: '1O5', 'l05', '4,01'."""
    return _first_reading(text, _PLAIN.pattern) is not None


def meant_by(written: str, pattern: str) -> str | None:
    """The number that a mistyped one is meant to be, in the grammar of a pattern; None where it is none.

    A letter may stand for the digit that it looks like (1O5, 2.I.2. 01), and a comma, a blank or nothing for
    the dot (2,1,2. 01 and 2.1.2 01). Of several readings the one that changes least is taken. A word is no
    number: each piece between blanks has a digit of its own.
    """
    if written.endswith(_LETTERS_AT_AN_END) and re.fullmatch(pattern, written[:-1]):
        return None
    return _first_reading(written, pattern)


@lru_cache(maxsize=4096)
def _first_reading(written: str, pattern: str) -> str | None:
    if len(written) > _MOST or not all(any(map(str.isdigit, piece)) for piece in written.split()):
        return None
    fits = re.compile(pattern)
    return next((one for one in _readings(written) if one != written and fits.fullmatch(one)), None)


def _readings(written: str) -> Iterator[str]:
    """What a text may be meant to be, those that change least first."""
    choices: list[tuple[str, ...]] = []
    count = 1
    for at, piece in enumerate(_SEPARATORS.split(written)):
        if at % 2:
            dots = (". ", ".") if " " in piece else (".", ". ")
            choices.append((piece, *[dot for dot in dots if dot != piece]))
        else:
            for place, letter in enumerate(piece):
                first = at == place == 0 and letter in _LETTERS_AT_AN_END
                digit = "" if first else _LOOKS_LIKE.get(letter, "")
                choices.append((letter, digit) if digit else (letter,))
    for choice in choices:
        count *= len(choice)
    if count > _MOST_READINGS:
        return
    for reading in sorted(product(*[range(len(choice)) for choice in choices]), key=_changes):
        yield "".join([choice[index] for choice, index in zip(choices, reading, strict=True)])


def _changes(reading: Sequence[int]) -> int:
    return sum(map(bool, reading))


def numbering_of(numbers: Sequence[str]) -> Numbering | None:
    """How some proposals are numbered; None where the numbering that holds without settings is theirs."""
    forms = [_form(number) for number in numbers]
    usual = [_DEFAULT.fullmatch(number) is not None for number in numbers]
    (form, count), *_ = Counter(forms).most_common(1)
    alike = count >= _NEARLY_ALL * len(numbers) or (len(numbers) - count == 1 and count >= _FEWEST)
    at = [index for index, one in enumerate(forms) if one == form]
    if any(usual) and (not alike or any(usual[index] for index in at)):
        return None
    if not alike:
        return Numbering(None, numbers[at[0]], frozenset(range(len(numbers))))
    if len(numbers) < _FEWEST and _NEARLY_DEFAULT.fullmatch(_without_letter(numbers[0])):
        return None
    pattern = _pattern([numbers[index] for index in at])
    fits = re.compile(pattern)
    return Numbering(
        pattern,
        next((numbers[index] for index in at if fits.fullmatch(numbers[index])), numbers[at[0]]),
        frozenset(index for index in at if fits.fullmatch(numbers[index])),
    )


def _form(number: str) -> str:
    """A number with its digits as 0 and its letters as A: what numbers of one numbering share."""
    pieces = _PIECES.findall(_without_letter(number))
    return "".join("0" if piece[0].isdigit() else "A" if piece[0].isalpha() else piece for piece in pieces)


def _without_letter(number: str) -> str:
    return number[:-1] if number[-1:].islower() else number


def _pattern(numbers: Sequence[str]) -> str:
    """The regular expression of numbers that share a form; nearly all of them fit, and hardly anything else.

    Digits are counted where their number is always the same, or where noughts in front make it so.
    """
    columns = list(zip(*[_PIECES.findall(_without_letter(number)) for number in numbers], strict=True))
    found = []
    for pieces in columns:
        if not pieces[0][0].isdigit():
            found.append(re.escape(pieces[0]) if len(set(pieces)) == 1 else "[A-ZÆØÅ]+")
            continue
        (width, count), *_ = Counter(map(len, pieces)).most_common(1)
        filled = any(piece[0] == "0" for piece in pieces if len(piece) == width)
        counted = count == len(pieces) or (filled and count >= _NEARLY_ALL * len(pieces))
        found.append(rf"\d{{{width}}}" if counted and width > 1 else r"\d+")
    letters = [number[-1] for number in numbers if number[-1:].islower()]
    mistyped = len(letters) == 1 < len(numbers) and letters[0] in _LOOKS_LIKE  # 10l among 101, 102, 103
    letter = "[a-zæøå]?" if letters and not mistyped else ""
    return "".join(found) + letter
