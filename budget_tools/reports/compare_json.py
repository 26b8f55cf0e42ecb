"""A comparison as JSON, for other programs: one documented form, version 1, that only ever grows."""

from __future__ import annotations

import json
from dataclasses import asdict
from decimal import Decimal
from typing import Any, TextIO

from ..catalog import Language
from ..comparing import Change, Comparison, Pair, Part, net
from ..model.snapshot import Snapshot
from .compare import CODE, language_of, message, tally
from .wording import Wording, not_checked

VERSION = 1


def to_json(comparison: Comparison, *, tool_version: str, language: Language | None = None) -> dict[str, Any]:
    """The whole comparison as values that ``json`` can write; ``language`` outranks its own."""
    spoken = language or language_of(comparison)
    wording = Wording(spoken, comparison.form_word)
    return {
        "version": VERSION,
        "tool": f"budget-tools {tool_version}",
        "language": spoken,
        "code": CODE,
        "old": list(comparison.old),
        "new": list(comparison.new),
        "proposals": [_pair(pair, comparison, spoken) for pair in comparison.pairs],
        "unread": [
            {"path": one.path, "reason": wording.message(one.path, not_checked(one))}
            for one in comparison.unread
        ],
        "summary": asdict(tally(comparison)),
    }


def write(comparison: Comparison, language: Language, target: TextIO) -> None:
    """Write a comparison as one JSON document."""
    from .. import __version__

    said = to_json(comparison, tool_version=__version__, language=language)
    text = json.dumps(said, ensure_ascii=False, indent=1)
    target.write(text.encode("utf-8", "backslashreplace").decode("utf-8") + "\n")


def _pair(pair: Pair, comparison: Comparison, language: Language) -> dict[str, Any]:
    what = "new" if pair.old is None else "gone" if pair.new is None else "same" if pair.same else "changed"
    return {
        "what": what,
        "evidence": pair.evidence or None,
        "message": message(pair, None, language, comparison.form_word) if what in ("new", "gone") else None,
        "old": _side(pair.old),
        "new": _side(pair.new),
        "changes": [_change(change, pair, comparison, language) for change in pair.changes],
    }


def _side(one: Snapshot | None) -> dict[str, Any] | None:
    """A proposal without its figures and sentences: what it is, where it is, what it comes to."""
    if one is None:
        return None
    said = one.to_json()
    del said["figures"], said["sentences"]
    said["totals"] = {column: f"{amount:f}" for column, amount in net(one).items()}
    return said


def _change(change: Change, pair: Pair, comparison: Comparison, language: Language) -> dict[str, Any]:
    said: dict[str, Any] = {
        "part": change.part.value,
        "old": _value(change.old),
        "new": _value(change.new),
        "old_cell": str(change.old_cell) if change.old_cell is not None else None,
        "new_cell": str(change.new_cell) if change.new_cell is not None else None,
        "message": message(pair, change, language, comparison.form_word),
    }
    if change.part is Part.FIGURE:
        difference = change.difference
        said |= {
            "line": change.line,
            "column": change.column,
            "table": change.table,
            "total": change.total,
            "difference": None if difference is None else f"{difference:f}",
        }
    elif change.part is Part.UNIT:
        said["converted"] = change.converted
    return said


def _value(value: object) -> object:
    return f"{value:f}" if isinstance(value, Decimal) else value
