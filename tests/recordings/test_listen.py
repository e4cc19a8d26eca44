"""Listening over HTTP: who may, which bytes, and how many seconds truly played (RFC 9110, P-6, P-9.1)."""

import asyncio
import hashlib
import os
import shutil
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from structlog.testing import capture_logs

from adapters.recordings import Converter
from hotline_bridge.console import tickets
from hotline_bridge.console.api import Api
from tests.calling.world import hear, row
from tests.recordings.conftest import SPAN, Studio, of
from tests.recordings.sounds import make, pcm

BODY = pcm(SPAN)
SHA = hashlib.sha256(BODY).hexdigest()


@pytest.fixture
async def at(studio: Studio) -> str:
    """A held case whose recording is there, as its seat's call record says; the address of its recording."""
    studio.write()
    await hear(studio.bank, row("h1", recording="a.wav"))
    number = await studio.held()
    await studio.look()
    return f"/api/v1/cases/{number}/recording"


async def opened(client: TestClient, at: str, who: str = "reviewer", **more: object) -> dict:
    answer = await client.post(f"{at}/listenings", headers=of(who), json=more)
    assert answer.status == 200, await answer.text()
    return await answer.json()


async def log_of(client: TestClient, at: str, who: str = "auditor") -> list[dict]:
    return (await (await client.get(f"{at}/listenings", headers=of(who))).json())["listenings"]


async def test_the_whole_a_part_and_the_end(client: TestClient, at: str) -> None:
    whole = await client.get(at, headers=of("reviewer"))
    assert (whole.status, await whole.read()) == (200, BODY)
    assert whole.headers["ETag"] == f'"{SHA}"'
    assert (whole.headers["Accept-Ranges"], whole.headers["Cache-Control"], whole.headers["X-Content-Type-Options"]) == ("bytes", "no-store", "nosniff")
    assert whole.headers["Content-Type"] == "audio/wav"
    assert whole.headers["Content-Disposition"].endswith('.wav"')
    part = await client.get(at, headers=of("reviewer", Range="bytes=100-199"))
    assert (part.status, part.headers["Content-Range"], await part.read()) == (206, f"bytes 100-199/{len(BODY)}", BODY[100:200])
    end = await client.get(at, headers=of("reviewer", Range="bytes=-50"))
    assert (end.status, await end.read()) == (206, BODY[-50:])
    behind = await client.get(at, headers=of("reviewer", Range=f"bytes={len(BODY)}-"))
    assert (behind.status, behind.headers["Content-Range"]) == (416, f"bytes */{len(BODY)}")
    same = await client.get(at, headers=of("reviewer", Range="bytes=0-9", **{"If-Range": f'"{SHA}"'}))
    other = await client.get(at, headers=of("reviewer", Range="bytes=0-9", **{"If-Range": '"other"'}))
    assert (same.status, other.status) == (206, 200)
    head = await client.head(at, headers=of("reviewer", Range="bytes=0-9"))
    assert (head.status, head.headers["Content-Length"], await head.read()) == (200, str(len(BODY)), b"")


@pytest.mark.parametrize(("who", "status"), [("reviewer", 200), ("desk", 200), ("8001", 200), ("8002", 403), ("auditor", 403), ("supervisor", 403), ("nobody", 401)])
async def test_P6_who_may_hear(client: TestClient, at: str, who: str, status: int) -> None:
    assert (await client.get(at, headers=of(who))).status == status
    assert (await client.post(f"{at}/listenings", headers=of(who))).status == status
    assert (await client.post(f"{at}/tickets", headers=of(who))).status == status


@pytest.mark.parametrize(("who", "status"), [("reviewer", 200), ("desk", 200), ("auditor", 200), ("supervisor", 200), ("8001", 403)])
async def test_P6_who_may_see_who_listened(client: TestClient, at: str, who: str, status: int) -> None:
    assert (await client.get(f"{at}/listenings", headers=of(who))).status == status


