"""The voice at the command line and at the API: listen, try a call, look who was called (P-6, P-21)."""

import asyncio
import json
import signal
import sys
import wave
from pathlib import Path

import pytest

from hotline_bridge.store.calls_out import CallOut
from hotline_bridge.store.reminders import TELEPHONE
from routing.calls import CallEnd
from tests.cli.test_cases import bridge
from tests.daemon.conftest import Open, open_house  # noqa: F401 (a fixture)
from tests.daemon.test_people import opened
from tests.daemon.test_reminders import waiting
from tests.doors.fake_ami import SECRET, FakeAmi

pytestmark = pytest.mark.slow       # starts the program itself, several times


def test_P21_a_text_is_said_into_a_file(tmp_path: Path) -> None:
    code, out, said = bridge(tmp_path, "voice", "say", "您有2件投诉，编号95580-000137，金额¥80,000.00", "--out", str(tmp_path / "a.wav"))
    assert (code, out) == (0, "您有两件投诉，编号九五五八零，零零零幺三七，金额八万元\n")
    assert "a.wav" in said
    with wave.open(str(tmp_path / "a.wav")) as sound:
        assert (sound.getnchannels(), sound.getframerate(), sound.getsampwidth()) == (1, 8000, 2)
        assert sound.getnframes() > 8000 * 4


@pytest.mark.parametrize(("text", "to", "code", "words"), [("。。。", "a.wav", 1, "nothing to say"), ("好", "nowhere/a.wav", 2, "--out"), ("好", ".", 2, "--out")])
def test_what_cannot_be_said_or_written_is_told(tmp_path: Path, text: str, to: str, code: int, words: str) -> None:
    found, _, said = bridge(tmp_path, "voice", "say", text, "--out", str(tmp_path / to))
    assert (found, words in said) == (code, True)


def test_P21_without_an_exchange_a_test_call_is_told_what_to_name(tmp_path: Path) -> None:
    code, _, said = bridge(tmp_path, "voice", "test", "13800000000")
    assert (code, "voice.exchange" in said) == (2, True)


