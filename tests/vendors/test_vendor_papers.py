"""Kept pushes become calls of the store: joined, doubles are one, what makes no sense waits for a person with its cure."""

from dataclasses import replace

import pytest

from hotline_bridge.intake import Counter
from hotline_bridge.store.papers import Kept
from tests.conftest import Bank
from tests.make import a_form
from tests.vendors.samples import own, sample, vendor
from routing.vendor import Vendor
from adapters.vendor_posts import VendorPaper, paper_of
from adapters.formats.vendor import Post


async def hear(bank: Bank, name: str, mapping: str | Vendor, *bodies: bytes) -> None:
    """Configure a vendor and let it push."""
    found = vendor(mapping) if isinstance(mapping, str) else mapping
    rules = bank.house.shelf.rules
    bank.house.shelf.rules = replace(rules, vendors={**rules.vendors, name: found})
    for body in bodies:
        query = body[1:].partition(b"\n")[0].decode() if body.startswith(b"?") else ""
        paper = paper_of(Post({}, query, body.partition(b"\n")[2] if query else body), found.mapping.proof)
        await keep(bank, f"vendor:{name}", paper)
    await bank.quiet()


async def keep(bank: Bank, source: str, paper: VendorPaper) -> None:
    now = bank.clock()

    def kept(tx) -> None:
        number = tx.papers.keep(source, paper.key, paper.kind, paper.body, now)
        if number is not None:
            tx.tasks.owe("read", number, now)

    await bank.house.store.run(kept)


def calls(bank: Bank) -> list:
    return list(bank.house.store.read_now(lambda tx: tx.telephone.of_number("13800000001")))


def quarantined(bank: Bank) -> list[Kept]:
    return list(bank.house.store.read_now(lambda tx: tx.papers.quarantined()))


@pytest.mark.parametrize("names", [
    ["7moor.ring.txt", "7moor.link.txt", "7moor.hangup.txt", "7moor.hangup.txt"],
    ["7moor.hangup.txt", "7moor.ring.txt"],
])
async def test_P9_1_pushes_of_one_call_are_one_call(bank: Bank, names: list[str]) -> None:
    await hear(bank, "moor", "7moor", *map(sample, names))
    (one,) = calls(bank)
    assert (one.exchange, one.global_id, one.call_id, one.hotline, one.seat, one.talk_s, one.result) == (
        "vendor:moor", "cs-20260722-0001", "cs-20260722-0001", "95580", "8001", 160, "answered")
    assert quarantined(bank) == []


async def test_P9_1_the_recording_of_a_vendors_call_reaches_the_case_of_its_form(bank: Bank) -> None:
    await bank.post(a_form("e97be0ab-0000-4000-8000-000000000001"))
    await hear(bank, "tencent", "tencent", sample("tencent.cdr.json"), sample("tencent.record.json"))
    assert bank.case().recording.reference == "https://rec.vendor.example/t/r1.mp3"
    assert any("录音 https://rec.vendor.example/t/r1.mp3" in entry.says for entry in bank.book())


async def test_the_same_record_by_push_and_by_fetching_is_one_call(bank: Bank) -> None:
    body = sample("aliyun.record.json")
    await hear(bank, "ali", "aliyun", body, body.replace(b'"RecordingReady": true', b'"RecordingReady": true, "RecordingUrl": "https://rec.vendor.example/a.wav"'))
    assert len(calls(bank)) == 1
    legs = bank.house.store.read_now(lambda tx: tx.calls.legs(["job-0000000001"]))
    assert len(legs) == 2


async def test_the_hotline_of_the_configuration_stands_in_where_the_vendor_names_none(bank: Bank) -> None:
    await hear(bank, "v", replace(own(fields={"call_id": "id", "ani": "from"}), hotline="95580"), b'{"id": "c1", "from": "+86 138-0000-0001"}')
    (one,) = calls(bank)
    assert (one.hotline, one.ani) == ("95580", "13800000001")


async def test_P3_a_body_nobody_can_read_waits_in_quarantine_with_reason_and_cure(bank: Bank) -> None:
    await hear(bank, "v", own(), b"\x00rubbish")
    (paper,) = quarantined(bank)
    assert "not JSON" in paper.trouble
    assert "vendor test" in paper.trouble


