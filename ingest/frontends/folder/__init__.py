"""The drop folder, for files put there by hand or by another server."""

from ingest.frontends.folder.front_end import DropFolder, listen_folder

__all__ = ["DropFolder", "listen_folder"]
