"""The VBA project writer: its formats, read back by those who know them."""

from __future__ import annotations

import io
import warnings
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget_tools.installing.vbaproject import (
    Module,
    compressed,
    container,
    encrypted,
    from_export,
    vba_project,
)

IDENTITY = "{318BEE36-5BE1-492A-826D-473DB19B0F30}"


def decompressed(data: bytes) -> bytes:
    """What a compressed container holds, by the algorithm of [MS-OVBA] 2.4.1.3.1."""
    assert data[0] == 1
    out, position = bytearray(), 1
    while position < len(data):
        header = int.from_bytes(data[position : position + 2], "little")
        assert header >> 12 & 7 == 3
        end = position + (header & 0xFFF) + 3
        position += 2
        start = len(out)
        if not header & 0x8000:
            out += data[position : position + 4096]
            position += 4096
            continue
        while position < end:
            flags = data[position]
            position += 1
            for bit in range(8):
                if position >= end:
                    break
                if not flags >> bit & 1:
                    out.append(data[position])
                    position += 1
                    continue
                token = int.from_bytes(data[position : position + 2], "little")
                position += 2
                bits = max((len(out) - start - 1).bit_length(), 4)
                length = (token & (0xFFFF >> bits)) + 3
                offset = (token >> (16 - bits)) + 1
                for _ in range(length):
                    out.append(out[-offset])
    return bytes(out)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="abc \r\nSub End=()ø", max_size=12000))
def test_what_is_compressed_comes_back(text: str) -> None:
    data = text.encode("cp1252")
    assert decompressed(compressed(data)) == data


@pytest.mark.parametrize("length", [1, 2, 4095, 4096, 4097, 8192])
def test_lengths_around_a_chunk(length: int) -> None:
    for data in (b"a" * length, bytes(range(97, 122)) * (length // 25 + 1)):
        assert decompressed(compressed(data[:length])) == data[:length]


@pytest.mark.parametrize(
    ("data", "as_excel_saved_it"),
    [
        (bytes(4), "5D5F8AADDAA8DEA8DEA8DEA8DE"),
        (bytes(1), "5D5F8AADDAADDBADDBAD"),
        (b"\xff", "5D5F8AADDAADDBADDB52"),
    ],
)
def test_protection_is_hidden_as_excel_hides_it(data: bytes, as_excel_saved_it: str) -> None:
    assert encrypted(data, IDENTITY) == as_excel_saved_it


def test_small_and_large_streams_are_read_back() -> None:
    olefile = pytest.importorskip("olefile")
    streams = {
        ("A",): b"x" * 10,
        ("Storage", "b"): b"y" * 70_000,
        ("Storage", "Cc"): b"z" * 4096,
        ("D",): b"",
    }
    read = olefile.OleFileIO(io.BytesIO(container(streams)), raise_defects=olefile.DEFECT_UNSURE)
    assert read.parsing_issues == []
    assert {tuple(path) for path in read.listdir()} == set(streams)
    for path, data in streams.items():
        assert read.openstream("/".join(path)).read() == data


def test_the_source_comes_back_with_danish_letters() -> None:
    olevba = _olevba()
    source = 'Public Sub check()\n    MsgBox "Åbn først æøå – færdig"\nEnd Sub'
    project = vba_project(
        "Budget", IDENTITY, [Module("ThisWorkbook", "document"), Module("knapper", "module", source)]
    )
    parser = olevba.VBA_Parser("vbaProject.bin", data=project)
    found = {name: code for _, _, name, code in parser.extract_macros()}
    assert set(found) == {"ThisWorkbook.cls", "knapper.bas"}
    assert "Åbn først æøå – færdig" in found["knapper.bas"]


def test_the_header_of_an_export_is_left_out() -> None:
    text = 'VERSION 1.0 CLASS\nBEGIN\n  MultiUse = -1\nEND\nAttribute VB_Name = "X"\nOption Explicit\n'
    module = from_export(text, "Dictionary", "class")
    assert module.source.strip() == "Option Explicit"
    assert module.text().count("Attribute VB_Name") == 1


def _olevba() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("oletools.olevba")
