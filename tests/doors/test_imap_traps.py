"""What aioimaplib 2.0.3 does to those who trust it, each with the proof that the door does not (the rest: test_imap_misbehaving)."""

import asyncio
import contextlib
import signal
from dataclasses import replace

import pytest
from aioimaplib import aioimaplib

from adapters.imap import Imap, ImapSettings
from hotline_bridge.config import Config
from tests.doors.conftest import short_mail as mail
from tests.doors.conftest import a_mail, number_of, taken
from tests.servers.certificate import trusting


@pytest.fixture
def door(fake_door):
    return fake_door


@pytest.fixture
def real(dovecot_server, account):
    address, password = account
    return ImapSettings("localhost", address, password, port=dovecot_server.imaps, tls=trusting(dovecot_server.certificate), timeout=600, idle=600)


async def refused(talk, tag, arguments):
    await talk.say(f"{tag} NO not today")


async def test_a_killed_session_is_noticed_over_tls_although_nothing_is_said(real, dovecot_server):
    """The library would sleep its whole timeout; ten minutes here, and the test has one."""
    door = Imap("mail", real)
    assert await taken(door) == []
    waiting = asyncio.ensure_future(door.more())
    while not door._line._wire.has_pending_idle_command():
        await asyncio.sleep(0)
    assert dovecot_server.kill_sessions(signal.SIGKILL)
    with pytest.raises(ConnectionError):
        async with asyncio.timeout(60):
            await waiting
    await door.close()


async def test_three_hundred_mails_announced_at_once_are_all_fetched(real, dovecot_server):
    """A thousand lines in one read exhaust the library's stack, and the call waits for ever."""
    await asyncio.to_thread(dovecot_server.drop, real.user, *(a_mail(number) for number in range(300)))
    door, cursor, numbers = Imap("mail", replace(real, batch=200)), "", []
    for _ in range(2):
        letters = await taken(door, cursor)
        numbers += [number_of(letter.body) for letter in letters]
        cursor = letters[-1].cursor
    assert sorted(numbers) == list(range(300))
    await door.close()


async def test_envelope_and_bodystructure_are_never_asked_for(door, fake_imap):
    """The library counts their parentheses, and a subject with one of them swallows the next mails."""
    fake_imap.mails |= {uid: b"Subject: (((\r\n" + mail(uid) for uid in (1, 2, 3)}
    assert [letter.body for letter in await taken(door)] == list(fake_imap.mails.values())
    assert not any(word in command for command in fake_imap.commands for word in ("ENVELOPE", "BODYSTRUCTURE", "BODY["))


def test_starttls_which_the_library_only_pretends_is_not_to_be_had(tmp_path):
    with pytest.raises(ValueError, match=r"security"):
        Config(state=tmp_path, imap={"host": "mail.bank.example", "security": "starttls"})


async def test_capabilities_are_asked_for_and_not_read_from_the_answer_to_login(fake_imap):
    """There the library takes "[CAPABILITY" and "successful." for capabilities, and the last one with its bracket."""
    fake_imap.mails[1] = mail(1)

    async def login(talk, tag, arguments):
        await talk.say(f"{tag} OK [CAPABILITY IMAP4rev1 IDLE] successful.")

    fake_imap.answers["LOGIN"] = login
    door = Imap("mail", ImapSettings("127.0.0.1", "me", "x", port=fake_imap.port, done_folder="done"))
    [letter] = await taken(door)
    await door.accepted(letter)
    at = fake_imap.commands.index('LOGIN "me" "x"')
    assert fake_imap.commands[at + 1] == "CAPABILITY"
    assert 'UID MOVE 1 "done"' in fake_imap.commands      # MOVE was named only there
    await door.close()


async def test_the_search_names_no_charset(door, fake_imap):
    """The library would say UTF-8, which some servers refuse even for numbers."""
    await taken(door)
    searches = [command for command in fake_imap.commands if "SEARCH" in command]
    assert searches == ["UID SEARCH UID 1:*"]


async def test_hanging_up_says_nothing_at_all(door, fake_imap):
    """The library's close() is IMAP's CLOSE, which expunges what others have marked."""
    fake_imap.mails[1] = mail(1)
    await taken(door)
    before = list(fake_imap.commands)
    await door.close()
    with contextlib.suppress(ConnectionError):
        await fake_imap.talks[0].writer.wait_closed()
    assert fake_imap.commands == before


@pytest.mark.parametrize("command", ["NOOP", "UID SEARCH", "UID FETCH", "UID MOVE", "CREATE", "IDLE"])
async def test_no_is_an_error_although_the_library_raises_none(fake_imap, command):
    fake_imap.mails[1] = mail(1)
    door = Imap("mail", ImapSettings("127.0.0.1", "me", "x", port=fake_imap.port, timeout=5, idle=5, done_folder="done"))
    if command == "CREATE":
        fake_imap.answers["UID MOVE"] = lambda talk, tag, _arguments: talk.say(f"{tag} NO [TRYCREATE] no such folder")
    fake_imap.answers[command] = refused
    with pytest.raises(ConnectionError, match="not today"):
        for letter in await taken(door):
            await door.accepted(letter)
        assert await taken(door, "7/1") == []
        await door.more()
    await door.close()


@pytest.mark.parametrize("command", ["UID COPY", "UID STORE", "UID EXPUNGE"])
async def test_no_on_the_way_of_a_server_without_move_is_an_error_too(fake_imap, command):
    fake_imap.capabilities = "IMAP4rev1 UIDPLUS"
    fake_imap.mails[1] = mail(1)
    fake_imap.answers[command] = refused
    door = Imap("mail", ImapSettings("127.0.0.1", "me", "x", port=fake_imap.port, timeout=5, done_folder="done"))
    [letter] = await taken(door)
    with pytest.raises(ConnectionError, match="not today"):
        await door.accepted(letter)
    await door.close()


@pytest.mark.parametrize(("user", "password"), [("me\r\nA9 DELETE INBOX", "x"), ("me", "x\r\nA9 DELETE INBOX"), ("me", "x\0y")])
async def test_line_ends_in_a_password_give_no_second_command(fake_imap, user, password):
    door = Imap("mail", ImapSettings("127.0.0.1", user, password, port=fake_imap.port, timeout=5))
    with pytest.raises(OSError) as caught:
        await taken(door)
    assert "DELETE" not in str(caught.value)
    assert fake_imap.commands in (["CAPABILITY"], [])
    await door.close()


def test_the_library_is_the_one_whose_insides_the_door_knows():
    """Another version may not drop what this one drops, and may not have what `Wire` overrides."""
    overridden = ("data_received", "connection_lost", "welcome", "_untagged_response")
    assert [name for name in overridden if not hasattr(aioimaplib.IMAP4ClientProtocol, name)] == []
