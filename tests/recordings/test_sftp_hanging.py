"""SFTP servers that let us in and then say nothing more: each look ends, and leaves nothing behind (P-9.1)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import asyncssh
import pytest

from adapters.formats.fetch_address import address_of
from adapters.recordings import Sftp

OUTER = 60.0        # seconds: only so that a failing test ends


class _Silent(asyncssh.SSHServerSession):
    """A subsystem that begins, and says nothing at all."""

    def subsystem_requested(self, _subsystem: str) -> bool:
        return True


class _Anybody(asyncssh.SSHServer):
    def begin_auth(self, _username: str) -> bool:
        return False


class _Mute(_Anybody):
    def session_requested(self) -> asyncssh.SSHServerSession:
        return _Silent()


class _Deaf(asyncssh.SFTPServer):
    """Opens no file: it never answers."""

    async def open(self, _path: bytes, _pflags: int, _attrs: asyncssh.SFTPAttrs) -> object:
        await asyncio.Event().wait()
        raise AssertionError


class _Trickling(asyncssh.SFTPServer):
    """Every file goes on for ever, a byte at a time."""

    def open(self, _path: bytes, _pflags: int, _attrs: asyncssh.SFTPAttrs) -> object:
        return object()

    def close(self, _file: object) -> None:
        return

    async def read(self, _file: object, _offset: int, _size: int) -> bytes:
        await asyncio.sleep(0.02)
        return b"x"


@asynccontextmanager
async def serving(tmp_path: Path, owner: Callable[[], asyncssh.SSHServer] = _Anybody, **how: object) -> AsyncIterator[tuple[Sftp, str]]:
    """The way to such a server, and a reference there."""
    host, key = asyncssh.generate_private_key("ssh-ed25519"), asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(tmp_path / "key")
    (tmp_path / "monitor").mkdir()
    (tmp_path / "monitor" / "a.wav").write_bytes(b"RIFF")
    server = await asyncssh.create_server(owner, "127.0.0.1", 0, server_host_keys=[host], encoding=None, **how)
    (tmp_path / "known").write_text(f"[127.0.0.1]:{server.get_port()} {host.export_public_key().decode()}")
    folder = f"sftp://127.0.0.1:{server.get_port()}{tmp_path}/monitor/"
    try:
        yield Sftp(tmp_path / "papers", (address_of(folder),), tmp_path / "key", tmp_path / "known", timeout=OUTER), f"{folder}a.wav"
    finally:
        server.close()


async def ends(way: Sftp, reference: str) -> None:
    async with asyncio.timeout(OUTER):
        with pytest.raises(TimeoutError, match="no byte"):
            await way.take(reference)
    assert list(way.folder.glob(".*")) == []


@pytest.mark.parametrize("how", [{"owner": _Mute}, {"sftp_factory": _Deaf}], ids=["no session", "no file"])
async def test_P9_1_a_server_that_says_nothing_more_is_left(tmp_path: Path, how: dict[str, Callable[..., object]]) -> None:
    async with serving(tmp_path, **how) as (way, reference):
        await ends(replace(way, timeout=1.0), reference)


async def test_P9_1_one_that_never_comes_to_an_end_is_left_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.recordings.sftp.WHOLE", 2.0)
    async with serving(tmp_path, sftp_factory=_Trickling) as (way, reference):
        await ends(way, reference)
