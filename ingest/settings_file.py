"""The settings file as text: every setting with its default and what it does."""

from __future__ import annotations

import json
import textwrap
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from ingest.settings import Settings
from storage.files import write_durably
from storage.layout import Layout

_HEAD = """\
# Settings of a dropsafe home. What is commented out has the value shown, its default.
# The environment comes first: DROPSAFE_SFTP__LISTEN overrides [sftp] listen, and so on.
# Relative paths start at the home. Settings are read at start: a change needs a restart.
"""


_GROUPED = 100_000


def write_default_settings(layout: Layout) -> bool:
    """Write a settings file with every default, unless there is one; whether it was written."""
    if layout.settings.exists():
        return False
    write_durably(layout.settings, default_settings().encode())
    return True


def default_settings() -> str:
    """A settings file in which every setting is explained, and none differs from its default."""
    sections = [_section(name, field) for name, field in Settings.model_fields.items()]
    return "\n".join([_HEAD, *sections])


def _section(name: str, field: FieldInfo) -> str:
    model: Any = field.annotation
    assert issubclass(model, BaseModel)  # noqa: S101 - every setting is in a section
    lines = [f"[{name}]", *_comment(model.__doc__ or "")]
    for key, setting in model.model_fields.items():
        lines += ["", *_comment(setting.description or "")]
        lines.append(f"#{key} = {_toml(setting.default)}")
    return "\n".join(lines) + "\n"


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(text, 96)]


def _toml(value: object) -> str:
    if isinstance(value, int) and value >= _GROUPED:
        return f"{value:_}"  # TOML's own way to make a long number legible
    # Strings, numbers and truth values are written alike in JSON and in TOML.
    return json.dumps(value)
