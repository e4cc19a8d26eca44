"""The built-in mail server, through the two doors the daemon uses and through the clients of the standard library."""

import asyncio
import imaplib
import smtplib
from collections.abc import Mapping
from pathlib import Path

import pytest

from adapters.embedded_mail import embedded_mail
from adapters.imap import Imap, ImapSettings
from adapters.smtp import Smtp, SmtpSettings
from tests.doors.conftest import a_mail, number_of

HOTLINE, BRANCH = "hotline@bank.example", "chengnan@bank.example"
USERS = {HOTLINE: "pw-hotline", BRANCH: "密码"}
BOUND = 30


@pytest.fixture(autouse=True)
async def bounded():
    async with asyncio.timeout(BOUND):
        yield


def smtp(server):
    return Smtp(SmtpSettings("127.0.0.1", server.smtp_port, security="none", timeout=10))


def imap(server, user=HOTLINE, password=None, **more):
    return Imap("mail", ImapSettings("127.0.0.1", user, password or USERS[user], port=server.imap_port, timeout=10, **more))


async def send(server, letter, *to, sender=HOTLINE):
    door = smtp(server)
    try:
        return await door.send(letter, sender, to)
    finally:
        await door.close()


async def taken(door, cursor=""):
    try:
        return [letter async for letter in door.waiting(cursor)]
    finally:
        await door.close()


async def test_a_letter_goes_out_and_comes_in_with_its_bytes():
    letter = a_mail(1, "客户说：存款少了。\r\n.\r\n..两点\r\n" + "长" * 1000)
    async with embedded_mail(USERS) as server:
        receipts = await send(server, letter, BRANCH)
        assert receipts[BRANCH].answer == "accepted"
        [paper] = await taken(imap(server, BRANCH))
    assert paper.body == f"Return-Path: <{HOTLINE}>\r\nDelivered-To: {BRANCH}\r\n".encode() + letter


async def test_unknown_addresses_are_refused_and_known_ones_served():
    async with embedded_mail(USERS) as server:
        receipts = await send(server, a_mail(1), "nobody@bank.example", BRANCH.upper(), "x@elsewhere.example")
        assert [receipt.answer for receipt in receipts.values()] == ["refused", "accepted", "refused"]
        assert receipts["nobody@bank.example"].said.startswith("550 5.1.1")
        assert len(await taken(imap(server, BRANCH))) == 1


async def test_plus_addressing_reaches_the_mailbox_and_keeps_the_token():
    async with embedded_mail(USERS) as server:
        await send(server, a_mail(1), "hotline+a1b2c3@bank.example", sender=BRANCH)
        [paper] = await taken(imap(server))
    assert b"Delivered-To: hotline+a1b2c3@bank.example\r\n" in paper.body


async def test_two_addresses_of_one_mailbox_make_one_mail():
    async with embedded_mail(USERS) as server:
        await send(server, a_mail(1), HOTLINE, "hotline+x@bank.example")
        assert len(await taken(imap(server))) == 1


async def test_users_may_be_added_while_it_runs():
    async with embedded_mail({}) as server:
        assert (await send(server, a_mail(1), "new@bank.example"))["new@bank.example"].answer == "refused"
        server.add_user("New@bank.example", "pw")
        assert (await send(server, a_mail(2), "new@bank.example"))["new@bank.example"].answer == "accepted"
        [paper] = await taken(imap(server, "new@bank.example", "pw"))
        assert number_of(paper.body) == 2


@pytest.mark.parametrize("password", ["wrong", "密碼"])
async def test_a_wrong_password_is_refused(password):
    async with embedded_mail(USERS) as server:
        with pytest.raises(PermissionError):
            await taken(imap(server, BRANCH, password))
        with pytest.raises(PermissionError):
            await taken(imap(server, "demouser", "demopass"))  # what pymap would bring with it


