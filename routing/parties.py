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
    phone_chasing: bool = False         # whether the bridge itself may call its contacts (P-21)


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
    party: str = ""                     # 个人 or 单位; "" where nobody said
    id_type: str = ""
    contact: str = ""                   # whom to talk to at a firm
    agent_as: str = ""                  # 代理人, 监护人 or 继承人 (law: article 14)
    agent_authority: str = ""           # the paper that makes them so
    representatives: tuple[str, ...] = ()               # of several who complain in person, at most 5 (law: article 12)


#: Before an identity number that is kept sealed: its mask, a bar, and what only the bridge's key opens (P-6).
SEALED = "sealed:"


def shown_id(id_number: str) -> str:
    """Return an identity number as everybody may see it, sealed or not: its last four signs (P-6)."""
    if id_number.startswith(SEALED):
        return id_number.removeprefix(SEALED).partition("|")[0]
    return "*" * max(0, len(id_number) - 4) + id_number[-4:] if len(id_number) > 4 else "*" * len(id_number)


def mask(text: str, keep: int = 1) -> str:
    """Show the first `keep` characters and a star for each of the rest (P-6)."""
    return text[:keep] + "*" * max(0, len(text) - keep)


def mask_phone(number: str) -> str:
    """Show a telephone number without its middle: 138****1234 (P-6)."""
    return number if len(number) < 7 else f"{number[:3]}****{number[-4:]}"
