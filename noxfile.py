"""The sessions of the project: ``nox`` runs the first three, ``nox -s bench`` measures the speed,
``nox -s crash`` ends the writer in every way it can be ended."""

from __future__ import annotations

import nox

nox.options.sessions = ["tests", "lint", "docs"]
nox.options.reuse_existing_virtualenvs = True


@nox.session
def tests(session: nox.Session) -> None:
    """Every test, and every example in docstrings and documents."""
    session.install("-e", ".[test]")
    session.run("python", "-m", "pytest", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Style, types and spelling."""
    session.install("-e", ".[dev]")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("mypy")
    session.run("codespell")


@nox.session
def docs(session: nox.Session) -> None:
    """Write the pages of the rules again; ``nox -s docs -- --check`` only says which are out of date."""
    session.install("-e", ".")
    session.run("python", "docs/build.py", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """How fast the whole check is, against only reading and against the obvious script."""
    session.install("-e", ".[test]")
    session.run("python", "bench/speed.py", *session.posargs)
    session.run("python", "bench/writing.py")
    session.run("python", "bench/click.py")
    session.run("python", "bench/night.py")


@nox.session
def crash(session: nox.Session) -> None:
    """Kill the writer a thousand times and fill its disk; ``-- --times 100`` for fewer."""
    session.install("-e", ".[test]")
    session.run("python", "-m", "tests.crash.harness", *(session.posargs or ["--times", "1000"]))
