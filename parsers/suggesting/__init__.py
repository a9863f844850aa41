"""Proposing a mapping for files never seen: what the columns are, by their names and contents."""

from parsers.suggesting.composing import suggest
from parsers.suggesting.given import GivenFile, Known
from parsers.suggesting.suggestion import Suggestion

__all__ = ["GivenFile", "Known", "Suggestion", "suggest"]
