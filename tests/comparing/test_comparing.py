"""Two collections of thirty proposals side by side: exactly what was changed is told, and nothing else."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from budget_tools import Comparison, compare
from budget_tools.comparing import Pair, Part, changed_words, differences
from budget_tools.model.snapshot import Snapshot
from budget_tools.model.status import Status
from budget_tools.reports.compare import message
from budget_tools.run import check
from tests.comparing.municipality import YEARS, Block, blocks, one_each, overview, write


def compared(tmp_path: Path, old: dict[str, list[Block]], new: dict[str, list[Block]]) -> Comparison:
    return compare(write(tmp_path / "old", old), write(tmp_path / "new", new))


def told(comparison: Comparison) -> dict[str, list[tuple[object, ...]]]:
    """What is told of each proposal that is not as it was, by its number of today."""
    found: dict[str, list[tuple[object, ...]]] = {}
    for pair in comparison.pairs:
        if pair.same:
            continue
        one = pair.new or pair.old
        assert one is not None and one.number is not None
        what = "new" if pair.old is None else "gone" if pair.new is None else ""
        found[one.number] = [(what,)] if what else [_plain(pair, change) for change in pair.changes]
    return found


def _plain(pair: Pair, change: object) -> tuple[object, ...]:
    part, old, new = (getattr(change, name) for name in ("part", "old", "new"))
    if part is Part.FIGURE:
        return (change.line, change.column, old, new)  # type: ignore[attr-defined]
    return (part.value, old, new)


def test_nothing_changed_however_it_is_laid_out(tmp_path: Path) -> None:
    some = list(blocks().values())
    mixed = [one.but(shift=place % 5, sentences=one.sentences[::-1]) for place, one in enumerate(some)]
    mixed.reverse()
    books = {"a.xlsx": mixed[:13], "b.xlsx": mixed[13:14], "Kopi af c.xlsx": mixed[14:]}
    comparison = compared(tmp_path, one_each(some), books)
    assert len(comparison.pairs) == 30
    assert comparison.same, told(comparison)


def test_every_change_is_told_and_nothing_else(tmp_path: Path) -> None:
    old = blocks()
    new = dict(old)
    new["BU-03"] = old["BU-03"].with_amount("Løn", 2029, 123_000)
    first, *rest = old["BU-05"].sentences
    new["BU-05"] = old["BU-05"].but(sentences=(first.replace(" og ", " samt "), *rest))
    del new["BU-07"]
    new["KF-11"] = old["BU-07"].but(number="KF-11", committee=old["KF-01"].committee)
    new["KF-02"] = old["KF-03"].but(number="KF-02")
    new["KF-03"] = old["KF-02"].but(number="KF-03")
    new["KF-05"] = (
        old["KF-06"].but(number="KF-05", title="Frivillighed: pulje").with_amount("Løn", 2027, 1_000)
    )
    new["KF-06"] = old["KF-05"].but(number="KF-06")
    del new["SO-04"]
    new["SO-12"] = old["SO-05"].but(
        number="SO-12",
        title="Helt nyt ældrecenter",
        sentences=("Byen vokser.",),
        lines={"Anlæg": (1, 2, 3, 4)},
    )
    new["SO-06"] = old["SO-06"].but(unit=1000)
    new["SO-07"] = old["SO-07"].but(title="Bostøtte til alle unge")
    new["SO-02"] = old["SO-03"].but(number="SO-02")  # three of one title, two of which swap their numbers
    new["SO-03"] = old["SO-02"].but(number="SO-03")
    new["SO-09"] = old["SO-09"].but(status="Trukket")
    comparison = compared(tmp_path, one_each(old.values()), one_each(new.values()))

    bu3, kf6 = old["BU-03"], old["KF-06"]
    at, is_now = YEARS.index(2029), new["BU-03"]
    lowered = new["KF-05"]
    assert told(comparison) == {
        "BU-03": [
            ("Løn", "2029", Decimal(bu3.lines["Løn"][at]), Decimal(123_000)),
            ("Løn", "total", Decimal(sum(bu3.lines["Løn"])), Decimal(sum(is_now.lines["Løn"]))),
            ("I alt", "2029", Decimal(bu3.totals[at]), Decimal(is_now.totals[at])),
            ("I alt", "total", Decimal(sum(bu3.totals)), Decimal(sum(is_now.totals))),
        ],
        "BU-05": [("sentence", first, first.replace(" og ", " samt "))],
        "KF-11": [
            ("number", "BU-07", "KF-11"),
            ("committee", old["BU-07"].committee, old["KF-01"].committee),
        ],
        "KF-02": [("number", "KF-03", "KF-02")],
        "KF-03": [("number", "KF-02", "KF-03")],
        "KF-06": [("number", "KF-05", "KF-06")],
        "KF-05": [
            ("number", "KF-06", "KF-05"),
            ("title", "Frivillighedspulje", "Frivillighed: pulje"),
            ("Løn", "2027", Decimal(kf6.lines["Løn"][0]), Decimal(1_000)),
            ("Løn", "total", Decimal(sum(kf6.lines["Løn"])), Decimal(sum(lowered.lines["Løn"]))),
            ("I alt", "2027", Decimal(kf6.totals[0]), Decimal(lowered.totals[0])),
            ("I alt", "total", Decimal(sum(kf6.totals)), Decimal(sum(lowered.totals))),
        ],
        "SO-04": [("gone",)],
        "SO-12": [("new",)],
        "SO-06": [("unit", 1, 1000)],
        "SO-07": [("title", "Bostøtte til unge", "Bostøtte til alle unge")],
        "SO-02": [("number", "SO-03", "SO-02")],
        "SO-03": [("number", "SO-02", "SO-03")],
        "SO-09": [("status", None, "withdrawn")],
    }


def test_the_permanent_id_outranks_number_and_title(tmp_path: Path) -> None:
    old = [one.but(id=f"F-{place:03}") for place, one in enumerate(blocks().values())]
    new = list(old)
    new[0] = old[1].but(id=old[0].id)  # the contents of another, but the id of its own
    new[1] = old[0].but(id=old[1].id)
    comparison = compared(tmp_path, one_each(old), one_each(new))
    changed = [pair for pair in comparison.pairs if not pair.same]
    assert {pair.evidence for pair in comparison.pairs} == {"id"}
    assert [(pair.old.permanent_id, pair.new.permanent_id) for pair in changed if pair.old and pair.new] == [
        ("F-000", "F-000"),
        ("F-001", "F-001"),
    ]


def test_an_earlier_number_is_enough(tmp_path: Path) -> None:
    one = blocks()["BU-01"]
    moved = one.but(number="SO-20", earlier="BU-01", title="Vuggestuer", sentences=one.sentences[:1])
    [pair] = compared(tmp_path, {"a.xlsx": [one]}, {"b.xlsx": [moved]}).pairs
    assert pair.evidence == "earlier-number" and pair.renumbered


def test_a_number_that_was_given_again_is_another_proposal(tmp_path: Path) -> None:
    one = blocks()["BU-01"]
    other = one.but(
        title="Broafgift", sentences=("Havnen sejler sin egen sø.",), lines={"Anlæg": (1, 2, 3, 4)}
    )
    comparison = compared(tmp_path, {"a.xlsx": [one]}, {"a.xlsx": [other]})
    assert [(pair.old is None, pair.new is None) for pair in comparison.pairs] == [
        (True, False),
        (False, True),
    ]


def test_a_unit_that_changed_alone_is_told_as_such(tmp_path: Path) -> None:
    one = blocks()["KF-04"]
    thousand = one.but(lines={line: tuple(a // 1000 for a in amounts) for line, amounts in one.lines.items()})
    [pair] = compared(tmp_path, {"a.xlsx": [one]}, {"a.xlsx": [one.but(unit=1000)]}).pairs
    assert [(change.part, change.converted) for change in pair.changes] == [(Part.UNIT, True)]
    stated = thousand.but(unit=1000, lines={k: tuple(a * 1000 for a in v) for k, v in thousand.lines.items()})
    [pair] = compared(tmp_path, {"a.xlsx": [thousand]}, {"a.xlsx": [stated]}).pairs
    assert [(change.part, change.converted) for change in pair.changes] == [(Part.UNIT, False)]


def test_rounding_on_the_way_to_another_unit_is_no_change(tmp_path: Path) -> None:
    one = blocks()["KF-04"].but(lines={"Løn": (1_234_567, 2_000_000, 1_999_999, 500_400)})
    million = one.but(unit=1_000_000, lines={"Løn": (1_230_000, 2_000_000, 2_000_000, 500_000)})
    [pair] = compared(tmp_path, {"a.xlsx": [one]}, {"a.xlsx": [million]}).pairs
    assert [change.part for change in pair.changes] == [Part.UNIT]


def test_a_line_that_is_called_something_else(tmp_path: Path) -> None:
    one = blocks()["KF-04"]
    named = one.but(lines={"Løn til 3 medarbejdere" if k == "Løn" else k: v for k, v in one.lines.items()})
    [pair] = compared(tmp_path, {"a.xlsx": [one]}, {"a.xlsx": [named]}).pairs
    assert [(c.part, c.old, c.new) for c in pair.changes] == [(Part.LINE, "Løn", "Løn til 3 medarbejdere")]


def test_a_line_that_is_gone_and_one_that_is_new(tmp_path: Path) -> None:
    one = blocks()["KF-04"].but(lines={"Løn": (1, 2, 3, 4), "Husleje": (5, 6, 7, 8)})
    other = one.but(lines={"Løn": (1, 2, 3, 4), "Konsulenter": (50, 60, 70, 81)})
    [pair] = compared(tmp_path, {"a.xlsx": [one]}, {"a.xlsx": [other]}).pairs
    lines = {
        (c.line, c.old is None, c.new is None) for c in pair.changes if not c.total and c.column == "2027"
    }
    assert lines == {("Husleje", False, True), ("Konsulenter", True, False)}


def test_a_copy_of_a_proposal_counts_once(tmp_path: Path) -> None:
    one = blocks()["KF-04"]
    comparison = compared(tmp_path, {"a.xlsx": [one], "b.xlsx": [one]}, {"c.xlsx": [one]})
    assert len(comparison.pairs) == 1 and comparison.same


def test_words_that_changed() -> None:
    assert changed_words("Det koster 1.200 kr.", "Det koster 1.250 kr. om året.") == [
        ("same", "Det koster "),
        ("old", "1.200"),
        ("new", "1.250"),
        ("same", " kr."),
        ("new", " om året."),
    ]


@pytest.mark.parametrize("number", ["BU-03", "SO-02"])
def test_a_snapshot_survives_json(tmp_path: Path, number: str) -> None:
    one = blocks()[number].but(id="F-1", earlier="KF-20", status="Vedtaget med ændringer")
    report = check(write(tmp_path, {"a.xlsx": [one]}), snapshots=True)
    [snapshot] = report.workbooks[0].snapshots
    again = Snapshot.from_json(json.loads(json.dumps(snapshot.to_json())))
    assert again == snapshot
    assert (snapshot.permanent_id, snapshot.earlier_numbers, snapshot.status) == (
        "F-1",
        ("KF-20",),
        "adopted-changed",
    )
    assert [pair.same for pair in differences([snapshot], [again])] == [True]


def test_a_plain_check_takes_no_snapshots(tmp_path: Path) -> None:
    report = check(write(tmp_path, {"a.xlsx": [blocks()["BU-01"]]}))
    assert report.workbooks[0].snapshots == ()


@pytest.mark.parametrize(
    ("times", "said"), [(Decimal("0.001"), "delt med 1.000"), (Decimal(1000), "ganget med 1.000")]
)
def test_amounts_in_another_unit_that_nobody_stated(tmp_path: Path, times: Decimal, said: str) -> None:
    one = blocks()["SO-07"]
    other = one.but(
        lines={line: tuple(int(a * times) for a in amounts) for line, amounts in one.lines.items()}
    )
    [pair] = compared(tmp_path, {"a.xlsx": [one]}, {"a.xlsx": [other]}).pairs
    assert [(change.part, change.new) for change in pair.changes] == [(Part.SCALE, times)]
    assert said in message(pair, pair.changes[0], "da", "Blok")


def test_a_register_beside_the_forms_tells_how_far_they_have_come(tmp_path: Path) -> None:
    some = blocks()
    old, new = (write(tmp_path / name, one_each(some.values())) for name in ("old", "new"))
    overview(old / "Register.xlsx", some.values(), status={"BU-04": "Indsendt"})
    overview(new / "Register.xlsx", some.values(), status={"BU-04": "Trukket"})
    [number] = told(compare(old, new)).items()
    assert number == ("BU-04", [("status", Status.SUBMITTED, Status.WITHDRAWN)])