async def test_mails_lie_as_files_and_are_there_after_a_restart(tmp_path: Path):
    async with embedded_mail(USERS, tmp_path) as server:
        await send(server, a_mail(1), HOTLINE)
        await send(server, a_mail(2), HOTLINE)
        before = await taken(imap(server))
    files = sorted((tmp_path / HOTLINE).glob("*.eml"))
    assert [path.read_bytes() for path in files] == [letter.body for letter in before]
    async with embedded_mail(USERS, tmp_path) as server:
        assert await taken(imap(server)) == before
        assert await taken(imap(server), before[-1].cursor) == []
        await send(server, a_mail(3), HOTLINE)
        [paper] = await taken(imap(server), before[-1].cursor)
        assert number_of(paper.body) == 3


async def test_a_number_does_not_come_again_when_its_mail_was_moved(tmp_path: Path):
    async with embedded_mail(USERS, tmp_path) as server:
        await send(server, a_mail(1), HOTLINE)
        door = imap(server, done_folder="已处理/转办")
        [paper] = [letter async for letter in door.waiting("")]
        await door.accepted(paper)
        await door.close()
    assert not list((tmp_path / HOTLINE).glob("*.eml"))
    assert [number_of(path.read_bytes()) for path in (tmp_path / HOTLINE / "已处理%2F转办").glob("*.eml")] == [1]
    async with embedded_mail(USERS, tmp_path) as server:
        await send(server, a_mail(2), HOTLINE)
        [fresh] = await taken(imap(server), paper.cursor)
        assert number_of(fresh.body) == 2
        assert [number_of(old.body) for old in await taken(imap(server, mailbox="已处理/转办"))] == [1]


async def test_half_written_files_and_foreign_ones_are_no_mails(tmp_path: Path):
    home = tmp_path / HOTLINE
    home.mkdir()
    for name in ("00000105.tmp", "readme.txt", "5.eml", ".00000106.eml"):
        (home / name).write_bytes(b"x")
    async with embedded_mail(USERS, tmp_path) as server:
        assert await taken(imap(server)) == []


@pytest.mark.parametrize("address", ["../../out@bank.example", ".hidden@bank.example", "a/b@bank.example", "a%2fb@bank.example"])
async def test_no_address_leads_out_of_the_folder(tmp_path: Path, address):
    folder = tmp_path / "mail"
    async with embedded_mail({address: "pw"}, folder) as server:
        await server.deliver(address, a_mail(1))
        assert len(await taken(imap(server, address, "pw"))) == 1
    assert len(list(folder.glob("*/*.eml"))) == 1
    assert list(tmp_path.iterdir()) == [folder]


async def test_a_mail_that_cannot_be_kept_is_refused_for_now(tmp_path: Path):
    async with embedded_mail(USERS, tmp_path) as server:
        await taken(imap(server))
        (tmp_path / HOTLINE / "00000101.tmp").mkdir()
        receipts = await send(server, a_mail(1), HOTLINE)
        assert receipts[HOTLINE].answer == "later"
        (tmp_path / HOTLINE / "00000101.tmp").rmdir()
        assert (await send(server, a_mail(1), HOTLINE))[HOTLINE].answer == "accepted"
        assert len(await taken(imap(server))) == 1


class Directory(Mapping[str, str]):
    """The addresses of a big bank; counts how often it is asked."""

    asked = 0

    def __getitem__(self, address):
        self.asked += 1
        if not self.__contains__(address):
            raise KeyError(address)
        return "pw"

    def __contains__(self, address):
        local, _, domain = str(address).partition("@")
        return domain == "bank.example" and local.startswith("unit") and local[4:].isdigit() and int(local[4:]) < 44_710

    def __iter__(self):
        raise AssertionError("nobody may go through the whole directory")

    def __len__(self):
        return 44_710


