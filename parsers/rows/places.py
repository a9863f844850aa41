"""Ids that are a part of a cell, or of the way a file came: its name, its folder, its mailbox."""

from dataclasses import replace

import polars as pl

from parsers.mappings.mapping import Mapping
from parsers.mappings.patterns import take, take_of_each
from parsers.mappings.sent import Sent
from parsers.reject import RejectCode, Unreadable, UnreadableCode, clip
from parsers.values.id_columns import read_ids
from parsers.values.ids import DAMAGED, id_flaw
from parsers.values.sources import Column, Constant, Sender, Whence
from parsers.values.values import Found, Values

_WHAT = {
    Whence.FILE_NAME: "the file's name",
    Whence.FOLDER: "the folder of the upload",
    Whence.MAILBOX: "the mailbox of the address",
}


def located(mapping: Mapping, sent: Sent) -> Mapping:
    """Put what the mapping takes of the way a file came into it, as constants.

    Raises Unreadable (NO_LOCATION), naming the pattern and what does not fit it.
    """
    sources = {
        name: _constant(source, sent) if isinstance(source, Sender) else source
        for name, source in mapping.columns.items()
    }
    return replace(mapping, columns=sources)


def formula_columns(mapping: Mapping, content: str) -> set[str]:
    """The names of columns in which a formula such as ="007" is to be taken for its text.

    None if the file has none, its quotes doubled or escaped or not; and not one of which a mask
    takes a part, be it of a formula: ="{}".
    """
    if '="' not in content and '=\\"' not in content:  # as in most files
        return set()
    sources = mapping.columns.values()
    masked = {each.name for each in sources if isinstance(each, Column) and each.mask}
    return {*mapping.names()} - masked


def read_masked_ids(name: str, mask: str, found: Found) -> Values:
    """Read the ids called `name`: what the mask takes of each cell; other cells are rejects.

    A blank cell is EMPTY_ID as without a mask, and one that a spreadsheet rounded DAMAGED_ID;
    another that does not fit is ID_NOT_IN_MASK.
    """
    taken = take_of_each(found.texts, mask)
    taken = found.texts.zip_with(taken.is_null() & found.texts.str.contains(DAMAGED), taken)
    outside = taken.is_null() & (found.texts != "")
    read = read_ids(
        name, Column(found.column), [replace(found, texts=taken.fill_null(""))], len(taken)
    )
    code = pl.when(outside).then(pl.lit(RejectCode.ID_NOT_IN_MASK.value)).otherwise(read.code)
    return replace(read, code=pl.select(code).to_series(), text=found.texts)


def _constant(source: Sender, sent: Sent) -> Constant:
    place = {
        Whence.FILE_NAME: sent.name.replace("\\", "/").rsplit("/", 1)[-1],
        Whence.FOLDER: sent.folder.replace("\\", "/").strip("/"),
        Whence.MAILBOX: sent.mailbox,
    }[source.whence]
    taken = take(source.pattern, place)
    if len(taken) == 1 and not id_flaw(taken[0]):
        return Constant(taken[0])
    raise _no_location(source, place, taken)


def _no_location(source: Sender, place: str, taken: tuple[str, ...]) -> Unreadable:
    what, pattern = _WHAT[source.whence], clip(source.pattern)
    if not place:
        words = f"it is unknown: the file did not come in a way that has one (pattern '{pattern}')"
    elif len(taken) > 1:
        either = " or ".join(f"'{clip(text)}'" for text in taken)
        words = f"'{clip(place, 200)}' fits the pattern '{pattern}' in two ways: as {either}"
    else:
        words = f"'{clip(place, 200)}' does not fit the pattern '{pattern}'"
    return Unreadable(
        UnreadableCode.NO_LOCATION,
        f"The shop is to be read from {what}, but {words}.",
        remedy=f"If the name is right, mend {source.whence.value} in the mapping's location_id: "
        "the file then loads by itself. Else have it sent again under the right name.",
    )
