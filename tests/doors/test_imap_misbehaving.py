"""What no good server does but some do on a bad day: the door must lose no mail and never hang."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.imap import Imap, ImapSettings
from adapters.imap.line import mailbox_argument
from adapters.imap.wire import LINES_AT_ONCE, slices

BOUND = 20


@pytest.fixture
async def door(fake_imap):
    settings = ImapSettings(host="127.0.0.1", port=fake_imap.port, user="me", password="secret", timeout=5, idle=5, limit=5000)
    door = Imap("mail", settings)
    async with asyncio.timeout(BOUND):
        yield door
        await door.close()


async def taken(door, cursor=""):
    return [letter async for letter in door.waiting(cursor)]


def mail(number):
    return f"Message-ID: <{number}@bank.example>\r\n\r\nhello ({number}\r\n".encode()


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


async def test_three_thousand_lines_in_one_read_do_not_break_the_parser(door, fake_imap):
    await taken(door)
    waiting = asyncio.ensure_future(door.more())
    await fake_imap.until("IDLE")
    await fake_imap.talks[0].say(*["* 1 EXPUNGE"] * 3000, "* 1 EXISTS")
    await waiting
    fake_imap.mails[1] = mail(1)
    assert len(await taken(door)) == 1
    assert len(fake_imap.talks) == 1


@pytest.mark.parametrize(("answer", "body"), [('"hello \\"you\\" (a"', b'hello "you" (a'), ('""', b""), ("NIL", b""), ("{0}\r\n", b"")])
async def test_a_body_that_is_no_literal_is_read_all_the_same(door, fake_imap, answer, body):
    fake_imap.mails[1] = b"x"

    async def fetch(talk, tag, arguments):
        if "SIZE" in arguments:
            await fake_imap.usual(talk, tag, arguments)
            return
        closing = ")" * (1 + answer.count("("))  # the library waits until they are even
        await talk.say(f"* 1 FETCH (UID 1 BODY[] {answer}{closing}", f"{tag} OK done")

    fake_imap.answers["UID FETCH"] = fetch
    assert [letter.body for letter in await taken(door)] == [body]


async def test_an_expunged_mail_is_passed_over(door, fake_imap):
    fake_imap.mails |= {1: mail(1), 2: mail(2), 3: mail(3)}

    async def fetch(talk, tag, arguments):
        if "BODY" in arguments:
            fake_imap.mails.pop(2, None)
        await fake_imap.usual(talk, tag, arguments)

    fake_imap.answers["UID FETCH"] = fetch
    assert [letter.key for letter in await taken(door)] == ["7/1", "7/3"]


async def test_a_mail_the_server_cannot_give_does_not_keep_the_next_one_out(door, fake_imap):
    fake_imap.mails |= {1: mail(1), 2: mail(2)}

    async def fetch(talk, tag, arguments):
        if arguments.startswith("1 ") and "BODY.PEEK[]" in arguments:
            await talk.say(f"{tag} NO [SERVERBUG] damaged")
        else:
            await fake_imap.usual(talk, tag, arguments)

    fake_imap.answers["UID FETCH"] = fetch
    for _ in range(2):
        with pytest.raises(ConnectionError, match="damaged"):
            await taken(door)
    first, second = await taken(door)
    assert (first.kind, first.body, first.key) == ("mail-unfetchable", b"Message-ID: <1@bank.example>\r\n\r\n", "7/1")
    assert (second.kind, second.body) == ("mail", mail(2))


async def test_a_mail_above_the_limit_comes_in_as_its_header(door, fake_imap):
    fake_imap.mails[1] = mail(1) + b"x" * 5000
    [letter] = await taken(door)
    assert letter.kind == "mail-too-large"
    assert letter.body == b"Message-ID: <1@bank.example>\r\n\r\n"
    assert not any("BODY.PEEK[]" in command for command in fake_imap.commands)


async def test_no_mail_is_marked_as_read_and_one_is_fetched_at_a_time(door, fake_imap):
    fake_imap.mails |= {uid: mail(uid) for uid in range(1, 6)}
    await taken(door)
    fetches = [command for command in fake_imap.commands if command.startswith("UID FETCH") and "BODY" in command]
    assert fetches == [f"UID FETCH {uid} (UID BODY.PEEK[])" for uid in range(1, 6)]


async def test_a_batch_is_handed_in_and_the_rest_at_once_after_it(fake_imap):
    fake_imap.mails |= {uid: mail(uid) for uid in range(1, 26)}
    door = Imap("mail", ImapSettings("127.0.0.1", "me", "x", port=fake_imap.port, idle=600, batch=10))
    cursor, rounds = "", []
    while len(rounds) < 3:
        letters = await taken(door, cursor)
        rounds.append(len(letters))
        cursor = letters[-1].cursor
        if len(rounds) < 3:
            await door.more()
    assert rounds == [10, 10, 5]
    assert "IDLE" not in fake_imap.commands
    await door.close()


async def test_accepted_moves_only_that_mail_and_never_expunges_others(fake_imap):
    fake_imap.capabilities = "IMAP4rev1 IDLE UIDPLUS"  # no MOVE
    fake_imap.mails |= {1: mail(1), 2: mail(2)}
    door = Imap("mail", ImapSettings("127.0.0.1", "me", "x", port=fake_imap.port, done_folder="已处理"))
    first, _ = await taken(door)
    await door.accepted(first)
    assert fake_imap.commands[-3:] == [
        'UID COPY 1 "&XfJZBHQG-"', r"UID STORE 1 +FLAGS.SILENT (\Deleted)", "UID EXPUNGE 1",
    ]
    await door.close()


async def test_accepted_without_uidplus_expunges_nothing(fake_imap):
    fake_imap.capabilities = "IMAP4rev1"
    fake_imap.mails[1] = mail(1)
    door = Imap("mail", ImapSettings("127.0.0.1", "me", "x", port=fake_imap.port, done_folder="done"))
    [first] = await taken(door)
    await door.accepted(first)
    assert not any("EXPUNGE" in command for command in fake_imap.commands)
    await door.close()


async def test_accepted_of_a_number_from_before_does_not_touch_another_mail(fake_imap):
    fake_imap.mails[1] = mail(1)
    door = Imap("mail", ImapSettings("127.0.0.1", "me", "x", port=fake_imap.port, done_folder="done"))
    [first] = await taken(door)
    await door.close()
    fake_imap.uidvalidity = 8
    await door.accepted(first)
    assert not any("MOVE" in command for command in fake_imap.commands)
    await door.close()


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


@pytest.mark.parametrize("cursor", ["x", "1", "1/2/3", "１/２", "1/2\r\nA LOGOUT"])
async def test_a_cursor_that_is_none_of_ours_is_refused(door, cursor):
    with pytest.raises(ValueError, match="uidvalidity/uid"):
        await taken(door, cursor)


@given(st.lists(st.sampled_from([b"\r\n", b"a", b"\n", b"* 1 EXISTS\r\n"]), max_size=900).map(b"".join))
def test_slices_lose_nothing_and_are_short(read):
    pieces = list(slices(read))
    assert b"".join(pieces) == read
    assert all(piece.count(b"\n") <= LINES_AT_ONCE for piece in pieces)
    assert all(pieces)


@pytest.mark.parametrize(
    ("name", "written"),
    [("INBOX", '"INBOX"'), ("已处理/转办", '"&XfJZBHQG-/&j2xSng-"'), ('a"b\\c & d', '"a\\"b\\\\c &- d"')],
)
def test_rfc3501_5_1_3_mailbox_names(name, written):
    assert mailbox_argument(name) == written
