"""What happens to the bytes of a file on its way: cuts, and bytes of another kind."""

from collections.abc import Callable
from random import Random

from tests.rendering.harm import SEVERAL_ROWS, Harm, can_be_told
from tests.rendering.plan import Plan
from tests.rendering.writing import BOMS, File


def damage_bytes(plan: Plan, file: File, data: bytes, harm: Harm) -> bytes:
    """Do the damage of a plan to the bytes of a file, where it is one of bytes."""
    done = _OF_BYTES.get(plan.damage)
    if done is None or not can_be_told(plan, file):
        return data
    return done(plan, file, data, harm, plan.random("damage"))


def _cut_last(plan: Plan, file: File, data: bytes, harm: Harm, chance: Random) -> bytes:
    return _cut(plan, file, harm, chance, row=len(file.rows) - 1, first=2)


def _cut_anywhere(plan: Plan, file: File, data: bytes, harm: Harm, chance: Random) -> bytes:
    return _cut(plan, file, harm, chance, row=chance.randrange(len(file.rows)), first=2)


def _cut_early(plan: Plan, file: File, data: bytes, harm: Harm, chance: Random) -> bytes:
    return _cut(plan, file, harm, chance, row=chance.randrange(len(file.rows)), last=2)


def _cut(
    plan: Plan,
    file: File,
    harm: Harm,
    chance: Random,
    *,
    row: int,
    first: int = 0,
    last: int | None = None,
) -> bytes:
    """End the file inside a row, in a field between `first` and `last`.

    At least its last delimiter is lost, or the cut is in a column that nobody mapped: else the last
    value could look whole. Something of the row is left: else it may never have been there.
    """
    rows = file.rows
    line = rows[row]
    last_is_free = file.roles[-1] == "extra" and plan["shape"] not in SEVERAL_ROWS
    stop = max(last or len(line.fields) - (0 if last_is_free else 1), 1)
    keep = chance.randrange(min(first, stop - 1), stop)
    part = line.fields[keep]
    left = [*line.fields[:keep], part[: chance.randrange(len(part) + 1)]]
    if any(field.strip(plan["quote"]) for field in left):
        line.fields, line.end, line.touched = left, "", True
        del file.lines[file.lines.index(line) + 1 :]
        harm.done = True
        harm.gone = {each.key for each in rows[row + 1 :] if each.key}
        # A line end inside of an open quote looks like that of a row; and what is left of a first
        # row is all there is to show how many fields a row has, where no header does.
        shows_width = row > 0 or plan["header"] != "none"
        is_open = not file.text().endswith(("\n", "\r"))
        if len(left) < len(file.roles) and shows_width and is_open:
            harm.must_hold = "its last row is not whole, and has no line end"
    data = BOMS.get(plan["encoding"], b"") + file.text().encode(plan["encoding"])
    return data[:-1] if chance.random() < 0.1 and not file.text()[-1:].isascii() else data


def _swapped_byte(plan: Plan, file: File, data: bytes, harm: Harm, chance: Random) -> bytes:
    """One byte in a column that nobody mapped is another."""
    places = [at for at, role in enumerate(file.roles) if role == "extra"]
    line = chance.choice(file.rows)
    at = chance.choice(places) if places else None
    if at is None or not line.fields[at]:
        return data
    mark = plan["delimiter"]
    before = "".join(
        mark.join(each.fields) + each.end for each in file.lines[: file.lines.index(line)]
    )
    before += mark.join([*line.fields[:at], ""]) if at else ""
    start = len(BOMS.get(plan["encoding"], b"")) + len(
        before.encode(plan["encoding"].removesuffix("-sig"))
    )
    start += 3 if plan["encoding"] == "utf-8-sig" else 0
    size = len(line.fields[at].encode(plan["encoding"].removesuffix("-sig")))
    byte = start + chance.randrange(size)
    line.touched = harm.done = True
    return data[:byte] + bytes([chance.choice((0xFF, 0x80, 0x00, 0x1A, 0xC3))]) + data[byte + 1 :]


def _mixed(plan: Plan, file: File, data: bytes, harm: Harm, chance: Random) -> bytes:
    """One row is in Windows-1252 and the others in UTF-8, or the other way round."""
    encoding = plan["encoding"]
    other = {"utf-8": "cp1252", "cp1252": "utf-8"}.get(encoding)
    mark = plan["delimiter"]
    odd = [line for line in file.rows if not mark.join(line.fields).isascii()]
    if other is None or not odd:
        return data
    chosen = chance.choice(odd)
    try:
        parts = [
            (mark.join(line.fields) + line.end).encode(other if line is chosen else encoding)
            for line in file.lines
        ]
    except UnicodeEncodeError:
        return data
    chosen.touched = harm.done = True
    return b"".join(parts)


_OF_BYTES: dict[str, Callable[[Plan, File, bytes, Harm, Random], bytes]] = {
    "cut in the last row": _cut_last,
    "cut anywhere": _cut_anywhere,
    "cut in the first two fields": _cut_early,
    "swapped byte": _swapped_byte,
    "mixed encoding": _mixed,
}
