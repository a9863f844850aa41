"""`dropsafe read`: a file as plain CSV on standard output, and what was found on standard error."""

from __future__ import annotations

import csv
import gzip
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

REPORT = (
    "Sales of March\r\n\r\nStore;Receipt;Total;When\r\n"
    '7;1;1,50;"2026-03-01\r\n12:00"\r\n7;2\r\n7;3;"Käse"x;2026\r\nTotal;;1,50;'
).encode("cp1252")
CSV = ('Store,Receipt,Total,When\n7,1,"1,50","2026-03-01\r\n12:00"\n7,2\n7,3,Käsex,2026\n').encode()


def _run(
    *arguments: str, data: bytes | None = None, memory: int = 3072
) -> subprocess.CompletedProcess[bytes]:
    """Read with a home that is not there."""
    return subprocess.run(
        [sys.executable, "-m", "ingest.cli", "--home", "/nowhere/home", "read", *arguments],
        check=False,
        capture_output=True,
        input=data,
        timeout=120,
        env={
            "PATH": "",
            "LC_ALL": "C",
            "PYTHONIOENCODING": "latin-1",
            "DROPSAFE_WORKERS__MEMORY": str(memory),
        },
    )


def _read(*arguments: str, data: bytes | None = None) -> tuple[bytes, str]:
    done = _run(*arguments, data=data)
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr.decode()


def _refused(*arguments: str, status: int = 1, memory: int = 3072) -> str:
    done = _run(*arguments, memory=memory)
    assert (done.returncode, done.stdout) == (status, b"")
    return done.stderr.decode()


def _document(*arguments: str) -> Any:
    return json.loads(_read(*arguments, "--json")[0])


@pytest.fixture
def report(tmp_path: Path) -> str:
    file = tmp_path / "report.csv"
    file.write_bytes(REPORT)
    return str(file)


def test_records_are_plain_csv_with_the_header_first(report: str) -> None:
    """UTF-8, commas and LF whatever the file and the locale; ragged rows and line ends as is."""
    assert _read(report)[0] == CSV


def test_standard_input_is_a_file_as_well(report: str) -> None:
    """And it says the same of it."""
    output, said = _read("-", data=REPORT)
    assert output == CSV
    assert said.replace("standard input", "report.csv") == _read(report)[1]


def test_what_was_found_is_said_one_item_a_line(report: str) -> None:
    """Aligned, and what there is none of is left out."""
    said = _read(report)[1].splitlines()
    assert {line.index(line[14:].lstrip()[:1], 14) for line in said} == {14}
    found = [(line[:14].strip(), line[14:]) for line in said]
    assert ("encoding", "cp1252") in [(name, value.split()[0]) for name, value in found]
    assert found[2:] == [
        ("delimiter", ";"),
        ("quote", '"'),
        ("escape", "a quote is doubled"),
        ("line end", "CRLF"),
        ("header", "line 3"),
        ("columns", "4"),
        ("records", "3"),
        ("left out", "preamble: 1 (line 1)"),
        ("left out", "footer: 1 (line 8)"),
        ("ragged rows", "1 (line 6)"),
        ("stray quotes", "1 (line 7)"),
        ("last line", "not ended by a line end"),
    ]


def test_the_document_has_header_records_and_all_that_was_found(report: str) -> None:
    """Its keys are a contract, and each is always there."""
    document = _document(report)
    assert list(document) == ["header", "records", "found"]
    assert document["header"] == ["Store", "Receipt", "Total", "When"]
    assert document["records"] == [
        {"line": 4, "fields": ["7", "1", "1,50", "2026-03-01\r\n12:00"]},
        {"line": 6, "fields": ["7", "2"]},
        {"line": 7, "fields": ["7", "3", "Käsex", "2026"]},
    ]
    found = document["found"]
    assert found.pop("rivals") is not None
    assert found == {
        "table": "report.csv",
        "encoding": "cp1252",
        "delimiter": ";",
        "quote": '"',
        "escape": None,
        "comment": None,
        "line_end": "\r\n",
        "header_line": 3,
        "skipped": [
            {"line": 1, "kind": "preamble", "text": "Sales of March"},
            {"line": 8, "kind": "footer", "text": "Total;;1,50;"},
        ],
        "blank_lines": 0,
        "ragged": [{"line": 6, "fields": 2}],
        "stray_quotes": [7],
        "unclosed_quotes": [],
        "last_line_ended": False,
        "doubts": [],
    }


