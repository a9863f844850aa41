"""What is in deploy/ fits the code: commands, settings, files; and the units are confined."""

from __future__ import annotations

import json
import re
import shlex
from collections import defaultdict
from pathlib import Path

import pytest

from ingest.settings import Settings
from tests.documents import ROOT, problem_with

DEPLOY = ROOT / "deploy"
GATEWAY = DEPLOY / "dropsafe-gateway.service"
WORKER = DEPLOY / "dropsafe-worker@.service"
UNITS = (GATEWAY, WORKER)

Unit = dict[str, dict[str, list[str]]]

CONFINED = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "PrivateIPC": "yes",
    "PrivateMounts": "yes",
    "ProtectClock": "yes",
    "ProtectControlGroups": "yes",
    "ProtectHostname": "yes",
    "ProtectKernelLogs": "yes",
    "ProtectKernelModules": "yes",
    "ProtectKernelTunables": "yes",
    "ProtectProc": "invisible",
    "LockPersonality": "yes",
    "MemoryDenyWriteExecute": "yes",
    "RemoveIPC": "yes",
    "RestrictAddressFamilies": "AF_UNIX AF_INET AF_INET6",
    "RestrictNamespaces": "yes",
    "RestrictRealtime": "yes",
    "RestrictSUIDSGID": "yes",
    "SystemCallArchitectures": "native",
    "UMask": "0077",
}
"""What each unit says for its confinement."""

KNOWN = {
    "Unit": {"Description", "Documentation", "Wants", "After", "StartLimitIntervalSec"},
    "Service": {
        *CONFINED,
        *("Type", "User", "Group", "Environment", "EnvironmentFile", "ExecStart"),
        *("Restart", "RestartSec", "KillMode", "TimeoutStopSec", "OOMPolicy"),
        *("StateDirectory", "StateDirectoryMode", "LimitNOFILE", "LimitCORE"),
        *("TasksMax", "MemoryHigh", "MemoryMax", "MemorySwapMax"),
        *("CPUQuota", "CPUWeight", "IOWeight", "Nice"),
        *("AmbientCapabilities", "CapabilityBoundingSet", "PrivateUsers"),
        *("IPAddressDeny", "IPAddressAllow", "SystemCallFilter", "SystemCallErrorNumber"),
    },
    "Install": {"WantedBy"},
}
"""Directives of systemd.unit(5), systemd.service(5), systemd.exec(5) and
systemd.resource-control(5) that were checked with `systemd-analyze verify`."""


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_has_no_directive_that_systemd_does_not_know(path: Path) -> None:
    """systemd ignores a misspelled directive with a warning that nobody reads."""
    unit = _unit(path)
    assert set(unit) == set(KNOWN)
    for name, section in unit.items():
        assert not set(section) - KNOWN[name]


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_is_confined(path: Path) -> None:
    """Each line of confinement stands in each unit, and only its state is writable."""
    service = _unit(path)["Service"]
    assert {key: service.get(key) for key in CONFINED} == {
        key: [value] for key, value in CONFINED.items()
    }
    filters = ["@system-service", "~@privileged @resources"]
    if path == WORKER:  # its process that reads files limits itself
        filters.append("prlimit64 setrlimit")
    assert service["SystemCallFilter"] == filters
    assert service["StateDirectory"] == ["dropsafe"]
    assert service["StateDirectoryMode"] == ["0700"]
    assert service["User"] == ["dropsafe"]
    assert "ReadWritePaths" not in service


def test_only_the_gateway_may_take_low_ports() -> None:
    """A worker has no capability at all, and reaches no other machine."""
    gateway, worker = _unit(GATEWAY)["Service"], _unit(WORKER)["Service"]
    assert gateway["CapabilityBoundingSet"] == ["CAP_NET_BIND_SERVICE"]
    assert gateway["AmbientCapabilities"] == ["CAP_NET_BIND_SERVICE"]
    assert worker["CapabilityBoundingSet"] == [""]
    assert "AmbientCapabilities" not in worker
    assert worker["PrivateUsers"] == ["yes"]
    assert (worker["IPAddressDeny"], worker["IPAddressAllow"]) == (["any"], ["localhost"])


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_comes_back_and_ends_gracefully(path: Path) -> None:
    """It is started again for ever, bounded in memory and tasks, and has time to finish."""
    unit = _unit(path)
    assert unit["Service"]["Restart"] == ["always"]
    assert unit["Unit"]["StartLimitIntervalSec"] == ["0"]
    assert {"MemoryMax", "TasksMax", "LimitNOFILE", "CPUWeight"} <= set(unit["Service"])
    assert int(unit["Service"]["TimeoutStopSec"][0]) > 30, "the server itself waits 30 s"


@pytest.mark.parametrize(
    ("path", "expected"), [(GATEWAY, ["serve", "--workers", "0"]), (WORKER, ["work"])]
)
def test_a_unit_starts_a_command_that_there_is(path: Path, expected: list[str]) -> None:
    """Gateway and worker are two commands of the command line, on the unit's own home."""
    service = _unit(path)["Service"]
    [start] = service["ExecStart"]
    program, *words = shlex.split(start)
    assert Path(program).name == "dropsafe"
    assert words == expected
    assert not problem_with(words)
    assert "DROPSAFE_HOME=/var/lib/dropsafe" in service["Environment"]


