"""Whatever stands in the cells of something like an analysis: a report comes out, and no rule crashes."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analysis.workbooks import findings, overview

TEXTS = """\
Tema|Case|Temaer i case Unge|Case 2|Case:|Område: Ældre|Tværgående elementer|Afsat i budget 2022|Afsat|2022
Behov jf. case|Behov, alle (t.kr.)|Behov|Denne case|Alle|Koordinering|I alt|Pulje|Bemærkning|-|Ingen
kr.|1,|§ 17
Ønske om fortsat høj standard i alle rum, så ingen er i tvivl.|1-2 mio.|heraf 2 mio. kr.|Alle|+ 2 mio. kr.
10,7 mio. kr. til skoler, heraf 3,5 mio. kr. til vikarer|4 mio. kr. (heraf 3,5 mio. kr. fra skoler)
560.000 kr. (2020 – er brugt)|Se ovenfor|Se nedenfor|Se case Unge|samme pulje som A1|reduceret til 3 mio. kr.
I denne case: 1 mio. kr. Alle skoler: 5 mio. kr.|Kræver analyse|500.000 kr. reduceret til 250.000 kr.
2 mio. kr. af puljen på 10,7 mio. kr.|Hertil kommer 1 mio. kr.~~Alle: 2 mio. kr."""
WORDS = [text.replace("~", "\n") for line in TEXTS.splitlines() for text in line.split("|")]
CELLS = st.sampled_from([*WORDS, "", "", ""]) | st.sampled_from([0.0, 12.5, 1200, 2022, -3, True])
SHEETS = st.lists(st.lists(CELLS, max_size=6), max_size=14)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SHEETS, st.sampled_from(["Ark1", "Unge", "Tværgående"]))
def test_no_cell_is_too_odd(rows: list[list[str | float]], name: str) -> None:
    sheets = {
        name: rows,
        "Skole": [["Tema", "Afsat i budget 2022", "Behov"], ["Mad", "1 mio. kr.", "2 mio. kr."]],
    }
    assert not [one for one in findings(sheets) if one.code == "RUN001"]
    found = overview(sheets)
    assert found.real == sum(row.real for row in found.rows)
    assert found.steps[-1].total == found.real
    for row in found.rows:
        assert row.real >= 0
        assert 0 <= row.again <= row.kroner and 0 <= row.cut <= row.kroner
