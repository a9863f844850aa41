"""What the demo tells, once all files are delivered: one function for each section."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from demo_check import WAITING, Checks, Entry, Row
from demo_feeds import Feed, Sent
from demo_screen import Screen, count, money, state
from demo_server import Dropsafe, wait_for


@dataclass(frozen=True)
class World:
    """What every section works with."""

    screen: Screen
    dropsafe: Dropsafe
    feeds: list[Feed]
    checks: Checks
    entries: dict[tuple[str, str], Entry] = field(default_factory=dict)
    """What was last said of each file, by shop and file name."""
    said: dict[str, list[Row]] = field(default_factory=dict)
    """The rows of each shop, as they were last printed."""
    before_the_resend: dict[str, list[Row]] = field(default_factory=dict)

    def sent(self) -> Iterator[tuple[Feed, Sent]]:
        """Every file with its feed."""
        return ((feed, one) for feed in self.feeds for one in feed.files)

    def settle(self, wanted: set[tuple[str, str]], *unsettled: str) -> None:
        """Wait until these files, by shop and name, have a verdict, and note what is said of all.

        `unsettled` are states that are no verdict here.
        """

        def look() -> bool | None:
            said = self.dropsafe.json("deliveries")
            # What was opened may bear the name of the table in it, which is what counts.
            self.entries.update(
                {(one["tenant"], one["name"]): one for one in said if one["reason"] != "opened"}
            )
            waiting = (*WAITING, *unsettled)
            settled = {key for key, one in self.entries.items() if one["state"] not in waiting}
            return True if wanted <= settled else None

        wait_for("a verdict on every file", look)

    def rows(self, feeds: list[Feed]) -> dict[str, list[Row]]:
        """The rows that these shops have now."""
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            found = threads.map(lambda feed: self.dropsafe.csv("rows", feed.shop), feeds)
            return {feed.shop: rows for feed, rows in zip(feeds, found, strict=True)}

    def only(self, condition: str) -> Feed:
        """The one feed that tells a certain story."""
        [feed] = [feed for feed in self.feeds if getattr(feed, condition)]
        return feed


def tell_verdicts(world: World) -> None:
    """Every delivery with its state and its counts."""
    world.screen.section(
        "What became of each file",
        "Every file has a verdict: what it brought, and how many of its rows could not be read.",
        "deliveries",
    )
    rows = []
    for feed, sent in world.sent():
        entry = world.entries[feed.shop, sent.name]
        if not feed.mapping_comes_late:
            world.checks.verdict(feed, sent, entry)
        counts = [count(entry[name]) for name in ("new", "changed", "unchanged", "rejected")]
        rows.append([sent.name, state(entry["state"]), *counts])
    columns = ["file", "state", ">new", ">changed", ">same", ">rejected"]
    world.screen.table(columns, rows)


def tell_values(world: World) -> None:
    """A row of several shops, as it was written and as it is stored."""
    world.screen.section(
        "One kind of row, however it was written",
        "Moments are kept in UTC, amounts as exact decimals; a refund is a negative amount.",
        "rows SHOP",
    )
    shown = []
    for feed in world.feeds:
        if feed.look_at:
            delivery = world.entries[feed.shop, feed.files[0].name]["delivery"]
            place = (delivery, str(feed.look_at))
            row = next(
                one for one in world.said[feed.shop] if (one["delivery"], one["line"]) == place
            )
            written = feed.written(feed.look_at)
            shown.append(
                [feed.shop, written["moment"], written["total"],
                 row["occurred_at"], money(row["total"])]
            )  # fmt: skip
    columns = ["shop", "~the till wrote", ">", "occurred at", ">total"]
    world.screen.table(columns, shown)


def tell_rejects(world: World) -> None:
    """The rows of the bad file that could not be read."""
    feed = next(feed for feed in world.feeds if any(one.counts["rejected"] for one in feed.files))
    [sent] = feed.files
    entry = world.entries[feed.shop, sent.name]
    world.screen.section(
        "Rows that cannot be read",
        f"The good rows of {sent.name} are loaded; each bad one says where and why.",
        f"rejects {entry['delivery']}",
    )
    rejects = world.dropsafe.csv("rejects", entry["delivery"])
    world.checks.rejects(feed, rejects)
    world.screen.table(
        [">line", "~column", "reason", "~in words"],
        (
            [one["line"], one["column"] or "(all of it)", one["reason"], one["message"]]
            for one in rejects
        ),
    )


def tell_corrections(world: World) -> None:
    """What a re-sent file changed."""
    [(shop, before)] = world.before_the_resend.items()
    feed = next(feed for feed in world.feeds if feed.shop == shop)
    first, second = (one.name for one in feed.files)
    world.screen.section(
        "A re-send with corrections and refunds",
        f"{second} says all of {first} again, and more; what is the same is not written again.",
        f"rows {shop}",
    )
    known = {row["transaction_id"]: row["total"] for row in before}
    second_id = world.entries[shop, second]["delivery"]
    changes = []
    for row in world.said[shop]:
        if row["delivery"] != second_id:
            continue
        number, total = row["transaction_id"], row["total"]
        kind = "refund" if total.startswith("-") else "corrected" if number in known else "new"
        changes.append(
            [
                number,
                row["local_time"],
                money(known.get(number, "")),
                money(total),
                kind,
                row["line"],
            ]
        )
    columns = ["transaction", "local time", ">before", ">now", "kind", ">line"]
    world.screen.table(columns, changes)


def tell_held(world: World) -> None:
    """A file that waits for its mapping, and loads by itself once it is set."""
    feed = world.only("mapping_comes_late")
    [sent] = feed.files
    key = (feed.shop, sent.name)
    entry = world.entries[key]
    world.screen.section(
        "A file that came before its mapping",
        "Nothing is guessed and nothing is lost: it is held, and the remedy is said.",
        f"show {entry['delivery']}",
    )
    world.checks.same(f"{feed.shop}: held for", entry["reason"], "no-mapping")
    world.screen.table(
        ["file", "state", "reason", "~what to do"],
        [[sent.name, state(entry["state"]), entry["reason"], entry["remedy"]]],
    )
    world.screen.say("\nOnce the mapping is set, the file loads by itself.")
    world.screen.command(f"mapping set {feed.shop} {feed.shown_mapping}")
    world.screen.answer(world.dropsafe("mapping", "set", feed.shop, feed.mapping))
    world.settle({key}, "quarantined")
    entry = world.entries[key]
    world.said.update(world.rows([feed]))
    world.checks.verdict(feed, sent, entry)
    world.screen.step(f"{sent.name}: {entry['state']}", f"{entry['new']} new rows")


def tell_replay(world: World) -> None:
    """A mapping that was wrong is mended, and the archive is read again."""
    feed = world.only("is_mended")
    before = world.said[feed.shop]
    world.checks.rows(feed, before, "expected-first.csv")
    world.screen.section(
        "A mapping mended, a delivery replayed",
        f"{feed.shop} writes day before month, but was mapped the other way round: its November "
        "became March, April and May. With the mapping mended, the archive is read again; a dry "
        "run says first what would change.",
        f"mapping set {feed.shop} {feed.shown_mapping}",
    )
    world.screen.answer(world.dropsafe("mapping", "set", feed.shop, feed.mapping))
    world.screen.command(f"replay --tenant {feed.shop} --dry-run")
    trial = world.dropsafe.json("replay", "--tenant", feed.shop, "--dry-run")
    world.screen.answer(_difference("It would make", trial))
    world.screen.command(f"replay --tenant {feed.shop}")
    done = world.dropsafe.json("replay", "--tenant", feed.shop)
    world.checks.same("replay and dry run", _difference("", done), _difference("", trial))
    world.screen.answer(_difference("It made", done))
    world.said.update(world.rows([feed]))
    after = world.said[feed.shop]
    world.screen.table(
        ["transaction", "the till wrote", "was read as", "is read as", ">total"],
        (
            [old["transaction_id"], feed.written(int(old["line"]))["moment"],
             old["local_time"], new["local_time"], money(new["total"])]
            for old, new in zip(before[::3], after[::3], strict=True)
        ),
    )  # fmt: skip


def _difference(words: str, document: Entry) -> str:
    counts = ", ".join(f"{document[key]} {key}" for key in ("new", "changed", "unchanged", "gone"))
    return f"{words} {counts}."
