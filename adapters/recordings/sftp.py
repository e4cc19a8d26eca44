"""Recordings by SFTP: by key only, from servers whose host key is known, below the listed folder only."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.formats.fetch_address import Address, Network, allowed
from adapters.recordings.draft import PIECE, Taken, TooLarge, draft
from adapters.recordings.http import WHOLE, Lookup, checked, family_of, lookup

NO_KEYS = "SFTP 需配置 recording.key_file 与 recording.known_hosts_file / SFTP needs recording.key_file and recording.known_hosts_file"
NO_PROGRAM = "未安装 asyncssh：pip install hotline-bridge[sftp] / the extra `sftp` is not installed"
NOT_THERE = frozenset({2, 10})      # SSH_FX_NO_SUCH_FILE, SSH_FX_NO_SUCH_PATH
CLOSED = 3                          # SSH_FX_PERMISSION_DENIED


@dataclass(frozen=True, slots=True)
class Sftp:
    """The way by SFTP: where drafts lie, what may be fetched, and who we are there."""

    folder: Path
    entries: tuple[Address, ...]
    key: Path | None
    known_hosts: Path | None
    networks: tuple[Network, ...] = ()
    largest: int = 200 << 20
    timeout: float = 60.0
    ask: Lookup = lookup

    async def take(self, reference: str) -> Taken:
        """Fetch a recording; errors as `Recordings.take`."""
        address, entry = allowed(reference, self.entries)
        if self.key is None or self.known_hosts is None:
            raise ValueError(NO_KEYS)
        try:
            import asyncssh
        except ImportError:
            raise ValueError(NO_PROGRAM) from None
        try:
            async with asyncio.timeout(WHOLE), self._connected(asyncssh, entry) as sftp:
                return await self._fetched(sftp, address, entry)
        except asyncssh.SFTPError as error:
            raise _told(error.code) from None
        except TimeoutError:
            msg = f"对方 {self.timeout:.0f} 秒没有数据 / no byte for {self.timeout:.0f} s; tried again later"
            raise TimeoutError(msg) from None
        except (asyncssh.HostKeyNotVerifiable, asyncssh.KeyImportError) as error:
            msg = f"SFTP 主机公钥或私钥不可用 / the host key is unknown, or the key cannot be read ({type(error).__name__}); see recording.known_hosts_file"
            raise PermissionError(msg) from None
        except asyncssh.PermissionDenied:
            msg = "对方拒绝本系统的密钥 / the server does not take our key; see recording.key_file"
            raise PermissionError(msg) from None
        except asyncssh.Error as error:
            msg = f"SFTP 失败 / SFTP failed: {type(error).__name__}"
            raise ConnectionError(msg) from None

    @contextlib.asynccontextmanager
    async def _connected(self, asyncssh: Any, entry: Address) -> AsyncIterator[Any]:  # noqa: ANN401 (an optional library)
        """A session on the very address that was checked; nothing of this user's own SSH (configuration, agent, keys) is used."""
        ips = await checked(entry, self.networks, self.ask)
        line = await self._socket(ips[0], entry.port)
        try:
            async with asyncio.timeout(self.timeout):
                connection = await asyncssh.connect(
                    entry.host, entry.port, sock=line, username=entry.user or "sftp", client_keys=[str(self.key)], known_hosts=str(self.known_hosts),
                    config=None, agent_path=None, password=None, gss_host=None, preferred_auth="publickey", keepalive_interval=self.timeout,
                )
        except BaseException:
            line.close()
            raise
        try:
            async with asyncio.timeout(self.timeout):
                sftp = await connection.start_sftp_client()
            yield sftp
        finally:        # no goodbye: whoever hangs would not answer that either
            connection.abort()

    async def _socket(self, ip: str, port: int) -> socket.socket:
        line = socket.socket(family_of(ip), socket.SOCK_STREAM)
        line.setblocking(False)
        try:
            async with asyncio.timeout(self.timeout):
                await asyncio.get_running_loop().sock_connect(line, (ip, port))
        except BaseException:
            line.close()
            raise
        return line

    async def _fetched(self, sftp: Any, address: Address, entry: Address) -> Taken:  # noqa: ANN401 (as above)
        async with asyncio.timeout(self.timeout):
            root, place = await sftp.realpath(entry.file), await sftp.realpath(address.file)
            if place != root and not place.startswith(root.rstrip("/") + "/"):      # a link there leads out of the listed folder
                msg = "录音是指向列出目录之外的链接 / a link leads out of the listed folder"
                raise ValueError(msg)
            size = (await sftp.stat(place)).size
        if size is not None and size > self.largest:
            raise TooLarge(self.largest)
        with draft(self.folder, self.largest) as copy:
            async with asyncio.timeout(self.timeout):
                file = await sftp.open(place, "rb")     # ends with the connection, which is ours alone
            while True:
                async with asyncio.timeout(self.timeout):
                    piece = await file.read(PIECE)
                if not piece:
                    return await copy.finish()
                await copy.add(piece)


def _told(code: int) -> OSError:
    if code in NOT_THERE:
        return FileNotFoundError("录音尚未就绪 / it is not there yet")
    if code == CLOSED:
        return PermissionError("对方不许读取该文件 / the server does not let us read the file")
    return ConnectionError(f"SFTP 出错 / SFTP error {code}")
