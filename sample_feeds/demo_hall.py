"""The market hall: one account for many tills, each of another make with a feed of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from demo_check import Entry
from demo_delivery import WAYS, Account, Server, deliver
from demo_feeds import Feed, Sent
from demo_screen import Screen, count, state
from demo_story import World

_COUNTED = ("left out", "put together")  # in notes on rows that the table counts anyway


def deliver_hall(
    screen: Screen, server: Server, accounts: dict[str, Account], hall: list[Feed]
) -> None:
    """Send the files of all tills of the hall, those that go the same way in one session."""
    for via, words in WAYS.items():
        going = [feed for feed in hall if feed.via == via]
        for shop in dict.fromkeys(feed.shop for feed in going):
            files = {one.path: one for feed in going if feed.shop == shop for one in feed.files}
            deliver(server, accounts[shop], via, list(files.values()))
            screen.step(words, _number(len(files), "file"), shop)


def tell_hall(world: World, hall: list[Feed]) -> None:
    """Every further delivery with its verdict and what was noticed, all in one table."""
    shops = list(dict.fromkeys(feed.shop for feed in hall))
    world.screen.section(
        "A till of every make",
        f"{_number(len(hall), 'till')} of one market hall drop their files into the same account; "
        "the file's name tells whose mapping reads it. What was passed over, left out or repaired "
        "is said; what is doubtful is held.",
        f"deliveries --tenant {shops[0]}",
    )
    world.settle({(feed.shop, one.name) for feed in hall for one in feed.files})
    shown = []
    for feed, sent, entry in _entries(world, hall):
        world.checks.verdict(feed, sent, entry)
        counts = [count(entry[name]) for name in ("new", "ignored", "rejected")]
        shown.append([sent.name, state(entry["state"]), *counts, _remarks(entry)])
    columns = ["file", "state", ">rows", ">left out", ">rejects", "~noticed"]
    world.screen.table(columns, shown)
    _check_rows(world, hall, shops)
    _check_rejects(world, hall)


def _entries(world: World, hall: list[Feed]) -> Iterator[tuple[Feed, Sent, Entry]]:
    return (
        (feed, sent, world.entries[feed.shop, sent.name]) for feed in hall for sent in feed.files
    )


def _remarks(entry: Entry) -> str:
    """The reason why it is held, or the first of the notes."""
    if entry["reason"]:
        return str(entry["reason"])
    notes = [note for note in entry["notes"] if not any(words in note for words in _COUNTED)]
    return " ".join([*notes[:1], *([f"And {len(notes) - 1} more."] if notes[1:] else [])])


def _check_rows(world: World, hall: list[Feed], shops: list[str]) -> None:
    """All rows of an account are asked for at once; whose they are, their deliveries tell."""
    rows = [row for shop in shops for row in world.dropsafe.csv("rows", shop)]
    owners = {entry["delivery"]: feed.title for feed, _, entry in _entries(world, hall)}
    for feed in hall:
        world.checks.rows(feed, [row for row in rows if owners[row["delivery"]] == feed.title])


def _check_rejects(world: World, hall: list[Feed]) -> None:
    ids = [entry["delivery"] for _, _, entry in _entries(world, hall) if entry["rejected"]]
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        told = threads.map(lambda one: world.dropsafe.csv("rejects", one), ids)
        rejects = dict(zip(ids, told, strict=True))
    for feed in hall:
        found = [rejects.get(entry["delivery"], []) for _, _, entry in _entries(world, [feed])]
        world.checks.rejects(feed, [one for some in found for one in some])


def _number(count_: int, what: str) -> str:
    return f"{count_} {what}" + ("" if count_ == 1 else "s")
