"""Records fetched from real HTTP servers that check signature and token themselves."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.formats.vendor.fetching import NO_BODY, acs3
from adapters.vendor_pull import PulledPaper, PullSettings, VendorPull
from tests.fakes import SetClock
from tests.vendors.cloud import SECRET, USER, Cloud, body_of, ms
from tests.vendors.samples import sample, vendor


@dataclass
class Fetching:
    """A vendor's cloud, and a door that asks it."""

    cloud: Cloud
    clock: SetClock
    door: Callable[..., VendorPull]

    async def round(self, door: VendorPull, cursor: str = "") -> tuple[list[PulledPaper], str]:
        """One round, everything accepted; what was new, and the cursor behind it."""
        papers = [paper async for paper in door.waiting(cursor)]
        for paper in papers:
            await door.accepted(paper)
        return papers, next((paper.cursor for paper in reversed(papers) if paper.cursor), cursor)

    def record(self, kind: str, number: int, minutes_ago: float, **more: object) -> dict:
        """A record of a call that began so long ago."""
        names = {"aliyun": ("ContactId", "StartTime"), "huawei": ("callSerialNo", "startTime")}[kind]
        one = {**json.loads(sample(f"{kind}.record.json")), names[0]: f"c{number}", names[1]: ms(self.clock() - timedelta(minutes=minutes_ago)), **more}
        self.cloud.records.append(one)
        return one


@pytest.fixture
async def fetching() -> AsyncIterator[Fetching]:
    cloud, clock, numbers = Cloud(), SetClock(), count()
    async with TestServer(cloud.app()) as server, aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        url = str(server.make_url("/"))

        def door(kind: str, secret: str = SECRET, query: str = "", **pull: object) -> VendorPull:
            one = vendor(kind)
            if pull:
                assert one.mapping.pull is not None
                mapping = one.mapping.model_copy(update={"pull": one.mapping.pull.model_copy(update=pull)})
                one = vendor(mapping)
            return VendorPull(f"vendor:{kind}", PullSettings(one, url + query, USER, secret), clock, session, lambda: f"nonce-{next(numbers)}")

        yield Fetching(cloud, clock, door)


def test_the_signature_is_the_one_of_the_vendors_own_example() -> None:
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com", "x-acs-action": "RunInstances", "x-acs-content-sha256": NO_BODY, "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d", "x-acs-version": "2014-05-26",
    }
    query = "ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai"
    assert acs3("YourAccessKeyId", "YourAccessKeySecret", "POST", "/", query, headers).endswith("Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0")


@pytest.mark.parametrize("kind", ["aliyun", "huawei"])
async def test_every_record_is_fetched_once_over_all_pages(fetching: Fetching, kind: str) -> None:
    for number in range(7):
        fetching.record(kind, number, 60 - number)
    door = fetching.door(kind, page=3, query="?InstanceId=ccc-test%2B1&RegionId=cn-shanghai" if kind == "aliyun" else "")
    papers, cursor = await fetching.round(door)
    key = "ContactId" if kind == "aliyun" else "callSerialNo"
    assert [body_of(paper)[key] for paper in papers] == [f"c{number}" for number in range(7)]
    assert [bool(paper.cursor) for paper in papers] == [False] * 6 + [True]
    assert (await fetching.round(door, cursor))[0] == []
    fetching.clock.on(minutes=5)
    fetching.record(kind, 8, 1)
    assert [body_of(paper)[key] for paper in (await fetching.round(door, cursor))[0]] == ["c8"]
    if kind == "aliyun":
        assert fetching.cloud.asked[0]["InstanceId"] == "ccc-test+1"
        assert fetching.cloud.asked[0]["action"] == "ListCallDetailRecordsV2"
        assert len(set(fetching.cloud.nonces)) == len(fetching.cloud.nonces)


async def test_a_record_that_comes_late_is_still_fetched(fetching: Fetching) -> None:
    fetching.record("aliyun", 1, 10)
    door = fetching.door("aliyun")
    _, cursor = await fetching.round(door)
    fetching.record("aliyun", 2, 20)            # began before, and is listed only now
    papers, _ = await fetching.round(door, cursor)
    assert [body_of(paper)["ContactId"] for paper in papers] == ["c2"]


