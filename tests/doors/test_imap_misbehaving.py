"""What no good server does but some do on a bad day: the door must lose no mail and never hang."""

import asyncio

import pytest

from adapters.imap import Imap, ImapSettings
from tests.doors.conftest import short_mail as mail
from tests.doors.conftest import taken

BOUND = 20


@pytest.fixture
def door(fake_door):
    return fake_door


async def test_mail_announced_within_a_fetch_is_not_lost(door, fake_imap):
    fake_imap.mails[1] = mail(1)

    async def fetch(talk, tag, arguments):
        lines = fake_imap.fetched(arguments)
        if "BODY" in arguments and 2 not in fake_imap.mails:
            fake_imap.mails[2] = mail(2)
            lines = [b"* 2 EXISTS", *lines]
        await talk.say(*lines, f"{tag} OK done")

    fake_imap.answers["UID FETCH"] = fetch
    assert [letter.cursor for letter in await taken(door)] == ["7/1"]
    await door.more()  # returns at once: an IDLE would say nothing about mail 2
    assert "IDLE" not in fake_imap.commands
    assert [letter.cursor for letter in await taken(door, "7/1")] == ["7/2"]


async def test_mail_announced_within_a_search_is_not_lost(door, fake_imap):
    async def search(talk, tag, arguments):
        await talk.say("* SEARCH", "* 1 EXISTS", f"{tag} OK done")
        fake_imap.mails[1] = mail(1)
        fake_imap.answers.pop("UID SEARCH", None)

    fake_imap.answers["UID SEARCH"] = search
    assert await taken(door) == []
    await door.more()
    assert [letter.cursor for letter in await taken(door)] == ["7/1"]


async def test_mail_announced_before_idle_is_acknowledged_wakes_it(door, fake_imap):
    async def idle(talk, tag, arguments):
        await talk.say("* 1 EXISTS", "+ idling")
        assert await talk.hear() == "DONE"
        await talk.say(f"{tag} OK done")

    fake_imap.answers["IDLE"] = idle
    assert await taken(door) == []
    await door.more()
    assert door._line.dirty


async def test_idle_ends_by_itself_for_a_new_search(fake_imap):
    door = Imap("mail", ImapSettings("127.0.0.1", "me", "x", port=fake_imap.port, timeout=5, idle=0.05))
    assert await taken(door) == []
    await door.more()
    fake_imap.mails[1] = mail(1)  # never announced
    assert len(await taken(door)) == 1
    await door.close()


@pytest.mark.parametrize("words", [("* BYE shutting down",), ("* bye",)])
async def test_bye_while_idling_is_a_lost_connection_and_the_next_call_has_a_new_one(door, fake_imap, words):
    async def idle(talk, tag, arguments):
        await talk.say("+ idling")
        await talk.say(*words)
        await talk.hear()

    fake_imap.answers["IDLE"] = idle
    assert await taken(door) == []
    with pytest.raises(ConnectionError, match="good-bye"):
        await door.more()
    del fake_imap.answers["IDLE"]
    fake_imap.mails[1] = mail(1)
    await door.more()
    assert len(await taken(door)) == 1
    assert len(fake_imap.talks) == 2


async def test_a_server_that_closes_instead_of_answering_idle_is_noticed(door, fake_imap):
    async def idle(talk, tag, arguments):
        talk.hang_up()

    fake_imap.answers["IDLE"] = idle
    await taken(door)
    with pytest.raises(ConnectionError):
        await door.more()


async def test_a_server_that_closes_while_idling_is_noticed_at_once(fake_imap):
    door = Imap("mail", ImapSettings("127.0.0.1", "me", "x", port=fake_imap.port, timeout=600, idle=600))
    await taken(door)
    waiting = asyncio.ensure_future(door.more())
    await fake_imap.until("IDLE")
    fake_imap.talks[0].hang_up()
    with pytest.raises(ConnectionError):
        async with asyncio.timeout(BOUND):
            await waiting


async def nothing(talk, tag, arguments):
    await talk.hear()


