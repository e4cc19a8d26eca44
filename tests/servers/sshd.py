"""A real OpenSSH server on loopback that gives files by SFTP to one key, and nothing else."""

import getpass
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.ports import free_ports
from tests.servers.running import HOST, connects, private_folder, program, running

SETTINGS = """
ListenAddress {host}
Port {port}
HostKey {folder}/host
PidFile {folder}/pid
AuthorizedKeysFile {folder}/client.pub
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
Subsystem sftp internal-sftp
ForceCommand internal-sftp
AllowTcpForwarding no
X11Forwarding no
LogLevel ERROR
"""


@dataclass(frozen=True, slots=True)
class Sshd:
    """A running server: its port, who may come, with which key, and what it is known by."""

    port: int
    user: str
    key: Path
    known_hosts: Path


@contextmanager
def sshd() -> Iterator[Sshd]:
    """An sshd while the block runs."""
    (port,) = free_ports(1)
    with private_folder("sshd", getpass.getuser()) as folder:
        for name in ("host", "client"):
            subprocess.run([program("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
        host = (folder / "host.pub").read_text().split()
        (folder / "known_hosts").write_text(f"[{HOST}]:{port} {host[0]} {host[1]}\n")
        (folder / "config").write_text(SETTINGS.format(host=HOST, port=port, folder=folder))
        if Path("/run").is_dir():
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)      # where it parts its privileges
        command = [program("sshd"), "-D", "-e", "-f", str(folder / "config")]
        with running(command, lambda: connects(port), folder / "log"):
            yield Sshd(port, getpass.getuser(), folder / "client", folder / "known_hosts")
