"""A LibreOffice of a test's own, spoken to through UNO."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

# Where distributions put LibreOffice's own Python module; last, so that nothing else comes from there.
UNO_FOLDERS = ("/usr/lib/python3/dist-packages", "/usr/lib/libreoffice/program")


def uno() -> Any:
    """The UNO module; the test is skipped where this Python cannot load it."""
    try:
        import uno as found
    except ImportError:
        sys.path += [folder for folder in UNO_FOLDERS if folder not in sys.path]
        found = pytest.importorskip("uno", reason="LibreOffice's Python module (uno) is not for this Python")
    return found


@contextmanager
def office(program: str, folder: Path) -> Iterator[Any]:
    """A running LibreOffice; gives its desktop, and ends it."""
    module = uno()
    pipe = f"bt{uuid4().hex[:12]}"
    process = subprocess.Popen(
        [
            program,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            *("--headless", "--norestore", "--nologo", "--nodefault"),
            f"--accept=pipe,name={pipe};urp;StarOffice.ComponentContext",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        local = module.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        deadline = time.monotonic() + 90
        while True:
            try:
                context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
                break
            except Exception:
                if time.monotonic() > deadline or process.poll() is not None:
                    pytest.skip("LibreOffice does not start here")
                time.sleep(0.2)
        desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        yield desktop
        with suppress(Exception):
            desktop.terminate()
    finally:
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def opened(desktop: Any, path: Path, **properties: Any) -> Any:
    """A document opened from a file, hidden."""
    given = {"Hidden": True, "MacroExecutionMode": 4, **properties}
    return desktop.loadComponentFromURL(path.as_uri(), "_blank", 0, named(**given))


def named(**values: Any) -> tuple[Any, ...]:
    """Properties by name, as UNO wants them."""
    uno()
    from com.sun.star.beans import PropertyValue

    made = []
    for name, value in values.items():
        one = PropertyValue()
        one.Name, one.Value = name, value
        made.append(one)
    return tuple(made)
