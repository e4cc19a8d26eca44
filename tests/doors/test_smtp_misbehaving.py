"""A relay that drops, stalls or contradicts itself: what was handed over, what was not, and what nobody knows."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace

import pytest

from adapters.smtp import OutcomeUnknown, Receipt, Smtp, SmtpSettings

BOUND = 20
LETTER = b"Subject: x\r\n\r\nhello\r\n"


@dataclass
class FakeRelay:
    """As much of a relay as the door uses; `answers` replaces what it says to a command, by its first word."""

    extensions: tuple[str, ...] = ("SIZE 1000000", "8BITMIME", "SMTPUTF8")
    answers: dict[str, Callable[["Line", str], Awaitable[None]] | str] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    letters: list[bytes] = field(default_factory=list)
    lines: list["Line"] = field(default_factory=list)
    port: int = 0


@dataclass
class Line:
    relay: FakeRelay
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def say(self, text: str) -> None:
        self.writer.write(text.encode() + b"\r\n")
        await self.writer.drain()

    def hang_up(self) -> None:
        self.writer.transport.abort()

    async def serve(self) -> None:
        await self.answer("greeting", "", "220 fake")
        while True:
            said = (await self.reader.readuntil(b"\r\n")).decode().strip()
            self.relay.commands.append(said)
            word = said.split(" ")[0].upper()
            if word == "EHLO":
                offers = "".join(f"250-{each}\r\n" for each in self.relay.extensions)
                await self.answer(word, said, f"250-fake\r\n{offers}250 HELP")
            elif word == "DATA":
                await self.answer(word, said, "354 go ahead")
                if word not in self.relay.answers:
                    self.relay.letters.append(await self.reader.readuntil(b"\r\n.\r\n"))
                    await self.answer("dot", "", "250 2.0.0 queued")
            else:
                await self.answer(word, said, "250 OK")

    async def answer(self, word: str, said: str, usual: str) -> None:
        wanted = self.relay.answers.get(word, usual)
        await (self.say(wanted) if isinstance(wanted, str) else wanted(self, said))


@pytest.fixture
async def relay() -> AsyncIterator[FakeRelay]:
    fake, tasks = FakeRelay(), set()

    async def accept(reader, writer):
        tasks.add(asyncio.current_task())
        line = Line(fake, reader, writer)
        fake.lines.append(line)
        try:
            await line.serve()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    fake.port = server.sockets[0].getsockname()[1]
    async with asyncio.timeout(BOUND):
        yield fake
    server.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks)
    await server.wait_closed()


@pytest.fixture
async def settings(relay):
    return SmtpSettings("127.0.0.1", relay.port, security="none", timeout=5, final=5)


@pytest.fixture
async def door(settings):
    door = Smtp(settings)
    yield door
    await door.close()


async def hang_up(line, said):
    line.hang_up()


async def nothing(line, said):
    await line.reader.read()


async def test_everything_accepted(door, relay):
    receipts = await door.send(LETTER, "a@bank.example", ["b@bank.example", "c@bank.example", "b@bank.example"])
    assert receipts == dict.fromkeys(["b@bank.example", "c@bank.example"], Receipt("accepted", "250 2.0.0 queued"))
    assert relay.letters == [LETTER + b".\r\n"]


@pytest.mark.parametrize("word", ["greeting", "EHLO", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("how", [hang_up, nothing])
async def test_before_the_last_dot_nothing_was_handed_over(relay, settings, word, how):
    relay.answers[word] = how
    door = Smtp(replace(settings, timeout=0.2))
    with pytest.raises(OSError) as caught:
        await door.send(LETTER, "a@bank.example", ["b@bank.example"])
    assert not isinstance(caught.value, OutcomeUnknown)
    await door.close()


@pytest.mark.parametrize("how", [hang_up, nothing, "xyz nonsense"])
async def test_after_the_last_dot_the_outcome_is_unknown(relay, settings, how):
    relay.answers["dot"] = how
    door = Smtp(replace(settings, final=0.2))
    with pytest.raises(OutcomeUnknown):
        await door.send(LETTER, "a@bank.example", ["b@bank.example"])
    assert len(relay.letters) == 1  # not sent again by the door itself: that is for the post room to decide
    await door.close()


@pytest.mark.parametrize(
    ("word", "said", "answer"),
    [
        ("MAIL", "550 5.7.1 not you", "refused"), ("MAIL", "451 4.3.0 later", "later"),
        ("RCPT", "550 5.1.1 unknown", "refused"), ("RCPT", "450 4.2.1 busy", "later"),
        ("DATA", "554 5.5.1 no", "refused"), ("DATA", "451 4.3.0 disk full", "later"),
        ("dot", "554 5.7.1 spam", "refused"), ("dot", "450 4.7.1 greylisted", "later"), ("dot", "421 4.3.2 closing", "later"),
    ],
)
async def test_rfc5321_4_2_1_a_5xx_is_for_good_a_4xx_is_not(door, relay, word, said, answer):
    relay.answers[word] = said
    assert await door.send(LETTER, "a@bank.example", ["b@bank.example"]) == {"b@bank.example": Receipt(answer, said)}
    relay.answers.clear()
    second = await door.send(LETTER, "a@bank.example", ["b@bank.example"])
    assert second["b@bank.example"].answer == "accepted"
    assert len(relay.lines) == 1  # the connection was reset and used again


async def test_partial_refusal_is_told_apart(door, relay):
    async def rcpt(line, said):
        await line.say("550 5.1.1 gone" if "gone" in said else "450 4.2.1 busy" if "busy" in said else "250 OK")

    relay.answers["RCPT"] = rcpt
    to = ["gone@bank.example", "here@bank.example", "busy@bank.example"]
    receipts = await door.send(LETTER, "a@bank.example", to)
    assert {address: receipt.answer for address, receipt in receipts.items()} == {
        "gone@bank.example": "refused", "here@bank.example": "accepted", "busy@bank.example": "later",
    }
    assert len(relay.letters) == 1


async def test_a_kept_connection_the_relay_has_closed_is_replaced(door, relay):
    await door.send(LETTER, "a@bank.example", ["b@bank.example"])
    relay.answers["MAIL"] = hang_up

    async def then_well(line, said):
        relay.answers.clear()
        line.hang_up()

    relay.answers["MAIL"] = then_well
    assert (await door.send(LETTER, "a@bank.example", ["b@bank.example"]))["b@bank.example"].answer == "accepted"
    assert len(relay.lines) == 2
    assert len(relay.letters) == 2


@pytest.mark.parametrize("word", ["MAIL", "RCPT", "DATA"])
async def test_421_on_a_kept_connection_means_a_new_one(door, relay, word):
    await door.send(LETTER, "a@bank.example", ["b@bank.example"])

    async def enough(line, said):
        relay.answers.clear()
        await line.say("421 4.7.0 too many letters on this connection")
        line.hang_up()

    relay.answers[word] = enough
    assert (await door.send(LETTER, "a@bank.example", ["b@bank.example"]))["b@bank.example"].answer == "accepted"
    assert len(relay.lines) == 2


async def test_connections_are_kept_and_no_more_than_allowed(relay, settings):
    door = Smtp(replace(settings, connections=3))
    async with asyncio.TaskGroup() as group:
        for number in range(30):
            group.create_task(door.send(LETTER, "a@bank.example", [f"b{number}@bank.example"]))
    assert len(relay.letters) == 30
    assert len(relay.lines) == 3
    await door.close()
    assert relay.commands.count("QUIT") == 3


async def test_a_cancelled_sending_does_not_leave_half_a_transaction_behind(door, relay):
    begun = asyncio.Event()

    async def stall(line, said):
        begun.set()
        await nothing(line, said)

    relay.answers["RCPT"] = stall
    sending = asyncio.ensure_future(door.send(LETTER, "a@bank.example", ["b@bank.example"]))
    await begun.wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    relay.answers.clear()
    assert (await door.send(LETTER, "a@bank.example", ["b@bank.example"]))["b@bank.example"].answer == "accepted"
    assert len(relay.lines) == 2


async def test_rfc6152_8bit_is_declared_or_refused(door, relay):
    eight = "主题\r\n".encode()
    await door.send(b"Subject: x\r\n\r\n" + eight, "a@bank.example", ["b@bank.example"])
    assert "BODY=8BITMIME" in next(said for said in relay.commands if said.startswith("MAIL"))
    await door.close()
    relay.extensions = ()
    [receipt] = (await door.send(b"\r\n" + eight, "a@bank.example", ["b@bank.example"])).values()
    assert receipt.answer == "refused"
    assert "base64" in receipt.said


async def test_rfc6531_a_chinese_address_goes_only_to_a_relay_that_takes_it(door, relay):
    to = ["城南@bank.example", "b@bank.example"]
    assert {r.answer for r in (await door.send(LETTER, "a@bank.example", to)).values()} == {"accepted"}
    assert "RCPT TO:<城南@bank.example>" in relay.commands
    await door.close()
    relay.extensions = ()
    receipts = await door.send(LETTER, "a@bank.example", to)
    assert [receipts[each].answer for each in to] == ["refused", "accepted"]
    [receipt] = (await door.send(LETTER, "热线@bank.example", ["b@bank.example"])).values()
    assert receipt.answer == "refused"


async def test_rfc1870_a_letter_above_the_relays_size_is_not_offered(door, relay):
    relay.extensions = ("SIZE 10",)
    [receipt] = (await door.send(LETTER, "a@bank.example", ["b@bank.example"])).values()
    assert (receipt.answer, relay.letters) == ("refused", [])
    assert "the relay takes 10" in receipt.said


@pytest.mark.parametrize("bad", ["b@bank.example>\r\nRCPT TO:<c@bank.example", "a b@bank.example", "b\0@bank.example"])
async def test_what_is_no_address_is_refused_and_smuggles_nothing(door, relay, bad):
    receipts = await door.send(LETTER, "a@bank.example", [bad, "b@bank.example"])
    assert receipts[bad].answer == "refused"
    assert receipts["b@bank.example"].answer == "accepted"
    assert sum(said.startswith("RCPT") for said in relay.commands) == 1
    [receipt] = (await door.send(LETTER, bad, ["b@bank.example"])).values()
    assert receipt.answer == "refused"


async def test_lines_beginning_with_a_dot_arrive_as_they_are(door, relay):
    await door.send(b"Subject: x\r\n\r\n.\r\n..two\nbare\r\n", "a@bank.example", ["b@bank.example"])
    assert relay.letters == [b"Subject: x\r\n\r\n..\r\n...two\r\nbare\r\n.\r\n"]


async def test_the_relays_words_are_one_clean_short_line(door, relay):
    relay.answers["dot"] = "250-first\x1b[31m\r\n250 " + "长" * 300
    [receipt] = (await door.send(LETTER, "a@bank.example", ["b@bank.example"])).values()
    assert receipt.said.startswith("250 first [31m 长长")
    assert len(receipt.said) == 200


async def test_starttls_that_is_not_offered_is_never_done_without(relay, settings):
    door = Smtp(replace(settings, security="starttls"))
    with pytest.raises(ConnectionError, match="STARTTLS"):
        await door.send(LETTER, "a@bank.example", ["b@bank.example"])
    assert not any(said.startswith("MAIL") for said in relay.commands)


async def test_nobody_there_is_out_of_reach(unused_tcp_port):
    door = Smtp(SmtpSettings("127.0.0.1", unused_tcp_port, security="none"))
    with pytest.raises(ConnectionError):
        await door.send(LETTER, "a@bank.example", ["b@bank.example"])


async def test_nobody_to_send_to_is_no_letter(door, relay):
    assert await door.send(LETTER, "a@bank.example", []) == {}
    assert relay.lines == []


@pytest.mark.parametrize(("offers", "asked"), [(True, True), (False, False)])
async def test_reports_are_asked_for_where_the_relay_has_them(settings, relay, offers, asked):
    async def ehlo(line, said):
        await line.say("250-relay.bank.example\r\n250 DSN" if offers else "250 relay.bank.example")

    heard = []

    async def listen(line, said):
        heard.append(said)
        await line.say("250 OK")

    relay.answers |= {"EHLO": ehlo, "MAIL": listen, "RCPT": listen}
    door = Smtp(settings)
    assert (await door.send(LETTER, "a@bank.example", ["b+c=d@bank.example"], "hb-7-abc"))["b+c=d@bank.example"].answer == "accepted"
    await door.send(LETTER, "a@bank.example", ["b@bank.example"])      # without an envelope id nothing is asked for
    await door.close()
    assert (["RET=HDRS ENVID=hb-7-abc" in heard[0], "NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;b+2Bc+3Dd@bank.example" in heard[1]]) == [asked, asked]
    assert "RET" not in heard[2]
    assert "NOTIFY" not in heard[3]
