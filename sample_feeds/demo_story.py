"""What the demo tells, once all files are delivered: one function for each section."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from demo_check import WAITING, Checks, Entry, Row
from demo_delivery import WAYS
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
    before_the_resend: dict[str, list[Row]] = field(default_factory=dict)

    def sent(self) -> Iterator[tuple[Feed, Sent]]:
        """Every file with its feed."""
        return ((feed, one) for feed in self.feeds for one in feed.files)

    def entries(self) -> dict[tuple[str, str], Entry]:
        """What the server says of each file, by shop and file name."""
        said = self.dropsafe.json("deliveries")
        return {(entry["tenant"], entry["name"]): entry for entry in said}

    def settled(self, wanted: set[tuple[str, str]]) -> dict[tuple[str, str], Entry]:
        """Wait until these files, by shop and name, have a verdict."""

        def look() -> dict[tuple[str, str], Entry] | None:
            said = self.entries()
            done = {key for key, entry in said.items() if entry["state"] not in WAITING}
            return said if wanted <= done else None

        return wait_for("the verdicts", look)

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
    said = world.entries()
    rows = []
    for feed, sent in world.sent():
        entry = said[feed.shop, sent.name]
        if not feed.mapping_comes_late:
            world.checks.verdict(feed, sent, entry)
        counts = [count(entry[name]) for name in ("new", "changed", "unchanged", "rejected")]
        rows.append([feed.shop, sent.name, WAYS[feed.via], state(entry["state"]), *counts])
    columns = ["shop", "file", "came by", "state", ">new", ">changed", ">same", ">rejected"]
    world.screen.table(columns, rows)


def tell_values(world: World) -> None:
    """A row of several shops, as it was written and as it is stored."""
    world.screen.section(
        "One kind of row, however it was written",
        "Instants are kept in UTC, amounts as exact decimals, ids as text; a refund is negative.",
        "rows SHOP",
    )
    shown = []
    for feed in world.feeds:
        if feed.look_at:
            rows = world.dropsafe.csv("rows", feed.shop)
            row = next(one for one in rows if one["line"] == str(feed.look_at))
            written = feed.written(feed.look_at)
            shown.append(
                [feed.shop, f"{written['moment']}  {written['total']}",
                 row["transaction_id"], row["occurred_at"], money(row["total"])]
            )  # fmt: skip
    columns = ["shop", "as the till wrote it", "transaction", "occurred at", ">total"]
    world.screen.table(columns, shown)


def tell_rejects(world: World) -> None:
    """The rows of the bad file that could not be read."""
    feed = next(feed for feed in world.feeds if any(one.counts["rejected"] for one in feed.files))
    [sent] = feed.files
    entry = world.entries()[feed.shop, sent.name]
    world.screen.section(
        "Rows that cannot be read",
        f"The good rows of {sent.name} are loaded; each bad one says where and why.",
        f"rejects {entry['delivery']}",
    )
    rejects = world.dropsafe.csv("rejects", entry["delivery"])
    world.checks.rejects(feed, rejects)
    world.screen.table(
        [">line", "column", "reason", "in words"],
        ([one["line"], one["column"] or "-", one["reason"], one["message"]] for one in rejects),
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
    second_id = world.entries()[shop, second]["delivery"]
    changes = []
    for row in world.dropsafe.csv("rows", shop):
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
    entry = world.entries()[key]
    world.screen.section(
        "A file that came before its mapping",
        "Nothing is guessed and nothing is lost: it is held, and the remedy is said.",
        f"show {entry['delivery']}",
    )
    world.checks.same(f"{feed.shop}: held for", entry["reason"], "no-mapping")
    world.screen.table(
        ["file", "state", "reason", "what to do"],
        [[sent.name, state(entry["state"]), entry["reason"], entry["remedy"]]],
    )
    world.screen.say("\nOnce the mapping is set, the file loads by itself.")
    world.screen.command(f"mapping set {feed.shop} {feed.directory.name}/mapping.toml")
    world.screen.answer(world.dropsafe("mapping", "set", feed.shop, feed.mapping))

    def loaded() -> Entry | None:
        now = world.entries()[key]
        return now if now["state"] == "loaded" else None

    entry = wait_for(f"{sent.name} to load", loaded)
    world.checks.verdict(feed, sent, entry)
    world.screen.step(f"{sent.name} is {entry['state']}", f"{entry['new']} new rows")


def tell_replay(world: World) -> None:
    """A mapping that was wrong is mended, and the archive is read again."""
    feed = world.only("is_mended")
    before = world.dropsafe.csv("rows", feed.shop)
    world.checks.rows(feed, before, "expected-first.csv")
    world.screen.section(
        "A mapping mended, a delivery replayed",
        f"{feed.shop} writes day before month, but was mapped the other way round: its November "
        "became March, April and May. With the mapping mended, the archive is read again; a dry "
        "run says first what would change.",
        f"replay --tenant {feed.shop} --dry-run",
    )
    world.dropsafe("mapping", "set", feed.shop, feed.mapping)
    trial = world.dropsafe.json("replay", "--tenant", feed.shop, "--dry-run")
    world.checks.same("rows after the dry run", world.dropsafe.csv("rows", feed.shop), before)
    world.screen.answer(_difference("It would make", trial))
    world.screen.command(f"replay --tenant {feed.shop}")
    done = world.dropsafe.json("replay", "--tenant", feed.shop)
    world.checks.same("replay and dry run", _difference("", done), _difference("", trial))
    world.screen.answer(_difference("It made", done))
    after = world.dropsafe.csv("rows", feed.shop)
    world.screen.table(
        ["transaction", "as the till wrote it", "local time before", "and after", ">total"],
        (
            [old["transaction_id"], feed.written(int(old["line"]))["moment"],
             old["local_time"], new["local_time"], money(new["total"])]
            for old, new in zip(before[::3], after[::3], strict=True)
        ),
    )  # fmt: skip


def _difference(words: str, document: Entry) -> str:
    counts = ", ".join(f"{document[key]} {key}" for key in ("new", "changed", "unchanged", "gone"))
    return f"{words} {counts}."
