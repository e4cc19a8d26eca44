"""The real servers as session fixtures, one of each per worker, started when first asked for.

Load with `pytest_plugins = ["tests.servers.fixtures"]` in the root conftest.
"""

from collections.abc import Iterator

import pytest

from tests.servers.asterisk import Asterisk, asterisk
from tests.servers.asterisk_tree import CannotInstall
from tests.servers.dovecot import Dovecot, dovecot
from tests.servers.postfix import Postfix, postfix
from tests.servers.postgres import Postgres, postgres

#: The accounts of the mail server; every test takes one of its own by the `account` fixture.
ACCOUNTS = {f"box{n:03}@bank.example": f'pass-{n:03} "\\é' for n in range(100)} | {
    "hotline@bank.example": "hotline-pass", "chengnan@bank.example": "chengnan-pass", "chengbei@bank.example": "chengbei-pass",
}

#: Addresses the relay knows and treats badly.
ACCESS = {
    "gone@bank.example": "550 5.1.1 gone for good",
    "busy@bank.example": "450 4.2.1 mailbox busy",
    "closing@bank.example": "421 4.3.2 shutting down",
}


@pytest.fixture(scope="session")
def dovecot_server() -> Iterator[Dovecot]:
    """A Dovecot with ACCOUNTS."""
    with dovecot(ACCOUNTS) as server:
        yield server


@pytest.fixture(scope="session")
def postfix_server(dovecot_server: Dovecot) -> Iterator[Postfix]:
    """A Postfix that delivers to `dovecot_server` and treats ACCESS badly."""
    with postfix(dovecot_server, ACCESS) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A PostgreSQL with nothing in it."""
    with postgres() as server:
        yield server


@pytest.fixture(scope="session")
def asterisk_server() -> Iterator[Asterisk]:
    """A telephone exchange; the one server whose tests may be skipped in CI, where it cannot be installed."""
    try:
        with asterisk() as server:
            yield server
    except CannotInstall as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def _accounts_left() -> Iterator[Iterator[str]]:
    yield iter([name for name in ACCOUNTS if name.startswith("box")])


@pytest.fixture
def account(_accounts_left: Iterator[str]) -> tuple[str, str]:
    """An address with an empty mailbox on `dovecot_server`, and its password."""
    name = next(_accounts_left)
    return name, ACCOUNTS[name]
