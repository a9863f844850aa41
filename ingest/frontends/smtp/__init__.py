"""Email: each tenant has an address of its own."""

from ingest.frontends.smtp.front_end import SmtpFrontEnd, listen

__all__ = ["SmtpFrontEnd", "listen"]
