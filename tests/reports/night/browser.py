"""Chromium without a window, driven over its own pipe: what a page shows, asks for and complains of."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

TIMEOUT = 90.0  # seconds; the machine may be busy

# The browser reads what it is told from file 3 and answers on file 4.
_LAUNCH = """
import fcntl, os, sys
read, write = (fcntl.fcntl(int(one), fcntl.F_DUPFD, 10) for one in sys.argv[1:3])
os.dup2(read, 3), os.dup2(write, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


class Browser:
    """The program, and the messages to and from it."""

    def __init__(self, program: str, profile: Path) -> None:
        self._arguments = [
            *(program, "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe"),
            *("--no-first-run", "--disable-background-networking", "--disable-component-update"),
            *("--disable-dev-shm-usage", "--lang=da", f"--user-data-dir={profile}"),
        ]
        self._sent = 0
        self._unread = b""
        self._listeners: dict[str, Callable[[str, dict[str, Any]], None]] = {}

    def __enter__(self) -> Self:
        read_here, write_there = os.pipe()
        read_there, self._write = os.pipe()
        self._read = read_here
        self._process = subprocess.Popen(
            [sys.executable, "-c", _LAUNCH, str(read_there), str(write_there), *self._arguments],
            pass_fds=(read_there, write_there),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(read_there)
        os.close(write_there)
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.send("Browser.close")
            self._process.wait(20)
        except (OSError, RuntimeError, TimeoutError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        os.close(self._read)
        os.close(self._write)

    def page(self) -> Page:
        """An empty page."""
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session)
        self._listeners[session] = page.heard
        return page

    def send(self, method: str, session: str | None = None, /, **parameters: object) -> dict[str, Any]:
        """Ask for something and wait for the answer."""
        self._sent += 1
        message: dict[str, object] = {"id": self._sent, "method": method, "params": parameters}
        if session is not None:
            message["sessionId"] = session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + TIMEOUT
        while True:
            answer = self.hear(until)
            if answer.get("id") == self._sent:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                result: dict[str, Any] = answer["result"]
                return result

    def hear(self, until: float) -> dict[str, Any]:
        """The next message."""
        while b"\0" not in self._unread:
            ready, _, _ = select.select([self._read], [], [], max(until - time.monotonic(), 0))
            if not ready:
                raise TimeoutError("the browser does not answer")
            piece = os.read(self._read, 1 << 16)
            if not piece:
                raise RuntimeError("the browser has ended")
            self._unread += piece
        message, _, self._unread = self._unread.partition(b"\0")
        heard: dict[str, Any] = json.loads(message)
        listener = self._listeners.get(heard.get("sessionId", ""))
        if listener is not None and "method" in heard:
            listener(heard["method"], heard["params"])
        return heard


class Page:
    """A page: what it asked for, and what it complained of."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser = browser
        self._session = session
        self._loaded = False
        self.requests: list[str] = []
        self.complaints: list[str] = []
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.send(f"{domain}.enable")

    def send(self, method: str, /, **parameters: object) -> dict[str, Any]:
        """Ask the page for something."""
        return self._browser.send(method, self._session, **parameters)

    def heard(self, method: str, parameters: dict[str, Any]) -> None:
        """Take down what happens."""
        if method == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])
        elif method == "Log.entryAdded":
            self.complaints.append(parameters["entry"]["text"])
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(parameters["exceptionDetails"]))
        elif method == "Page.loadEventFired":
            self._loaded = True

    def open(self, path: Path, fragment: str = "") -> Self:
        """Show a file."""
        self._loaded = False
        self.send("Page.navigate", url="about:blank")
        self._wait()
        self.requests.clear()
        self._loaded = False
        self.send("Page.navigate", url=path.as_uri() + (f"#{fragment}" if fragment else ""))
        self._wait()
        return self

    def _wait(self) -> None:
        until = time.monotonic() + TIMEOUT
        while not self._loaded:
            self._browser.hear(until)

    def evaluate(self, expression: str) -> Any:
        """What an expression gives on the page."""
        answer = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(json.dumps(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def width(self, pixels: int) -> None:
        """Make the page so wide."""
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=pixels,
            height=900,
            deviceScaleFactor=1,
            mobile=pixels < 600,
        )