async def test_a_whole_directory_costs_nothing_until_a_mailbox_is_used(tmp_path: Path):
    directory = Directory()
    async with embedded_mail(directory, tmp_path) as server:
        assert directory.asked == 0
        assert not any(tmp_path.iterdir())
        receipts = await send(server, a_mail(1), "unit44709@bank.example", "unit44710@bank.example")
        assert [receipt.answer for receipt in receipts.values()] == ["accepted", "refused"]
        assert len(await taken(imap(server, "unit44709@bank.example", "pw"))) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["unit44709@bank.example"]


async def test_others_have_mailboxes_but_a_login_only_with_the_common_password():
    async with embedded_mail(USERS, others=Directory()) as server:
        assert (await send(server, a_mail(1), "unit7@bank.example"))["unit7@bank.example"].answer == "accepted"
        with pytest.raises(PermissionError):
            await taken(imap(server, "unit7@bank.example", "pw"))
    async with embedded_mail(USERS, others=Directory(), others_password="common") as server:
        await send(server, a_mail(1), "unit7@bank.example")
        assert len(await taken(imap(server, "unit7@bank.example", "common"))) == 1


async def test_two_hundred_letters_at_once_arrive_in_full_while_somebody_waits():
    async with embedded_mail(USERS) as server:
        reader, writer = imap(server, idle=600), smtp(server)
        seen, cursor = [], ""
        async with asyncio.TaskGroup() as group:
            for number in range(200):
                group.create_task(writer.send(a_mail(number), BRANCH, [HOTLINE]))
            while len(seen) < 200:
                async for letter in reader.waiting(cursor):
                    seen.append(number_of(letter.body))
                    cursor = letter.cursor
                if len(seen) < 200:
                    await reader.more()
        assert sorted(seen) == list(range(200))
        await reader.close()
        await writer.close()


async def test_ports_can_be_chosen_and_a_taken_one_is_an_error(unused_tcp_port_factory):
    imap_port, smtp_port = unused_tcp_port_factory(), unused_tcp_port_factory()
    async with embedded_mail(USERS, imap_port=imap_port, smtp_port=smtp_port) as server:
        assert (server.imap_port, server.smtp_port) == (imap_port, smtp_port)
        with pytest.raises(OSError, match="in use"):
            async with embedded_mail(USERS, imap_port=imap_port):
                pass


async def test_ordinary_mail_programs_can_use_it(tmp_path: Path):
    async with embedded_mail(USERS, tmp_path) as server:

        def use():
            with smtplib.SMTP("127.0.0.1", server.smtp_port) as out:
                out.sendmail(HOTLINE, [BRANCH], a_mail(1))
            with imaplib.IMAP4("127.0.0.1", server.imap_port) as box:
                box.login(HOTLINE, USERS[HOTLINE])
                box.select()
                box.append("INBOX", None, None, a_mail(2))
                _, found = box.search(None, "ALL")
                box.store(found[0], "+FLAGS", "\\Deleted")
                box.expunge()
                return found[0]

        assert await asyncio.to_thread(use) == b"1"
    assert not list((tmp_path / HOTLINE).glob("*.eml"))
    assert len(list((tmp_path / BRANCH).glob("*.eml"))) == 1


async def test_the_end_cuts_open_connections():
    async with embedded_mail(USERS) as server:
        waiting_reader, idle_writer = imap(server, idle=600), smtp(server)
        await idle_writer.send(a_mail(1), HOTLINE, [BRANCH])
        _ = [letter async for letter in waiting_reader.waiting("")]
        waiting = asyncio.ensure_future(waiting_reader.more())
        await asyncio.sleep(0)
    with pytest.raises(ConnectionError):
        await waiting
    await idle_writer.close()
    assert [task for task in asyncio.all_tasks() if "pymap" in repr(task) or "aiosmtpd" in repr(task)] == []


async def test_deliver_past_smtp_needs_a_mailbox():
    async with embedded_mail(USERS) as server:
        with pytest.raises(LookupError, match=r"nobody@bank\.example"):
            await server.deliver("nobody@bank.example", a_mail(1))
