"""Recordings of vendors: there a minute after hang-up, copied once for the case that needs them, never again (P-6, P-9.1)."""

from dataclasses import replace

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.formats.fetch_address import address_of
from adapters.recordings import Http
from hotline_bridge.sighting import as_it_lies
from tests.calling.world import hear, row, with_calls
from tests.recordings.conftest import SPAN, Studio
from tests.recordings.sounds import pcm, unframed


@pytest.fixture
async def vendor(studio: Studio):
    """A server that answers what the test lays before it, the last for ever."""
    app = web.Application()
    answers: list[tuple[int, bytes]] = []

    async def give(_request: web.Request) -> web.Response:
        server.asked += 1
        status, body = answers.pop(0) if len(answers) > 1 else answers[0]
        return web.Response(status=status, body=body)

    app.router.add_get("/rec/{name}", give)
    async with TestServer(app) as server:
        server.asked, server.answers = 0, answers
        server.base = str(server.make_url("/rec/"))
        entries = (address_of(server.base),)
        drafts = studio.bank.house.store.blobs.folder
        studio.archive = replace(studio.archive, entries=entries, http=Http(drafts, entries, largest=1 << 20, timeout=5.0))
        yield server


async def test_P9_1_it_is_asked_for_until_it_is_there_and_then_never_again(studio: Studio, vendor: TestServer) -> None:
    vendor.answers += [(404, b""), (200, b"<html>\xe6\x9a\x82\xe6\x97\xa0\xe5\xbd\x95\xe9\x9f\xb3" + b" " * 99), (503, b""), (200, pcm(SPAN))]
    reference = f"{vendor.base}a.wav"
    number = await studio.held(recording=reference)
    await studio.look()
    assert "not there yet" in studio.kept(reference).trouble
    await studio.look_for(seconds=11)
    assert "网页" in studio.kept(reference).trouble
    await studio.look_for(seconds=100)
    kept = studio.kept(reference)
    assert (kept.state, kept.seconds, kept.blob) == ("there", SPAN, kept.sha256)
    await studio.look_for(hours=48)
    heard = await as_it_lies(studio.bank.house.store, studio.archive, number, studio.bank.clock())
    assert (heard.sha256, vendor.asked) == (kept.sha256, 4)
    assert len(studio.says("录音已到", number)) == 1
    with studio.bank.house.store.blobs.open(kept.sha256) as copy:
        assert copy.read() == pcm(SPAN)


@pytest.mark.parametrize(("answers", "state"), [((pcm(SPAN)[:9000], pcm(SPAN)), "there"), ((pcm(SPAN)[:9000],), "wrong")])
async def test_P9_1_half_a_recording_is_never_taken_for_the_whole(studio: Studio, answers: tuple[bytes, ...], state: str) -> None:
    async with unframed(list(answers)) as base:
        entries, drafts = (address_of(base),), studio.bank.house.store.blobs.folder
        studio.archive = replace(studio.archive, entries=entries, http=Http(drafts, entries, timeout=5.0))
        await studio.held(recording=f"{base}a.wav")
        await studio.look()
        kept = studio.kept(f"{base}a.wav")
        assert (kept.state, kept.sha256, kept.blob) == ("waiting", "", None)
        assert "ended before" in kept.trouble
        await studio.look_for(hours=27)
    assert studio.kept(f"{base}a.wav").state == state
    assert (studio.kept(f"{base}a.wav").seconds == SPAN) == (state == "there")
    assert list(drafts.glob(".*")) == []


@pytest.mark.parametrize(("answer", "state"), [((404, b""), "missing"), ((200, b"<html>sorry</html>" + b" " * 99), "wrong"), ((200, b""), "empty"), ((200, bytes(2 << 20)), "refused")])
async def test_P9_1_what_never_becomes_a_recording_is_said(studio: Studio, vendor: TestServer, answer: tuple[int, bytes], state: str) -> None:
    vendor.answers.append(answer)
    reference = f"{vendor.base}a.wav"
    await studio.held(recording=reference)
    await studio.look_for(hours=27)
    assert studio.kept(reference).state == state
    assert studio.kept(reference).blob is None
    asked = vendor.asked
    assert asked < 45                       # patience, not a siege
    await studio.look_for(hours=27)
    assert vendor.asked == asked
    assert list(studio.bank.house.store.blobs.folder.glob(".*")) == []


async def test_P6_a_call_on_a_complaint_line_has_it_copied_and_any_other_has_not(studio: Studio, vendor: TestServer) -> None:
    vendor.answers.append((200, pcm(SPAN)))
    shelf = studio.bank.house.shelf
    shelf.rules = with_calls(shelf.rules)
    await hear(studio.bank, row("1.1", recording=f"{vendor.base}a.wav"))
    await hear(studio.bank, row("2.2", hotline="8005", recording=f"{vendor.base}b.wav"))
    await studio.look()
    assert [studio.kept(f"{vendor.base}{name}.wav").state for name in "ab"] == ["there", "waiting"]
    studio.bank.clock.on(days=2)
    await studio.look()
    assert vendor.asked == 1


async def test_P9_1_a_copy_of_ours_that_is_gone_is_said(studio: Studio, vendor: TestServer) -> None:
    vendor.answers.append((200, pcm(SPAN)))
    reference = f"{vendor.base}a.wav"
    number = await studio.held(recording=reference)
    await studio.look()
    kept = studio.kept(reference)
    (studio.bank.house.store.blobs.folder / kept.sha256[:2] / kept.sha256).unlink()
    heard = await as_it_lies(studio.bank.house.store, studio.archive, number, studio.bank.clock())
    assert heard.sha256 == ""
    assert (studio.kept(reference).state, studio.kept(reference).sha256) == ("missing", kept.sha256)
