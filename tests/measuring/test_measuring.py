"""The figures in the docs can be measured again."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("name", "said"), [("verifying", "verify --quick: "), ("rebuilding", "rebuild")]
)
def test_it_measures(name: str, said: str) -> None:
    """A home too small to say anything, but all the way."""
    words = ["-m", f"tests.measuring.{name}", "--deliveries", "20", "--tenants", "2"]
    done = subprocess.run([sys.executable, *words], check=True, capture_output=True, text=True)
    assert said in done.stdout
