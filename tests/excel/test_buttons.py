"""The buttons, clicked through the real xlwings on an engine that is no Excel."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwings as xw
from typer.testing import CliRunner

from budget_tools.books.file import WorkbookFile
from budget_tools.books.live import LiveBook
from budget_tools.cli.main import app
from budget_tools.excel import buttons, listing
from budget_tools.filling import missing_totals
from budget_tools.inspection.examining import examine
from budget_tools.model.address import Cell
from budget_tools.run import check_book
from budget_tools.settings import Settings
from tests.excel.conftest import SAMPLES
from tests.excel.on_openpyxl import Busy, Engine, Refused

Open = Callable[[str], xw.Book]

CATALOGUE = "catalogue/Driftsforslag 2023-2026 Økonomiudvalget.xlsx"
TOTALS_MISSING = "faults/STR003-total-column-empty.xlsx"
TEXT_NUMBER = "faults/NUM001-text-with-point.xlsx"


def contents(book: xw.Book) -> dict[str, Any]:
    """Everything that the test engine holds of a workbook, looks included."""
    return {
        ws.title: [
            (c.coordinate, c.value, c.number_format, c.fill.fgColor.rgb, c.comment and c.comment.text)
            for row in ws.iter_rows()
            for c in row
            if not isinstance(c, openpyxl.cell.cell.MergedCell)
        ]
        for ws in book.impl.written.worksheets
    }


def test_check_writes_nothing_and_opens_a_list(opened: Open, engine: Engine) -> None:
    book = opened("faults/ARI001-row-total-wrong.xlsx")
    book.sheets[0].range("C3").select()
    before = contents(book)
    buttons.check()
    assert contents(book) == before
    assert engine.written[book.name] == 0
    assert book.sheets[0].impl.selected.address == "$C$3"
    found = listing.list_of(book.app, book.name)
    assert found is not None and engine.apps._app.books.active.name == found.name
    sheet = found.sheets[0]
    rows = sheet.range("A5:K6").value
    assert rows[0][:6] == ["Nr.", "Alvor", "Kode", "Ark", "Celle", "Hvad er galt"]
    assert rows[1][1:4] == ["Fejl", "ARI001", "Skema"]
    assert rows[1][5].startswith("F10 viser")
    assert rows[1][9] == "åben"
    link = sheet.range("E6").formula
    assert link == f'=HYPERLINK("[{book.fullname}]\'Skema\'!F10","F10")'
    assert engine.alerts == [
        "ARI001-row-total-wrong.xlsx: 1 fejl, 0 advarsler, 0 bemærkninger. "
        "Klik på en celle i listen for at springe til den."
    ]


def test_a_second_check_fills_the_same_list(opened: Open, engine: Engine) -> None:
    book = opened(CATALOGUE)
    buttons.check()
    buttons.check()
    assert len(book.app.books) == 2
    book.activate()
    book.sheets["02"].activate()
    buttons.check_sheet()
    found = listing.list_of(book.app, book.name)
    assert found is not None and len(book.app.books) == 2
    rows = found.sheets[0].range("A6:D20").value
    assert {row[3] for row in rows if row[0]} == {"02"}


def test_a_clean_workbook_opens_no_list(opened: Open, engine: Engine) -> None:
    book = opened("proposals/Skema 2.1.2. 07 Microsoft licenser - stigende udgifter.xlsx")
    buttons.check()
    assert len(book.app.books) == 1
    assert engine.alerts == [f"{book.name}: Ingen fejl og ingen bemærkninger."]


def test_text_that_looks_like_a_formula_stays_text_in_the_list(opened: Open, tmp_path: Path) -> None:
    book = opened("faults/ARI001-row-total-wrong.xlsx")
    book.sheets[0].range("A10").value = "'=cmd|'/c calc'!A1"
    buttons.check()
    found = listing.list_of(book.app, book.name)
    assert found is not None
    for row in found.impl.written.worksheets[0].iter_rows():
        for cell in row:
            assert cell.data_type != "f" or cell.value.startswith("=HYPERLINK("), cell.value


def test_a_few_calls_a_sheet(opened: Open, engine: Engine) -> None:
    book = opened(CATALOGUE)
    read = LiveBook(book, book.fullname).read()
    check_book(read, Settings())
    assert engine.calls.total() <= 10 * len(book.sheets)
    assert engine.calls["Range.raw_value"] == engine.calls["Range.formula"] == len(book.sheets)


def test_a_few_more_where_something_was_changed(opened: Open, engine: Engine) -> None:
    book = opened(CATALOGUE)
    book.sheets[3].range("B12").value = 17
    engine.calls.clear()
    check_book(LiveBook(book, book.fullname).read(), Settings())
    assert engine.calls.total() <= 32 * len(book.sheets)
    assert engine.calls["Range.raw_value"] == engine.calls["Range.formula"] == len(book.sheets)


def test_the_list_is_written_in_as_many_calls_as_it_has_columns(opened: Open, engine: Engine) -> None:
    calls = []
    for sample in ("faults/ARI001-row-total-wrong.xlsx", CATALOGUE):
        engine.reset()
        book = opened(sample)
        read = LiveBook(book, book.fullname).read()
        check_book(read, Settings())
        reading = engine.calls.total()
        engine.calls.clear()
        buttons.check()
        calls.append(engine.calls.total() - reading)
    assert max(calls) - min(calls) < 10 and max(calls) < 230  # one finding, and nineteen


def test_next_finding_goes_round(opened: Open, engine: Engine) -> None:
    book = opened(CATALOGUE)
    seen = []
    for _ in range(30):
        buttons.next_finding()
        seen.append((book.sheets.active.name, book.sheets.active.impl.selected.address))
    assert len(set(seen)) > 5 and seen[0] in seen[1:]
    assert engine.alerts[0].startswith("1 af ")
    assert engine.written[book.name] == 0


def test_next_finding_from_the_list_jumps_to_its_cell(opened: Open, engine: Engine) -> None:
    book = opened("faults/ARI001-row-total-wrong.xlsx")
    buttons.check()
    found = listing.list_of(book.app, book.name)
    assert found is not None
    found.sheets[0].range("A6").select()
    found.set_mock_caller()
    buttons.next_finding()
    assert engine.apps._app.books.active.name == book.name
    assert book.sheets.active.impl.selected.address == "$F$10"


def test_a_list_whose_workbook_is_closed(opened: Open, engine: Engine) -> None:
    book = opened("faults/ARI001-row-total-wrong.xlsx")
    buttons.check()
    found = listing.list_of(book.app, book.name)
    assert found is not None
    name = book.name
    book.close()
    found.set_mock_caller()
    buttons.check()
    assert engine.alerts[-1] == f"Projektmappen '{name}', som listen hører til, er ikke åben længere."


def test_fill_totals_shows_and_writes_only_after_a_yes(opened: Open, engine: Engine) -> None:
    book = opened(TOTALS_MISSING)
    before = contents(book)
    buttons.fill_totals()  # the dialogue is answered with no
    assert contents(book) == before
    assert "Skema!F10: (tom) → =SUM(B10:E10) (2.000)" in engine.alerts[0]
    assert engine.alerts[-1] == "Intet er ændret."
    engine.answers = ["yes"]
    book.sheets[0].range("B2").select()
    buttons.fill_totals()
    assert book.sheets[0].range("F10").formula == "=SUM(B10:E10)"
    assert engine.alerts[-1] == "2 totaler er udfyldt. Fortryd seneste tager det tilbage."
    assert book.sheets[0].impl.selected.address == "$B$2"


def test_undo_gives_the_cells_back(opened: Open, engine: Engine) -> None:
    book = opened(TOTALS_MISSING)
    before = contents(book)
    engine.answers = ["yes"] * 2
    buttons.fill_totals()
    assert contents(book) != before
    buttons.undo_last()
    buttons.undo_last()
    assert contents(book) == before
    assert "er taget tilbage" in engine.alerts[-3] or "er taget tilbage" in engine.alerts[-2]
    assert engine.alerts[-1].startswith("Knapperne har ikke skrevet noget i ")


def test_undo_leaves_what_was_changed_since(opened: Open, engine: Engine) -> None:
    book = opened(TOTALS_MISSING)
    engine.answers = ["yes"] * 2
    buttons.fill_totals()
    book.sheets[0].range("F10").value = 77
    buttons.undo_last()
    assert book.sheets[0].range("F10").value == 77
    assert book.sheets[0].range("F11").value is None
    assert engine.alerts[-1] == (
        "1 celle er taget tilbage. 1 celle er ændret siden og er ikke rørt: Skema!F10."
    )


def test_safe_fixes_are_made_and_taken_back(opened: Open, engine: Engine) -> None:
    book = opened(TEXT_NUMBER)
    report = LiveBook(book).read()
    before = contents(book)
    engine.answers = ["yes", "yes"]
    buttons.fix_safe()
    assert contents(book) != before
    changed = LiveBook(book).read()
    assert report.sheets[0].rows != changed.sheets[0].rows
    assert "er rettet. Fortryd seneste tager det tilbage." in engine.alerts[-1]
    buttons.undo_last()
    assert contents(book) == before


def test_a_protected_sheet_is_refused_with_the_reason(opened: Open, engine: Engine) -> None:
    book = opened(TOTALS_MISSING)
    book.sheets[0].impl.ws.protection.sheet = True
    before = contents(book)
    engine.answers = ["yes"]
    buttons.fill_totals()
    assert contents(book) == before
    assert "er ikke ændret: arket 'Skema' er beskyttet." in engine.alerts[-1]


def test_half_a_write_is_taken_back(opened: Open, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    book = opened("faults/STR003-total-row-empty.xlsx")
    before = contents(book)
    engine.answers = ["yes"]
    from budget_tools.excel import written

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(written, "remember", full)
    buttons.fill_totals()
    assert contents(book) == before
    assert "Send filen" in engine.alerts[-1]


@pytest.mark.parametrize("name", [one for one in buttons.BUTTONS if one != "accept"])
def test_every_button_leaves_all_as_it_was_without_a_yes(name: str, opened: Open, engine: Engine) -> None:
    book = opened("catalogue/Driftsforslag 2023-2026 Økonomiudvalget.xlsx")
    book.sheets[2].activate()
    book.sheets[2].range("C4").select()
    before, selects = contents(book), engine.calls["Range.select"]
    getattr(buttons, name)()
    assert contents(book) == before and engine.written[book.name] == 0
    assert engine.alerts[-1] and "fejlen er ikke din" not in engine.alerts[-1]
    assert book.app.screen_updating is True and book.app.calculation == "automatic"
    if name != "next_finding":  # that is what it is for
        assert book.sheets.active.name == book.sheets[2].name
        assert book.sheets[2].impl.selected.address == "$C$4"
        # nothing is selected again, which would scroll; the list's first line is chosen in the list
        assert engine.calls["Range.select"] - selects == (name.startswith("check"))


def two_tables(path: Path, *, filtered: bool = False) -> xw.Book:
    """A sheet with two tables whose totals are empty."""
    workbook = openpyxl.Workbook()
    sheet: Any = workbook.active
    for start, unit in ((1, 100), (10, 7)):
        sheet.cell(start, 1, "Beløb i 1.000 kr.")
        for column, year in enumerate((2023, 2024, 2025, 2026, "I alt"), 2):
            sheet.cell(start, column, year)
        for row in range(start + 1, start + 5):
            sheet.cell(row, 1, f"Linje {row}")
            for column in range(2, 6):
                sheet.cell(row, column, unit * row)
        sheet.cell(start + 5, 1, "I alt")
    if filtered:
        sheet.auto_filter.ref = "A1:F6"
        sheet.auto_filter.add_filter_column(0, ["Linje 2"])
        for row in (3, 4):
            sheet.row_dimensions[row].hidden = True
    workbook.save(path)
    book = xw.Book(str(path))
    book.set_mock_caller()
    return book


@pytest.mark.parametrize("filtered", [False, True])
def test_several_tables_a_sheet_and_filtered_rows(
    filtered: bool, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    book = two_tables(tmp_path / "to.xlsx", filtered=filtered)
    examined = examine(WorkbookFile(book.fullname).read(), Settings())
    (page,) = examined.pages
    wanted = {edit.cell: edit.formula for table in page.tables for _, edit in missing_totals(table)}
    assert len(page.tables) == 2 and {Cell(6, 2), Cell(15, 2), Cell(12, 6)} < set(wanted)
    before = contents(book)
    engine.answers = ["yes", "yes"]
    buttons.fill_totals()
    sheet = book.sheets[0]
    assert {cell: sheet.range(cell).formula for cell in wanted} == wanted
    # where a filter may pass over rows each cell is written by itself, else a run of them at a time
    assert (engine.written[book.name] >= len(wanted)) is filtered
    buttons.undo_last()
    assert contents(book) == before


def test_undo_on_a_sheet_protected_since(opened: Open, engine: Engine) -> None:
    book = opened(TOTALS_MISSING)
    engine.answers = ["yes"] * 3
    buttons.fill_totals()
    filled = contents(book)
    book.sheets[0].impl.ws.protection.sheet = True
    buttons.undo_last()
    assert contents(book) == filled
    assert "er ikke ændret: arket 'Skema' er beskyttet." in engine.alerts[-1]
    book.sheets[0].impl.ws.protection.sheet = False
    buttons.undo_last()  # it was not forgotten
    assert "er taget tilbage" in engine.alerts[-1]


def test_a_workbook_whose_structure_is_protected_is_not_marked(
    opened: Open, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = opened("faults/ARI002-line-left-out.xlsx")
    before = contents(book)
    engine.answers = ["yes"]

    def refused(*_: Any, **__: Any) -> None:
        raise Refused("Workbook is protected")

    monkeypatch.setattr("tests.excel.on_openpyxl.Sheets.add", refused)
    buttons.show_marks()
    assert contents(book) == before
    assert "er ikke ændret" in engine.alerts[-1] and "fejlen er ikke din" not in engine.alerts[-1]
    assert book.app.screen_updating is True and book.app.calculation == "automatic"


def test_excel_busy_for_a_moment_is_waited_for(
    opened: Open, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("budget_tools.books.live.PATIENCE", (0.0,) * 4)
    opened("faults/ARI001-row-total-wrong.xlsx")
    engine.busy = 3
    buttons.check()
    assert engine.alerts[-1].startswith("ARI001-row-total-wrong.xlsx: 1 fejl")


def test_excel_busy_all_the_while_is_told(
    opened: Open, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("budget_tools.books.live.PATIENCE", (0.0,) * 4)
    book = opened("faults/ARI001-row-total-wrong.xlsx")
    engine.busy = 1000
    buttons.check()
    engine.busy = 0
    assert "Excel er optaget" in engine.alerts[-1] and "Enter eller Esc" in engine.alerts[-1]
    assert book.app.screen_updating is True and book.app.calculation == "automatic"


def test_a_failure_is_a_sentence_and_a_log(
    opened: Open, engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    book = opened("faults/ARI001-row-total-wrong.xlsx")

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("budget_tools.inspection.examining.examine", broken)
    buttons.check()
    log = tmp_path / "state" / "budget_tools" / "excel.log"
    assert str(log) in engine.alerts[-1] and "boom" not in engine.alerts[-1]
    assert "Traceback" not in engine.alerts[-1]
    assert "RuntimeError: boom" in log.read_text("utf-8")
    assert book.app.screen_updating is True and book.app.calculation == "automatic"


def test_settings_of_the_folder_hold(opened: Open, engine: Engine, tmp_path: Path) -> None:
    book = opened("faults/ARI001-row-total-wrong.xlsx")
    (tmp_path / "forslag" / "budget.toml").write_text('language = "en"\n', "utf-8")
    buttons.check()
    assert engine.alerts[-1].startswith(f"{book.name}: 1 error")
    (tmp_path / "forslag" / "budget.toml").write_text("nonsense = 1\n", "utf-8")
    buttons.check()
    assert engine.alerts[-1].startswith("Indstillingerne er forkerte: ")


def test_a_workbook_in_a_cloud_folder_that_is_not_here(opened: Open, engine: Engine) -> None:
    book = opened("faults/ARI001-row-total-wrong.xlsx")
    book.impl.fullname = "https://slagelse.sharepoint.com/sites/budget/Forslag.xlsx"
    buttons.check()
    assert "1 fejl" in engine.alerts[-1] and "budget.toml er derfor ikke brugt" in engine.alerts[-1]
    buttons.new_proposal()
    assert "Synkronisér mappen til computeren" in engine.alerts[-1]


def test_a_new_workbook_lies_nowhere(opened: Open, engine: Engine) -> None:
    opened("faults/ARI001-row-total-wrong.xlsx").app.books.add().set_mock_caller()
    buttons.new_proposal()
    assert engine.alerts[-1].startswith("Gem projektmappen først")
    buttons.accept(codes("ok"), codes("BJ"))
    assert engine.alerts[-1].startswith("Gem projektmappen først")


def test_a_cloud_address_that_xlwings_cannot_resolve(
    opened: Open, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened("faults/ARI001-row-total-wrong.xlsx")

    def unresolved(self: object) -> str:
        raise xw.XlwingsError("Couldn't find your local OneDrive file")

    monkeypatch.setattr(xw.Book, "fullname", property(unresolved))
    buttons.check()
    assert "1 fejl" in engine.alerts[-1] and "budget.toml er derfor ikke brugt" in engine.alerts[-1]


def test_undo_leaves_a_format_that_was_changed_since(opened: Open, engine: Engine) -> None:
    book = opened(TEXT_NUMBER)
    engine.answers = ["yes", "yes"]
    buttons.fix_safe()
    book.sheets[0].range("B11").number_format = "0.00"
    buttons.undo_last()
    assert book.sheets[0].range("B11").number_format == "0.00"
    assert "Skema!B11" in engine.alerts[-1]


def test_a_new_proposal_gets_the_next_number(opened: Open, engine: Engine, tmp_path: Path) -> None:
    opened("proposals/Skema 2.1.2. 07 Microsoft licenser - stigende udgifter.xlsx")
    engine.answers = ["no", "yes", "yes"]
    target = tmp_path / "forslag" / "Skema 2.1.2. 08.xlsx"
    buttons.new_proposal()
    assert not target.exists()
    buttons.new_proposal()
    assert target.is_file()
    new = xw.Book(str(target))
    assert new.sheets[0].range("B2").value == "2.1.2. 08"
    buttons.new_proposal()
    assert (tmp_path / "forslag" / "Skema 2.1.2. 09.xlsx").is_file()


def codes(text: str) -> str:
    """Text as the macro codes it."""
    data = text.encode("utf-16-le")
    return " ".join(str(int.from_bytes(data[n : n + 2], "little")) for n in range(0, len(data), 2))


def test_accepting_is_what_the_command_line_does(opened: Open, engine: Engine, tmp_path: Path) -> None:
    from budget_tools import accepted, check

    book = opened("faults/ARI001-row-total-wrong.xlsx")
    buttons.check()
    book.activate()
    book.sheets[0].range("F10").select()
    buttons.accept(codes('Aftalt "med" udvalget 😀'), codes("BJ"))
    assert engine.alerts[-1].startswith("1 fund er markeret som i orden af BJ.")
    (standing,) = accepted(book.fullname).standing
    assert (standing.state, standing.record.why) == ("in-force", 'Aftalt "med" udvalget 😀')
    (finding,) = check(book.fullname).findings
    assert finding.accepted is not None
    found = listing.list_of(book.app, book.name)
    assert found is not None and "BJ" in found.sheets[0].range("J6").value
    buttons.next_finding()
    assert engine.alerts[-1] == "Der er ingen bemærkninger at springe til."
    book.sheets[0].range("F10").value = 1
    buttons.next_finding()
    assert " af 2: " in engine.alerts[-1]  # it is back, and the total below shows that it changed


def test_accepting_from_a_line_of_the_list(opened: Open, engine: Engine) -> None:
    book = opened("faults/ARI001-row-total-wrong.xlsx")
    buttons.check()
    found = listing.list_of(book.app, book.name)
    assert found is not None
    found.sheets[0].range("C6").select()
    found.set_mock_caller()
    buttons.accept(codes("ok"), codes("BJ"))
    assert engine.alerts[-1].startswith("1 fund er markeret som i orden af BJ.")


def test_accepting_needs_a_finding_a_reason_and_initials(opened: Open, engine: Engine) -> None:
    book = opened("faults/ARI001-row-total-wrong.xlsx")
    book.sheets[0].range("A1").select()
    buttons.accept(codes("ok"), codes("BJ"))
    assert engine.alerts[-1].startswith("Der er ingen bemærkning på Skema!A1.")
    buttons.accept(codes("  "), codes("BJ"))
    assert engine.alerts[-1].startswith("Skriv både en begrundelse")
    assert not (Path(book.fullname).parent / "budget-accepted.jsonl").exists()


def test_the_workbook_with_buttons_means_the_other_one(opened: Open, engine: Engine, tmp_path: Path) -> None:
    from budget_tools.installing.addin import standalone

    path = tmp_path / "budget_tools.xlsm"
    path.write_bytes(standalone())
    book = opened("faults/ARI001-row-total-wrong.xlsx")
    control = xw.Book(str(path))
    control.set_mock_caller()
    buttons.check()
    assert engine.alerts[-1].startswith(f"{book.name}: 1 fejl")
    second = opened(TOTALS_MISSING)
    control.set_mock_caller()
    buttons.check()
    assert engine.alerts[-1].startswith("Flere projektmapper er åbne")
    control.sheets[0].range("C5").value = second.name
    buttons.check()
    assert engine.alerts[-1].startswith(f"{second.name}: 0 fejl")
    control.sheets[0].range("C5").value = "nonsense"
    buttons.check()
    assert engine.alerts[-1] == "Projektmappen 'nonsense' er ikke åben."


def test_amounts_in_the_selection(opened: Open, engine: Engine) -> None:
    book = opened("faults/ARI001-row-total-wrong.xlsx")
    book.sheets[0].range("H1").value = "'5,7 mio. kr."
    book.sheets[0].range("H2").value = "'måske"
    book.sheets[0].range("H1:H2").select()
    buttons.explain_cells()
    assert "5,7 mio. kr. → 5.700" in engine.alerts[-1]
    assert "'måske' er ikke et beløb" in engine.alerts[-1]


def test_help_tells_of_every_button(opened: Open, engine: Engine) -> None:
    opened("faults/ARI001-row-total-wrong.xlsx")
    buttons.help()
    assert all(label in engine.alerts[-1] for label in ("Kontrollér:", "Udfyld totaler:", "excel.log"))


def test_without_excel_the_end_is_a_sentence(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["-c"])
    with pytest.raises(SystemExit) as end:
        buttons.check()
    assert "Traceback" not in str(end.value) and "Excel" in str(end.value)


def test_busy_is_told_by_its_number() -> None:
    from budget_tools.books.live import is_busy

    assert is_busy(Busy("x")) and not is_busy(ValueError("x"))


# --- colours and notes in the workbook itself ---------------------------------------------------------


def test_marks_are_shown_only_after_a_yes(opened: Open, engine: Engine) -> None:
    book = opened("faults/ARI002-line-left-out.xlsx")
    before = contents(book)
    buttons.show_marks()
    assert contents(book) == before
    assert engine.alerts[-1] == "Intet er ændret."


def test_shown_and_removed_the_workbook_is_as_before(opened: Open, engine: Engine) -> None:
    book = opened("faults/ARI002-line-left-out.xlsx")
    sheet = book.sheets[0]
    flagged = check_book(LiveBook(book).read(), Settings()).findings[0].cell
    assert flagged is not None
    sheet.range(str(flagged)).color = "#00FF7F"
    sheet.range(str(flagged)).add_note("Grethe:\nSpørg Lone")
    sheet.range("B2").select()
    before = contents(book)
    engine.answers = ["yes", "yes"]
    buttons.show_marks()
    marked = contents(book)
    assert [one.name for one in book.sheets] == ["Skema", "Kontrol", "budget-tools"]
    assert book.sheets["budget-tools"].visible == 2
    assert book.sheets.active.name == "Skema" and sheet.impl.selected.address == "$B$2"
    note = sheet.range(str(flagged)).note
    assert note is not None and note.text.startswith("Grethe:\nSpørg Lone\n\nbudget-tools ")
    buttons.show_marks()  # marked afresh, not twice
    assert contents(book) == marked
    buttons.remove_marks()
    assert contents(book) == before
    buttons.remove_marks()
    assert engine.alerts[-1].startswith("Der er ingen farver og noter fra os i ")


def test_undo_takes_the_marks_away_exactly(opened: Open, engine: Engine) -> None:
    book = opened("faults/ARI002-line-left-out.xlsx")
    sheet = book.sheets[0]
    flagged = check_book(LiveBook(book).read(), Settings()).findings[0].cell
    assert flagged is not None
    sheet.range(str(flagged)).color = "#00FF7F"
    sheet.range(str(flagged)).add_note("Grethe:\nSpørg Lone")
    sheet.range("B2").select()
    before = contents(book)
    engine.answers = ["yes", "no", "yes"]
    buttons.show_marks()
    marked = contents(book)
    buttons.undo_last()
    assert contents(book) == marked and engine.alerts[-1] == "Intet er ændret."
    assert engine.alerts[-2].startswith("Tag farver, noter og arket Kontrol væk, som blev sat ind ")
    buttons.undo_last()
    assert contents(book) == before
    assert sheet.impl.selected.address == "$B$2"
    assert "dit eget er som før" in engine.alerts[-1]
    buttons.undo_last()
    assert engine.alerts[-1].startswith("Knapperne har ikke skrevet noget i ")


def test_undo_goes_back_step_by_step(opened: Open, engine: Engine) -> None:
    """Totals, then marks, then marks afresh: the marks go first and once, the totals after them."""
    book = opened(TOTALS_MISSING)
    before = contents(book)
    engine.answers = ["yes"] * 10
    buttons.fill_totals()
    filled = contents(book)
    book.sheets[0].range("B10").value = 1
    buttons.show_marks()
    buttons.show_marks()
    buttons.undo_last()
    book.sheets[0].range("B10").value = before["Skema"][[c[0] for c in before["Skema"]].index("B10")][1]
    assert contents(book) == filled
    buttons.undo_last()
    assert contents(book) == before


def test_marks_that_are_gone_are_not_undone(opened: Open, engine: Engine) -> None:
    book = opened(TOTALS_MISSING)
    before = contents(book)
    engine.answers = ["yes"] * 10
    buttons.fill_totals()
    book.sheets[0].range("B10").value = 1
    buttons.show_marks()
    buttons.remove_marks()
    book.sheets[0].range("B10").value = before["Skema"][[c[0] for c in before["Skema"]].index("B10")][1]
    buttons.undo_last()
    assert contents(book) == before


def test_marks_that_cannot_be_remembered_are_not_made(
    opened: Open, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = opened("faults/ARI002-line-left-out.xlsx")
    before = contents(book)
    engine.answers = ["yes"]
    from budget_tools.excel import written

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(written, "remember", full)
    buttons.show_marks()
    assert contents(book) == before
    assert "Send filen" in engine.alerts[-1]


def test_a_colour_that_a_person_chose_since_stays(opened: Open, engine: Engine) -> None:
    book = opened("faults/ARI002-line-left-out.xlsx")
    engine.answers = ["yes"]
    buttons.show_marks()
    flagged = check_book(LiveBook(book).read(), Settings()).findings[0].cell
    book.sheets[0].range(str(flagged)).color = "#123456"
    buttons.remove_marks()
    assert book.sheets[0].range(str(flagged)).color == (0x12, 0x34, 0x56)


def test_marks_of_a_button_are_taken_away_by_the_command_line(
    opened: Open, engine: Engine, tmp_path: Path
) -> None:
    book = opened("faults/ARI002-line-left-out.xlsx")
    before = contents(book)
    engine.answers = ["yes"]
    buttons.show_marks()
    path = tmp_path / "marked.xlsx"
    book.save(str(path))
    done = CliRunner().invoke(app, ["unmark", str(path), "--output", str(tmp_path / "ud")])
    assert done.exit_code == 0, done.output
    book.close()
    again = xw.Book(str(tmp_path / "ud" / "marked.xlsx"))
    assert [one.name for one in again.sheets] == ["Skema"]
    assert contents(again)["Skema"] == before["Skema"]


def test_marks_of_the_command_line_are_taken_away_by_the_button(
    opened: Open, engine: Engine, tmp_path: Path
) -> None:
    sample = SAMPLES / "faults" / "ARI002-line-left-out.xlsx"
    assert CliRunner().invoke(app, ["mark", str(sample), "--output", str(tmp_path)]).exit_code == 0
    clean = xw.Book(str(sample))
    plain = contents(clean)
    clean.close()
    book = xw.Book(str(tmp_path / sample.name))
    book.set_mock_caller()
    assert contents(book) != plain
    buttons.remove_marks()
    assert [one.name for one in book.sheets] == ["Skema"]
    assert [cell[1:] for cell in contents(book)["Skema"]] == [cell[1:] for cell in plain["Skema"]]


def test_a_protected_sheet_is_not_marked(opened: Open, engine: Engine) -> None:
    book = opened("faults/ARI002-line-left-out.xlsx")
    book.sheets[0].impl.ws.protection.sheet = True
    before = contents(book)
    engine.answers = ["yes"]
    buttons.show_marks()
    assert contents(book) == before
    assert "er beskyttet" in engine.alerts[-1]
