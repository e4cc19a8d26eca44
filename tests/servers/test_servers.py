"""The servers themselves: they start, they answer, nothing of them is left."""

import os
from pathlib import Path

import psycopg
import pytest

from tests.servers.dovecot import dovecot
from tests.servers.postgres import Postgres
from tests.servers.ports import free_ports
from tests.servers.running import Broken, connects, program, running

pytestmark = pytest.mark.real


def test_postgres_answers_and_gives_databases(postgres_server: Postgres):
    with postgres_server.database("one") as url:
        with psycopg.connect(postgres_server.dsn("one")) as connection:
            assert connection.execute("SELECT '中文' || 1").fetchone() == ("中文1",)
        assert url.startswith("postgresql+psycopg://")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(postgres_server.dsn("one"))


def test_a_server_stopped_leaves_no_port_and_no_folder():
    with dovecot({"a@bank.example": "x"}) as server:
        assert connects(server.imap)
    assert not Path(f"/proc/{server.pid}").exists()         # its port may be another test's server by now
    assert not server.root.exists()


def test_a_server_that_does_not_start_shows_its_log(tmp_path: Path):
    (port,) = free_ports(1)
    command = ["/bin/sh", "-c", "echo no such thing; exit 3"]
    with pytest.raises(Broken, match="no such thing"), running(command, lambda: connects(port), tmp_path / "log"):
        raise AssertionError("it did not start")


@pytest.mark.parametrize(("ci", "outcome"), [("", "Skipped"), ("true", "Failed")])
def test_what_is_not_installed_skips_here_and_fails_under_ci(monkeypatch, ci, outcome):
    monkeypatch.setitem(os.environ, "CI", ci)
    with pytest.raises(BaseException, match="run `make test`") as caught:
        program("no-such-program")
    assert type(caught.value).__name__ == outcome