async def test_P9_1_the_seconds_that_truly_played_are_counted(client: TestClient, studio: Studio, at: str) -> None:
    one = await opened(client, at)
    assert (one["seconds"], one["sha256"], one["as"], one["changed"]) == (SPAN, SHA, "", False)
    url = f"{at}/listenings/{one['id']}"

    async def report(*parts: list[float], ended: bool = False) -> float:
        answer = await client.post(url, headers=of("reviewer"), json={"played": list(parts), "ended": ended})
        assert answer.status == 200
        return (await answer.json())["seconds"]

    studio.bank.clock.on(seconds=10)
    assert await report([0, 4]) == 0.0                      # nothing was sent
    half = len(BODY) // 2
    await (await client.get(f"{at}?listening={one['id']}", headers=of("reviewer", Range=f"bytes=0-{half - 1}"))).read()
    assert await report([0, 4]) == pytest.approx(2.0, abs=0.1)          # half of it was
    await (await client.get(f"{at}?listening={one['id']}", headers=of("reviewer", Range=f"bytes={half}-"))).read()
    assert await report([1, 3], [2, 3.5], ended=True) == pytest.approx(4.0, abs=0.1)
    await studio.bank.quiet()
    (row,) = await log_of(client, at)
    assert (row["who"], row["seconds"], row["bytes"], row["sha256"], row["ended"]) == ("reviewer", 4.0, len(BODY), SHA, True)
    late = await client.post(url, headers=of("reviewer"), json={"played": [[0, 1]]})
    assert late.status == 409


async def test_P9_1_the_clock_is_not_outrun(client: TestClient, studio: Studio, at: str) -> None:
    one = await opened(client, at)
    await (await client.get(f"{at}?listening={one['id']}", headers=of("reviewer"))).read()
    studio.bank.clock.on(seconds=1)
    answer = await client.post(f"{at}/listenings/{one['id']}", headers=of("reviewer"), json={"played": [[0, 4]]})
    assert (await answer.json())["seconds"] == 2.5


async def test_P6_fetching_without_a_player_is_a_listening_too(client: TestClient, studio: Studio, at: str) -> None:
    await (await client.get(at, headers=of("desk"))).read()
    studio.bank.clock.on(minutes=5)
    await studio.bank.quiet()
    (row,) = await log_of(client, at)
    assert (row["who"], row["bytes"], row["seconds"]) == ("desk", len(BODY), 0.0)
    assert f"取走 {len(BODY)} 字节，未见播放记录" in studio.says("听取录音")[0]


async def test_nobody_reports_for_another(client: TestClient, at: str) -> None:
    one = await opened(client, at)
    assert (await client.post(f"{at}/listenings/{one['id']}", headers=of("other"), json={"played": [[0, 4]]})).status == 409
    assert (await client.get(f"{at}?listening={one['id']}", headers=of("other"))).status == 409
    assert (await client.post(f"{at}/listenings/999", headers=of("reviewer"), json={})).status == 409


@pytest.mark.parametrize("said", [{"played": 5}, {"played": [[1]]}, {"played": [["a", "b"]]}, {"played": [[True, 2]]}, {"played": [[0, 1]] * 501}, {"ended": "yes"}, {"other": 1}, {"played": [[1e12, 2e12]]}])
async def test_a_report_that_is_none_is_said(client: TestClient, at: str, said: dict) -> None:
    one = await opened(client, at)
    assert (await client.post(f"{at}/listenings/{one['id']}", headers=of("reviewer"), json=said)).status == 409


async def test_P9_1_a_changed_file_is_found_out_before_it_is_heard(client: TestClient, studio: Studio, at: str) -> None:
    studio.write(body=pcm(SPAN + 1))
    one = await opened(client, at)
    assert one["changed"]
    assert one["sha256"] != SHA
    await studio.bank.quiet()
    assert len(studio.says("录音内容与首次取得时不一致")) == 1


async def test_a_recording_that_is_not_there_is_said(client: TestClient, studio: Studio) -> None:
    number = await studio.held("none", "none.wav")
    answer = await client.post(f"/api/v1/cases/{number}/recording/listenings", headers=of("reviewer"))
    assert answer.status == 409
    assert "recordings look" in (await answer.json())["detail"]
    bare = await studio.held("bare", "")
    assert (await client.get(f"/api/v1/cases/{bare}/recording", headers=of("reviewer"))).status == 409
    assert (await client.get("/api/v1/cases/x/recording", headers=of("reviewer"))).status == 404
    assert (await client.post(f"/api/v1/cases/{bare}/recording/look", headers=of("desk"))).status == 409
    studio.write("none.wav")
    assert (await client.post(f"/api/v1/cases/{number}/recording/look", headers=of("desk"))).status == 200
    await studio.look()
    assert studio.kept("none.wav").state == "there"


