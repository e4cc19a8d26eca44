"""The relay door against Postfix, and all the way through Dovecot to the mailbox door."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.imap import Imap, ImapSettings
from adapters.smtp import Smtp, SmtpSettings
from hotline_bridge.ports import Mailer
from tests.doors.conftest import a_mail, number_of
from tests.servers.certificate import make_certificate, trusting
from tests.servers.fixtures import ACCOUNTS

pytestmark = pytest.mark.real
BOUND = 60
SENDER = "hotline@bank.example"


@pytest.fixture
async def plain(postfix_server):
    door = Smtp(SmtpSettings("127.0.0.1", postfix_server.plain, security="none", timeout=20, final=20))
    yield door
    await door.close()


@pytest.fixture
async def mailbox(dovecot_server, account):
    address, password = account
    tls = trusting(dovecot_server.certificate)
    door = Imap("mail", ImapSettings("localhost", address, password, port=dovecot_server.imaps, tls=tls, timeout=10, idle=2))
    yield door
    await door.close()


async def arrived(door, count):
    """Read until so many letters have come."""
    letters, cursor = [], ""
    async with asyncio.timeout(BOUND):
        while len(letters) < count:
            fresh = [letter async for letter in door.waiting(cursor)]
            letters += fresh
            cursor = letters[-1].cursor if letters else ""
            if len(letters) < count:
                await door.more()
    return letters


async def test_a_letter_goes_through_relay_and_mailbox_unharmed(plain, mailbox, account):
    mailer: Mailer = plain
    letter = a_mail(1, "客户说：存款少了。\r\n.\r\n..两点")
    receipts = await mailer.send(letter, SENDER, [account[0]])
    assert receipts[account[0]].answer == "accepted"
    assert "queued" in receipts[account[0]].said
    [paper] = await arrived(mailbox, 1)
    assert paper.body.endswith(letter.partition(b"\r\n\r\n")[2])


async def test_plus_addressing_reaches_the_mailbox(plain, mailbox, account):
    local, _, domain = account[0].partition("@")
    address = f"{local}+token42@{domain}"
    assert (await plain.send(a_mail(1), SENDER, [address]))[address].answer == "accepted"
    [paper] = await arrived(mailbox, 1)
    assert b"+token42@" in paper.body.partition(b"\r\n\r\n")[0]


async def test_each_recipient_has_an_answer_of_its_own(plain, mailbox, account):
    to = ["gone@bank.example", account[0], "busy@bank.example", "nobody-here@bank.example", "x@elsewhere.example"]
    receipts = await plain.send(a_mail(1), SENDER, to)
    assert [receipts[each].answer for each in to] == ["refused", "accepted", "later", "refused", "refused"]
    assert receipts["gone@bank.example"].said.startswith("550 5.1.1")
    assert receipts["busy@bank.example"].said.startswith("450 4.2.1")
    assert len(await arrived(mailbox, 1)) == 1


@pytest.mark.parametrize(("address", "answer"), [("gone@bank.example", "refused"), ("busy@bank.example", "later")])
async def test_all_refused_is_a_value_and_the_connection_goes_on(plain, account, address, answer):
    assert (await plain.send(a_mail(1), SENDER, [address]))[address].answer == answer
    assert (await plain.send(a_mail(2), SENDER, [account[0]]))[account[0]].answer == "accepted"


async def test_421_from_the_relay_is_out_of_reach(plain):
    with pytest.raises(ConnectionError, match="421"):
        await plain.send(a_mail(1), SENDER, ["closing@bank.example"])


async def test_a_letter_above_the_relays_limit_is_refused(plain, account):
    receipts = await plain.send(a_mail(1, size=2 * 1024 * 1024), SENDER, [account[0]])
    assert receipts[account[0]].answer == "refused"
    assert "1048576" in receipts[account[0]].said


@pytest.mark.parametrize(("security", "port"), [("tls", "smtps"), ("starttls", "plain"), ("starttls", "submission")])
async def test_tls_with_a_checked_certificate(postfix_server, mailbox, account, security, port):
    settings = SmtpSettings(
        "localhost", getattr(postfix_server, port), security, SENDER, ACCOUNTS[SENDER], timeout=20,
        tls=trusting(postfix_server.certificate),
    )
    door = Smtp(settings)
    assert (await door.send(a_mail(1), SENDER, [account[0]]))[account[0]].answer == "accepted"
    await door.close()
    assert len(await arrived(mailbox, 1)) == 1


@pytest.mark.parametrize(("security", "port"), [("tls", "smtps"), ("starttls", "submission")])
async def test_a_certificate_nobody_vouches_for_is_refused(postfix_server, account, tmp_path: Path, security, port):
    for context in (None, trusting(make_certificate(tmp_path)[0])):
        door = Smtp(SmtpSettings("localhost", getattr(postfix_server, port), security, tls=context))
        with pytest.raises(ConnectionError, match=r"(?i)certificate"):
            await door.send(a_mail(1), SENDER, [account[0]])


async def test_a_login_refused_is_a_permission_error_without_the_password(postfix_server, account):
    settings = SmtpSettings(
        "localhost", postfix_server.submission, "starttls", SENDER, "not-this-one", tls=trusting(postfix_server.certificate),
    )
    with pytest.raises(PermissionError, match="refuses the login") as caught:
        await Smtp(settings).send(a_mail(1), SENDER, [account[0]])
    assert "not-this-one" not in str(caught.value) + repr(settings)


async def test_sixty_letters_over_four_connections_all_arrive_once(postfix_server, mailbox, account):
    door = Smtp(SmtpSettings("127.0.0.1", postfix_server.plain, security="none", timeout=20))
    async with asyncio.TaskGroup() as group:
        sent = [group.create_task(door.send(a_mail(number), SENDER, [account[0]])) for number in range(60)]
    assert {task.result()[account[0]].answer for task in sent} == {"accepted"}
    assert sorted(number_of(letter.body) for letter in await arrived(mailbox, 60)) == list(range(60))
    await door.close()


async def test_a_relay_that_was_away_is_reached_again(postfix_server, account, unused_tcp_port):
    settings = SmtpSettings("127.0.0.1", unused_tcp_port, security="none", timeout=5)
    with pytest.raises(ConnectionError):
        await Smtp(settings).send(a_mail(1), SENDER, [account[0]])
    door = Smtp(replace(settings, port=postfix_server.plain))
    assert (await door.send(a_mail(1), SENDER, [account[0]]))[account[0]].answer == "accepted"
    await door.close()
