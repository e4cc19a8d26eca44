"""Recordings by SFTP from a real OpenSSH server."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from time import perf_counter

import pytest

from adapters.formats.fetch_address import address_of
from adapters.recordings import Sftp
from adapters.recordings.draft import TooLarge
from tests.recordings.sounds import pcm
from tests.servers.sshd import Sshd, sshd

pytestmark = pytest.mark.real
SOUND = pcm(2)


@pytest.fixture(scope="module")
def server() -> Iterator[Sshd]:
    with sshd() as one:
        yield one


@pytest.fixture
def monitor(tmp_path: Path) -> Path:
    """The exchange's folder, as the server shows it."""
    folder = tmp_path / "monitor"
    folder.mkdir()
    (folder / "a.wav").write_bytes(SOUND)
    (folder / "录音 一.wav").write_bytes(SOUND)
    (tmp_path / "secret.wav").write_bytes(SOUND)
    (folder / "out.wav").symlink_to(tmp_path / "secret.wav")
    return folder


@pytest.fixture
def way(server: Sshd, monitor: Path, tmp_path: Path) -> Sftp:
    entry = address_of(f"sftp://{server.user}@127.0.0.1:{server.port}{monitor}/")
    return Sftp(tmp_path / "papers", (entry,), server.key, server.known_hosts, largest=300 << 20, timeout=10.0)


def at(server: Sshd, path: Path | str, user: str = "") -> str:
    return f"sftp://{user or server.user}@127.0.0.1:{server.port}{path}"


@pytest.mark.parametrize("name", ["a.wav", "录音%20一.wav"])
async def test_a_recording_is_fetched_and_hashed(server: Sshd, way: Sftp, monitor: Path, name: str) -> None:
    taken = await way.take(at(server, monitor / name))
    assert (taken.size, taken.sha256) == (len(SOUND), hashlib.sha256(SOUND).hexdigest())
    assert taken.draft is not None
    assert taken.draft.read_bytes() == SOUND


async def test_what_is_not_there_yet_is_told_apart(server: Sshd, way: Sftp, monitor: Path) -> None:
    with pytest.raises(FileNotFoundError, match="not there yet"):
        await way.take(at(server, monitor / "later.wav"))


async def test_nothing_outside_of_the_listed_folder_is_given(server: Sshd, way: Sftp, monitor: Path) -> None:
    for path in ("/etc/passwd", f"{monitor}/../secret.wav", f"{monitor}/%2e%2e/secret.wav", f"{monitor}/out.wav"):
        with pytest.raises(ValueError, match=" / "):
            await way.take(at(server, path))
    with pytest.raises(ValueError, match=r"recording.urls"):
        await way.take(at(server, monitor / "a.wav", "somebody"))


async def test_a_server_nobody_knows_is_not_trusted(server: Sshd, way: Sftp, monitor: Path, tmp_path: Path) -> None:
    (tmp_path / "known").write_text("")
    with pytest.raises(PermissionError, match="known_hosts_file"):
        await replace(way, known_hosts=tmp_path / "known").take(at(server, monitor / "a.wav"))
    with pytest.raises(ValueError, match="known_hosts_file"):
        await replace(way, known_hosts=None).take(at(server, monitor / "a.wav"))


async def test_a_key_the_server_does_not_know_is_said(server: Sshd, way: Sftp, monitor: Path) -> None:
    with pytest.raises(PermissionError, match="key_file"):
        await replace(way, key=server.key.with_name("host")).take(at(server, monitor / "a.wav"))
    with pytest.raises(OSError, match=" "):
        await replace(way, key=server.key.with_name("none")).take(at(server, monitor / "a.wav"))


async def test_too_large_is_refused_before_it_is_fetched(server: Sshd, way: Sftp, monitor: Path) -> None:
    with pytest.raises(TooLarge):
        await replace(way, largest=1000).take(at(server, monitor / "a.wav"))
    assert not way.folder.exists()


async def test_a_name_that_leads_inside_is_refused(server: Sshd, way: Sftp, monitor: Path) -> None:
    async def ask(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]

    named = f"sftp://{server.user}@pbx.example:{server.port}{monitor}/"
    inside = replace(way, entries=(address_of(named),), ask=ask)
    with pytest.raises(ValueError, match=r"recording.networks"):
        await inside.take(named + "a.wav")
    taken = await replace(inside, networks=(ip_network("127.0.0.0/8"),)).take(named + "a.wav")
    assert taken.size == len(SOUND)


@pytest.mark.slow
async def test_a_hundred_megabytes(server: Sshd, way: Sftp, monitor: Path) -> None:
    (monitor / "large.wav").write_bytes(bytes(100 << 20))
    begun = perf_counter()
    taken = await way.take(at(server, monitor / "large.wav"))
    seconds = perf_counter() - begun
    print(f"fetched {taken.size / 1e6:.0f} MB by SFTP in {seconds:.2f} s: {taken.size / 1e6 / seconds:.0f} MB/s, hashed and synced")
    assert taken.sha256 == hashlib.sha256(bytes(100 << 20)).hexdigest()