# tickets ------------------------------------------------------------------------------------------------------------------
async def ticket(client: TestClient, at: str, who: str = "reviewer") -> dict:
    return await (await client.post(f"{at}/tickets", headers=of(who))).json()


async def test_a_ticket_opens_one_case_for_one_person_for_ten_minutes(client: TestClient, studio: Studio, at: str) -> None:
    got = await ticket(client, at)
    page = await client.get(got["player"])
    assert page.status == 200
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline'; media" in policy.replace("style-src-attr ", "")     # widths of the bar alone
    assert "script-src 'sha256-" in policy
    assert page.headers["Referrer-Policy"] == "no-referrer"
    t = got["ticket"]
    other = await studio.held("other", "b.wav")
    assert (await client.get(f"/api/v1/cases/{other}/recording/player?ticket={t}")).status == 401
    studio.bank.clock.on(minutes=11)
    assert (await client.get(got["player"])).status == 401
    assert (await client.post(f"{at}/listenings?ticket={t}")).status == 401


async def test_a_ticket_stays_good_for_the_listening_it_opened(client: TestClient, studio: Studio, at: str) -> None:
    t = (await ticket(client, at))["ticket"]
    one = await (await client.post(f"{at}/listenings?ticket={t}")).json()
    for _ in range(8):
        studio.bank.clock.on(minutes=2)
        assert (await client.post(f"{at}/listenings/{one['id']}?ticket={t}", json={"played": []})).status == 200
    assert (await client.get(f"{at}?listening={one['id']}&ticket={t}", headers={"Range": "bytes=0-9"})).status == 206
    assert (await client.get(f"{at}?ticket={t}")).status == 401
    studio.bank.clock.on(minutes=4)
    assert (await client.get(f"{at}?listening={one['id']}&ticket={t}")).status == 401


async def test_no_ticket_can_be_made_or_changed(client: TestClient, studio: Studio, at: str) -> None:
    t = (await ticket(client, at))["ticket"]
    body, _, seal = t.partition(".")
    forged = [f"{body[:-2]}xx.{seal}", f"{body}.", f".{seal}", "", "x", f"{body}.{'A' * len(seal)}", "é.ü", f"{t}.x", "=" * 9]
    for one in forged:
        assert (await client.get(f"{at}/player", params={"ticket": one})).status == 401
    visitor = tickets.shown(t, _visitors(client), studio.bank.house.rules.identity.reply_key)
    assert visitor is not None
    assert tickets.shown(t, [replace(v, token_sha256="0" * 64) for v in _visitors(client)], studio.bank.house.rules.identity.reply_key) is None
    assert tickets.shown(t, _visitors(client), b"another key of the bank, 32 bytes long") is None


def _visitors(client: TestClient) -> list:
    for resource in client.app.router.resources():
        for route in resource:
            owner = getattr(route.handler, "__self__", None)
            if owner is not None and hasattr(owner, "visitors"):
                return list(owner.visitors)
    raise AssertionError


async def test_P6_the_log_knows_no_ticket_no_name_of_a_file_and_no_caller(client: TestClient, at: str) -> None:
    with capture_logs() as logs:
        got = await ticket(client, at)
        one = await (await client.post(f"{at}/listenings?ticket={got['ticket']}")).json()
        await (await client.get(f"{at}?listening={one['id']}&ticket={got['ticket']}")).read()
    assert logs
    assert got["ticket"] not in str(logs)
    assert "a.wav" not in str(logs)
    assert "13800000001" not in str(logs)


# as every browser plays it ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["alaw.wav", "ulaw.wav", "gsm.WAV", "bare.gsm", "bare.ulaw", "bare.alaw", "bare.sln", "adpcm.wav", "tone.amr", "tone.wma", "tone.au", "legs.wav", "tone.ogg", "tone.m4a"])
async def test_telephone_codecs_are_converted(client: TestClient, studio: Studio, tmp_path_factory, name: str) -> None:
    if name in {"tone.amr", "tone.wma", "tone.m4a"} and shutil.which("ffmpeg") is None:
        pytest.fail("ffmpeg is not installed: run `make test`")
    body = make(tmp_path_factory.mktemp("made"), name).read_bytes()
    studio.write(name, body)
    number = await studio.held("conv", name)
    await studio.look()
    at = f"/api/v1/cases/{number}/recording"
    one = await opened(client, at)
    assert one["as"] == ("" if name == "legs.wav" else "wav")
    answer = await client.get(f"{at}?listening={one['id']}&as=wav", headers=of("reviewer"))
    assert answer.status == 200, await answer.text()
    got = await answer.read()
    assert answer.headers["Content-Type"] == "audio/wav"
    assert got[:4] == b"RIFF"
    assert got[20:22] == b"\x01\0"                          # PCM
    channels, hertz = int.from_bytes(got[22:24], "little"), int.from_bytes(got[24:28], "little")
    assert (len(got) - 44) / (channels * hertz * 2) == pytest.approx(3.0, abs=0.2)
    assert studio.kept(name).seconds == pytest.approx(3.0, abs=0.2)
    part = await client.get(f"{at}?listening={one['id']}&as=wav", headers=of("reviewer", Range="bytes=44-99"))
    assert await part.read() == got[44:100]


