"""What lies in a container."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A file or a sheet out of a container.

    `name` is data and never a path. It says where the member lay: `march.zip//tills/sales.csv`.
    """

    name: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """The members in their order; `left_out` names what is none, each with the reason."""

    members: tuple[Member, ...]
    left_out: tuple[str, ...] = ()
