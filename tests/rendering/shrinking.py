"""Makes the file of a failure small: fewer sales, and plain choices wherever they will do."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.rendering.judging import Outcome, judge
from tests.rendering.plan import Plan, plain
from tests.rendering.rendering import Rendered, render

_ATTEMPTS = 400


def shrink(plan: Plan, still: Callable[[Plan], bool]) -> Plan:
    """Give the smallest plan found of which the same is `still` true."""
    left = _ATTEMPTS
    again = True
    while again and left > 0:
        again = False
        for smaller in _smaller(plan):
            left -= 1
            if left < 0:
                break
            if still(smaller):
                plan, again = smaller, True
                break
    return plan


def explain(plan: Plan, outcome: Outcome) -> str:
    """A failure, or a file that did not load unaided, as a person wants to see it: as a small file
    with its mapping, with what was expected and got."""
    failure = outcome.failure

    def still(smaller: Plan) -> bool:
        file = render(smaller)
        now = judge(file)
        if failure is None:
            return now.reason == outcome.reason and not (
                now.unaided or file.damaged or file.twofold
            )
        return now.failure is not None and now.failure.kind == failure.kind

    small = shrink(plan, still)
    file = render(small)
    now = judge(file)
    words = now.words if now.failure is None else f"{now.failure.kind}: {now.failure.words}"
    return f"{words}\nfound with {plan.shown()}\nsmallest: {small.shown()}\n{show(file)}"


def _smaller(plan: Plan) -> Iterator[Plan]:
    size = len(plan.rows) // 2
    while size:
        for start in range(0, len(plan.rows), size):
            rows = plan.rows[:start] + plan.rows[start + size :]
            if rows:
                yield replace(plan, rows=rows)
        size //= 2
    for dimension in plan.choices:
        plainer = plan.with_choice(dimension, plain(dimension))
        if plainer.choices != plan.choices:
            yield plainer
    if plan.damage != "none":
        yield replace(plan, damage="none")


def show(file: Rendered) -> str:
    """The text of a file, with its mapping and bytes."""
    return (
        f"--- mapping\n{file.mapping}--- text\n{file.text!r}\n--- bytes\n{file.data!r}\n"
        f"--- expected\n" + "\n".join(f"{key}: {values}" for key, values in file.truth.items())
    )
