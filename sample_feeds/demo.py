"""The demo: every sample feed goes through real protocols into a real server, and what came of it.

Run it from the repository with `make demo`, or `.venv/bin/python sample_feeds/demo.py`. It ends by
itself; the exit status is 0 only if every verdict, row and reject was as the golden files say.
"""

from __future__ import annotations

import argparse
import ftplib
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import asyncssh
import demo_stop
import demo_story as story
from demo_check import Checks
from demo_delivery import WAYS, Account, Server, deliver, sender
from demo_feeds import Feed, all_feeds
from demo_hall import deliver_hall, tell_hall
from demo_screen import Screen
from demo_server import DemoFailed, Dropsafe
from demo_story import World

NEXT_STEPS = """\
. .venv/bin/activate
dropsafe --home my-home init
dropsafe --home my-home tenant add my-shop
dropsafe --home my-home mapping set my-shop sample_feeds/01-supermarket/mapping.toml
dropsafe --home my-home load my-shop sample_feeds/01-supermarket/sales_20170402.csv --wait
dropsafe --home my-home serve"""


def main() -> int:
    """Run the demo and return its exit status."""
    arguments = _arguments()
    demo_stop.listen()
    screen = Screen()
    started = time.monotonic()
    try:
        with _work(arguments.keep) as work:
            checks = _play(screen, Dropsafe(work))
    except BrokenPipeError:  # whoever read along had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (DemoFailed, OSError, asyncssh.Error, ftplib.Error) as error:
        screen.bad("\n".join(["", f"The demo failed. {error}", *getattr(error, "__notes__", ())]))
        return 1
    except KeyboardInterrupt:
        screen.bad("\nStopped.")
        return 130
    seconds = time.monotonic() - started
    return _finish(screen, checks, seconds=seconds, kept=arguments.keep)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Deliver every sample feed and show what happened")
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="work here, and leave the home to be looked at"
    )
    arguments = parser.parse_args()
    if arguments.keep and arguments.keep.exists() and any(arguments.keep.iterdir()):
        parser.error(f"{arguments.keep} is not empty")
    return arguments


@contextmanager
def _work(keep: Path | None) -> Iterator[Path]:
    """A directory for home and log that vanishes afterwards, unless it is to be kept."""
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="dropsafe-demo-") as directory:
        yield Path(directory)


def _play(screen: Screen, dropsafe: Dropsafe) -> Checks:
    every = all_feeds()
    feeds = [feed for feed in every if not feed.feed]
    hall = [feed for feed in every if feed.feed]
    world = World(screen=screen, dropsafe=dropsafe, feeds=feeds, checks=Checks())
    screen.title(
        "Dropsafe: a drop safe for retail data",
        f"{len({one.path for feed in every for one in feed.files})} files of {len(every)} tills go "
        "into a server that runs on this machine only, over the protocols that tills and back "
        "offices speak.\n",
    )
    dropsafe("init")
    with dropsafe.serving() as listening:
        accounts = _open_accounts(screen, dropsafe, every)
        addresses = listening()
        ports = [f"{name} {address.rpartition(':')[2]}" for name, address in addresses.items()]
        screen.step("The server listens", "127.0.0.1: " + ", ".join(ports))
        _deliver_all(world, Server(addresses, dropsafe.home / "keys"), accounts, hall)
        world.said.update(world.rows(feeds))
        story.tell_verdicts(world)
        story.tell_values(world)
        story.tell_rejects(world)
        story.tell_corrections(world)
        story.tell_held(world)
        story.tell_replay(world)
        tell_hall(world, hall)
        for feed in feeds:
            world.checks.rows(feed, world.said[feed.shop])
    return world.checks


def _open_accounts(screen: Screen, dropsafe: Dropsafe, feeds: list[Feed]) -> dict[str, Account]:
    """Make a tenant of each shop; all feeds but the one that comes late get their mapping."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    public_key = dropsafe.work / "demo_key.pub"
    key.write_public_key(public_key)
    shops = list(dict.fromkeys(feed.shop for feed in feeds))

    def open_account(shop: str) -> Account:
        options = {
            "sftp-key": ["--key", str(public_key)],
            "ftp": ["--plain-ftp"],
            "email": ["--sender", sender(shop)],
        }
        ways = sorted({feed.via for feed in feeds if feed.shop == shop})
        needed = [option for via in ways for option in options.get(via, [])]
        told = dropsafe.json("tenant", "add", shop, *needed)
        return Account(told["user"], told["upload_key"], told["mail_address"], key)

    def set_mapping(feed: Feed) -> None:
        if not feed.mapping_comes_late:
            name = ["--feed", feed.feed] if feed.feed else []
            dropsafe("mapping", "set", feed.shop, feed.first_mapping, *name)

    with (
        screen.progress("Opening accounts", len(shops) + len(feeds)) as advance,
        ThreadPoolExecutor(os.cpu_count()) as threads,
    ):
        accounts = {}
        for shop, account in zip(shops, threads.map(open_account, shops), strict=True):
            accounts[shop] = account
            advance()
        for _ in threads.map(set_mapping, feeds):
            advance()
    screen.step(f"{len(shops)} shops", "made with 'tenant add' and 'mapping set'")
    return accounts


def _deliver_all(
    world: World, server: Server, accounts: dict[str, Account], hall: list[Feed]
) -> None:
    """Send every file: first what comes first, then, once it is loaded, what is sent again."""
    screen = world.screen
    screen.section(
        "Delivering",
        "Each shop sends in its own way; the server says yes once the bytes are safe on the disk.",
        "serve",
    )
    screen.console.print()
    with screen.progress("Delivering", sum(len(feed.files) for feed in world.feeds)) as advance:
        for trip in range(max(len(feed.trips) for feed in world.feeds)):
            going = [feed for feed in world.feeds if len(feed.trips) > trip]
            if trip:
                world.before_the_resend.update(world.rows(going))
            for feed in going:
                deliver(server, accounts[feed.shop], feed.via, feed.trips[trip])
                for one in feed.trips[trip]:
                    screen.step(WAYS[feed.via], one.name, feed.shop)
                    advance()
            if not trip:
                deliver_hall(screen, server, accounts, hall)
            world.settle({(feed.shop, one.name) for feed in going for one in feed.trips[trip]})


def _finish(screen: Screen, checks: Checks, *, seconds: float, kept: Path | None) -> int:
    screen.console.print()
    if kept:
        screen.say("The home was kept; to look at it:")
        screen.script(f"dropsafe --home {kept / 'home'} deliveries\n")
    if checks.differences:
        screen.bad(f"{len(checks.differences)} of {checks.made} checks failed:")
        for difference in checks.differences:
            screen.bad(f"- {difference}")
        return 1
    screen.step("All as expected", f"{checks.made} checks in {seconds:.0f} s")
    screen.say("\nYour own, next (README.md tells more, sample_feeds/README.md on these files):\n")
    screen.script(NEXT_STEPS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
