"""The mailbox door against real servers: Dovecot, and the embedded one where it must behave the same."""

import asyncio
import signal
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import pytest

from adapters.embedded_mail import embedded_mail
from adapters.imap import Imap, ImapSettings
from hotline_bridge.ports import Inlet
from tests.doors.conftest import a_mail, number_of, taken
from tests.servers.certificate import make_certificate, trusting

BOUND = 60


@dataclass(frozen=True)
class Box:
    """A mailbox on one of the servers, and how mail gets into it."""

    settings: ImapSettings
    deliver: Callable[..., Awaitable[None]]


@pytest.fixture(params=[pytest.param("dovecot", marks=pytest.mark.real), "embedded"])
async def box(request):
    if request.param == "embedded":
        async with embedded_mail({"me@bank.example": "pässword"}) as server:

            async def put(*mails):
                for each in mails:
                    await server.deliver("me@bank.example", each)

            yield Box(ImapSettings("127.0.0.1", "me@bank.example", "pässword", port=server.imap_port, timeout=10), put)
        return
    yield dovecot_box(request.getfixturevalue("dovecot_server"), request.getfixturevalue("account"))


@pytest.fixture
def real_box(dovecot_server, account):
    return dovecot_box(dovecot_server, account)


def dovecot_box(server, account):
    address, password = account

    async def put(*mails):
        await asyncio.to_thread(server.deliver, address, *mails)

    return Box(
        ImapSettings("localhost", address, password, port=server.imaps, tls=trusting(server.certificate), timeout=10), put,
    )


def uids(letters):
    return [int(letter.cursor.partition("/")[2]) for letter in letters]


def rises(values):
    return all(one < two for one, two in pairwise(values))


async def numbers(door, cursor=""):
    return [number_of(letter.body) for letter in await taken(door, cursor)]


async def test_mails_come_in_the_order_of_arrival_and_once(box):
    door = Imap("mail", box.settings)
    inlet: Inlet = door
    assert inlet.name == "mail"
    assert await taken(door) == []
    await box.deliver(a_mail(1))
    first = await taken(door)
    await box.deliver(a_mail(2))
    letters = first + await taken(door, first[-1].cursor)
    await box.deliver(a_mail(3))
    letters += await taken(door, letters[-1].cursor)
    assert [number_of(letter.body) for letter in letters] == [1, 2, 3]
    assert rises(uids(letters))
    assert len({letter.key for letter in letters}) == 3
    for letter in letters:
        await door.accepted(letter)
        await door.accepted(letter)
    assert await taken(door, letters[-1].cursor) == []
    assert await numbers(door, letters[0].cursor) == [2, 3]
    await box.deliver(a_mail(4))
    assert await numbers(door, letters[-1].cursor) == [4]
    await door.close()


async def test_the_bytes_are_those_of_the_mail(box):
    body = a_mail(1, "（存款）((( " + "长" * 500)
    await box.deliver(body)
    door = Imap("mail", box.settings)
    [letter] = await taken(door)
    assert letter.kind == "mail"
    assert letter.body.endswith(body.partition(b"\r\n\r\n")[2].rstrip(b"\r\n") + b"\r\n")
    await door.close()


async def test_idle_wakes_when_mail_comes(box):
    door = Imap("mail", replace(box.settings, idle=600))
    assert await taken(door) == []
    waiting = asyncio.ensure_future(door.more())
    await box.deliver(a_mail(1))
    async with asyncio.timeout(BOUND):
        await waiting
        assert await numbers(door) == [1]
    await door.close()


async def test_a_committed_mail_moves_to_the_done_folder(box):
    await box.deliver(a_mail(1), a_mail(2))
    door = Imap("mail", replace(box.settings, done_folder="已处理"))
    first, second = await taken(door)
    await door.accepted(first)
    await door.accepted(first)
    assert await numbers(door) == [number_of(second.body)]
    done = Imap("done", replace(box.settings, mailbox="已处理"))
    assert await numbers(done) == [number_of(first.body)]
    await door.accepted(second)
    assert sorted(await numbers(done)) == [1, 2]
    await door.close()
    await done.close()


