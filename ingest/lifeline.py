"""A child's end of the pipe that tells it when its parent is gone."""

from __future__ import annotations

import os
import threading


def die_with_parent(descriptor: int) -> None:
    """End this process at once when the other end of the pipe is closed.

    A killed server must not leave a gateway behind that holds its ports. To end without any
    farewell is safe: it is what a pulled plug does.
    """

    def watch() -> None:
        os.read(descriptor, 1)
        os._exit(1)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()
