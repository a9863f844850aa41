"""Transactions that cannot be put together of their rows, and why: all their rows are rejects."""

import polars as pl

from parsers.canonical import MONEY_MAX_WHOLE_DIGITS, RecordType
from parsers.reject import RAW_MAX_CHARACTERS, Reject, RejectCode, clip


class Broken:
    """Gathers keys with what is wrong with them; the first that is said of a key holds."""

    def __init__(self, record_type: RecordType) -> None:
        self._key = record_type.key
        self._said: dict[tuple[str, ...], tuple[RejectCode, str]] = {}

    def say(self, keys: pl.DataFrame, code: RejectCode, words: str) -> None:
        """Say the same of many keys; `words` may name columns of the frame, and `{id}`."""
        for row in keys.iter_rows(named=True):
            key = tuple(row[name] for name in self._key)
            if key not in self._said:
                self._said[key] = code, words.format(id=clip(key[-1]), **row)

    def incomplete(self, culprits: pl.DataFrame) -> None:
        """Rows of these keys, each with its `line`, are rejects themselves."""
        self.say(
            culprits,
            RejectCode.INCOMPLETE_TRANSACTION,
            "The transaction '{id}' would be incomplete: its row on line {line} was rejected",
        )

    def maybe_of(self, culprits: pl.DataFrame) -> None:
        """A row that is a reject, on `line`, may be of these keys, by what is left of its own."""
        self.say(
            culprits,
            RejectCode.INCOMPLETE_TRANSACTION,
            "The transaction '{id}' may be incomplete: the row on line {line} was rejected, and it "
            "may be one of its rows",
        )

    def maybe_incomplete(self, culprits: pl.DataFrame) -> None:
        """Rows beside these, on the lines `culprit`, may be of the same transactions."""
        self.say(
            culprits,
            RejectCode.INCOMPLETE_TRANSACTION,
            "The transaction '{id}' may be incomplete: the row on line {culprit} beside it was "
            "rejected, and nothing tells whose it is",
        )

    def of_different_days(self, spans: pl.DataFrame) -> None:
        """The rows of these keys lie apart: `time` on `line`, `other_time` on `other_line`."""
        self.say(
            spans,
            RejectCode.TWO_MOMENTS,
            "The rows of the transaction '{id}' are of different days ({time} on line {line}, "
            "{other_time} on line {other_line}): do the numbers begin again?",
        )

    def of_two_totals(self, pairs: pl.DataFrame) -> None:
        """The rows of these keys differ: `total` stands on `line`, `other` on `other_line`."""
        self.say(
            pairs,
            RejectCode.TWO_TOTALS,
            "The transaction '{id}' has two totals: {total} on line {line}, {other} on line "
            "{other_line}",
        )

    def without_total(self, keys: pl.DataFrame) -> None:
        """No row of these keys bears a total."""
        self.say(keys, RejectCode.EMPTY_MONEY, "No row of the transaction '{id}' bears a total")

    def too_long(self, keys: pl.DataFrame) -> None:
        """The sum is beyond what a total may be."""
        self.say(
            keys,
            RejectCode.MONEY_TOO_LONG,
            "The totals of the rows of the transaction '{id}' add up to more than "
            f"{MONEY_MAX_WHOLE_DIGITS} digits before the point",
        )

    def without(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows of a frame whose keys are whole."""
        return frame if not self._said else frame.join(self._keys(), on=self._key, how="anti")

    def rejects(self, rows: pl.DataFrame, raws: pl.DataFrame) -> list[Reject]:
        """A reject of each row whose key is not whole; `raws` has the text of each line."""
        if not self._said:
            return []
        bad = rows.join(self._keys(), on=self._key, how="semi", maintain_order="left")
        shown = bad.select("line", *self._key).join(raws, on="line", maintain_order="left")
        return [
            self._reject(row["line"], row["raw"], tuple(row[name] for name in self._key))
            for row in shown.iter_rows(named=True)
        ]

    def _keys(self) -> pl.DataFrame:
        columns = zip(*self._said, strict=True)
        return pl.DataFrame(
            {
                name: pl.Series(column, dtype=pl.String)
                for name, column in zip(self._key, columns, strict=True)
            }
        )

    def _reject(self, line: int, raw: str, key: tuple[str, ...]) -> Reject:
        code, message = self._said[key]
        return Reject(
            line=line, column=None, code=code, message=message, raw=raw[:RAW_MAX_CHARACTERS]
        )