async def test_a_mail_above_the_limit_comes_in_as_its_header(box):
    await box.deliver(a_mail(1, size=20_000), a_mail(2))
    door = Imap("mail", replace(box.settings, limit=10_000))
    large, small = sorted(await taken(door), key=lambda letter: number_of(letter.body))
    assert (large.kind, number_of(large.body)) == ("mail-too-large", 1)
    assert len(large.body) < 1000
    assert (small.kind, number_of(small.body)) == ("mail", 2)
    await door.close()


async def test_a_login_refused_is_a_permission_error_without_the_password(box):
    door = Imap("mail", replace(box.settings, password="not-this-one"))
    with pytest.raises(PermissionError, match="check the user and its password file") as caught:
        await taken(door)
    assert "not-this-one" not in str(caught.value)


async def test_a_mailbox_that_is_not_there_is_named(box):
    door = Imap("mail", replace(box.settings, mailbox="没有"))
    with pytest.raises(FileNotFoundError, match="没有"):
        await taken(door)


async def test_sixty_mails_while_others_use_the_mailbox(box):
    # A busy server may number mails in another order than it got them: what must rise are the numbers.
    letters = []
    door = Imap("mail", replace(box.settings, idle=2))

    async def deliver():
        for number in range(60):
            await box.deliver(a_mail(number))

    async with asyncio.timeout(BOUND), asyncio.TaskGroup() as group:
        group.create_task(deliver())
        while len(letters) < 60:
            letters += await taken(door, letters[-1].cursor if letters else "")
            if len(letters) < 60:
                await door.more()
    assert sorted(number_of(letter.body) for letter in letters) == list(range(60))
    assert rises(uids(letters))
    await door.close()


@pytest.mark.real
@pytest.mark.slow
async def test_sixty_mails_through_kills_of_the_server_none_lost_none_twice(real_box, dovecot_server):
    door = Imap("mail", replace(real_box.settings, idle=2))
    letters, lost, killed = [], 0, 0
    kills = {16: signal.SIGKILL, 32: signal.SIGTERM, 48: signal.SIGKILL}
    async with asyncio.timeout(BOUND):
        for number in range(0, 60, 4):
            waiting = asyncio.ensure_future(door.more())
            if number in kills:
                killed += dovecot_server.kill_sessions(kills[number])
            await real_box.deliver(*map(a_mail, range(number, number + 4)))
            while len(letters) < number + 4:
                try:
                    await waiting
                    async for letter in door.waiting(letters[-1].cursor if letters else ""):
                        letters.append(letter)  # noqa: PERF401 - what came before the line broke counts
                except OSError:
                    lost += 1
                if len(letters) < number + 4:
                    waiting = asyncio.ensure_future(door.more())
    assert sorted(number_of(letter.body) for letter in letters) == list(range(60))
    assert rises(uids(letters))
    assert lost >= 2
    assert killed >= 3
    await door.close()


@pytest.mark.real
async def test_a_new_uidvalidity_hands_everything_in_again_under_new_keys(real_box, dovecot_server):
    await real_box.deliver(a_mail(1), a_mail(2))
    door = Imap("mail", real_box.settings)
    before = await taken(door)
    await door.close()
    dovecot_server.new_uidvalidity(real_box.settings.user)
    after = await taken(door, before[-1].cursor)
    assert {letter.body for letter in after} == {letter.body for letter in before}
    assert not {letter.key for letter in after} & {letter.key for letter in before}
    await door.close()


@pytest.mark.real
async def test_reading_leaves_no_mark_and_deletes_nothing(real_box, dovecot_server):
    await real_box.deliver(a_mail(1), a_mail(2))
    door = Imap("mail", real_box.settings)
    for letter in await taken(door):
        await door.accepted(letter)
    await door.close()
    names = [path.name for path in dovecot_server.files(real_box.settings.user)]
    assert len(names) == 2
    assert not any("S" in name.partition(":2,")[2] or "T" in name.partition(":2,")[2] for name in names)


