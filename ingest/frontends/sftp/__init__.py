"""SFTP, and nothing else on the connection."""

from ingest.frontends.sftp.front_end import SftpFrontEnd, listen

__all__ = ["SftpFrontEnd", "listen"]