def test_a_worker_can_read_files_under_its_confinement() -> None:
    """polars looks at the processor with code made at run time, unless it is told not to."""
    assert "POLARS_SKIP_CPU_CHECK=1" in _unit(WORKER)["Service"]["Environment"]


def test_the_image_is_built_of_what_is_there() -> None:
    """Every file that is copied exists, dependencies come with their hashes, no host is named."""
    lines = _containerfile()
    sources = [
        source
        for line in lines
        if line.startswith("COPY ") and "--from=" not in line
        for source in line.split()[1:-1]
    ]
    assert sources
    assert not [source for source in sources if not (ROOT / source).exists()]
    assert {"ingest", "parsers", "storage"} <= set(sources)
    [locked] = [line for line in lines if "-r requirements/runtime.txt" in line]
    assert "--require-hashes" in locked
    images = [line.split()[1] for line in lines if line.startswith("FROM ")]
    assert images == ["python:3.11-slim"] * 2


def test_the_image_runs_a_command_that_there_is_as_nobody_special() -> None:
    """Not root, on a home of its own, with settings that there are, and a look at its health."""
    last = _containerfile()
    last = last[max(at for at, line in enumerate(last) if line.startswith("FROM ")) :]
    said = dict(line.split(" ", 1) for line in last if " " in line)
    assert said["USER"] == "10001:10001"
    assert json.loads(said["ENTRYPOINT"]) == ["dropsafe"]
    assert not problem_with(json.loads(said["CMD"]))
    assert "dropsafe status --json" in said["HEALTHCHECK"]
    assert '\\"running\\": true' in said["HEALTHCHECK"]
    _assert_settings(re.findall(r"(DROPSAFE_\w+)=", said["ENV"]))


def test_compose_starts_commands_that_there_are_and_is_confined() -> None:
    """Each container of dropsafe runs one command; none writes outside of its volumes."""
    services = _compose_services()
    assert set(services) == {"database", "init", "gateway", "worker"}
    for name, command in (("init", "init"), ("gateway", "serve"), ("worker", "work")):
        [line] = re.findall(r"^    command: \[(.*)\]$", services[name], re.MULTILINE)
        words = [word.strip().strip('"') for word in line.split(",")]
        assert words[0] == command
        assert not problem_with(words)
        assert "<<: *dropsafe" in services[name]
    common = (DEPLOY / "compose.yaml").read_text("utf-8").partition("\nservices:")[0]
    for text in (common, services["database"]):
        assert "read_only: true" in text
        assert "cap_drop: [ALL]" in text
        assert 'security_opt: ["no-new-privileges:true"]' in text
    assert "healthcheck:" in services["database"]
    [dockerfile] = re.findall(r"dockerfile: (\S+)", services["init"])
    assert (ROOT / dockerfile).is_file()


def test_compose_keeps_its_secrets_in_a_file_of_their_own() -> None:
    """The password is in dropsafe.env alone, of which an example says what stands in it."""
    compose = (DEPLOY / "compose.yaml").read_text("utf-8")
    assert set(re.findall(r"env_file: (\S+)", compose)) == {"dropsafe.env"}
    assert "password" not in compose.lower().replace("set the password", "")
    example = (DEPLOY / "dropsafe.env.example").read_text("utf-8")
    variables = re.findall(r"^([A-Z]\w+)=", example, re.MULTILINE)
    assert {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD"} <= set(variables)
    _assert_settings([one for one in variables if one.startswith("DROPSAFE_")])


@pytest.mark.parametrize("name", ["compose.yaml", "Containerfile", *(unit.name for unit in UNITS)])
def test_nothing_names_a_registry(name: str) -> None:
    """Images and packages come from wherever the machine is set up to get them."""
    text = (DEPLOY / name).read_text("utf-8")
    assert not re.search(r"https?://|\b(?:docker|ghcr|quay|pypi)\.(?:io|org)\b", text)


def _unit(path: Path) -> Unit:
    """A unit file (systemd.syntax(7), of which only comments, sections and lines are used)."""
    unit: Unit = {}
    section: dict[str, list[str]] = {}
    for line in path.read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            section = unit.setdefault(line.strip("[]"), defaultdict(list))
            continue
        key, equals, value = line.partition("=")
        assert equals, f"{path.name}: {line!r} is no directive"
        section[key].append(value)
    return {name: dict(directives) for name, directives in unit.items()}


def _containerfile() -> list[str]:
    text = (DEPLOY / "Containerfile").read_text("utf-8").replace("\\\n", " ")
    return [" ".join(line.split()) for line in text.splitlines() if line and line[0] != "#"]


def _compose_services() -> dict[str, str]:
    """The text of each service; the house has no reader of YAML, and needs none for this."""
    text = (DEPLOY / "compose.yaml").read_text("utf-8")
    [services] = re.findall(r"^services:\n(.*?)(?=^\w)", text, re.MULTILINE | re.DOTALL)
    found = re.findall(r"^  (\w+):\n((?:    .*\n|\n|  #.*\n)+)", services, re.MULTILINE)
    return dict(found)


def _assert_settings(variables: list[str]) -> None:
    """Each variable is DROPSAFE_HOME, or that of a setting that there is."""
    known = {"DROPSAFE_HOME"}
    for section, field in Settings.model_fields.items():
        keys = getattr(field.annotation, "model_fields", {})
        known |= {f"DROPSAFE_{section}__{key}".upper() for key in keys}
    assert variables
    assert not set(variables) - known
