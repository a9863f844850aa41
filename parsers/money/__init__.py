"""Amounts of money: how they are written, which sign is the decimal one, which currency."""
