"""The night from outside: the command, its exit code and last line, its reports and its messages.

Each test is a sentence of what a night is judged by. By default on a few dozen workbooks, with
``BUDGET_TOOLS_NIGHT=5000`` in the environment on as many.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from .notifying.servers import free_port, mail_server, silent_server, web_server

pytest.importorskip("budget_tools.cli.nightly", reason="there is no nightly command yet")

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "workbooks" / "faults" / "ARI001-row-total-wrong.xlsx"
COUNT = int(os.environ.get("BUDGET_TOOLS_NIGHT", "40"))

_LAST = re.compile(r"(\w+)=(\S+)")


def form(number: int, total: int = 2000) -> bytes:
    """A workbook with one proposal: nothing is wrong with it when its total is 2000, else ARI001 at F10."""
    made = BytesIO()
    with zipfile.ZipFile(SAMPLE) as sample, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in sample.namelist():
            text = sample.read(name)
            if name == "xl/sharedStrings.xml":
                text = text.replace(
                    b"2.1.2. 07", f"{2 + number // 900}.{number // 90 % 10}.2. {number % 90 + 10}".encode()
                )
            elif name == "xl/worksheets/sheet1.xml":
                assert text.count(b"<v>2900</v>") == 2  # the line's total, and the total below it
                text = text.replace(b"<v>2900</v>", f"<v>{total}</v>".encode())
            copy.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)
    return made.getvalue()


@dataclass
class Ran:
    """How a run ended."""

    code: int
    out: str
    seconds: float
    last: dict[str, str] = field(default_factory=dict)


@dataclass
class Site:
    """A folder of workbooks, half of them Bente's, and the settings of its nights."""

    place: Path
    more: str = ""
    name: str = "night"

    @property
    def folder(self) -> Path:
        return self.place / "budget"

    def path(self, number: int) -> Path:
        return self.folder / ("Økonomi", "Kultur")[number % 2] / f"forslag {number:05}.xlsx"

    def write(self, number: int, total: int = 2000) -> Path:
        path = self.path(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".tmp")
        beside.write_bytes(form(number, total))
        os.replace(beside, path)
        return path

    def fill(self, count: int = COUNT, wrong: tuple[int, ...] = ()) -> None:
        for number in range(count):
            self.write(number, 2900 if number in wrong else 2000)

    def config(self) -> Path:
        file = self.place / f"{self.name}.toml"
        file.write_text(
            # One rule: what the sample is noted for besides is not what is looked at here.
            f'folders = ["{self.folder}"]\nselect = ["ARI001", "RUN"]\n'
            '[owners]\n"Økonomi" = "bente@example.org"\n"Kultur" = "Kulturchefen"\n' + self.more,
            encoding="utf-8",
        )
        return file

    def start(self, *options: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "budget_tools", "nightly", str(self.config()), *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    def run(self, *options: str) -> Ran:
        began = time.monotonic()
        process = self.start(*options)
        out = process.communicate(timeout=3600)[0]
        ran = Ran(process.returncode, out, time.monotonic() - began)
        if out.strip():
            ran.last = dict(_LAST.findall(out.strip().splitlines()[-1]))
        return ran

    def report(self) -> dict[str, Any]:
        """The newest report as JSON."""
        newest = max(self.place.glob("rapporter/*/Kontrol.json"), key=lambda path: path.parent.name[-4:])
        found: dict[str, Any] = json.loads(newest.read_text("utf-8"))
        return found


def numbers(report: dict[str, Any], standing: str) -> list[int]:
    """The workbooks of the findings that a thing became of."""
    return sorted(
        int(re.findall(r"(\d{5})\.xlsx", one["path"])[0])
        for one in report["findings"]
        if one["standing"] == standing
    )


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def told(mail: Any) -> set[int]:
    """The workbooks that a mail tells of."""
    text = next(mail.iter_parts()).get_content()
    return {int(number) for number in re.findall(r"forslag (\d{5})\.xlsx", text)}


def notify(post: int, hook: str = "", ping: str = "") -> str:
    more = "".join(f'{key} = "{value}"\n' for key, value in (("webhooks", hook), ("ping", ping)) if value)
    return (
        f'[notify]\ntimeout = 1\nretries = 0\n{more}[notify.smtp]\nhost = "127.0.0.1"\nport = {post}\n'
        'security = "none"\nfrom = "natten@example.org"\nto = ["budget@example.org"]\n'
    )


def test_a_full_run_and_one_in_which_nothing_changed(site: Site) -> None:
    site.fill(wrong=(3, 8))
    first = site.run()
    assert first.code == 1
    assert first.last["workbooks"] == first.last["checked"] == str(COUNT)
    assert (first.last["errors"], first.last["new"], first.last["fixed"]) == ("2", "2", "0")
    assert numbers(site.report(), "new") == [3, 8]
    second = site.run()
    assert second.code == 1
    assert (second.last["checked"], second.last["unchanged"]) == ("0", str(COUNT))
    assert (second.last["errors"], second.last["new"], second.last["fixed"]) == ("2", "0", "0")
    assert numbers(site.report(), "open") == [3, 8] and numbers(site.report(), "new") == []


def test_ten_changes_are_checked_and_told_exactly(site: Site) -> None:
    site.fill(wrong=(1, 2, 3, 4, 5))
    site.run()
    for number in (1, 2, 3):
        site.write(number)  # put right
    for number in (10, 11, 12, 13):
        site.write(number, 2900)  # went wrong
    site.write(4, 2800)  # as wrong as before, with another amount
    site.write(COUNT)  # a new one
    site.path(5).unlink()  # a wrong one that is gone
    ran = site.run("--fail-on-new")
    assert (ran.last["checked"], ran.last["unchanged"]) == ("9", str(COUNT - 9))
    report = site.report()
    assert numbers(report, "new") == [10, 11, 12, 13]
    assert numbers(report, "fixed") == [1, 2, 3, 5]
    assert numbers(report, "open") == [4]
    assert ran.code == 1 and (ran.last["new"], ran.last["fixed"]) == ("4", "4")
    assert site.run("--fail-on-new").code == 0  # open still, but new no more
    site.write(1, 2900)
    assert site.run("--fail-on-new").code == 1
    assert numbers(site.report(), "reopened") == [1]


def test_killed_in_the_middle_and_run_again(site: Site) -> None:
    count = max(COUNT, 200)
    wrong = tuple(range(0, count, 7))
    site.fill(count, wrong)
    process = site.start()
    assert process.stdout is not None
    for line in process.stdout:
        if " checked " in line:
            break
    process.kill()
    process.wait()
    process.stdout.close()
    again = site.run()
    assert again.last["workbooks"] == str(count) and again.last["new"] == str(len(wrong))
    assert int(again.last["checked"]) + int(again.last["unchanged"]) == count
    report = site.report()
    assert numbers(report, "new") == list(wrong)
    assert sorted(one["path"] for one in report["workbooks"]) == sorted(
        str(site.path(n)) for n in range(count)
    )
    third = site.run()
    assert (third.last["checked"], third.last["new"], third.last["fixed"]) == ("0", "0", "0")


def test_stopped_politely_it_goes_on_the_next_time(site: Site) -> None:
    count = max(COUNT, 200)
    site.fill(count, (3,))
    process = site.start()
    assert process.stdout is not None
    for line in process.stdout:
        if " checked " in line:
            break
    process.send_signal(signal.SIGTERM)
    out = process.communicate(timeout=60)[0]
    assert process.returncode == 3 and "status=stopped" in out.splitlines()[-1]
    again = site.run()
    assert int(again.last["unchanged"]) > 0 and numbers(site.report(), "new") == [3]


def test_of_two_runs_at_once_the_second_refuses(site: Site) -> None:
    site.fill(max(COUNT, 200), (3,))
    first = site.start()
    assert first.stdout is not None
    assert " begin " in first.stdout.readline()
    second = site.run()
    assert second.code in (2, 3) and "another run" in second.out
    out = first.communicate(timeout=3600)[0]
    assert first.returncode == 1 and "new=1 " in out.splitlines()[-1] + " "


def poisoned(path: Path, part: str, pattern: bytes, by: bytes) -> None:
    """A form in which something is another that no reader should be given."""
    good = zipfile.ZipFile(BytesIO(path.read_bytes()))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as poison:
        for name in good.namelist():
            text = good.read(name)
            poison.writestr(name, re.sub(pattern, by, text, count=1) if name == part else text)
    assert zipfile.ZipFile(path).read(part) != good.read(part)


def test_one_bad_workbook_costs_only_itself(site: Site) -> None:
    site.fill(wrong=(3,))
    site.path(5).write_bytes(form(5)[:-200])  # half saved
    # calamine would take all memory for either, and the process with it
    poisoned(
        site.path(7),
        "xl/worksheets/sheet1.xml",
        rb"</sheetData>",
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>',
    )
    poisoned(
        site.path(11),
        "xl/sharedStrings.xml",
        rb"<sst [^>]*>",
        b'<sst xmlns="http://schemas.openxmlformats'
        b'.org/spreadsheetml/2006/main" count="4000000000" uniqueCount="4000000000">',
    )
    site.path(9).write_bytes(b"")
    site.more = "[limits]\nretries = 1\nretry_seconds = 0.1\n"
    ran = site.run()
    report = site.report()
    status = {int(re.findall(r"(\d{5})", one["path"])[0]): one["status"] for one in report["workbooks"]}
    assert len(status) == COUNT
    assert {number for number, said in status.items() if said != "checked"} <= {5, 7, 9, 11}
    assert status[5] != "checked" and status[9] != "checked"
    assert ran.code == 3 and 3 in numbers(report, "new")
    for number in (5, 7, 9, 11):
        site.write(number)
    ran = site.run()
    assert ran.code == 1 and ran.last["unreadable"] == "0"


def test_a_workbook_that_somebody_has_open_is_checked_as_last_saved(site: Site) -> None:
    site.fill(wrong=(3,))
    site.path(3).with_name(f"~${site.path(3).name}").write_bytes(b"\x05Bente")
    ran = site.run()
    assert ran.code == 1 and numbers(site.report(), "new") == [3]
    assert "Bente" in json.dumps(site.report())


def test_a_workbook_that_changes_while_it_is_read(site: Site) -> None:
    site.fill()
    stop = site.place / "stop"
    code = (
        "import sys; from pathlib import Path; p, stop = map(Path, sys.argv[1:]); b = p.read_bytes()\n"
        "while not stop.exists():\n"
        "    with p.open('r+b') as f:\n"
        "        f.truncate(0)\n"
        "        for i in range(0, len(b), 64):\n"
        "            f.seek(i); f.write(b[i:i + 64])\n"
    )
    writer = subprocess.Popen([sys.executable, "-c", code, str(site.path(4)), str(stop)])
    try:
        site.more = "[limits]\nretries = 20\nretry_seconds = 0.05\n"
        ran = site.run()
    finally:
        stop.touch()
        writer.wait()
    others = {one["path"]: one["status"] for one in site.report()["workbooks"]}
    mine = others.pop(str(site.path(4)))
    assert set(others.values()) == {"checked"} and len(others) == COUNT - 1
    # read whole but still changing after every try is told, and the night is as incomplete as without it
    settled = mine == "checked" and not site.report()["trouble"]
    assert ran.code == (0 if settled else 3), ran.out
    assert site.report()["complete"] is settled or mine != "checked"
    assert numbers(site.report(), "new") in ([], [4])
    site.write(4)
    assert site.run().code == 0


def test_messages_arrive_with_the_right_content_and_no_others(site: Site) -> None:
    site.fill(wrong=(0, 1, 4))
    with mail_server() as post, web_server() as web:
        site.more = notify(post.port, web.hook, web.address)
        site.run()
        assert post.to() == ["bente@example.org", "budget@example.org"]
        by = {mail["To"]: told(mail) for mail in post.mails}
        assert by == {"bente@example.org": {0, 4}, "budget@example.org": {0, 1, 4}}
        department = next(mail for mail in post.mails if mail["To"] == "budget@example.org")
        assert department["Subject"].startswith("3 nye fejl")
        assert "Kulturchefen har fået nyt" in next(department.iter_parts()).get_content()
        page = re.findall(r"Hele rapporten: (.*)", next(department.iter_parts()).get_content())[0].strip()
        assert Path(page).is_file()
        assert [body["title"] for body in web.bodies] == [department["Subject"]]
        assert [path.rpartition("uuid")[2] for path in web.paths if "ping" in path] == ["/start", ""]
        site.run()  # nothing is different
        assert len(post.mails) == 2 and len(web.bodies) == 1
        site.write(1)
        site.run()  # Kultur's: Bente hears nothing
        assert post.to() == ["bente@example.org", "budget@example.org", "budget@example.org"]
        assert post.mails[2]["Subject"].startswith("1 rettet") and told(post.mails[2]) == {1}
        site.path(0).unlink()
        site.write(2, 2900)
        site.run()
        assert {mail["To"]: told(mail) for mail in post.mails[3:]} == {
            "bente@example.org": {0, 2},
            "budget@example.org": {0, 2},
        }
        assert {mail["Subject"].split(" –")[0] for mail in post.mails[3:]} == {"1 ny fejl, 1 rettet"}
        assert len(web.bodies) == 3


@pytest.mark.parametrize("dead", ["refuses", "hangs"])
def test_a_dead_mail_server_leaves_everything_as_it_was(site: Site, dead: str) -> None:
    site.fill(wrong=(0, 1))
    quiet = site.run()
    kept = {key: value for key, value in quiet.last.items() if key != "seconds"}
    other = Site(site.place, name="dead")
    with silent_server() as hangs, web_server() as web:
        other.more = notify(hangs if dead == "hangs" else free_port(), ping=web.address)
        ran = other.run()
        assert ran.code == quiet.code == 1
        assert {key: value for key, value in ran.last.items() if key != "seconds"} == kept
        assert [path.rpartition("uuid")[2] for path in web.paths] == ["/start", ""]
        assert "bente@example.org failed" in ran.out and "Traceback" not in ran.out
        with mail_server() as post:
            other.more = notify(post.port)
            assert other.run().code == 1  # nothing new, but last night's mails are still to come
            assert post.to() == ["bente@example.org", "budget@example.org"]


def test_incomplete_is_told_to_the_ping(site: Site) -> None:
    site.fill(4)
    site.path(2).write_bytes(b"no workbook")
    with web_server() as web:
        site.more = f'[notify]\nping = "{web.address}"\n'
        assert site.run().code == 3
        assert [path.rpartition("uuid")[2] for path in web.paths] == ["/start", "/fail"]


def test_wrong_use(site: Site) -> None:
    config = site.config()
    for text in ("", "folders = 3", 'folders = ["x"]\nfolder = 1', "folders = ["):
        config.write_text(text)
        done = subprocess.run(
            [sys.executable, "-m", "budget_tools", "nightly", str(config)],
            capture_output=True,
            text=True,
            cwd=ROOT,
        )
        assert done.returncode == 2 and "Traceback" not in done.stdout + done.stderr