async def tried(tmp_path: Path, *words: str, reason: int | None = None) -> tuple[int | None, str, str]:
    """`voice test` against an exchange whose telephone presses 1, or is not reached for a reason."""
    fake = FakeAmi()
    server = await asyncio.start_server(fake.accept, "127.0.0.1", 0)
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "bridge.toml").write_text(
        f'state = "{tmp_path}"\n[[asterisk]]\nname = "a"\nhost = "127.0.0.1"\nport = {server.sockets[0].getsockname()[1]}\nuser = "bridge"\n'
        f'password_file = "{tmp_path / "secret"}"\n[voice]\nexchange = "a"\ncaller_id = "95580"\nsounds_there = "hotline-bridge"\n',
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hotline_bridge", "voice", "test", *words, "--config", str(tmp_path / "bridge.toml"), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )
    ending = asyncio.ensure_future(process.communicate())
    asking = asyncio.ensure_future(fake.until("Originate"))
    await asyncio.wait({ending, asking}, return_when=asyncio.FIRST_COMPLETED)
    if asking.done():
        order = asking.result()
        token, data = order.get("channelid"), order.get("data")
        assert data.startswith(f"HOTLINE_KEY_{token},hotline-bridge/")
        if reason is None:
            await fake.say(
                f"Event: OriginateResponse\r\nResponse: Success\r\nReason: 4\r\nData: {data}\r\nUniqueid: {token}\r\n\r\n".encode(),
                f"Event: VarSet\r\nUniqueid: {token}\r\nVariable: HOTLINE_KEY_{token}\r\nValue: 1\r\n\r\n".encode(),
                f"Event: Hangup\r\nUniqueid: {token}\r\nCause: 16\r\nCause-txt: Normal Clearing\r\n\r\n".encode(),
            )
        else:
            await fake.say(f"Event: OriginateResponse\r\nResponse: Failure\r\nReason: {reason}\r\nData: {data}\r\nUniqueid: <null>\r\n\r\n".encode())
    out, said = await ending
    asking.cancel()
    server.close()
    return process.returncode, out.decode(), said.decode()


async def test_P21_a_test_call_says_what_came_of_it(tmp_path: Path) -> None:
    code, out, _ = await tried(tmp_path, "13800000000")
    assert (code, json.loads(out)["result"], json.loads(out)["pressed"]) == (0, "acknowledged", "1")
    code, out, _ = await tried(tmp_path, "13800000000", reason=5)
    assert (code, json.loads(out)["result"]) == (1, "busy")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_P21_who_ends_a_test_call_takes_its_file_away(tmp_path: Path, number: int) -> None:
    fake, outgoing = FakeAmi(), tmp_path / "outgoing"
    outgoing.mkdir()
    server = await asyncio.start_server(fake.accept, "127.0.0.1", 0)
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "bridge.toml").write_text(
        f'state = "{tmp_path}"\n[[asterisk]]\nname = "a"\nhost = "127.0.0.1"\nport = {server.sockets[0].getsockname()[1]}\nuser = "bridge"\n'
        f'password_file = "{tmp_path / "secret"}"\n[voice]\nexchange = "a"\nway = "call-file"\nspool = "{outgoing}"\n',
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hotline_bridge", "voice", "test", "13800000000", "--config", str(tmp_path / "bridge.toml"), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(120):
        while not list(outgoing.glob("*.call")):
            await asyncio.sleep(0.02)
        process.send_signal(number)
        out, said = await process.communicate()
    server.close()
    assert (process.returncode in {128 + number, 1, 130}, list(outgoing.iterdir()), out, b"Traceback" in said) == (True, [], b"", False)


async def test_P21_a_test_call_to_what_is_no_number_reaches_nobody(tmp_path: Path) -> None:
    code, _, said = await tried(tmp_path, "1&Local/2@x")
    assert (code, "must not go to the exchange" in said) == (1, True)


async def test_P21_calls_are_listed_with_what_came_of_them(open_house: Open) -> None:  # noqa: F811 (the fixture above)
    number = await opened(open_house, "v1", "SENT")
    reminder = await waiting(open_house, number)
    house = open_house.built.house
    case = await house.store.read(lambda tx: tx.cases.by_number(number))
    assert case is not None
    now = house.clock()
    for attempt, end in enumerate((CallEnd("busy", said="cause 17"), CallEnd("no-answer", said="cause 19")), 1):
        call = CallOut(0, reminder, case.id, attempt, f"hbc-{attempt}", "B1010101", "姜经理", "01055500026", "manager", now, None, "dialling", "", "")
        assert await house.store.run(lambda tx, call=call: tx.calls_out.place(call))
        assert not await house.store.run(lambda tx, call=call: tx.calls_out.place(call))        # another instance comes too late
        assert await house.store.run(lambda tx, attempt=attempt, end=end: tx.calls_out.settle(f"hbc-{attempt}", end, now)) is not None
        assert await house.store.run(lambda tx, attempt=attempt, end=end: tx.calls_out.settle(f"hbc-{attempt}", end, now)) is None
    status, answer, _ = await open_house.call("GET", "/api/v1/calls-out?limit=1", "desk")
    (row,) = answer["calls"]
    assert (status, row["case_number"], row["attempt"], row["result"], row["result_zh"], row["person"], row["said"]) == (200, number, 2, "no-answer", "无人接听", "姜经理", "cause 19")
    assert answer["next"]
    assert "张某某" not in str(answer)
    (waits,) = (await open_house.call("GET", "/api/v1/reminders", "desk"))[1]["reminders"]
    assert waits["tried"] == ["占线", "无人接听"]
    assert (await open_house.call("GET", "/api/v1/calls-out", "reviewer"))[0] == 403
    assert len(await house.store.read(lambda tx: tx.reminders.open((TELEPHONE,)))) == 1
