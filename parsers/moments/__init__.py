"""Dates and times: formats and the evidence for them, names of months and of zones, clocks."""
