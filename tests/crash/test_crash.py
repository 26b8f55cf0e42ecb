"""A short version of the crash harness; ``nox -s crash`` is the long one."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("the harness forks and kills", allow_module_level=True)

from budget_tools.books.replace import STEPS
from tests.crash import harness

LAST_SAFE = STEPS.index("replace")


@pytest.fixture
def case(tmp_path: Path) -> harness.Case:
    return harness.case_in(tmp_path)


def test_killed_at_every_step(case: harness.Case) -> None:
    held = dict(harness.killed_at_steps(case))
    assert held == {step: "before" if STEPS.index(step) <= LAST_SAFE else "after" for step in STEPS}


def test_a_full_disk_at_every_step(case: harness.Case) -> None:
    for step, held, reason in harness.full_at_steps(case):
        replaced = STEPS.index(step) > LAST_SAFE
        assert (held, reason) == (("after", None) if replaced else ("before", "disk-full")), step


def test_a_file_may_not_grow_beyond_some_bytes(case: harness.Case) -> None:
    limits = iter((0, 1, 300, 1000, len(case.before) - 1, len(case.before), len(case.after) - 1))
    held = dict(harness.full_after_bytes(case, limits))
    assert held[0] == "before" and held[len(case.after) - 1] == "before"


def test_a_full_disk() -> None:
    found = list(harness.on_full_disks(iter((0, 8, 16, 40))))
    if not found:
        pytest.skip("this process may not mount a disk")
    assert found[0][1:] == ("before", "disk-full")
    assert found[-1][1:] == ("after", None)


def test_killed_at_random_moments(case: harness.Case) -> None:
    assert sum(harness.killed_at_random(case, 30, random.Random(7)).values()) == 30
    assert sum(harness.undo_killed_at_random(case, 10, random.Random(7)).values()) == 10


def test_the_harness_sees_damage(case: harness.Case) -> None:
    case.path.write_bytes(case.after[:-100])
    with pytest.raises(harness.Damage, match="neither"):
        harness.looked_at(case)
    case.path.unlink()
    with pytest.raises(harness.Damage, match="gone"):
        harness.looked_at(case)