def test_a_cell_with_any_line_end_is_quoted(tmp_path: Path) -> None:
    """CR alone, too, which the csv module leaves bare where lines end with LF."""
    file = tmp_path / "sales.csv"
    file.write_bytes(b'Id,Note,Total\n1,"a\rb",1.50\n2,"c\nd",2.50\n3," e",3.50\n')
    output = _read(str(file))[0]
    assert output == b'Id,Note,Total\n1,"a\rb",1.50\n2,"c\nd",2.50\n3, e,3.50\n'
    assert list(csv.reader(io.StringIO(output.decode(), newline="")))[1] == ["1", "a\rb", "1.50"]


def test_a_mapping_with_nothing_but_a_format_is_enough(tmp_path: Path) -> None:
    """Its pins go before the evidence; a table without a header has numbered columns."""
    (tmp_path / "m.toml").write_text("[format]\nheader_line = 0\n")
    (tmp_path / "sales.csv").write_bytes(b"A,x\nB,y\n")
    arguments = (str(tmp_path / "sales.csv"), "--mapping", str(tmp_path / "m.toml"))
    assert _read(*arguments)[0] == b"column 1,column 2\nA,x\nB,y\n"
    assert _document(*arguments)["found"]["header_line"] == 0


def test_a_mapping_that_cannot_be_used_is_one_clear_line(report: str, tmp_path: Path) -> None:
    """It names the key."""
    (tmp_path / "m.toml").write_text("[format]\ndelimiter = 5\n")
    said = _refused(report, "--mapping", str(tmp_path / "m.toml"))
    assert "format.delimiter" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"%PDF-1.7\n1 0 obj", "PDF"),
        (b"<html><body>", "web page"),
        (bytes(range(256)) * 4, "binary"),
    ],
    ids=["pdf", "html", "binary"],
)
def test_what_is_no_table_is_refused(tmp_path: Path, data: bytes, words: str) -> None:
    """In one clear line that says what to do."""
    (tmp_path / "sales.csv").write_bytes(data)
    said = _refused(str(tmp_path / "sales.csv"))
    assert words in said
    assert said.count("\n") == 1


def test_a_file_that_is_not_there_is_an_error_of_usage() -> None:
    """As with every command."""
    assert "does not exist" in _refused("/nowhere/sales.csv", status=2)


def test_the_one_table_in_a_container_is_read(tmp_path: Path) -> None:
    """It is told under which name."""
    (tmp_path / "report.csv.gz").write_bytes(gzip.compress(REPORT))
    output, said = _read(str(tmp_path / "report.csv.gz"))
    assert output == CSV
    assert said.startswith("table         report.csv\n")


def test_of_several_tables_one_is_chosen(tmp_path: Path) -> None:
    """They are listed, and --member takes one by its whole name or the last part of it."""
    archive = tmp_path / "march.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("report.csv", REPORT)
        file.writestr("tills/a.csv", b"Id,Total\n1,2.50\n")
        file.writestr("empty.csv", b"")
    said = _refused(str(archive))
    assert "march.zip//report.csv" in said
    assert "march.zip//tills/a.csv" in said
    assert "left out  march.zip//empty.csv (empty)" in said
    assert "2 tables in it, and one is read at a time" in said
    for name in ("tills/a.csv", "march.zip//tills/a.csv"):
        assert _read(str(archive), "--member", name)[0] == b"Id,Total\n1,2.50\n"
    assert "None of the 2 tables" in _refused(str(archive), "--member", "b.csv")


def test_a_member_of_a_plain_file_is_refused(report: str) -> None:
    """There is nothing to choose from."""
    assert "no archive or workbook" in _refused(report, "--member", "a.csv")


def test_an_empty_file_has_nothing_to_show(tmp_path: Path) -> None:
    """No header either, not even an empty line."""
    (tmp_path / "sales.csv").write_bytes(b"")
    document = _document(str(tmp_path / "sales.csv"))
    assert (document["header"], document["records"]) == ([], [])
    assert _read(str(tmp_path / "sales.csv"))[0] == b""


def test_a_file_that_needs_too_much_memory_is_refused_in_one_line(tmp_path: Path) -> None:
    """It is read in a process of its own, within the limits of the settings."""
    file = tmp_path / "long.csv"
    file.write_text("Store,Receipt\n" + "7,1\n" * 800_000)
    said = _refused(str(file), memory=400)
    assert said.count("\n") == 1
    assert "a million rows take about 1 GiB here" in said
