"""How many rejects a feed bears before its file is held."""

from decimal import Decimal

from parsers.reject import Unreadable, UnreadableCode


def too_many(rejects: int, records: int, at_most: Decimal | None) -> Unreadable | None:
    """The verdict on a file with more than `at_most` percent of rejects, which its mapping sets.

    None if it loads; always so without a limit. Give the number of the records that count, those
    left out by [rows] not among them.
    """
    if at_most is None or rejects * 100 <= at_most * records:
        return None
    share = Decimal(rejects * 100) / records
    allowed = f"at most {at_most.normalize():f} %" if at_most else "none"
    return Unreadable(
        UnreadableCode.TOO_MANY_REJECTS,
        f"{rejects:,} of {records:,} rows ({share:.3g} %) cannot be loaded; the mapping allows "
        f"{allowed}.",
        remedy="Look at the rejects, and ask the sender for a corrected file or mend the mapping. "
        "If the other rows may load without them, raise at_most in [rejects]: the file then loads "
        "by itself.",
    )