async def test_without_ffmpeg_what_needs_it_is_said_with_the_cure(client: TestClient, studio: Studio, tmp_path, tmp_path_factory) -> None:
    at = await _of(studio, "tone.amr", make(tmp_path_factory.mktemp("made"), "tone.amr").read_bytes())
    for converter, words in ((Converter(tmp_path / "none", None), "ffmpeg"), (None, "recording.player")):
        app = web.Application()
        app.add_routes(Api(replace(studio.bank.house, archive=replace(studio.archive, converter=converter)), _visitors(client)).routes())
        async with TestClient(TestServer(app)) as without:
            answer = await without.get(f"{at}?as=wav", headers=of("reviewer"))
            assert answer.status == 415
            assert words in (await answer.json())["detail"]
            assert (await without.get(at, headers=of("reviewer"))).status == 200       # as it is, it is given all the same


async def _of(studio: Studio, name: str, body: bytes) -> str:
    studio.write(name, body)
    number = await studio.held("one", name)
    await studio.look()
    return f"/api/v1/cases/{number}/recording"


async def test_a_file_that_only_claims_to_be_sound_ends_nothing(client: TestClient, studio: Studio) -> None:
    bad = pcm(1)[:20] + b"\x31\0" + pcm(1)[22:]             # says GSM, holds none of it
    at = await _of(studio, "bad.wav", bad[:44] + b"\xff" * 5000)
    assert (await client.get(f"{at}?as=wav", headers=of("reviewer"))).status in {200, 415}
    at = f"/api/v1/cases/{await studio.held('amr', 'bad.amr')}/recording"
    studio.write("bad.amr", b"#!AMR\n" + b"\x7f\x00" * 3000)
    await studio.look()
    assert (await client.get(f"{at}?as=wav", headers=of("reviewer"))).status in {200, 409, 415}


async def test_converted_copies_are_made_once_and_kept_within_bounds(studio: Studio, tmp_path, tmp_path_factory) -> None:
    converter = Converter(tmp_path / "kept", None, kept=150_000)        # three seconds are 48 kB
    source = make(tmp_path_factory.mktemp("made"), "alaw.wav")
    for number in range(5):
        with source.open("rb") as file:
            path = await converter.wav(file, f"{number}" * 64, "alaw")
        os.utime(path, (1000 + number, 1000 + number))
    assert sorted(one.name[0] for one in (tmp_path / "kept").glob("*.wav")) == ["2", "3", "4"]
    made = [one.stat().st_mtime_ns for one in (tmp_path / "kept").glob("2*.wav")]
    with source.open("rb") as file:
        again = await asyncio.gather(*(converter.wav(file, "2" * 64, "alaw") for _ in range(3)))
    assert len(set(again)) == 1
    assert [one.stat().st_mtime_ns for one in (tmp_path / "kept").glob("2*.wav")] != made       # heard again: the last to go
    assert [one.name for one in (tmp_path / "kept").iterdir() if one.name.startswith(".")] == []


async def test_a_large_recording_is_sent_from_its_middle_at_once(client: TestClient, studio: Studio) -> None:
    path = studio.write("large.wav")
    os.truncate(path, 300 << 20)
    at_ = (studio.bank.clock() - timedelta(hours=2)).timestamp()
    os.utime(path, (at_, at_))
    number = await studio.held("large", "large.wav")
    await studio.look()
    part = await client.get(f"/api/v1/cases/{number}/recording", headers=of("reviewer", Range="bytes=200000000-200000099"))
    assert (part.status, await part.read()) == (206, bytes(100))
