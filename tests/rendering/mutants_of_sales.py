"""What becomes of several rows of one sale: checks that hold them, or the file, back."""

from tests.rendering.mutating import Mutant, mutant

MUTANTS_OF_SALES: tuple[Mutant, ...] = (
    mutant(
        "of two totals of a sale the first is taken",
        "shapes.gathering:_firsts",
        "broken.of_two_totals(_two_totals(bearing, record_type, name))",
        "pass",
        shape="first row only",
        damage="two totals",
    ),
    mutant(
        "rows of one number are of one sale, whatever their days: of a sum",
        "shapes.gathering:_summed",
        "broken.of_different_days(different_days(keyed, record_type))",
        "pass",
        shape="items",
        days="spread",
        damage="number comes again",
    ),
    mutant(
        "rows of one number are of one sale, whatever their days: of the first",
        "shapes.gathering:_firsts",
        "broken.of_different_days(different_days(bearing, record_type))",
        "pass",
        ("shapes.gathering:_two_totals", 'pl.col("total") != pl.col("other")', "pl.lit(False)"),
        shape="first row only",
        days="spread",
        damage="number comes again",
    ),
    mutant(
        "a number that comes again on another day is a correction",
        "shapes.again:refuse_begun_again",
        "if spans.height:",
        "if False:",
        shape="transactions",
        days="spread",
        damage="number comes again",
    ),
    mutant(
        "a row of nobody knows whom is of the sales beside it",
        "shapes.belonging:_refuse_scattered",
        "if again.is_empty():",
        "if True:",
        shape="items",
        damage="scattered rows",
    ),
    mutant(
        "a status that the mapping does not know counts",
        "shapes.choosing:_unnamed",
        "return _UNKNOWN",
        'return ""',
        shape="states of rows",
        damage="unknown status",
    ),
)
