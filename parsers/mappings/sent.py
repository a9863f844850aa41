"""How a file came, as far as a mapping may ask: the shop can be in there and not in the file."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """How a file came: its own name, the folder it was put in, the part of the mail address
    before the @; each "" if it is unknown. Data from the client: nothing is opened here."""

    name: str = ""
    folder: str = ""
    mailbox: str = ""
