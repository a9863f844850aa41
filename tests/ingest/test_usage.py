"""What a person meets at the command line: help that teaches, and one line for what is wrong."""

from __future__ import annotations

import re
import shlex
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer

from ingest.cli import app
from tests.documents import commands
from tests.e2e.running import command, dropsafe, dropsafe_json
from tests.shop import table


@pytest.fixture
def home(fresh_home: Path, tmp_path: Path) -> Path:
    return shutil.copytree(fresh_home, tmp_path / "home")


def help_of(name: str) -> str:
    """What `--help` prints on a terminal of 80 columns."""
    root: Any = typer.main.get_command(app)
    context = root.make_context("dropsafe", [], resilient_parsing=True)
    for word in name.split():
        found = context.command.commands[word]
        context = found.make_context(word, [], parent=context, resilient_parsing=True)
    text: str = context.command.get_help(context)
    return text


def parse(words: list[str], directory: Path) -> None:
    """Have a command line parsed, and not run; a file that it names is made first."""
    for word in words:
        if re.fullmatch(r"[\w-]+\.(csv|toml|pub|xlsx)", word):
            (directory / word).touch()
    command: Any = typer.main.get_command(app)
    rest, context = words, None
    while hasattr(command, "commands"):
        at = next(i for i, word in enumerate(rest) if word in command.commands)
        context = command.make_context("dropsafe", rest[: at + 1], parent=context)
        command, rest = command.commands[rest[at]], rest[at + 1 :]
    command.make_context("dropsafe", rest, parent=context)


