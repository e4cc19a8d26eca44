"""Addresses that recordings may be fetched from: an address is allowed by a listed beginning, compared part by part.

Nothing is compared as text: `https://rec.example@evil.example/` begins with `https://rec.example` and is another host.
"""

import ipaddress
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

PORTS = {"http": 80, "https": 443, "sftp": 22}
_HOST = re.compile(r"[a-z0-9]([a-z0-9._-]{0,251}[a-z0-9])?", re.ASCII)
_USER = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_SAFE = "/%:@!$&'()*+,;=~-._"
CURE = "在 [recording] urls 中列出该地址的开头 / list its beginning in recording.urls if it may be fetched from"
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Address:
    """An address taken apart: what is connected to is built of these parts, never of the text they came from."""

    scheme: str
    user: str
    host: str
    port: int
    path: str           # percent-encoded, begins with /
    query: str = ""

    @property
    def origin(self) -> tuple[str, str, int]:
        """Whose it is."""
        return self.scheme, self.host, self.port

    @property
    def url(self) -> str:
        """Written again, of its parts."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}{self.path}{f'?{self.query}' if self.query else ''}"

    @property
    def file(self) -> str:
        """The path as a file's name (SFTP)."""
        return unquote(self.path)


def is_address(reference: str) -> bool:
    """Whether a reference names another machine rather than a file of the folder."""
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]{0,20}://", reference) is not None


def address_of(text: str) -> Address:
    """Take an address apart; ValueError, with the reason, where it is not one of http, https or sftp, or is written to mislead."""
    if not 0 < len(text) <= 4000 or re.search(r"[\x00-\x20\x7f\\]", text) or any("\ud800" <= c <= "\udfff" for c in text):
        raise ValueError("地址含空格、控制字符或反斜线 / the address has blanks, control characters or backslashes in it")
    try:
        split = urlsplit(text)
        host, port = (split.hostname or "").rstrip("."), split.port
    except ValueError:
        raise ValueError("地址不合规范 / this is no address") from None
    scheme = split.scheme.lower()
    if scheme not in PORTS:
        raise ValueError(f"不支持 {scheme[:20]}:// / only http, https and sftp are fetched")
    if split.netloc.count("@") > 1 or split.password is not None or (split.username is not None and (scheme != "sftp" or not _USER.fullmatch(split.username))):
        raise ValueError("地址带有用户名或口令 / the address has a user or a password in it")
    if not (_HOST.fullmatch(host) or _is_ipv6(host)):
        raise ValueError("主机名不合规范 / the host is no name and no IP address")
    path = split.path or "/"
    _straight(path)
    return Address(scheme, split.username or "", host, port or PORTS[scheme], quote(path, safe=_SAFE), quote(split.query, safe=_SAFE + "?[]"))


def _is_ipv6(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).version == 6 and "%" not in host
    except ValueError:
        return False


def _straight(path: str) -> None:
    """ValueError for a path that climbs, however often it is encoded."""
    before, plain = "", path
    while plain != before:
        before, plain = plain, unquote(plain)
        if re.search(r"(^|[/\\])\.{1,2}([/\\;]|$)|\\|[\x00-\x1f\x7f]", plain) or plain.count("/") != path.count("/"):
            raise ValueError("地址的路径含 .. 或编码的分隔符 / the path climbs (..) or hides separators")


def allowed(text: str, entries: Collection[Address]) -> tuple[Address, Address]:
    """The address, and the listed beginning that allows it; ValueError, with reason and cure, where none does."""
    address = address_of(text)
    for entry in entries:
        if (address.origin, address.user) == (entry.origin, entry.user) and _below(address.path, entry.path):
            return address, entry
    raise ValueError(f"{address.scheme}://{address.host}:{address.port} 不在允许之列；{CURE}")


def _below(path: str, entry: str) -> bool:
    there, here = unquote(path), unquote(entry)
    return there == here or there.startswith(here if here.endswith("/") else here + "/")


def reachable(found: Sequence[str], entry: Address, networks: Collection[Network]) -> list[str]:
    """Of the IP addresses a host resolves to, those that may be connected to.

    Public ones; others (loopback, link-local, the cloud's own, private) only where the entry itself is that IP address, or
    one of `networks` holds it: a name must not lead into the bank's own network behind everybody's back.
    """
    return [one for one in found if one == entry.host or _may(ipaddress.ip_address(one.partition("%")[0]), entry, networks)]


def _may(ip: ipaddress.IPv4Address | ipaddress.IPv6Address, entry: Address, networks: Collection[Network]) -> bool:
    within = ip
    if isinstance(ip, ipaddress.IPv6Address):
        within = ip.ipv4_mapped or ip.sixtofour or (ip.teredo or (None, None))[1] or _nat64(ip) or ip
    named = str(within) == entry.host
    return named or any(within in network for network in networks if network.version == within.version) or (within.is_global and not within.is_multicast)


def _nat64(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in ipaddress.ip_network("64:ff9b::/96") else None


def headers_of(text: str) -> dict[str, str]:
    """Headers out of a file, one `Name: value` a line; ValueError naming the line that is none."""
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, colon, value = line.partition(":")
        if not colon or not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name) or not re.fullmatch(r"[\x20-\x7e\t]*", value.strip()):
            raise ValueError(f"line {number} is no header; expected `Name: value`")
        found[name] = value.strip()
    return found
