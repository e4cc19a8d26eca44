"""Recordings by HTTP(S): from listed addresses only, through redirects too, and to the very IP address that was checked."""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urljoin

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from adapters.formats.fetch_address import Address, Network, allowed, headers_of, reachable
from adapters.formats.sound import cut_off
from adapters.recordings.draft import Draft, Taken, TooLarge, draft

REDIRECTS = 5
WHOLE = 3600.0          # seconds for one recording, however it trickles
MOVED = frozenset({301, 302, 303, 307, 308})
NOT_YET = frozenset({202, 204, 404, 409, 410, 423, 425})
PRIVATE = "解析到内部地址，拒绝访问；确属本行网络的，列入 recording.networks / it resolves to no public address; list the bank's own networks in recording.networks"
Lookup = Callable[[str, int], Awaitable[Sequence[str]]]


async def lookup(host: str, port: int) -> Sequence[str]:
    """The IP addresses of a host as the system knows them; OSError where there are none."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


async def checked(entry: Address, networks: Sequence[Network], ask: Lookup) -> list[str]:
    """The IP addresses of an allowed host that may be connected to; ValueError where there is none such, OSError where it has none."""
    found = reachable(await ask(entry.host, entry.port), entry, networks)
    if not found:
        msg = f"{entry.host}: {PRIVATE}"
        raise ValueError(msg)
    return found


class _Pinned(AbstractResolver):
    """Answers with the addresses that were checked, and with nothing else: no second look-up can lead elsewhere."""

    def __init__(self, host: str, ips: Sequence[str]) -> None:
        self._host, self._ips = host, ips

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC) -> list[ResolveResult]:
        if host != self._host:
            msg = "another host than the one that was checked"
            raise OSError(msg)
        return [
            ResolveResult(hostname=host, host=ip, port=port, family=family_of(ip), proto=0, flags=socket.AI_NUMERICHOST)
            for ip in self._ips if family in {socket.AF_UNSPEC, family_of(ip)}
        ]

    async def close(self) -> None:
        return


def family_of(ip: str) -> socket.AddressFamily:
    """IPv4 or IPv6."""
    return socket.AF_INET6 if ipaddress.ip_address(ip.partition("%")[0]).version == 6 else socket.AF_INET


@dataclass(frozen=True, slots=True)
class Http:
    """The way by HTTP: where drafts lie, what may be fetched, and how patiently."""

    folder: Path
    entries: tuple[Address, ...]
    networks: tuple[Network, ...] = ()
    largest: int = 200 << 20
    timeout: float = 60.0
    headers_file: Path | None = None        # read anew for each: who changes a secret need not start us again
    tls: ssl.SSLContext | None = None
    ask: Lookup = lookup

    async def take(self, reference: str) -> Taken:
        """Fetch a recording; errors as `Recordings.take`."""
        try:
            async with asyncio.timeout(WHOLE):
                return await self._followed(reference)
        except TimeoutError:
            msg = f"对方 {self.timeout:.0f} 秒没有数据 / no byte for {self.timeout:.0f} s; tried again later"
            raise TimeoutError(msg) from None
        except aiohttp.ClientError as error:
            msg = f"取录音失败 / fetching failed: {type(error).__name__}"
            raise ConnectionError(msg) from None

    async def _followed(self, reference: str) -> Taken:
        first, where, secret = None, reference, await asyncio.to_thread(self._headers)
        for _ in range(REDIRECTS + 1):
            address, entry = allowed(where, self.entries)
            first = first or address.origin
            # a secret is for whom it was given: it does not follow to another origin
            headers = secret if address.origin == first else {}
            ips = await checked(entry, self.networks, self.ask)
            async with self._answer(address, ips, headers) as answer:
                if answer.status not in MOVED:
                    return await self._body(answer)
                where = urljoin(address.url, answer.headers.get("Location", ""))
        msg = f"重定向超过 {REDIRECTS} 次 / more than {REDIRECTS} redirects"
        raise ValueError(msg)

    def _headers(self) -> Mapping[str, str]:
        """The headers of the bank's file; ValueError naming the file where it holds anything else."""
        if self.headers_file is None:
            return {}
        try:
            return headers_of(self.headers_file.read_text(encoding="utf-8-sig"))
        except ValueError as error:
            msg = f"recording.headers_file：{error}"
            raise ValueError(msg) from None

    @asynccontextmanager
    async def _answer(self, address: Address, ips: Sequence[str], headers: Mapping[str, str]) -> AsyncIterator[aiohttp.ClientResponse]:
        patience = aiohttp.ClientTimeout(total=None, sock_connect=self.timeout, sock_read=self.timeout)
        connector = aiohttp.TCPConnector(resolver=_Pinned(address.host, ips), use_dns_cache=False, force_close=True, ssl=self.tls or True)
        session = aiohttp.ClientSession(
            connector=connector, timeout=patience, trust_env=False, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar(),
            headers={"Accept-Encoding": "identity", "User-Agent": "hotline-bridge"},
        )
        async with session, session.get(URL(address.url, encoded=True), allow_redirects=False, headers=headers) as answer:
            yield answer

    async def _body(self, answer: aiohttp.ClientResponse) -> Taken:
        if answer.status in NOT_YET:
            msg = f"录音尚未就绪（HTTP {answer.status}） / it is not there yet"
            raise FileNotFoundError(msg)
        if answer.status in {401, 403}:
            msg = f"对方拒绝（HTTP {answer.status}），检查 recording.headers_file / it is refused to us; check recording.headers_file"
            raise PermissionError(msg)
        if answer.status != 200 or answer.headers.get("Content-Encoding", "identity") != "identity":
            msg = f"对方答复 HTTP {answer.status} / the server answers {answer.status}, not the recording"
            raise ConnectionError(msg)
        if (answer.content_length or 0) > self.largest:
            raise TooLarge(self.largest)
        with draft(self.folder, self.largest) as file:
            return await _poured(answer, file)


async def _poured(answer: aiohttp.ClientResponse, file: Draft) -> Taken:
    async for piece in answer.content.iter_any():
        await file.add(piece)
    taken = await file.finish()
    # neither its length nor its end is told: a connection that broke looks like one that is done, and only the file knows better
    framed = answer.content_length is not None or "chunked" in answer.headers.get("Transfer-Encoding", "").lower()
    return replace(taken, cut=not framed and cut_off(taken.head, taken.size))
