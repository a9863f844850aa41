"""FTP: explicit TLS, and plain where a tenant's setting allows it."""

from ingest.frontends.ftp.front_end import FtpFrontEnd, listen

__all__ = ["FtpFrontEnd", "listen"]
