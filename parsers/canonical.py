"""The record types: which fields a row has, what identifies it, and how each value is written.

Every value of a row is text in one canonical form, so that rows can be compared, hashed and dumped
byte for byte whatever database holds them:

- an id: the sender's text, trimmed; never a number (007 stays 007); 1 to 255 characters, none of
  them a control character;
- an instant: `2017-01-01T16:53:26Z`, in UTC, with a fraction (`...26.5Z`) only if it is not zero,
  to the microsecond;
- a wall-clock time: the same without the Z: what the clock in that shop showed;
- an amount of money: a plain decimal with at least two places and none after them that are
  superfluous zeros (`12.50`, `-7.00`, `1.99000001`); no plus sign, no exponent, no `-0.00`;
  at most 18 digits before the point and 10 after it.

A further record type is one more definition here: readers and writers walk over `fields`.
"""

from dataclasses import dataclass
from enum import StrEnum

ID_MAX_CHARACTERS = 255
MONEY_MAX_WHOLE_DIGITS = 18
MONEY_MAX_PLACES = 10
MONEY_MIN_PLACES = 2

# A year outside of these is a till whose clock was reset, or a format that fits by accident.
# Not 2100: the time zones of polars 2.1 know no summer time after 2099 (measured).
FIRST_YEAR = 1970
LAST_YEAR = 2099


class Kind(StrEnum):
    """What a field holds, which decides how it is read."""

    ID = "id"  # text that names something
    MONEY = "money"  # an exact amount
    MOMENT = "moment"  # a date and time in a shop: read once, kept as an instant and as wall-clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing that a mapping says where to find, and the row columns that come of it."""

    name: str
    kind: Kind
    columns: tuple[str, ...]
    words: str
    """What a shopkeeper calls it, in the middle of a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordType:
    """One kind of row: `key` columns identify it within a tenant, `values` are what it says."""

    name: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns of a row, in the order of the fields."""
        return tuple(column for field in self.fields for column in field.columns)

    @property
    def values(self) -> tuple[str, ...]:
        """The columns that are not part of the key."""
        return tuple(column for column in self.columns if column not in self.key)


TRANSACTIONS = RecordType(
    name="transactions",
    fields=(
        Field(
            name="location_id", kind=Kind.ID, columns=("location_id",), words="the id of the shop"
        ),
        Field(
            name="transaction_id",
            kind=Kind.ID,
            columns=("transaction_id",),
            words="the id of the transaction",
        ),
        Field(
            name="occurred_at",
            kind=Kind.MOMENT,
            columns=("occurred_at", "local_time"),
            words="the date and time of the transaction",
        ),
        Field(name="total", kind=Kind.MONEY, columns=("total",), words="the total"),
    ),
    key=("location_id", "transaction_id"),
)

RECORD_TYPES = {record.name: record for record in (TRANSACTIONS,)}
