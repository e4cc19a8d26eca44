"""What became of each letter, told by a real Postfix in front of a real Dovecot: one story for each state."""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from adapters.imap import Imap, ImapSettings
from adapters.smtp import Smtp, SmtpSettings
from hotline_bridge.daemon import run_until_quiet
from hotline_bridge.house import House, Shelf
from hotline_bridge.store.tray import Delivery
from tests.conftest import Bank
from tests.hostile.test_mail_bounces import OUTLET
from tests.make import a_form
from tests.servers.certificate import trusting
from tests.servers.dovecot import Dovecot
from tests.servers.postfix import Postfix, postfix
from tests.servers.running import program

pytestmark = pytest.mark.real
BOUND = 90
#: What the relay does with the branches' mail.
MAILBOX, AWAY, SPREAD = "virtual:", "lmtp:inet:127.0.0.1:1", "box097@bank.example"
SETTINGS = (
    "virtual_mailbox_domains=bank.example,branch.example", "virtual_alias_maps=texthash:{root}/etc/virtual",
    "transport_maps=texthash:{root}/etc/transport", "delay_warning_time=1s", "queue_run_delay=1s", "minimal_backoff_time=1s", "maximal_backoff_time=1s",
    "maximal_queue_lifetime=5s", "bounce_queue_lifetime=5s",
    "virtual_mailbox_base={root}/home", "virtual_uid_maps=static:65534", "virtual_gid_maps=static:65534",
)


@pytest.fixture(scope="module")
def relay(dovecot_server: Dovecot) -> Iterator[Postfix]:
    """A relay that gives up after seconds instead of days."""
    with postfix(dovecot_server, {"@branch.example": "DUNNO"}) as server:
        etc = server.root / "etc"
        (etc / "transport").write_text("")
        (etc / "virtual").write_text("")
        with (etc / "master.cf").open("a") as services:
            services.write("virtual unix - n n - - virtual\n")
        (server.root / "home").mkdir()
        shutil.chown(server.root / "home", "nobody")
        server.root.chmod(0o755)
        subprocess.run([program("postconf"), "-c", str(etc), "-e", *(one.format(root=server.root) for one in SETTINGS)], check=True)
        yield server


def leads(relay: Postfix, to: str, says: str = "DUNNO") -> None:
    """Let the branches' mail go by this transport, or to this one mailbox; `says` is the relay's answer at the door."""
    etc = relay.root / "etc"
    (etc / "virtual").write_text(f"@branch.example {to}\n" if "@" in to else "")
    (etc / "transport").write_text(f"branch.example {to}\n" if ":" in to else "")
    (etc / "access").write_text(f"{OUTLET} {says}\n")
    relay.postfix("reload")


@dataclass
class Town:
    """The bank with a real mailbox and a real relay."""

    bank: Bank
    house: House
    mailbox: Imap

    def slip(self) -> Delivery:
        case = self.bank.case()
        return next(one for one in self.house.store.read_now(lambda tx: tx.tray.of_case(case.id)) if one.purpose == "slip:0" and one.recipient == OUTLET)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Take in what comes until something holds."""
        async with asyncio.timeout(BOUND):
            await run_until_quiet(self.house)
            while not holds():
                await self.mailbox.more()
                await run_until_quiet(self.house)


@pytest.fixture
async def town(bank: Bank, relay: Postfix, dovecot_server: Dovecot, account: tuple[str, str]) -> AsyncIterator[Town]:
    address, password = account
    tls = trusting(dovecot_server.certificate)
    mailbox = Imap("mailbox", ImapSettings("localhost", address, password, port=dovecot_server.imaps, tls=tls, timeout=10, idle=1))
    mailer = Smtp(SmtpSettings("127.0.0.1", relay.plain, security="none", timeout=20, final=20))
    rules = bank.house.rules
    rules = replace(rules, identity=replace(rules.identity, mailbox=address, desk="box098@bank.example"))
    house = replace(bank.house, shelf=Shelf(rules), inlets=[mailbox], mailer=mailer)
    yield Town(replace(bank, house=house), house, mailbox)
    await mailbox.close()
    await mailer.close()


async def test_spread_by_an_alias_it_is_taken_and_no_more(town: Town, relay: Postfix) -> None:
    leads(relay, SPREAD)
    await town.bank.post(a_form())
    await town.until(lambda: "送达回执" in town.bank.words())
    assert town.slip().answer == "accepted"
    words = town.house.store.read_now(lambda tx: tx.tray.history([town.slip().letter]))
    assert [one.word for one in words if one.recipient == OUTLET] == ["accepted", "relayed"]


async def test_T4_accepted_and_delivered(town: Town, relay: Postfix) -> None:
    leads(relay, MAILBOX)
    await town.bank.post(a_form())
    await town.until(lambda: town.slip().answer == "delivered")
    words = town.house.store.read_now(lambda tx: tx.tray.history([town.slip().letter]))
    assert [one.word for one in words if one.recipient == OUTLET] == ["accepted", "delivered"]
    assert "送达回执" in town.bank.words()


async def test_P20_bounced_for_good(town: Town, relay: Postfix) -> None:
    leads(relay, "")                            # Dovecot is asked, and knows nobody there
    await town.bank.post(a_form())
    await town.until(lambda: town.bank.case().undelivered)
    assert town.slip().answer == "bounced"
    assert "邮箱不存在" in town.slip().said


async def test_P20_delayed_then_given_back_and_sent_again_when_the_server_is_back(town: Town, relay: Postfix) -> None:
    leads(relay, AWAY)
    await town.bank.post(a_form())
    await town.until(lambda: "投递延迟" in town.bank.words())
    await town.until(lambda: town.slip().owed)                      # the relay gave it back: 4.4.1, after five seconds
    assert (town.slip().answer, town.bank.case().undelivered) == ("deferred", False)
    assert "对方服务器暂时无法接收" in town.slip().said
    leads(relay, MAILBOX)
    town.bank.clock.on(minutes=61)
    await town.until(lambda: town.slip().answer == "delivered")
    assert not town.bank.case().undelivered


@pytest.mark.parametrize(("says", "state"), [("450 4.2.1 mailbox busy", "deferred"), ("550 5.1.1 gone for good", "refused")])
async def test_P20_what_the_relay_says_at_its_door(town: Town, relay: Postfix, says: str, state: str) -> None:
    leads(relay, MAILBOX, says)
    await town.bank.post(a_form())
    await town.until(lambda: town.slip().answer == state)
    assert town.bank.case().undelivered == (state == "refused")
