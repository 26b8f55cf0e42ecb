"""TXT005 and what references are read for: the forms that a text names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache

from ...model.finding import Finding
from ...model.proposal import Named, Proposal, Run
from ...prose import Reference, parts, references, sentence_around, spelled, words
from ...settings import Settings
from ..base import on, rule
from .piece import is_danish, piece_at, written

_ENOUGH = 2
"""Of so many others with the same beginning at least, the run is taken to hold the catalogue."""


def named_in(proposal: Proposal, settings: Settings) -> list[Reference]:
    """The other forms that a proposal's text refers to, each once."""
    if proposal.number is None or not is_danish(proposal):
        return []
    text = written(proposal)
    said = references(text, proposal.number, settings.form_word)
    if not said:
        return []
    own = parts(proposal.number)
    found: dict[tuple[str, ...], Reference] = {}
    for reference in said:
        if reference.parts != own:
            found.setdefault(reference.parts, reference)
    return list(found.values())


def named(proposal: Proposal, settings: Settings) -> tuple[Named, ...]:
    """The same, as the register of a run remembers it."""
    return tuple(
        Named(spelled(one.parts), one.written, piece_at(proposal, one.start).cell)
        for one in named_in(proposal, settings)
    )


@rule("TXT005")
def reference_unclear(run: Run) -> Iterator[Finding]:
    """A text refers to a form that was not among those checked.

    A short number ('skema 01') belongs to the last full one ('skema nr. 8.1.2 01'). A form of another
    catalogue is told apart; it is told at all only when there is more than one form to look among.

    Flagged::

            A      B      C
        1   Skema 2.1.2. 01
        2   Licenser
        3   Forslaget hænger sammen med skema 2.1.2. 05.
        4   Beløb i 1.000 kr.
        5          2023   2024
        6   Løn    100    200
        8   Skema 2.1.2. 02
        9   Servere
        10  Beløb i 1.000 kr.
        11         2023   2024
        12  Løn    100    200
        14  Skema 2.1.2. 03
        15  Netværk
        16  Beløb i 1.000 kr.
        17         2023   2024
        18  Løn    100    200
        #: TXT005 A3

    Clean::

            A      B      C
        1   Skema 2.1.2. 01
        2   Licenser
        3   Forslaget hænger sammen med skema 02, forslag 1 og skema 2.1.2. 03.
        4   Beløb i 1.000 kr.
        5          2023   2024
        6   Løn    100    200
        8   Skema 2.1.2. 02
        9   Servere
        10  Beløb i 1.000 kr.
        11         2023   2024
        12  Løn    100    200
        14  Skema 2.1.2. 03
        15  Netværk
        16  Beløb i 1.000 kr.
        17         2023   2024
        18  Løn    100    200
    """
    if not any(one.names for one in run.registered):
        return
    there: set[str] = set()
    alike: dict[str, set[str]] = defaultdict(set)
    for one in run.registered:
        key = spelled(parts(one.number))
        there.add(key)
        alike[key.rpartition(".")[0]].add(key)
    for one in run.registered:
        for name in one.names:
            if name.key in there:
                continue
            others = alike.get(name.key.rpartition(".")[0], ())
            if 0 < len(others) <= _ENOUGH:
                continue  # a few of the catalogue: the form may lie elsewhere
            yield Finding(
                "TXT005",
                one.sheet,
                name.cell,
                {"number": name.written, **({} if others else {"variant": "elsewhere"})},
                proposal=one.number,
                key=(name.key,),
                path=one.path,
            )


@rule("XWB003")
def competing_proposals(proposal: Proposal, settings: Settings) -> Iterator[Finding]:
    """A text says that another proposal would do the same: both can hardly be adopted.

    Only with an explicit reference, and with words that say so in its sentence or the two after it; not in a
    proposal that was withdrawn, moved, replaced or rejected.

    Flagged::

            A      B      C
        1   Skema 2.1.2. 08
        2   Ungeindsats
        3   I skema nr. 8.1.2 01 er en reduktion beskrevet. Her lægges i stedet op til at investere.
        4   Beløb i 1.000 kr.
        5          2023   2024
        6   Løn    100    200
        #: XWB003 A3

    Clean::

            A      B      C
        1   Skema 2.1.2. 08
        2   Ungeindsats
        3   Forslaget hænger sammen med skema nr. 8.1.2 01, som beskriver indsatsen.
        4   Beløb i 1.000 kr.
        5          2023   2024
        6   Løn    100    200
    """
    text = ""
    for reference in named_in(proposal, settings) if proposal.active else ():
        text = text or written(proposal)
        if words.says("instead", sentence_around(text, reference.start, reference.end, more=1)):
            yield on(
                "XWB003",
                proposal,
                piece_at(proposal, reference.start).cell,
                {
                    "other": reference.written[:1].upper() + reference.written[1:],
                    "number": proposal.number or "",
                },
            )


@lru_cache(maxsize=65_536)
def last_part(number: str) -> tuple[str, int] | None:
    """A number as what it begins with and the count that it ends with; None where it ends in a letter."""
    said: Sequence[str] = parts(number)
    if len(said) < 2 or not said[-1].isdigit():
        return None
    return spelled(tuple(said[:-1])), int(said[-1])
