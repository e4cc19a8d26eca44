"""Runs one real server process for the tests: an ordinary user, ready or an error, stopped for certain."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

import pytest

HOST = "127.0.0.1"
READY_WITHIN = 20.0
STOPPED_WITHIN = 2.0


class Broken(Exception):
    """The server did not come up; the text is its log."""


def ordinary_user() -> str:
    """The user a server that refuses root runs as: nobody when the tests run as root, otherwise whoever runs them."""
    return "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


def ordinary_group() -> int:
    return pwd.getpwnam(ordinary_user()).pw_gid


@contextmanager
def private_folder(name: str, user: str) -> Iterator[Path]:
    """A folder of its own under the system's temporary one (short, because socket names may have 107 bytes)."""
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, user)
        folder.chmod(0o755)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def program(name: str, *elsewhere: str) -> str:
    """The path of a server's program; skips the test where it is not installed, fails it under CI."""
    found = shutil.which(name, path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin", *elsewhere)))
    if found is None:
        missing(name)
    assert found is not None
    return found


def missing(name: str) -> None:
    say = pytest.fail if os.environ.get("CI") else pytest.skip
    say(f"{name} is not installed: run `make test`")


def connects(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


@contextmanager
def running(
    command: Sequence[str], ready: Callable[[], bool], log: Path, user: str | None = None,
    stop: signal.Signals = signal.SIGTERM,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run the command in the foreground while the block runs; Broken with its log where it does not get ready."""
    as_user = {"user": user, "group": ordinary_group(), "extra_groups": []} if user and os.geteuid() == 0 else {}
    output = log.with_suffix(".out")
    with output.open("wb") as sink:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, start_new_session=True, cwd="/", **as_user,
        )
    try:
        _await_ready(process, ready, (output, log))
        yield process
    finally:
        _stop(process, stop)


def _await_ready(process: subprocess.Popen[bytes], ready: Callable[[], bool], logs: Sequence[Path]) -> None:
    until = monotonic() + READY_WITHIN
    while not ready():
        if process.poll() is not None or monotonic() > until:
            text = "\n".join(log.read_text("utf-8", "replace") for log in logs if log.exists())
            raise Broken(f"{process.args!r} ended with {process.returncode} or was not ready in time:\n{text}")
        sleep(0.02)


def _stop(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    """First politely, then by force; the whole session, so that no child is left."""
    process.send_signal(how)
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOPPED_WITHIN)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
