"""What a run must know of workbooks that it does not read again survives JSON."""

from __future__ import annotations

import json
from pathlib import Path

from budget_tools.inspection.across import inspect_run
from budget_tools.inspection.batch import inspect
from budget_tools.model.remembered import overview_json, overview_of, registered_json, registered_of
from budget_tools.run import SettingsOf, examine_all
from tests.comparing.municipality import blocks, one_each, overview, write

FRAME = '[committees]\nBU = { committee = "Børne- og Ungeudvalget", frame = { 2027 = 1 } }\n'


def test_a_run_over_what_is_remembered_finds_the_same(tmp_path: Path) -> None:
    some = blocks()
    some["BU-04"] = some["BU-04"].but(id="F-4", earlier="KF-20", status="Trukket")
    folder = write(tmp_path / "forslag", one_each(some.values()))
    settings = folder / "budget.toml"
    settings.write_text(settings.read_text("utf-8") + FRAME, "utf-8")
    overview(
        folder / "Oversigt.xlsx", some.values(), changed={("KF-04", 2028): 9.99}, status={"SO-01": "Udkast"}
    )
    examined = [one for _, one in examine_all(sorted(folder.glob("*.xlsx")), SettingsOf(None, None))]
    reports = inspect(examined)  # type: ignore[arg-type]
    registered = [one for _, ones in reports for one in ones]
    listed = [one for report, _ in reports for one in report.overviews]
    said = json.loads(json.dumps([[one.path, registered_json(one)] for one in registered]))
    again = [registered_of(path, one) for path, one in said]
    rows = json.loads(json.dumps([[one.path, overview_json(one)] for one in listed]))
    listed_again = [overview_of(path, one) for path, one in rows]
    assert again == registered and listed_again == listed
    found = inspect_run(again, listed_again)
    assert found == inspect_run(registered, listed)
    assert {"XWB001", "XWB007"} <= {one.code for one in found}