async def test_a_new_program_goes_on_where_the_old_one_was_and_hands_nothing_in_under_another_key(fetching: Fetching) -> None:
    fetching.record("aliyun", 1, 10)
    papers, cursor = await fetching.round(fetching.door("aliyun"))
    again, _ = await fetching.round(fetching.door("aliyun"), cursor)
    assert [paper.key for paper in again] == [paper.key for paper in papers]


async def test_a_recording_that_is_not_there_yet_is_asked_for_again_until_it_is(fetching: Fetching) -> None:
    waiting = fetching.record("aliyun", 1, 30, RecordingReady=False)
    door = fetching.door("aliyun", overlap_minutes=1)
    first, cursor = await fetching.round(door)
    assert len(first) == 1
    fetching.clock.on(hours=3)
    fetching.record("aliyun", 2, 5)
    second, cursor = await fetching.round(door, cursor)
    assert [body_of(paper)["ContactId"] for paper in second] == ["c2"]
    waiting["RecordingReady"] = True
    third, cursor = await fetching.round(door, cursor)
    assert [(body_of(paper)["ContactId"], body_of(paper)["RecordingReady"]) for paper in third] == [("c1", True)]
    fetching.cloud.asked.clear()
    await fetching.round(door, cursor)
    assert int(fetching.cloud.asked[0]["StartTime"]) > waiting["StartTime"]       # nothing holds the place any more


async def test_a_recording_that_never_comes_is_given_up(fetching: Fetching) -> None:
    fetching.record("aliyun", 1, 30, RecordingReady=False)
    door = fetching.door("aliyun")
    _, cursor = await fetching.round(door)
    fetching.clock.on(hours=25)
    fetching.record("aliyun", 2, 1)
    papers, cursor = await fetching.round(door, cursor)
    assert [body_of(paper)["ContactId"] for paper in papers] == ["c2"]
    fetching.cloud.asked.clear()
    await fetching.round(door, cursor)
    assert int(fetching.cloud.asked[0]["StartTime"]) >= ms(fetching.clock() - timedelta(minutes=31))


async def test_more_than_the_highest_page_holds_is_asked_for_in_narrower_spans(fetching: Fetching) -> None:
    for number in range(250):
        fetching.record("aliyun", number, 300 - number)
    papers, _ = await fetching.round(fetching.door("aliyun", page=1))
    assert sorted(body_of(paper)["ContactId"] for paper in papers) == sorted(f"c{number}" for number in range(250))


async def test_days_without_the_bridge_are_asked_for_a_day_at_a_time(fetching: Fetching) -> None:
    fetching.record("huawei", 1, 60)
    door = fetching.door("huawei")
    _, cursor = await fetching.round(door)
    fetching.clock.on(days=10)
    fetching.cloud.asked.clear()
    await fetching.round(door, cursor)
    spans = [int(one["endTime"]) - int(one["startTime"]) for one in fetching.cloud.asked]
    assert len(spans) == 11
    assert max(spans) <= 86_400_000


@pytest.mark.parametrize("kind", ["aliyun", "huawei"])
@pytest.mark.parametrize(("trouble", "told"), [
    (lambda: web.Response(status=429), "429"), (lambda: web.Response(status=503), "503"), (lambda: web.Response(status=302, headers={"Location": "http://192.0.2.1/"}), "redirects"),
    (lambda: web.Response(text="<html>13800000001</html>"), "no JSON"), (lambda: web.json_response({"Code": "Throttling.User", "retCode": "Throttling.User"}), "Throttling.User"),
    (lambda: web.json_response({"Code": "13800000001 said: hello", "retCode": "13800000001 said: hello"}), "something unknown"),
])
async def test_trouble_is_out_of_reach_told_without_a_customers_word_and_the_next_round_heals_it(fetching: Fetching, kind: str, trouble: Callable, told: str) -> None:
    fetching.record(kind, 1, 10)
    door = fetching.door(kind)
    fetching.cloud.troubles.append(trouble())
    with pytest.raises(OSError, match=told) as caught:
        await fetching.round(door)
    assert "13800000001" not in str(caught.value)
    assert len((await fetching.round(door))[0]) == 1


