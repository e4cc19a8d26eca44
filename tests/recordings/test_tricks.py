"""What would have a changed recording signed, half a call hashed for ever, or another's call heard (P-6, P-9.1)."""

import hashlib
from datetime import timedelta

import pytest
from aiohttp.test_utils import TestClient
from structlog.testing import capture_logs

from hotline_bridge.recorded import heard_by
from hotline_bridge.recordist import Folder, look_some
from hotline_bridge.recorded import NEAR
from hotline_bridge.sighting import Look
from routing.case import SIGNED, State
from tests.calling.world import hear, row
from tests.make import a_form
from tests.recordings.conftest import FLAGGED, SPAN, Studio, of
from tests.recordings.sounds import pcm

DESK = "desk@bank.example"


async def sign(client: TestClient, number: str, **more: str) -> int:
    answer = await client.post(f"/api/v1/cases/{number}/review", headers=of("reviewer"), json={"findings": "已复听", "accept": True} | more)
    return answer.status


async def play(client: TestClient, number: str, who: str = "reviewer") -> int:
    return (await client.post(f"/api/v1/cases/{number}/recording/listenings", headers=of(who), json={})).status


# a signature ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("reference", ["x/y://../../a.wav", "y://a.wav/../a.wav", "/a://b.wav"])
async def test_P9_1_a_name_that_looks_like_an_address_is_no_way_round_the_hash(studio: Studio, client: TestClient, reference: str) -> None:
    inside = studio.folder / reference.lstrip("/")
    if ".." not in reference:
        studio.write(str(inside.relative_to(studio.folder)))
    studio.write()
    number = await studio.held(recording=reference.lstrip("/"))
    await studio.look()
    if ".." not in reference:
        studio.write(str(inside.relative_to(studio.folder)), body=pcm(SPAN + 1))
    studio.write(body=pcm(SPAN + 1))
    assert await sign(client, number) == 409
    await studio.bank.quiet()
    assert studio.bank.case(number).state is State.HELD
    assert await sign(client, number, why="已电话核实") == 200


async def test_P9_1_what_is_not_to_be_had_at_the_signing_is_not_signed_as_heard(studio: Studio, client: TestClient) -> None:
    path = studio.write()
    number = await studio.held()
    await studio.look()
    path.rename(studio.folder / "away")
    assert await sign(client, number) == 409
    assert studio.kept().state == "there"
    assert await sign(client, number, why="已电话核实") == 200
    assert "此刻取不到，仍签字的原因：已电话核实" in studio.says(SIGNED, number)[0]


async def test_P9_1_a_reference_that_was_never_kept_is_not_signed_as_heard(studio: Studio, client: TestClient) -> None:
    studio.write("a b.wav")
    number = await studio.held(recording="a\tb.wav")
    await studio.look()
    assert await sign(client, number) == 409


@pytest.mark.parametrize("why", ["\u200b", " \u2060 ", "…", "-", "\u3000"])
async def test_P9_1_a_reason_no_eye_sees_is_none(studio: Studio, client: TestClient, why: str) -> None:
    number = await studio.held()
    assert await sign(client, number, why=why) == 409
    assert await sign(client, number, why="已电话核实", findings=why) == 409
    back = await client.post(f"/api/v1/cases/{number}/review", headers=of("reviewer"), json={"findings": why, "accept": False})
    assert back.status == 409


@pytest.mark.parametrize("reference", ["2026/../a.wav", "../recordings/a.wav", "/var/spool/asterisk/monitor/../monitor/a.wav", "a.wav/.."])
async def test_a_path_that_climbs_is_refused_even_where_it_comes_back(studio: Studio, reference: str) -> None:
    studio.write()
    studio.write("2026/b.wav")
    with pytest.raises(ValueError, match="leads out"):
        await studio.archive.take(reference)


# a call under way ----------------------------------------------------------------------------------------------------------
async def test_P9_1_who_plays_or_signs_during_the_call_spoils_nothing(studio: Studio, client: TestClient) -> None:
    studio.write(body=pcm(1), age=timedelta(seconds=1))
    number = await studio.held()
    await studio.look()
    at = f"/api/v1/cases/{number}/recording"
    answer = await client.post(f"{at}/listenings", headers=of("reviewer"), json={})
    assert answer.status == 409
    assert "still be written" in (await answer.json())["detail"]
    assert (await client.get(at, headers=of("reviewer"))).status == 409
    assert await sign(client, number) == 409
    assert studio.kept().sha256 == ""
    studio.bank.clock.on(minutes=5)
    studio.write(age=timedelta(0))                          # the call went on
    await studio.look_for(minutes=11)
    assert (studio.kept().state, studio.kept().size) == ("there", len(pcm(SPAN)))
    assert await play(client, number) == 200
    assert await sign(client, number) == 200
    assert studio.says("录音内容与首次取得时不一致", number) == []


