"""A Notes document, whatever it was exported as; and the names people have in Notes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_PART = re.compile(r"^\s*(?:CN|OU\d?|O|C|G|S|I|Q)\s*=\s*", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s<>,;:\"()\[\]]{1,64}@[A-Za-z0-9.-]{1,253}\.[A-Za-z0-9-]{2,63}")


@dataclass(frozen=True, slots=True)
class File:
    """A file inside of a document."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Document:
    """One document: its items as texts, by lower-case name, the words of its body, and its files.

    `mime` is the body where it came by the internet and was kept as it came; `warnings` are told with the mail.
    """

    unid: str
    form: str
    items: Mapping[str, Sequence[str]]
    body: str = ""
    files: tuple[File, ...] = ()
    mime: bytes = field(default=b"", repr=False)
    warnings: tuple[str, ...] = ()
    sure: bool = True           # its items cannot have been written by whoever wrote its words

    def first(self, *names: str) -> str:
        """The first value of the first of these items that has one."""
        return next((value.strip() for name in names for value in self.items.get(name.lower(), ()) if value.strip()), "")

    def all(self, name: str) -> Sequence[str]:
        """Every value of an item."""
        return [value.strip() for value in self.items.get(name.lower(), ()) if value.strip()]


def abbreviated(name: str) -> str:
    """A canonical name (CN=王芳/OU=HZ/O=BANK@BANK) as people read it: 王芳/HZ/BANK."""
    bare, _, domain = name.strip().strip('"').partition("@")
    if "." in domain or not ("=" in bare or "/" in bare):       #王芳/HZ/BANK@evil.example is an address, and nobody's name
        bare = name.strip().strip('"')
    return "/".join(_PART.sub("", part).strip() for part in bare.split("/") if part.strip())


def address_in(name: str) -> str:
    """The internet address in a name, lower case; "" where it is a name of Notes only."""
    found = _ADDRESS.search(name) if "=" not in name.partition("@")[0] and "/" not in name.partition("@")[0] else None
    return found[0].lower() if found else ""
