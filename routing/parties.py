"""Who is who: the customer who complains, the unit that must answer, and how both are shown (P-6, P-20)."""

from dataclasses import dataclass
from typing import NewType

UnitCode = NewType("UnitCode", str)


@dataclass(frozen=True, slots=True)
class Contact:
    """A person whom a unit names for complaints (P-20); `mailbox` is empty where only the unit has one."""

    name: str = ""
    phone: str = ""
    mailbox: str = ""


@dataclass(frozen=True, slots=True)
class Unit:
    """A branch, outlet or department, as the bank's directory lists it."""

    code: UnitCode
    name: str
    full_name: str
    level: str
    parent: UnitCode | None
    division: str
    mailbox: str
    first: Contact = Contact()
    second: Contact = Contact()
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Customer:
    """Whoever complains; nothing here is forced where the bank holds it already (Order 2020 No. 3, article 13)."""

    name: str = ""
    phone: str = ""
    id_number: str = ""
    account: str = ""
    address: str = ""
    agent_name: str = ""
    refuses_name: bool = False


def mask(text: str, keep: int = 1) -> str:
    """Show the first `keep` characters and a star for each of the rest (P-6)."""
    return text[:keep] + "*" * max(0, len(text) - keep)


def mask_phone(number: str) -> str:
    """Show a telephone number without its middle: 138****1234 (P-6)."""
    return number if len(number) < 7 else f"{number[:3]}****{number[-4:]}"