async def test_P9_1_who_asks_again_and_again_does_not_put_it_off(studio: Studio, client: TestClient) -> None:
    studio.write(age=timedelta(0))
    number = await studio.held()
    for _ in range(23):
        assert await play(client, number) == 409
        studio.bank.clock.on(seconds=27)
    assert await play(client, number) == 200


async def test_P9_1_a_recorder_that_pauses_in_a_call_is_waited_for(studio: Studio) -> None:
    studio.write(body=pcm(1), age=timedelta(0))
    await studio.held()
    await studio.look_for(minutes=9)
    assert studio.kept().state == "waiting"
    studio.write(age=timedelta(0))
    await studio.look_for(minutes=9)
    assert studio.kept().state == "waiting"


@pytest.mark.parametrize(("over", "minutes"), [(True, 0.5), (False, 50)])
async def test_P9_1_a_file_is_whole_soon_once_its_call_is_known_to_be_over(studio: Studio, over: bool, minutes: float) -> None:
    studio.write(age=timedelta(0))
    await studio.held()
    await hear(studio.bank, row("h1", recording="a.wav"))
    if not over:
        await _goes_on(studio)
    await studio.look_for(minutes=minutes)
    assert studio.kept().state == ("there" if over else "waiting")
    await studio.look_for(minutes=11)
    assert studio.kept().state == "there"


async def _goes_on(studio: Studio) -> None:
    """The exchange has not told the end of the call yet."""
    from sqlalchemy import update

    from hotline_bridge.store import schema_calls as t

    await studio.bank.house.store.run(lambda tx: tx.telephone.db.execute(update(t.call).values(ended=None)))


# another's call --------------------------------------------------------------------------------------------------------------
async def test_P6_a_seat_hears_no_call_by_writing_its_recording_into_a_form(studio: Studio, client: TestClient) -> None:
    studio.write("2026/victim.wav")
    await hear(studio.bank, row("v1", seat="8002", recording="2026/victim.wav", ani="13800000002"))
    other = await studio.held("v1", "2026/victim.wav", seat="8002", caller="13800000002")
    await studio.look()
    mine = (await studio.bank.post(a_form("mine", narrative=FLAGGED, recording="2026/victim.wav", seat="8001"))).number
    await studio.bank.quiet()
    assert [studio.bank.case(number).seat for number in (other, mine)] == ["8002", "8001"]
    for number, who in ((other, "8001"), (mine, "8001"), (other, "8002"), (mine, "8002")):
        at = f"/api/v1/cases/{number}/recording"
        assert (await client.get(at, headers=of(who))).status == 403
        assert (await client.head(at, headers=of(who))).status == 403
        assert await play(client, number, who) == 403
    assert await play(client, mine, "reviewer") == 200
    told = [one for one in studio.bank.relay.to(DESK) if "多件工单引用同一录音" in one.subject + one.text]
    assert len(told) == 2
    assert "victim" not in told[0].text
    assert [len(studio.says("多件工单引用同一录音", number)) for number in (other, mine)] == [1, 1]


async def test_P6_a_seat_hears_its_own_call_as_the_exchange_tells_it(studio: Studio, client: TestClient) -> None:
    studio.write()
    number = await studio.held(seat="8001")
    await studio.look()
    assert await play(client, number, "8001") == 403        # a form alone says nothing
    await hear(studio.bank, row("h1", recording="a.wav", seat="8001"))
    assert await play(client, number, "8001") == 200
    assert await play(client, number, "8002") == 403


# the time of one listener ------------------------------------------------------------------------------------------------------
async def test_P9_1_many_players_at_once_have_the_time_of_one(studio: Studio, client: TestClient) -> None:
    studio.write(body=pcm(60.0))
    number = await studio.held()
    await studio.look()
    at, ids = f"/api/v1/cases/{number}/recording", []
    for _ in range(12):
        one = await (await client.post(f"{at}/listenings", headers=of("reviewer"), json={})).json()
        await (await client.get(f"{at}?listening={one['id']}", headers=of("reviewer"))).read()
        ids.append(one["id"])
    studio.bank.clock.on(seconds=2)
    for one in ids:
        await client.post(f"{at}/listenings/{one}", headers=of("reviewer"), json={"played": [[0, 60]], "ended": True})
    case = studio.bank.case(number)
    assert studio.bank.house.store.read_now(lambda tx: heard_by(tx, case, "reviewer")) == 5.0


