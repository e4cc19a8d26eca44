"""The line to AMI: what is no AMI, who is not let in, and what breaks is said; nothing hangs, nothing crashes."""

import asyncio
import ssl
from dataclasses import replace

import pytest

from adapters.ami import Ami, AmiSettings, Packet, Refused
from tests.doors.fake_ami import SECRET, FakeAmi
from tests.exchange_talk import Talked, event
from tests.servers.certificate import make_certificate, trusting

pytestmark = pytest.mark.timeout(60)
BOUND = 20


def line_to(fake: FakeAmi, **more: object) -> Ami:
    return Ami(AmiSettings("127.0.0.1", "bridge", SECRET, fake.port, **({"timeout": BOUND} | more)))


def impatient(line: Ami) -> Ami:
    """The line, which from now on waits for no answer for long."""
    line._at = replace(line._at, timeout=0.05)
    return line


async def test_it_logs_in_by_challenge_and_the_secret_does_not_cross_the_network(ami):
    line = await line_to(ami, events="call,cdr", filters=("Event: Cdr",)).connect()
    (login,) = [one for one in ami.heard if one.get("action") == "Login"]
    assert (login.get("authtype"), login.get("events"), line.version) == ("MD5", "call,cdr", "11.0.0")
    assert not any(SECRET.encode() in one.raw for one in ami.heard)
    assert [one.get("filter") for one in ami.heard if one.get("action") == "Filter"] == ["Event: Cdr"]
    await line.close()
    await ami.until("Logoff")


async def test_without_a_challenge_it_logs_in_with_the_secret(ami):
    ami.answers["Challenge"] = lambda _: "Response: Error\r\nMessage: Must specify AuthType"
    line = await line_to(ami).connect()
    assert line.alive
    await line.close()


async def test_a_wrong_secret_is_said_without_it(ami):
    line = Ami(AmiSettings("127.0.0.1", "bridge", "wrong-and-secret", ami.port, timeout=BOUND))
    with pytest.raises(PermissionError, match=r"Authentication failed.*manager\.conf") as caught:
        await line.connect()
    assert "wrong-and-secret" not in str(caught.value) and not line.alive


