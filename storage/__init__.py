"""Durable state: spool, inbox, archive, ledger and rows; the only package with a database."""