async def test_P3_a_field_that_makes_no_sense_costs_neither_the_call_nor_the_word_about_it(bank: Bank) -> None:
    mapping = own(fields={"call_id": "id", "ani": "from", "t_start": "at"})
    await hear(bank, "v", mapping, b'{"id": "c1", "from": "13800000001", "at": "soon"}')
    assert len(calls(bank)) == 1
    (paper,) = quarantined(bank)
    assert paper.trouble.startswith("t_start")
    assert f"quarantine retry {paper.id}" in paper.remedy


async def test_a_corrected_mapping_heals_what_waited(bank: Bank) -> None:
    body = b'{"id": "c1", "from": "13800000001", "at": "soon", "when": "2026-07-22 09:30:01"}'
    await hear(bank, "v", own(fields={"call_id": "id", "ani": "from", "t_start": "at"}), body)
    (paper,) = quarantined(bank)
    now = bank.clock()
    await bank.house.store.run(lambda tx: (tx.papers.again(paper.id, "desk"), tx.tasks.owe("read", paper.id, now)))     # quarantine retry
    await hear(bank, "v", own(fields={"call_id": "id", "ani": "from", "t_start": "when"}))
    assert quarantined(bank) == []
    (one,) = calls(bank)
    assert one.started is not None


async def test_each_of_several_records_is_a_call_and_one_bad_one_spoils_no_other(bank: Bank) -> None:
    mapping = own(records="rows", fields={"call_id": "id", "ani": "from"})
    await hear(bank, "v", mapping, b'{"rows": [{"id": "a", "from": "13800000001"}, {"from": "13800000001"}, {"id": "b", "from": "13800000001"}]}')
    assert {one.call_id for one in calls(bank)} == {"a", "b"}
    (paper,) = quarantined(bank)
    assert paper.kind == "vendor-record"
    assert paper.trouble.startswith("call_id")


async def test_P3_good_records_beside_what_is_none_are_heard(bank: Bank) -> None:
    await hear(bank, "v", own(fields={"call_id": "id", "ani": "from"}), b'[{"id": "a", "from": "13800000001"}, 5]')
    assert [one.call_id for one in calls(bank)] == ["a"]
    (paper,) = quarantined(bank)
    assert "1 entries are no records" in paper.trouble


@pytest.mark.parametrize("null", ["1900-01-01 00:00:00", "0001-01-01 00:00:00", "0001-01-01T00:00:00Z", "1970-01-01 08:00:00"])
async def test_P3_a_date_that_means_none_costs_nothing(bank: Bank, null: str) -> None:
    mapping = own(fields={"call_id": "id", "ani": "from", "t_start": "began", "t_end": "ended"})
    await hear(bank, "v", mapping, f'{{"id": "a", "from": "13800000001", "began": "{null}", "ended": "2026-07-22 09:31:00"}}'.encode())
    (one,) = calls(bank)
    assert (one.started, one.ended is None) == (None, False)
    assert (quarantined(bank), bank.house.store.read_now(lambda tx: tx.tasks.parked())) == ([], [])


async def test_P3_a_moment_that_has_not_been_yet_is_a_wrong_field(bank: Bank) -> None:
    mapping = own(fields={"call_id": "id", "ani": "from", "t_start": "began", "t_end": "ended"})
    await hear(bank, "v", mapping, b'{"id": "a", "from": "13800000001", "began": "2026-07-22 09:21:00", "ended": "2126-07-22 09:31:00"}')
    (one,) = calls(bank)
    assert one.ended == one.started
    (paper,) = quarantined(bank)
    assert paper.trouble.startswith("t_end")


async def test_a_vendor_that_is_configured_no_more_is_said(bank: Bank) -> None:
    await keep(bank, "vendor:gone", VendorPaper("k", b'{"id": "c1"}'))
    await bank.quiet()
    (paper,) = quarantined(bank)
    assert "[intake.vendor.gone]" in paper.trouble


async def test_the_counter_keeps_a_push_once(bank: Bank) -> None:
    import asyncio

    counter = Counter(bank.house)
    serving = asyncio.ensure_future(counter.serve())
    paper = paper_of(Post({}, "", b'{"id": "c1"}'), own().mapping.proof)
    try:
        numbers = await asyncio.gather(*(counter.keep("vendor:v", paper) for _ in range(5)))
    finally:
        serving.cancel()
    assert len(set(numbers)) == 1
