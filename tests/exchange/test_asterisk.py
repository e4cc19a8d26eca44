"""From an Asterisk's events and files to calls and cases: one of each, whichever comes first, whatever was missed (P-9.1)."""

import asyncio
import base64
import json
import random
import shutil
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.ami.gathering import paper
from hotline_bridge.check import check
from hotline_bridge.console.api import standing
from hotline_bridge.store.telephone import Known
from routing.rules import Exchange
from tests.conftest import Bank
from tests.doors.fake_ami import SECRET, FakeAmi
from tests.exchange_talk import ZONE, Talked
from tests.fakes import WalkIn

PBX = "asterisk:pbx"


@pytest.fixture
def exchange(bank: Bank) -> Bank:
    """A bank with an Asterisk: its events, its file, its queue's log."""
    rules = replace(bank.house.rules, exchanges={
        PBX: Exchange(ZONE, "asterisk-ami"), "cdr:file": Exchange(ZONE, "auto", PBX), "cdr:queue": Exchange(ZONE, "asterisk-queue-log", PBX),
    })
    bank.house.shelf.rules = rules
    object.__setattr__(bank.house, "inlets", [WalkIn(PBX), WalkIn("cdr:file"), WalkIn("cdr:queue")])
    return bank


def events(bank: Bank, told: Iterable[bytes], kind: str = "ami") -> None:
    one = paper(kind, b"".join(told), bank.clock())
    bank.house.inlets[0].put(one.kind, one.body, one.key)


def lines(bank: Bank, rows: Iterable[bytes], door: int = 1) -> None:
    for row in rows:
        bank.house.inlets[door].put("cdr", row)


def gap(bank: Bank, since: str, until: str, *, restarted: bool = False) -> None:
    events(bank, [json.dumps({"since": f"2026-07-22T{since}+08:00", "until": f"2026-07-22T{until}+08:00", "why": "AMI: Asterisk hung up", "restarted": restarted}).encode()], "ami-gap")


def call(bank: Bank, talked: Talked) -> Known:
    (known,) = bank.house.store.read_now(lambda tx: tx.telephone.of_number(talked.caller))
    return known


def quarantine(bank: Bank) -> list:
    return list(bank.house.store.read_now(lambda tx: tx.papers.quarantined(100)))


async def test_one_call_of_both_sources_in_any_order(exchange):
    for number in range(6):
        talked = Talked(number)
        ways = [lambda t=talked: events(exchange, t.events[:4]), lambda t=talked: lines(exchange, t.rows), lambda t=talked: events(exchange, t.events[4:])]
        random.Random(number).shuffle(ways)
        for way in ways:
            way()
            await exchange.quiet()
        known = call(exchange, talked)
        assert (known.global_id, known.result, known.talk_s, known.seat, known.hotline) == (talked.linkedid, "answered", 30, talked.seat, "95580")
    assert quarantine(exchange) == []


async def test_P9_1_a_form_by_userevent_opens_the_case_of_its_call_with_the_recording(exchange):
    talked = Talked(1)
    events(exchange, [talked.of_seat("UserEvent", UserEvent="TransferSlip", FormB64=base64.b64encode(json.dumps(talked.form()).encode()).decode())], "ami-form")
    await exchange.quiet()
    assert exchange.case().source == PBX and exchange.case().call_id == talked.linkedid
    events(exchange, talked.events)
    lines(exchange, talked.rows)
    await exchange.quiet()
    case = exchange.case()
    assert case.recording.reference == talked.recording and call(exchange, talked).case == case.id


async def test_a_form_told_twice_is_one_and_another_for_the_same_call_is_a_persons(exchange):
    talked = Talked(1)
    for said in (talked.form(), talked.form(), talked.form(demand="另有要求")):
        events(exchange, [talked.of_seat("UserEvent", UserEvent="TransferSlip", Priority2=str(random.random()), Form=json.dumps(said))], "ami-form")
        await exchange.quiet()
    assert len(exchange.cases()) == 1
    (kept,) = quarantine(exchange)
    assert "内容不同" in kept.trouble


async def test_a_form_nobody_can_read_is_kept_with_its_mistakes(exchange):
    talked = Talked(1)
    events(exchange, [talked.of_seat("UserEvent", UserEvent="TransferSlip", Form=json.dumps({**talked.form(), "hotline": "x", "started_at": "?"}))], "ami-form")
    await exchange.quiet()
    (kept,) = quarantine(exchange)
    assert "/hotline" in kept.trouble and "/started_at" in kept.trouble and "手续费" not in kept.trouble
    assert exchange.cases() == []


async def test_a_damaged_event_is_a_persons(exchange):
    events(exchange, [b"Event: Cdr\r\nUserField: a\r\nb\r\n\r\n"], "ami-damaged")
    await exchange.quiet()
    (kept,) = quarantine(exchange)
    assert "damaged" in kept.trouble


