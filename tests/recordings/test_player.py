"""The player's page in a real Chromium: it plays, is used by keyboard, and reports by itself what played (P-9.1)."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from hotline_bridge.console.api import Api
from hotline_bridge.console.door import Visitor
from hotline_bridge.wiring import _sha256
from tests.recordings.conftest import SPAN, Studio, of
from tests.recordings.sounds import make
from tests.servers.browser import Page, browser

pytestmark = [pytest.mark.real, pytest.mark.slow]


class Going:
    """A clock that goes on with the real seconds."""

    def __init__(self, begins: datetime) -> None:
        self.begins, self.at = begins, monotonic()

    def __call__(self) -> datetime:
        return self.begins + timedelta(seconds=monotonic() - self.at)


@pytest.fixture
async def server(studio: Studio):
    studio.bank.house = replace(studio.bank.house, clock=Going(studio.bank.clock()))
    app = web.Application()
    app.add_routes(Api(studio.bank.house, [Visitor("reviewer", ("reviewer",), _sha256("reviewer-token"))]).routes())
    async with TestServer(app) as one:
        yield one


async def player(studio: Studio, server: TestServer, name: str) -> tuple[str, str]:
    """The number of a held case, and the address of its player."""
    import aiohttp

    number = await studio.held("p1", name)
    await studio.look()
    async with aiohttp.ClientSession() as session, session.post(server.make_url(f"/api/v1/cases/{number}/recording/tickets"), headers=of("reviewer")) as answer:
        assert answer.status == 200
        return number, str(server.make_url("")) .rstrip("/") + (await answer.json())["player"]


def log_of(studio: Studio, number: str):
    case = studio.bank.case(number)
    return studio.bank.house.store.read_now(lambda tx: tx.listenings.of_case(int(case.id)))


async def ready(page: Page, url: str) -> None:
    await page.open(url)
    await page.until("document.getElementById('word') && document.getElementById('word').textContent.includes('可以播放')")


async def test_P9_1_what_played_is_reported_by_the_page_itself(studio: Studio, server: TestServer, tmp_path: Path) -> None:
    studio.write()
    number, url = await player(studio, server, "a.wav")
    async with browser(tmp_path) as page:
        await ready(page, url)
        assert await page.value("location.search") == ""                    # the ticket stands in no bookmark
        assert await page.value("document.getElementById('number').textContent") == number
        assert await page.value("document.getElementById('length').textContent") == "0:04"
        await page.press(" ", "Space", " ")                                 # by keyboard alone
        await page.until("document.getElementById('sound').ended")
        heard = float(await page.until("document.getElementById('heard').dataset.seconds"))
        while heard < SPAN - 0.5:
            heard = float(await page.until("document.getElementById('heard').dataset.seconds"))
        assert await page.value("document.querySelectorAll('#bar i').length") == 1
        assert [one for one in page.said if "Refused" in one or "exception" in one] == []
        assert all(one.startswith((str(server.make_url("")), "about:", "data:")) for one in page.asked), page.asked
        await page.open("about:blank")                                      # the page is left: its last word comes by itself
        while not [one for one in log_of(studio, number) if one.sent and one.ended]:
            await studio.bank.quiet()
            await page.value("new Promise(done => setTimeout(done, 50))")
    (row,) = [one for one in log_of(studio, number) if one.sent]
    assert row.who == "reviewer"
    assert row.seconds == pytest.approx(SPAN, abs=0.6)
    assert studio.says("听取录音", number) == [f"录音 {row.recording}（SHA-256 {row.sha256}）：实际播放 4 秒，全长 4 秒"]


async def test_P9_1_a_recording_of_the_exchange_is_converted_skipped_in_and_only_what_played_counts(studio: Studio, server: TestServer, tmp_path: Path) -> None:
    studio.write("q.gsm", make(tmp_path, "bare.gsm").read_bytes())
    number, url = await player(studio, server, "q.gsm")
    async with browser(tmp_path) as page:
        await ready(page, url)
        await page.value("document.getElementById('sound').currentTime = 2; new Promise(done => document.getElementById('sound').addEventListener('seeked', done, {once: true}))")
        await page.value("document.querySelector('[data-speed=\"2\"]').focus()")
        await page.press("Enter", text="\r")
        assert await page.value("document.getElementById('sound').playbackRate") == 2
        assert await page.value("document.querySelector('[data-speed=\"2\"]').getAttribute('aria-pressed')") == "true"
        await page.value("document.getElementById('play').click()")
        await page.until("document.getElementById('sound').ended")
        await page.until("Number(document.getElementById('heard').dataset.seconds) > 0.5")
        await page.press("ArrowLeft")
        assert await page.value("document.getElementById('sound').currentTime") < 0.5
    (row,) = [one for one in log_of(studio, number) if one.sent]
    assert 0.5 < row.seconds < 1.3                                          # the last second of three, at twice the speed


async def test_a_ticket_that_is_over_is_said_in_words(studio: Studio, server: TestServer, tmp_path: Path) -> None:
    number, url = await player(studio, server, "never.wav")                 # nothing there to hear
    async with browser(tmp_path) as page:
        await page.open(url)
        words = await page.until("document.getElementById('word') && document.getElementById('word').className === 'bad' && document.getElementById('word').textContent")
    assert "recordings look" in words
    assert log_of(studio, number) == []


async def test_a_stranger_s_script_in_the_page_does_not_run(studio: Studio, server: TestServer, tmp_path: Path) -> None:
    studio.write()
    _, url = await player(studio, server, "a.wav")
    async with browser(tmp_path) as page:
        await ready(page, url)
        await page.value("{ const s = document.createElement('script'); s.textContent = 'window.stranger = 1'; document.body.append(s); }")
        await page.value("{ const i = document.createElement('img'); i.src = 'https://evil.example/x.png'; document.body.append(i); }")
        assert await page.value("window.stranger") is None
        assert await page.value("fetch('https://evil.example/').then(() => 'left', () => 'kept in')") == "kept in"
        await page.until("true")
        assert not any(one.startswith("https://evil.example/x.png") and "blocked" not in one for one in page.said)
