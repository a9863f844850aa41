"""`python -m ingest.cli` is the `dropsafe` command."""

from __future__ import annotations

from ingest.cli import main

main()