async def test_a_cut_of_a_minute_is_healed_by_the_file_and_counted(exchange):
    talks = [Talked(number) for number in range(0, 120, 3)]
    gap(exchange, "09:00:40", "09:01:40")
    within = [one for one in talks if "09:00:40" <= one.at(35)[11:] <= "09:01:40"]
    for talked in talks:
        if talked not in within:
            events(exchange, talked.events)
    await exchange.quiet()
    lines(exchange, [row for talked in talks for row in talked.rows])
    await exchange.quiet()
    assert all(call(exchange, talked).talk_s == 30 for talked in talks)
    (noted,) = exchange.house.store.read_now(lambda tx: tx.gaps.latest())
    assert (noted.exchange, noted.healed, noted.restarted) == (PBX, len(within), False) and len(within) == 20


async def test_a_file_that_was_quicker_than_the_gap_is_counted_too_and_a_gap_told_twice_is_one(exchange):
    lines(exchange, Talked(60).rows)
    await exchange.quiet()
    for _ in range(2):
        gap(exchange, "09:01:00", "09:02:00", restarted=True)
        await exchange.quiet()
    (noted,) = exchange.house.store.read_now(lambda tx: tx.gaps.latest())
    assert (noted.healed, noted.restarted, noted.why) == (1, True, "AMI: Asterisk hung up")


async def test_the_queues_log_gives_the_seat_and_lines_about_the_queue_are_nothing(exchange):
    talked = Talked(2)
    epoch = int(talked.began.timestamp())
    lines(exchange, talked.rows)
    lines(exchange, [f"{epoch}|{talked.linkedid}|complaints|Agent/3001|CONNECT|5|{talked.seats_id}|4".encode(), f"{epoch}|NONE|NONE|NONE|QUEUESTART|".encode()], 2)
    await exchange.quiet()
    assert (call(exchange, talked).seat, call(exchange, talked).queue) == ("3001", "complaints")
    assert quarantine(exchange) == []


async def test_a_cdr_without_linkedid_whose_channel_a_former_paper_knows(exchange):
    talked = Talked(3, mapped=False)
    transferred = talked.events[6].replace(f"UniqueID: {talked.linkedid}".encode(), f"UniqueID: {talked.seats_id}".encode())
    events(exchange, [transferred])
    await exchange.quiet()
    events(exchange, [talked.events[2]])
    await exchange.quiet()
    assert call(exchange, talked).global_id == talked.linkedid


async def test_the_standing_of_the_house_names_the_gaps(exchange):
    gap(exchange, "09:01:00", "09:02:00")
    await exchange.quiet()
    (said,) = exchange.house.store.read_now(lambda tx: standing(tx, exchange.clock()))["gaps"]
    assert (said["exchange"], said["healed"], said["restarted"]) == (PBX, 0, False)


# check-config ------------------------------------------------------------------------------------------------------------
@pytest.fixture
async def ami() -> AsyncIterator[FakeAmi]:
    """A manager interface to knock at."""
    fake = FakeAmi(banner=b"Asterisk Call Manager/77.0\r\n")
    server = await asyncio.start_server(fake.accept, "127.0.0.1", 0)
    fake.port = server.sockets[0].getsockname()[1]
    yield fake
    server.close()
    fake.drop()
    await server.wait_closed()


async def looked(tmp_path: Path, port: int, secret: str, more: str = "") -> list[str]:
    """What check-config --connect says of the exchange."""
    shutil.rmtree(tmp_path / "state", ignore_errors=True)
    (tmp_path / "ami.secret").write_text(secret)
    (tmp_path / "bridge.toml").write_text(f'state = "{tmp_path}/state"\n[[asterisk]]\nname = "pbx"\nuser = "bridge"\nport = {port}\npassword_file = "{tmp_path}/ami.secret"\n{more}')
    report = await asyncio.to_thread(check, tmp_path / "bridge.toml", connect=True)
    return [line for line in report.lines if "asterisk" in line]


async def test_check_config_logs_in_and_says_what_is_odd(ami, tmp_path):
    ok, lets_in, odd = await looked(tmp_path, ami.port, SECRET)
    assert "AMI 77.0 lets us in" in lets_in and "newer than what has been tried" in odd and ok.startswith("  ok")


async def test_check_config_says_a_wrong_secret_without_it_and_a_ca_that_is_not_there(ami, tmp_path):
    *_, wrong = await looked(tmp_path, ami.port, "wrong-and-secret")
    assert wrong.startswith("  WRONG") and "refused" in wrong and "wrong-and-secret" not in wrong
    (wrong,) = await looked(tmp_path, ami.port, SECRET, f'tls = true\nca_file = "{tmp_path}/none.pem"\n')
    assert "none.pem" in wrong and "PEM" in wrong
