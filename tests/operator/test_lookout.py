"""A door that fell silent is noticed, and a person hears of it by another way than mail, once; and once when it is back (pain 2)."""

import asyncio
import json
import sys
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.alarm import Program, Webhook
from hotline_bridge.console.api import standing
from hotline_bridge.console.metrics import exposition
from hotline_bridge.lookout import Watch, look
from tests.conftest import Bank
from tests.make import a_form


@dataclass
class Ear:
    """Somebody who hears alarms, unless they are out."""

    heard: list[str] = field(default_factory=list)
    out: bool = False

    async def sound(self, words: str) -> None:
        if self.out:
            raise OSError("nobody there")
        self.heard.append(words)


def watch(bank: Bank, ear: Ear) -> Watch:
    return Watch(("walk-in",), bank.clock(), timedelta(minutes=15), ear)


async def test_a_silent_door_is_told_once_and_once_when_it_is_back(bank: Bank) -> None:
    ear = Ear()
    eyes = watch(bank, ear)
    await bank.quiet()                              # the door answers
    for _ in range(5):
        bank.clock.on(minutes=10)
        await look(bank.house, eyes)
    (told,) = ear.heard
    assert "walk-in" in told
    assert "2026-07-22 09:30" in told
    await bank.quiet()
    for _ in range(3):
        await look(bank.house, eyes)
    assert len(ear.heard) == 2
    assert "恢复" in ear.heard[1]
    bank.clock.on(minutes=20)
    await look(bank.house, eyes)
    assert len(ear.heard) == 3                      # a new silence is a new outage


async def test_a_door_that_answers_is_not_told_of(bank: Bank) -> None:
    ear = Ear()
    eyes = watch(bank, ear)
    for _ in range(5):
        bank.clock.on(minutes=10)
        await bank.quiet()
        await look(bank.house, eyes)
    assert ear.heard == []


async def test_an_alarm_nobody_takes_is_tried_again_and_one_outlived_by_its_door_is_forgotten(bank: Bank) -> None:
    ear = Ear(out=True)
    eyes = watch(bank, ear)
    bank.clock.on(minutes=16)
    await look(bank.house, eyes)
    shown = bank.house.store.read_now(lambda tx: standing(tx, bank.clock()))["outages"]
    assert [(one["source"], one["told"], one["trouble"]) for one in shown] == [("walk-in", False, "nobody there")]
    ear.out = False
    await look(bank.house, eyes)
    assert ear.heard == []                          # not before its time
    bank.clock.on(minutes=2)
    await look(bank.house, eyes)
    assert len(ear.heard) == 1

    other = Ear(out=True)
    await bank.quiet()
    await look(bank.house, eyes)
    bank.clock.on(minutes=20)
    await look(bank.house, Watch(("walk-in",), eyes.since, eyes.after, other))
    await bank.quiet()
    bank.clock.on(hours=1)
    await bank.quiet()
    other.out = False
    await look(bank.house, Watch(("walk-in",), eyes.since, eyes.after, other))
    assert other.heard == []


async def test_letters_that_do_not_leave_are_told_too(bank: Bank) -> None:
    ear = Ear()
    eyes = Watch((), bank.clock(), timedelta(minutes=15), ear)
    bank.relay.down = True
    await bank.post(a_form())
    for _ in range(12):
        await bank.quiet()
        bank.clock.on(minutes=3)
        await look(bank.house, eyes)
    assert len(ear.heard) == 1
    assert "寄信服务器" in ear.heard[0]
    bank.relay.down = False
    bank.clock.on(hours=1)
    await bank.quiet()
    await look(bank.house, eyes)
    assert "恢复" in ear.heard[1]


async def test_without_a_channel_the_outage_is_shown_all_the_same(bank: Bank) -> None:
    eyes = Watch(("walk-in",), bank.clock(), timedelta(minutes=15), None)
    bank.clock.on(minutes=16)
    assert await look(bank.house, eyes)
    found = bank.house.store.read_now(lambda tx: standing(tx, bank.clock()))
    assert b"hotline_bridge_outages 1.0" in exposition(found)


async def test_metrics_say_figures_and_nothing_of_a_customer(bank: Bank) -> None:
    posted = await bank.post(a_form())
    await bank.quiet()
    text = exposition(bank.house.store.read_now(lambda tx: standing(tx, bank.clock()))).decode()
    assert 'hotline_bridge_cases{state="SENT"} 1.0' in text
    assert 'hotline_bridge_source_age_seconds{source="walk-in"} 0.0' in text
    assert posted.number not in text
    assert "13800000001" not in text


# the channels ------------------------------------------------------------------------------------------------------------
async def test_a_web_hook_gets_what_robots_and_gateways_read() -> None:
    got = []

    async def take(request: web.Request) -> web.Response:
        got.append((await request.json(), request.headers.get("Authorization")))
        return web.json_response({"errcode": 0})

    app = web.Application()
    app.router.add_post("/alarm", take)
    async with TestServer(app) as server:
        await Webhook(str(server.make_url("/alarm")), "secret").sound("邮箱无响应")
    assert got == [({"msgtype": "text", "text": {"content": "邮箱无响应"}, "content": "邮箱无响应"}, "Bearer secret")]


async def test_a_web_hook_that_refuses_or_is_not_there_is_an_error_of_the_outside() -> None:
    async def refuse(_request: web.Request) -> web.Response:
        return web.Response(status=503, text="busy")

    app = web.Application()
    app.router.add_post("/alarm", refuse)
    async with TestServer(app) as server:
        url = str(server.make_url("/alarm"))
        with pytest.raises(OSError, match="503: busy"):
            await Webhook(url).sound("x")
    with pytest.raises(OSError, match="cannot be reached"):
        await Webhook(url, timeout=2).sound("x")


async def test_a_program_hears_the_words_on_its_standard_input(tmp_path) -> None:
    file = tmp_path / "heard.txt"
    script = f"import sys; open({json.dumps(str(file))}, 'w', encoding='utf-8').write(sys.stdin.buffer.read().decode())"
    await Program((sys.executable, "-c", script)).sound("邮箱无响应")
    assert file.read_text(encoding="utf-8") == "邮箱无响应"


@pytest.mark.parametrize(("command", "says"), [
    ((sys.executable, "-c", "import sys; sys.stderr.write('no credit'); sys.exit(3)"), "ended with 3: no credit"),
    (("/nowhere/send-sms",), "No such file"), ((sys.executable, "-c", "import time; time.sleep(60)"), "still running"),
])
async def test_a_program_that_fails_is_an_error_of_the_outside(command: tuple[str, ...], says: str) -> None:
    with pytest.raises(OSError, match=says):
        await Program(command, timeout=0.5 if "sleep" in command[-1] else 30).sound("x")
    assert not [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