@pytest.mark.parametrize("name", sorted(commands()))
def test_help_ends_with_examples_that_parse(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever copies one has typed that very command, with options and arguments that there are."""
    monkeypatch.chdir(tmp_path)
    _, _, shown = help_of(name).partition("Example")
    lines = [line.strip() for line in shown.splitlines() if "dropsafe " in line]
    assert lines
    for line in lines:
        _, *words = shlex.split(line.partition(" > ")[0])
        parse(words, tmp_path)
        assert f"{name} " in f"{' '.join(words)} "


@pytest.mark.parametrize("name", ["", *sorted(commands())])
def test_help_shows_no_types_of_python_and_fits_the_terminal(name: str) -> None:
    """Arguments and values are called what they are: TENANT, FILE, BYTES."""
    text = help_of(name)
    assert not re.search(r"<(str|int|list|bool|path|file)|\{\w+\}", text)
    assert max(len(line) for line in text.splitlines()) <= 80


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Missing command."),
        (("tenant",), "Missing command. 'dropsafe tenant --help'"),
        (("bogus",), "No such command 'bogus'."),
        (("show",), "Missing argument 'ID'."),
        (("show", "x", "--jsn"), "No such option: --jsn"),
        (("deliveries", "--state", "lost"), "'lost' is not one of 'received', 'loading'"),
        (("load", "acme", "/nowhere.csv"), "file '/nowhere.csv' does not exist"),
        (("mapping", "set", "acme", "/nowhere.toml"), "file '/nowhere.toml' does not exist"),
        (("mapping", "remove", "acme"), "Missing option '--feed'."),
        (("replay",), "Give either ids of deliveries, or --tenant."),
        (("replay", "x", "--tenant", "acme"), "Give either ids of deliveries, or --tenant."),
        (("work", "--json"), "--json goes with --once"),
        (("replay", "--since", "2026-01-01"), "--since goes with --tenant"),
        (("replay", "x", "--since", "2026-01-01"), "--since goes with --tenant"),
        (("replay", "--tenant", "acme", "--since", "noon"), "'noon' is not a time"),
        (("load", "", "/dev/null"), "TENANT is empty: say which."),
        (("tenant", "add", "--", ""), "TENANT is empty: say which."),
        (("load", "acme", ""), "FILE is empty: say which."),
        (("replay", ""), "ID is empty: say which."),
        (("deliveries", "--tenant", ""), "--tenant is empty: say which."),
        (("mapping", "show", "acme", "--feed="), "--feed is empty: say which."),
        (("--home", "", "status"), "--home is empty: name a directory, or leave it out."),
        (("--home=", "status"), "--home is empty: name a directory, or leave it out."),
        (("tenant", "change", "acme", "--password-stdin", "--no-password"), "not both"),
        (("tenant", "change", "a", "--max-file-size", "1", "--no-max-file-size"), "not both"),
    ],
)
def test_wrong_usage_is_said_in_one_line(
    home: Path, arguments: tuple[str, ...], words: str
) -> None:
    """Exit status 2, what is wrong, and which help to read."""
    said = dropsafe(home, *arguments, status=2)
    assert words in said
    assert re.fullmatch(r"dropsafe: .*'dropsafe[ a-z]* --help' shows how it is used\.\n", said)


def test_a_home_that_cannot_be_made_is_said_with_what_to_do(tmp_path: Path) -> None:
    """A directory that nobody can write to, or a file where the home should be."""
    (tmp_path / "file").touch()
    for home in (Path("/proc/nobody/home"), tmp_path / "file"):
        said = dropsafe(home, "init", status=1)
        assert said.startswith(f"dropsafe: The home {home} cannot be made: ")
        assert "--home" in said
        assert len(said.splitlines()) == 1


def test_a_reader_that_has_enough_ends_the_command_as_it_ends_any(
    fresh_shop: tuple[Path, str], tmp_path: Path
) -> None:
    """`dropsafe rows acme | head -1`: ended by SIGPIPE as cat and git are, and not a word."""
    home = shutil.copytree(fresh_shop[0], tmp_path / "home")
    rows = [("A", str(number), "1") for number in range(20_000)]  # more than a pipe holds
    (tmp_path / "sales.csv").write_bytes(table(*rows))
    dropsafe(home, "load", "acme", str(tmp_path / "sales.csv"), "--wait")
    process = subprocess.Popen(
        [*command(home), "rows", "acme"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout
    assert process.stdout.read(1)
    process.stdout.close()
    assert process.stderr
    assert process.stderr.read() == b""
    assert process.wait(60) == -signal.SIGPIPE
    process.stderr.close()


def test_a_short_answer_to_a_closed_pipe_is_no_error_either(home: Path) -> None:
    """What is still buffered at the end meets the closed pipe then."""
    line = f"{shlex.join(command(home))} tenant list | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], check=False, capture_output=True)
    assert done.stderr == b""
    assert done.returncode in (0, 128 + signal.SIGPIPE)  # 0 if the answer was quicker


@pytest.mark.parametrize("pattern", ["", "*", "*@*", "shop.example", "a b@shop.example", "<a@b>"])
def test_a_sender_that_cannot_be_meant_is_refused(home: Path, pattern: str) -> None:
    """When a tenant is made and when it is changed; nothing is stored of it."""
    said = dropsafe(home, "tenant", "add", "acme", "--sender", pattern, status=1)
    assert f"{pattern!r} is no pattern for senders." in said
    dropsafe(home, "tenant", "add", "acme", "--sender", "<>")
    dropsafe(home, "tenant", "change", "acme", "--sender", pattern, status=1)
    assert dropsafe_json(home, "tenant", "show", "acme")["senders"] == ["<>"]


def test_password_and_size_limit_can_be_taken_away(home: Path) -> None:
    """What can be given can be taken away again; the rest stays."""
    given = ("--password-stdin", "--max-file-size", "1000", "--plain-ftp")
    dropsafe(home, "tenant", "add", "acme", *given, input="long enough, truly\n")
    changed = dropsafe_json(home, "tenant", "change", "acme", "--no-password")
    assert (changed["password"], changed["max_file_size"]) == (False, 1000)
    changed = dropsafe_json(home, "tenant", "change", "acme", "--no-max-file-size")
    assert (changed["max_file_size"], changed["plain_ftp"]) == (None, True)
