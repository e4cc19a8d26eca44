"""What a server's answers look like in every lawful and some unlawful shapes, and what the door asks for in return."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.imap import Imap, ImapSettings
from adapters.imap.line import mailbox_argument
from adapters.imap.wire import LINES_AT_ONCE, slices
from tests.doors.conftest import short_mail as mail
from tests.doors.conftest import taken


@pytest.fixture
def door(fake_door):
    return fake_door


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


async def test_sizes_said_in_another_way_lose_no_mail(door, fake_imap):
    fake_imap.mails |= {uid: mail(uid) for uid in (1, 2, 3)}
    fake_imap.mails[2] += b"x" * 5000

    async def fetch(talk, tag, arguments):
        if "SIZE" in arguments:
            sizes = {uid: len(each) for uid, each in fake_imap.mails.items()}
            await talk.say(
                f"* 2 FETCH (RFC822.SIZE {sizes[2]} FLAGS (\\Seen) UID 2)", f"* 1 FETCH (UID 1 FLAGS (\\Seen) RFC822.SIZE {sizes[1]})",
                "* 3 FETCH (FLAGS (\\Seen))", f"{tag} OK done",
            )
        else:
            await fake_imap.usual(talk, tag, arguments)

    fake_imap.answers["UID FETCH"] = fetch
    assert [letter.kind for letter in await taken(door)] == ["mail", "mail-too-large", "mail"]


async def test_a_mail_given_in_a_way_we_do_not_understand_is_not_passed_over(door, fake_imap):
    fake_imap.mails[1] = mail(1)

    async def fetch(talk, tag, arguments):
        if "BODY" in arguments:
            await talk.say("* 1 FETCH (UID 1 SOMETHING else)", f"{tag} OK done")
        else:
            await fake_imap.usual(talk, tag, arguments)

    fake_imap.answers["UID FETCH"] = fetch
    with pytest.raises(ConnectionError, match="not understand"):
        await taken(door)


async def test_rfc5530_a_mail_somebody_deleted_is_passed_over(door, fake_imap):
    fake_imap.mails |= {1: mail(1), 2: mail(2)}

    async def fetch(talk, tag, arguments):
        if arguments.startswith("1 ") and "BODY" in arguments:
            await talk.say(f"{tag} NO [EXPUNGEISSUED] gone")
        else:
            await fake_imap.usual(talk, tag, arguments)

    fake_imap.answers["UID FETCH"] = fetch
    assert [letter.key for letter in await taken(door)] == ["7/2"]


async def test_a_reader_that_stops_half_way_is_not_sent_to_wait(door, fake_imap):
    fake_imap.mails |= {1: mail(1), 2: mail(2)}
    async for _ in door.waiting(""):
        break
    await door.more()
    assert "IDLE" not in fake_imap.commands
    assert len(await taken(door)) == 2


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
