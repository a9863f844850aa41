"""Words for what is void or paid back that no rule names, beside one that a rule names."""

import pytest

from parsers.mappings.rows import RowRules
from parsers.reject import RejectCode
from tests.parsers.test_choosing import records, run


@pytest.mark.parametrize(
    ("rules", "words", "unknown"),
    [
        (RowRules(drop={"Type": ("void",)}), "Voided|VOID - mgr|Void*|Cancelled", 4),
        (RowRules(drop={"Type": ("cancelado",)}), "Cancelada|Storno", 2),
        (RowRules(refund={"Type": ("refund",)}), "Refunded|Return|Returned|Storno|Voided", 5),
        (RowRules(refund={"Type": ("storno",)}), "Retoure", 1),
        (RowRules(drop={"Type": ("void",)}, refund={"Type": ("refund",)}), "Voided|Return", 2),
        # What is paid back is negative of itself where no rule is about it.
        (RowRules(drop={"Type": ("void",)}), "Refund|Refunded|Payout|Other|", 0),
        (RowRules(drop={"Type": ("payout",)}), "Voided|Refund", 0),
        (RowRules(refund={"Type": ("r",)}), "Return", 0),
        # Said by the mapping, one way or the other.
        (RowRules(drop={"Type": ("void",)}, keep={"Type": ("*",)}), "Voided", 0),
        (RowRules(drop={"Type": ("void", "voided")}), "voided", 0),
        (RowRules(refund={"Type": ("*",)}), "Voided", 0),
        (RowRules(keep={"Type": ("sale",)}), "Voided", 0),
    ],
)  # fmt: skip
def test_words_for_what_a_named_one_means_are_asked_for(
    rules: RowRules, words: str, unknown: int
) -> None:
    """A till that begins to write Voided for Void would make sales of them."""
    named = (*rules.drop.get("Type", ()), *rules.refund.get("Type", ()))
    rows = records(*(f"{word};x;{n}" for n, word in enumerate([*words.split("|"), *named, "Sale"])))
    chosen = run(rows, rules)
    assert len(chosen.rejects) == unknown
    assert {one.code for one in chosen.rejects} <= {RejectCode.UNKNOWN_STATUS}
    assert {one.raw.split(";")[0] for one in chosen.rejects} <= set(words.split("|"))


def test_a_column_of_many_words_says_not_what_rows_are() -> None:
    """A name of an article may have any word in it."""
    rows = [f"Cake {n};x;{n}" for n in range(20)]
    rules = RowRules(drop={"Type": ("void",)})
    assert not run(records(*rows, "Void of Moscow;x;1"), rules).rejects
    assert run(records(*rows[:15], "Void of Moscow;x;1"), rules).rejects