async def test_P6_parts_fetched_one_after_the_other_are_one_listening(studio: Studio, client: TestClient) -> None:
    studio.write()
    number = await studio.held()
    await studio.look()
    at = f"/api/v1/cases/{number}/recording"
    for first in range(20):
        assert (await client.get(at, headers=of("reviewer", Range=f"bytes={first}-{first}"))).status == 206
    assert (await client.get(at, headers=of("other", Range="bytes=0-0"))).status == 206
    await silent(studio)
    assert len(studio.says("听取录音", number)) == 2
    assert (await client.get(at, headers=of("reviewer", Range="bytes=0-0"))).status == 206     # the other is over: a new one
    await silent(studio)
    assert len(studio.says("听取录音", number)) == 3


async def silent(studio: Studio) -> None:
    """Nobody fetches any more, until that counts as an end; what was sent may be written down a moment after it came."""
    for _ in range(3):
        studio.bank.clock.on(minutes=5)
        await studio.bank.quiet()


# what a look does not know -----------------------------------------------------------------------------------------------------
async def test_P9_1_where_nobody_looked_nothing_is_written_down(studio: Studio, client: TestClient) -> None:
    far = "https://rec.example/a.wav"
    number = await studio.held(recording=far)
    await studio.look()
    before = studio.kept(far)
    assert before.state == "refused"
    assert await play(client, number) == 409
    assert studio.kept(far) == before


async def test_P9_1_a_file_that_is_away_for_an_hour_is_not_missing(studio: Studio, client: TestClient) -> None:
    path = studio.write()
    number = await studio.held()
    await studio.look()
    away = path.rename(studio.folder / "away")
    assert await play(client, number) == 409
    await studio.look_for(minutes=50)
    away.rename(path)
    await studio.look_for(hours=2)
    assert (studio.kept().state, studio.kept().trouble, studio.says("录音缺失", number)) == ("there", "", [])
    assert await play(client, number) == 200


async def test_P9_1_a_folder_that_is_not_mounted_has_no_missing_recordings(studio: Studio, client: TestClient) -> None:
    number = await studio.held()
    away = studio.folder.rename(studio.folder.with_name("away"))
    await studio.look_for(hours=30)
    assert (studio.kept().state, studio.says("录音缺失", number)) == ("waiting", [])
    assert "mounted" in studio.kept().trouble
    assert await play(client, number) == 409
    away.rename(studio.folder)
    studio.write()
    await studio.look_for(hours=3)
    assert studio.kept().state == "there"


async def test_a_folder_that_is_away_is_told_once(studio: Studio) -> None:
    for number in range(3):
        await studio.held(f"h{number}", f"{number}.wav")
    away, folder = studio.folder.rename(studio.folder.with_name("away")), Folder()
    with capture_logs() as logs:
        for _ in range(5):
            await look_some(studio.bank.house, studio.archive, NEAR, timedelta(hours=24), folder)
            studio.bank.clock.on(minutes=20)
        away.rename(studio.folder)
        await look_some(studio.bank.house, studio.archive, NEAR, timedelta(hours=24), folder)
        folder.told([None, Look(nowhere=True)])             # says nothing of it
    told = [one["event"] for one in logs if "folder" in one["event"]]
    assert told == ["recordings folder out of reach", "recordings folder is back"]


async def test_HEAD_looks_as_GET_does_and_is_no_listening(studio: Studio, client: TestClient) -> None:
    number = await studio.held()
    at = f"/api/v1/cases/{number}/recording"
    assert (await client.head(at, headers=of("reviewer"))).status == 409
    path = studio.write()
    head = await client.head(at, headers=of("reviewer"))
    assert (head.status, head.headers["ETag"]) == (200, f'"{hashlib.sha256(pcm(SPAN)).hexdigest()}"')
    path.unlink()
    assert (await client.head(at, headers=of("reviewer"))).status == 409
    rows = await (await client.get(f"{at}/listenings", headers=of("auditor"))).json()
    assert rows["listenings"] == []