async def test_trouble_on_the_second_page_loses_nothing(fetching: Fetching) -> None:
    for number in range(5):
        fetching.record("aliyun", number, 60 - number)
    door = fetching.door("aliyun", page=2)
    cloud_page = fetching.cloud.aliyun
    seen = count()

    async def breaks_once(request: web.Request) -> web.Response:
        return web.Response(status=500) if next(seen) == 1 else await cloud_page(request)

    fetching.cloud.aliyun = breaks_once
    app = fetching.cloud.app()
    async with TestServer(app) as server:
        door._settings = PullSettings(door._settings.vendor, str(server.make_url("/")), USER, SECRET)
        with pytest.raises(OSError, match="500"):
            await fetching.round(door)
        papers, _ = await fetching.round(door)
    assert {body_of(paper)["ContactId"] for paper in papers} == {f"c{number}" for number in range(5)}


@pytest.mark.parametrize("kind", ["aliyun", "huawei"])
async def test_a_wrong_secret_is_told_with_its_cure(fetching: Fetching, kind: str) -> None:
    with pytest.raises(OSError, match="check pull_user and token_file"):
        await fetching.round(fetching.door(kind, "another secret"))


async def test_huaweis_token_is_asked_for_again_before_it_ends_and_when_it_is_refused(fetching: Fetching) -> None:
    door = fetching.door("huawei")
    await fetching.round(door)
    await fetching.round(door)
    assert fetching.cloud.tokens == ["token-1"]
    fetching.clock.on(minutes=9)
    await fetching.round(door)
    assert fetching.cloud.tokens == ["token-1", "token-2"]
    fetching.cloud.tokens.append("the vendor has thrown away the other")
    with pytest.raises(OSError, match="401"):
        await fetching.round(door)
    await fetching.round(door)
    assert len(fetching.cloud.tokens) == 4


async def test_a_server_that_is_not_there_is_out_of_reach(fetching: Fetching) -> None:
    door = fetching.door("aliyun")
    door._settings = PullSettings(door._settings.vendor, "http://127.0.0.1:9/", USER, SECRET)
    with pytest.raises(OSError):
        await fetching.round(door)


async def test_more_waits_as_long_as_the_configuration_says(fetching: Fetching) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    door = fetching.door("aliyun")
    await VendorPull(door.name, PullSettings(vendor("aliyun"), "http://vendor.example/", USER, SECRET, 75.0), fetching.clock, door._session, lambda: "n", sleep=sleep).more()
    assert slept == [75.0]


@pytest.mark.parametrize("total", [None, 0, 1_000_000])
async def test_a_vendor_that_gives_the_same_page_for_ever_is_told_with_its_cure(fetching: Fetching, total: int | None) -> None:
    one = fetching.record("aliyun", 1, 10)
    asked = count()

    async def same_page(request: web.Request) -> web.Response:
        assert next(asked) < 100
        listed = [{**one, "ContactId": f"c{number}"} for number in range(int(request.query["PageSize"]))]
        return web.json_response({"Code": "OK", "Data": {"List": listed, **({} if total is None else {"TotalCount": total})}})

    fetching.cloud.aliyun = same_page  # type: ignore[method-assign]
    async with TestServer(fetching.cloud.app()) as server:
        door = fetching.door("aliyun", page=3)
        door._settings = PullSettings(door._settings.vendor, str(server.make_url("/")), USER, SECRET)
        with pytest.raises(OSError, match=r"again and again.*correct pull_url or \[pull\] page"):
            await fetching.round(door)


@pytest.mark.parametrize("ignored", ["total", "page"])
async def test_where_pages_or_their_number_are_not_told_nothing_is_lost(fetching: Fetching, ignored: str) -> None:
    for number in range(9):
        fetching.record("aliyun", number, 90 - 10 * number)
    whole = fetching.cloud.aliyun

    async def half_told(request: web.Request) -> web.Response:
        page = await whole(request)
        told = json.loads(page.body)  # type: ignore[arg-type]
        if ignored == "page":
            size, asked = int(request.query["PageSize"]), request.query
            told["Data"]["List"] = fetching.cloud._found(int(asked["StartTime"]), int(asked["EndTime"]))[:size]
        told["Data"]["TotalCount"] = 0
        return web.json_response(told)

    fetching.cloud.aliyun = half_told  # type: ignore[method-assign]
    async with TestServer(fetching.cloud.app()) as server:
        door = fetching.door("aliyun", page=3)
        door._settings = PullSettings(door._settings.vendor, str(server.make_url("/")), USER, SECRET)
        papers, _ = await fetching.round(door)
    assert sorted(body_of(paper)["ContactId"] for paper in papers) == [f"c{number}" for number in range(9)]