@pytest.mark.real
async def test_a_done_folder_below_another_is_made(real_box):
    await real_box.deliver(a_mail(1))
    door = Imap("mail", replace(real_box.settings, done_folder="已处理/转办"))
    [letter] = await taken(door)
    await door.accepted(letter)
    done = Imap("done", replace(real_box.settings, mailbox="已处理/转办"))
    assert await numbers(done) == [1]
    await door.close()
    await done.close()


@pytest.mark.real
async def test_a_certificate_nobody_vouches_for_is_refused(real_box, tmp_path: Path):
    certificate, _ = make_certificate(tmp_path)
    for context in (ssl.create_default_context(), trusting(certificate)):
        door = Imap("mail", replace(real_box.settings, tls=context))
        with pytest.raises(OSError, match="certificate"):
            await taken(door)


@pytest.mark.real
async def test_a_certificate_of_another_host_is_refused(real_box):
    door = Imap("mail", replace(real_box.settings, host="127.0.0.2"))
    with pytest.raises(OSError):
        await taken(door)


@pytest.mark.real
async def test_two_thousand_mails_do_not_break_the_parser(real_box, dovecot_server):
    await asyncio.to_thread(dovecot_server.drop, real_box.settings.user, *[a_mail(number) for number in range(2000)])
    door = Imap("mail", replace(real_box.settings, batch=100))
    assert await numbers(door) == list(range(100))
    await door.more()
    await door.close()


@pytest.mark.real
async def test_a_twenty_megabyte_mail_comes_in_whole(real_box):
    body = a_mail(1, size=20 * 1024 * 1024)
    await real_box.deliver(body)
    door = Imap("mail", real_box.settings)
    [letter] = await taken(door)
    assert letter.body.endswith(body[-1000:])
    assert len(letter.body) > 20 * 1024 * 1024
    await door.close()


# counting over -----------------------------------------------------------------------------------------------------------
async def counted(door, cursor, kept):
    """What a recount hands in, the store knowing the keys in `kept`."""
    async def known(keys):
        return {key for key in keys if key in kept}

    return [letter async for letter in door.recount(cursor, known)]


async def test_what_was_passed_over_below_the_cursor_is_found_again(box):
    await box.deliver(*(a_mail(n) for n in range(4)))
    door = Imap("mailbox", box.settings)
    letters = await taken(door)
    kept = {letters[0].key, letters[2].key, letters[3].key}
    assert door.recount_due
    found = await counted(door, letters[-1].cursor, kept)
    assert [(one.key, one.body, one.cursor) for one in found] == [(letters[1].key, letters[1].body, "")]
    assert not door.recount_due
    await door.close()


async def test_what_was_kept_but_not_put_away_is_put_away_now(box):
    await box.deliver(*(a_mail(n) for n in range(3)))
    door = Imap("mailbox", replace(box.settings, done_folder="已处理"))
    letters = await taken(door)                             # the daemon is killed between its commit and the move
    await door.close()
    again = Imap("mailbox", replace(box.settings, done_folder="已处理"))
    assert await counted(again, letters[-1].cursor, {letter.key for letter in letters}) == []
    assert await taken(again) == []
    await again.close()
    done = Imap("mailbox", replace(box.settings, mailbox="已处理"))
    assert len(await taken(done)) == 3
    await done.close()


async def test_mail_above_the_cursor_is_left_to_the_ordinary_reading(box):
    await box.deliver(a_mail(0), a_mail(1))
    door = Imap("mailbox", box.settings)
    first, second = await taken(door)
    assert await counted(door, first.cursor, {first.key}) == []
    assert [one.key for one in await taken(door, first.cursor)] == [second.key]
    assert await counted(door, "", set()) == []             # nothing was read yet: there is nothing to count over
    await door.close()


async def test_another_uidvalidity_is_not_counted_over(box):
    await box.deliver(a_mail(0))
    door = Imap("mailbox", box.settings)
    (only,) = await taken(door)
    validity, _, uid = only.cursor.partition("/")
    assert await counted(door, f"{int(validity) + 1}/{uid}", set()) == []
    await door.close()