@pytest.mark.parametrize("command", ["CAPABILITY", "LOGIN", "SELECT", "UID SEARCH", "UID FETCH", "IDLE"])
async def test_a_silent_server_is_a_timeout(fake_imap, command):
    fake_imap.mails[1] = mail(1)
    door = Imap("mail", ImapSettings("127.0.0.1", "me", "x", port=fake_imap.port, timeout=0.1, idle=0.05))
    fake_imap.answers[command] = nothing
    with pytest.raises(TimeoutError, match=r"silent|no answer"):
        await taken(door)
        await door.more()
    assert door._line is None or not door._line.alive


async def test_a_server_silent_after_done_is_a_timeout(fake_imap):
    async def idle(talk, tag, arguments):
        await talk.say("+ idling")
        await talk.hear()
        await talk.hear()

    fake_imap.answers["IDLE"] = idle
    door = Imap("mail", ImapSettings("127.0.0.1", "me", "x", port=fake_imap.port, timeout=0.1, idle=0.05))
    await taken(door)
    with pytest.raises(TimeoutError):
        await door.more()


async def test_a_long_mail_that_keeps_coming_is_not_silence(fake_imap):
    fake_imap.mails[1] = mail(1) + b"x" * 400

    async def fetch(talk, tag, arguments):
        if "SIZE" in arguments:
            await fake_imap.usual(talk, tag, arguments)
            return
        whole = b"".join(fake_imap.fetched(arguments)) + b"\r\n"
        for start in range(0, len(whole), 50):
            talk.writer.write(whole[start : start + 50])
            await talk.writer.drain()
            await asyncio.sleep(0.05)  # altogether longer than the door's timeout
        await talk.say(f"{tag} OK done")

    fake_imap.answers["UID FETCH"] = fetch
    door = Imap("mail", ImapSettings("127.0.0.1", "me", "x", port=fake_imap.port, timeout=0.3))
    [letter] = await taken(door)
    assert letter.body == fake_imap.mails[1]
    await door.close()


async def test_idle_refused_is_an_error_not_a_hang(door, fake_imap):
    async def idle(talk, tag, arguments):
        await talk.say(f"{tag} NO not now")

    fake_imap.answers["IDLE"] = idle
    await taken(door)
    with pytest.raises(ConnectionError, match="not now"):
        await door.more()


async def test_without_idle_the_mailbox_is_polled(fake_imap):
    fake_imap.capabilities = "IMAP4rev1"
    door = Imap("mail", ImapSettings("127.0.0.1", "me", "x", port=fake_imap.port, timeout=5, idle=0.05))
    await taken(door)
    await door.more()
    assert "IDLE" not in fake_imap.commands
    await door.close()


@pytest.mark.parametrize("greeting", ["* BYE too many connections", "* NO go away", "nonsense"])
async def test_a_server_that_does_not_greet_us_is_out_of_reach(door, fake_imap, greeting):
    fake_imap.greeting = greeting
    with pytest.raises(ConnectionError):
        await taken(door)


async def test_nobody_there_is_out_of_reach(unused_tcp_port):
    door = Imap("mail", ImapSettings("127.0.0.1", "me", "x", port=unused_tcp_port))
    with pytest.raises(ConnectionError):
        await taken(door)


async def test_login_refused_says_so_without_the_password(door, fake_imap):
    async def login(talk, tag, arguments):
        await talk.say(f"{tag} NO [AUTHENTICATIONFAILED] wrong: secret")

    fake_imap.answers["LOGIN"] = login
    with pytest.raises(PermissionError, match="refuses the login of me") as caught:
        await taken(door)
    assert "secret" not in str(caught.value)
    assert "secret" not in repr(door._at)


async def test_a_mailbox_without_uidvalidity_is_refused(door, fake_imap):
    async def select(talk, tag, arguments):
        await talk.say("* 0 EXISTS", f"{tag} OK done")

    fake_imap.answers["SELECT"] = select
    with pytest.raises(ConnectionError, match="UIDVALIDITY"):
        await taken(door)


async def test_a_cancelled_call_drops_the_connection(door, fake_imap):
    fake_imap.answers["UID SEARCH"] = nothing
    asking = asyncio.ensure_future(taken(door))
    await fake_imap.until("UID SEARCH")
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert not door._line.alive
    del fake_imap.answers["UID SEARCH"]
    assert await taken(door) == []
