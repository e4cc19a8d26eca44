"""A private Asterisk on loopback: a hotline, seats, a queue, and telephones to be called (tests/servers/exchange).

It needs no sound card, SIP account or kernel module: `Local/` channels make real calls with real records, events and
recordings. It runs as root in a chroot, for only there are its libraries; all it writes lies in a folder of the run's own.
"""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers.asterisk_tree import tree
from tests.servers.ports import free_ports
from tests.servers.running import connects, program, running

CONFIGURATION = Path(__file__).parent / "exchange"
SHIPPED = Path(__file__).parents[2] / "deploy/asterisk/extensions.conf"      # what a bank includes; so do we
FOLDERS = ("etc", "lib", "run", "sounds", "log/cdr-csv", "log/cdr-custom", "spool/monitor", "spool/outgoing", "spool/tmp")
CLI_WITHIN = 30.0


@dataclass
class Asterisk:
    """The exchange; `inside` is its folder as it sees it itself, `port` its manager interface (AMI)."""

    tree: Path
    inside: Path
    port: int
    secret: str
    _running: ExitStack = field(default_factory=ExitStack)
    _process: subprocess.Popen[bytes] | None = None

    user = "bridge"

    @property
    def home(self) -> Path:
        """Its folder as we see it."""
        return self.tree / self.inside.relative_to("/")

    @property
    def recordings(self) -> Path:
        """Where MixMonitor writes; `recordings_there` is the same folder for the exchange."""
        return self.home / "spool/monitor"

    @property
    def recordings_there(self) -> str:
        return str(self.inside / "spool/monitor")

    @property
    def outgoing(self) -> Path:
        """Where .call files are put."""
        return self.home / "spool/outgoing"

    @property
    def sounds(self) -> Path:
        """Where the bridge may leave spoken texts; `sounds_there` is the same folder for the exchange."""
        return self.home / "sounds"

    @property
    def sounds_there(self) -> str:
        return str(self.inside / "sounds")

    @property
    def records(self) -> Path:
        """The CDR file in the layout of 21 columns, which names no recording."""
        return self.home / "log/cdr-csv/Master.csv"

    @property
    def custom_records(self) -> Path:
        """The CDR file in the layout of 13 columns, which names the recording."""
        return self.home / "log/cdr-custom/Master.csv"

    @property
    def queue_log(self) -> Path:
        return self.home / "log/queue_log"

    @property
    def said(self) -> str:
        """Its warnings and errors so far."""
        return (self.home / "log/messages").read_text("utf-8", "replace")

    def start(self) -> None:
        """Start it; returns when it takes calls."""
        command = [program("chroot"), str(self.tree), "asterisk", "-f", "-U", "root", "-G", "root", "-C", str(self.inside / "etc/asterisk.conf")]
        self._process = self._running.enter_context(running(command, lambda: connects(self.port), self.home / "log/asterisk.log"))
        self.cli("core waitfullybooted")

    def stop(self) -> None:
        """End it as a service manager does."""
        self._running.close()

    def kill(self) -> None:
        """End it as a power cut does: calls in progress have no end and no record."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self.stop()

    def cli(self, words: str) -> str:
        """Say something at its console."""
        command = [program("chroot"), str(self.tree), "asterisk", "-C", str(self.inside / "etc/asterisk.conf"), "-rx", words]
        return subprocess.run(command, check=True, capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL, timeout=CLI_WITHIN).stdout

    def forget(self) -> None:
        """Leave nothing of the calls before: their records, log and recordings."""
        for file in (self.records, self.custom_records):
            file.unlink(missing_ok=True)            # opened anew for every record
        if self.queue_log.exists():
            os.truncate(self.queue_log, 0)          # held open, to be written behind its end
        for folder in self.recordings.iterdir():
            shutil.rmtree(folder)

    @property
    def channels(self) -> int:
        """How many legs of calls there are at this moment."""
        return int(self.cli("core show channels count").split()[0])


@contextmanager
def asterisk() -> Iterator[Asterisk]:
    """Run an Asterisk while the block runs; CannotInstall where there is none for this machine."""
    installed = tree()
    home = Path(tempfile.mkdtemp(prefix="run-", dir=installed / "srv"))
    (port,) = free_ports(1)
    exchange = Asterisk(installed, Path("/") / home.relative_to(installed), port, secrets.token_hex(8))
    try:
        for name in FOLDERS:
            (home / name).mkdir(parents=True)
        for file in CONFIGURATION.iterdir():
            text = file.read_text("utf-8").replace("@HOME@", str(exchange.inside))
            (home / "etc" / file.name).write_text(text.replace("@PORT@", str(port)).replace("@SECRET@", exchange.secret), "utf-8")
        shutil.copy(SHIPPED, home / "etc/hotline-bridge.conf")
        exchange.start()
        yield exchange
    finally:
        exchange.stop()
        shutil.rmtree(home, ignore_errors=True)
