"""The gateway: all front ends in one process, on sockets that the server opened for it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import ssl
import sys
from pathlib import Path

import structlog

from ingest import events
from ingest.accounts_watch import AccountsWatch
from ingest.auth import Gatekeeper
from ingest.certificate import certificate
from ingest.frontends import folder, ftp, sftp, smtp
from ingest.frontends.frontend import FrontEnd
from ingest.home import Home, open_home
from ingest.hostkey import hostkey_of
from ingest.lifeline import die_with_parent
from ingest.shelf import Shelves

log = structlog.get_logger()

DRAIN_SECONDS = 10.0
_PARKED_SECONDS = 5.0


async def run(home: Home, sockets: dict[str, socket.socket], ready: int) -> None:
    """Serve until SIGTERM or SIGINT; write a byte to the descriptor `ready` when all listen."""
    cleared = home.spool.clear()  # what an earlier gateway was receiving when it died
    if cleared:
        log.info("spool.cleared", uploads=cleared)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    watch = AccountsWatch(home)
    watch.start()
    shelves = Shelves(home.spool, default_limit=home.settings.limits.max_file_size)
    front_ends = await _listen(home, sockets, watch, shelves)
    parked = asyncio.create_task(_release_parked(home, shelves))
    log.info("gateway.ready", front_ends=" ".join(sorted(sockets)))
    os.write(ready, b"!")
    os.close(ready)
    await stopping.wait()
    log.info("gateway.stopping")
    parked.cancel()
    await asyncio.gather(*(one.stop(drain_seconds=DRAIN_SECONDS) for one in front_ends))
    await asyncio.to_thread(watch.stop)
    log.info("gateway.stopped")


async def _listen(
    home: Home, sockets: dict[str, socket.socket], watch: AccountsWatch, shelves: Shelves
) -> list[FrontEnd]:
    settings, layout, keeper = home.settings, home.layout, watch.gatekeeper
    front_ends: list[FrontEnd] = []
    if "sftp" in sockets:
        front_ends.append(
            await sftp.listen(
                sockets["sftp"],
                settings=settings.sftp,
                host_key=hostkey_of(layout, settings.sftp),
                gatekeeper=keeper,
                shelves=shelves,
            )
        )
    if "ftp" in sockets or "smtp" in sockets:
        front_ends += await _listen_with_tls(home, sockets, keeper, shelves)
    if settings.folder.enabled:
        front_ends.append(
            await folder.listen_folder(
                layout,
                settings=settings.folder,
                gatekeeper=keeper,
                spool=home.spool,
                limit=settings.limits.max_file_size,
            )
        )
    return front_ends


async def _listen_with_tls(
    home: Home, sockets: dict[str, socket.socket], keeper: Gatekeeper, shelves: Shelves
) -> list[FrontEnd]:
    """Start the front ends that need a certificate; where there are none, it may be unusable."""
    settings = home.settings
    files = certificate(home.layout, settings.tls)
    front_ends: list[FrontEnd] = []
    if "ftp" in sockets:
        front_ends.append(
            ftp.listen(
                sockets["ftp"],
                settings=settings.ftp,
                certificate=files,
                gatekeeper=keeper,
                shelves=shelves,
            )
        )
    if "smtp" in sockets:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.minimum_version = ssl.TLSVersion.TLSv1_2
        tls.load_cert_chain(files.certificate, files.private_key)
        front_ends.append(
            await smtp.listen(
                sockets["smtp"],
                settings=settings.smtp,
                tls=tls,
                gatekeeper=keeper,
                spool=home.spool,
            )
        )
    return front_ends


async def _release_parked(home: Home, shelves: Shelves) -> None:
    grace = home.settings.limits.rename_grace_seconds
    while True:
        try:
            await asyncio.to_thread(shelves.release_parked, older_than=grace)
        except Exception:
            # Whatever it was: the uploads that wait must not wait for the next start.
            log.exception("upload.release_failed")
        await asyncio.sleep(_PARKED_SECONDS)


def main() -> None:
    """Run as `python -m ingest.gateway HOME SOCKETS READY LIFELINE`; started by the server only.

    SOCKETS is JSON: the descriptor of a listening socket by the name of its front end. READY and
    LIFELINE are descriptors of pipes.
    """
    home_path, sockets_json, ready, lifeline = sys.argv[1:]
    die_with_parent(int(lifeline))
    home = open_home(Path(home_path))
    events.configure(home.settings.log)
    sockets = {
        name: socket.socket(fileno=descriptor)
        for name, descriptor in json.loads(sockets_json).items()
    }
    asyncio.run(run(home, sockets, int(ready)))


if __name__ == "__main__":
    main()
