"""One mail that ends the connection whenever it is fetched: it is handed in as far as it goes, and holds up no other."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from adapters.imap.door import BREAKS, BREAKS_IN_HEADER
from hotline_bridge.daemon import run_until_quiet
from hotline_bridge.intake import take_in
from hotline_bridge.store import schema as t
from tests.doors.conftest import short_mail as mail
from tests.doors.conftest import taken


@pytest.fixture(params=["whole", "header"])
def poisoned(request, fake_imap):
    """Mail 2 ends the connection, when asked for as a whole or even for its header."""
    fake_imap.mails |= {uid: mail(uid) for uid in (1, 2, 3)}
    harmless = "BODY.PEEK[HEADER]" if request.param == "whole" else "RFC822.SIZE"

    async def fetch(talk, tag, arguments):
        if arguments.startswith("2 ") and harmless not in arguments:
            talk.hang_up()
        else:
            await fake_imap.usual(talk, tag, arguments)

    fake_imap.answers["UID FETCH"] = fetch
    return request.param


async def test_a_mail_that_breaks_the_line_comes_in_as_far_as_it_goes(poisoned, fake_door):
    tries = BREAKS if poisoned == "whole" else BREAKS_IN_HEADER
    for _ in range(tries):
        with pytest.raises(ConnectionError):
            await taken(fake_door, "7/1")
    second, third = await taken(fake_door, "7/1")
    header = b"Message-ID: <2@bank.example>\r\n\r\n" if poisoned == "whole" else b""
    assert (second.kind, second.body, second.cursor) == ("mail-unfetchable", header, "7/2")
    assert (third.kind, third.body) == ("mail", mail(3))


async def test_a_line_that_broke_now_and_then_spoils_no_mail(fake_imap, fake_door):
    fake_imap.mails[1] = mail(1)
    left = BREAKS - 1

    async def fetch(talk, tag, arguments):
        nonlocal left
        if "BODY" in arguments and left:
            left -= 1
            talk.hang_up()
        else:
            await fake_imap.usual(talk, tag, arguments)

    fake_imap.answers["UID FETCH"] = fetch
    for _ in range(BREAKS - 1):
        with pytest.raises(ConnectionError):
            await taken(fake_door)
    for _ in range(BREAKS):                     # and what was fetched once is not held against it later
        [letter] = await taken(fake_door)
        assert (letter.kind, letter.body) == ("mail", mail(1))


async def test_what_came_before_it_is_kept_at_once_and_what_comes_after_it_in_the_end(poisoned, bank, fake_imap, fake_door):
    house = replace(bank.house, inlets=[fake_door])

    def kept():
        return house.store.read_now(lambda tx: {row.key: (row.kind, row.state) for row in tx.papers.db.execute(select(t.paper))})

    with pytest.raises(ConnectionError):
        await take_in(house, fake_door)
    assert list(kept()) == ["7/1"]
    for _ in range(BREAKS_IN_HEADER):
        try:
            await take_in(house, fake_door)
        except ConnectionError:
            continue
    await run_until_quiet(house)
    assert kept()["7/2"] == ("mail-unfetchable", "quarantined")
    assert kept()["7/3"][0] == "mail"
    assert len(kept()) == 3
