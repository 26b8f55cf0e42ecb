"""A report as a pandas frame, for scripts: a row a finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..catalog import entry
from ..model.finding import Report
from .wording import Wording, language_of

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "path",
    "sheet",
    "cell",
    "proposal",
    "code",
    "name",
    "severity",
    "message",
    "hint",
    "id",
    "values",
    "shown",
    "expected",
    "difference",
    "accepted",
)


def to_frame(report: Report) -> pd.DataFrame:
    """Every finding of a report, those about the run itself last and without a path.

    ``shown``, ``expected`` and ``difference`` hold Decimal where a finding has them and None where not;
    ``accepted`` says by whom and why a finding was accepted, and is None where it was not;
    every column has the type object, so that an empty report has the same columns as a full one.
    """
    import pandas as pd

    wording = Wording(language_of(report), report.form_word)
    rows = [
        (
            path,
            finding.sheet,
            str(finding.cell) if finding.cell is not None else None,
            finding.proposal,
            finding.code,
            entry(finding.code).name,
            finding.severity.word,
            wording.message(path, finding),
            wording.hint(path, finding),
            finding.id,
            finding.values,
            finding.facts.get("shown"),
            finding.facts.get("expected"),
            finding.facts.get("difference"),
            wording.accepted(finding.accepted) if finding.accepted is not None else None,
        )
        for path, finding in report.located()
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)