@pytest.mark.parametrize("banner", [b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 400 Bad Request\r\n", b"\0" * 5000, b"220 mail\n", b"\r\n"])
async def test_what_is_no_ami_is_said_with_what_it_is(ami, banner):
    ami.banner = banner
    with pytest.raises(ConnectionError, match="no Asterisk manager interface"):
        await line_to(ami).connect()


@pytest.mark.parametrize(("banner", "version", "strange"), [
    (b"Asterisk Call Manager/1.1\r\n", "1.1", False), (b"Asterisk Call Manager/2.10.6\r\n", "2.10.6", False), (b"Asterisk Call Manager/99.1\r\n", "99.1", True),
])
async def test_another_version_is_taken_and_one_nobody_has_tried_is_noted(ami, banner, version, strange):
    ami.banner = banner
    line = await line_to(ami).connect()
    assert line.version == version and bool(line.strange) is strange
    await line.close()


async def test_nobody_listens_there():
    with pytest.raises(OSError):
        await Ami(AmiSettings("127.0.0.1", "bridge", SECRET, 1, timeout=BOUND)).connect()


async def test_silence_instead_of_a_banner_ends_with_the_cure(ami):
    ami.banner = b""
    with pytest.raises(TimeoutError, match="enabled = yes"):
        await line_to(ami, timeout=0.05).connect()


async def test_answers_find_their_questions_among_events_and_each_other(ami):
    held: list[Packet] = []
    ami.answers["Originate"] = held.append
    line = await line_to(ami).connect()
    events: list[str] = []
    line.subscribe(lambda packet: events.append(packet.event or packet.damage))
    first, second = (asyncio.ensure_future(line.act({"Action": "Originate", "Exten": number})) for number in "12")
    await ami.until("Originate", 2)
    for packet in reversed(held):
        await ami.say(event("Hangup", Uniqueid="1.1"), f"Response: Success\r\nActionID: {packet.get('actionid')}\r\nMessage: {packet.get('exten')}\r\n\r\n".encode())
    assert [(await first).get("message"), (await second).get("message")] == ["1", "2"]
    assert events == ["Hangup", "Hangup"]
    await line.close()


async def test_an_originateresponse_is_an_event_though_it_has_a_response(ami):
    line = await line_to(ami).connect()
    told: asyncio.Future[Packet] = asyncio.get_running_loop().create_future()
    unsubscribe = line.subscribe(told.set_result)
    await ami.say(event("OriginateResponse", ActionID="hb-9", Response="Failure", Reason="5"))
    assert (await told).get("reason") == "5"
    unsubscribe()
    await ami.say(Talked(1).events[0])
    assert (await line.act({"Action": "Ping"})).get("ping") == "Pong"       # nobody was told of the event: set_result would have failed
    await line.close()


async def test_a_refused_action_leaves_the_line_in_order(ami):
    ami.answers["Originate"] = lambda _: "Response: Error\r\nMessage: Permission denied"
    line = await line_to(ami).connect()
    with pytest.raises(Refused, match="Permission denied"):
        await line.act({"Action": "Originate"})
    assert line.alive
    with pytest.raises(ValueError, match="one line"):
        await line.act({"Action": "Originate", "Channel": "x\r\nAction: Command"})
    assert (await line.act({"Action": "Ping"})).response == "Success"
    await line.close()


async def test_a_line_that_breaks_fails_who_waits_for_it(ami):
    ami.answers["Originate"] = lambda _: None
    line = await line_to(ami).connect()
    asked = asyncio.ensure_future(line.act({"Action": "Originate"}))
    await ami.until("Originate")
    ami.drop()
    with pytest.raises(ConnectionError):
        await asked
    with pytest.raises(ConnectionError):
        await line.broken()
    with pytest.raises(ConnectionError):
        await line.act({"Action": "Ping"})
    await line.close()


async def test_an_action_without_answer_ends_the_line(ami):
    ami.answers["Originate"] = lambda _: None
    line = impatient(await line_to(ami).connect())
    with pytest.raises(TimeoutError, match="Originate"):
        await line.act({"Action": "Originate"})
    assert not line.alive


async def test_a_silent_line_is_asked_and_one_that_stays_silent_is_lost(ami):
    line = await line_to(ami, ping=0.01).connect()
    await ami.until("Ping", 3)
    assert line.alive
    ami.answers["Ping"] = lambda _: None
    await line.close()
    line = impatient(await line_to(ami, ping=0.01).connect())
    with pytest.raises(ConnectionError, match="no answer to Ping"):
        await line.broken()


async def test_half_lines_and_garbage_lose_no_event_behind_them(ami):
    line = await line_to(ami).connect()
    told: list[Packet] = []
    line.subscribe(told.append)
    whole = Talked(1).events[0]
    await ami.say(whole[:25])
    await ami.say(whole[25:] + b"\xff\xfegarbage\r\n\r\n" + b"Event: Newexten\r\nAppData: a\r\nb\r\n\r\n", Talked(2).events[0])
    await line.act({"Action": "Ping"})
    assert [(packet.event, bool(packet.damage)) for packet in told] == [("Newchannel", False), ("", True), ("Newexten", True), ("Newchannel", False)]
    await line.close()


async def test_over_tls_the_certificate_is_looked_at(tmp_path):
    certificate, key = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    fake = FakeAmi()
    server = await asyncio.start_server(fake.accept, "127.0.0.1", 0, ssl=context)
    fake.port = server.sockets[0].getsockname()[1]
    line = await line_to(fake, tls=trusting(certificate)).connect()
    assert line.alive
    await line.close()
    with pytest.raises(OSError, match="certificate"):
        await line_to(fake, tls=ssl.create_default_context()).connect()
    server.close()
    fake.drop()
    await server.wait_closed()
