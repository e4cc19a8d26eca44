"""Real files of real exchanges, kept beside the project; what is asserted here is counted without the code under test."""

import csv
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from adapters.formats.cdr import calls_of, joined, legs_of
from routing.papers import Unreadable

SHARED = Path(__file__).parents[2].parent / "shared"
CDR = SHARED / "data" / "cdr"
SHANGHAI = ZoneInfo("Asia/Shanghai")

pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="no ../shared here")

#: file, column of the id that all rows of one call share, calls (counted by hand as well)
CSVS = [
    ("asterisk22-Master-21col.csv", 19, 3), ("asterisk22-custom-13col.csv", 10, 3), ("dj-asterisk-cdr-Master.csv", 19, 36),
    ("KelySaina-cdr-Master.csv", 16, 5), ("index33214646348-asterisk-cdr_csv-18col.csv", 16, 4),
    ("freeswitch_tools-Master.csv", 10, 8),
]


def raw_rows(name: str) -> list[list[str]]:
    return list(csv.reader((CDR / name).read_bytes().decode("latin-1").splitlines()))


@pytest.mark.parametrize(("name", "column", "count"), CSVS)
def test_one_call_for_each_id(name: str, column: int, count: int):
    ids = {row[column] for row in raw_rows(name)}
    read = calls_of((CDR / name).read_bytes(), "pbx", SHANGHAI)
    assert read.mistakes == ()
    assert len(read.calls) == len(ids) == count
    assert {call.global_call_id for call in read.calls} == ids


@pytest.mark.parametrize(("name", "column", "count"), CSVS)
def test_row_by_row_is_the_same(name: str, column: int, count: int):
    content = (CDR / name).read_bytes()
    legs = legs_of(content, "pbx", SHANGHAI).calls
    assert len(legs) == len(raw_rows(name))
    for call in calls_of(content, "pbx", SHANGHAI).calls:
        assert joined([leg for leg in reversed(legs) if leg.global_call_id == call.global_call_id]) == call


def test_answered_is_who_was_reached_and_not_what_was_billed():
    rows = raw_rows("dj-asterisk-cdr-Master.csv")
    rang = {row[19] for row in rows if row[6]}
    answered = {row[19] for row in rows if row[6] and row[14] == "ANSWERED"} | {row[19] for row in rows if row[19] not in rang}
    calls = calls_of((CDR / "dj-asterisk-cdr-Master.csv").read_bytes(), "pbx", SHANGHAI).calls
    assert {call.global_call_id for call in calls if call.result == "answered"} == answered
    billed_in_vain = next(call for call in calls if call.global_call_id == "1706369600.6")
    assert (billed_in_vain.result, billed_in_vain.talk_s, len(billed_in_vain.raw)) == ("no-answer", 0, 3)


@pytest.mark.parametrize(("name", "uuid", "talk"), [
    ("cgrates-engine-fscdr_test-0.json", "3da8bf84-c133-4959-9e24-e72875cb33a1", 68),
    ("cgrates-agents-fsevent_test-4.json", "5a3a1d91-90d3-4db4-af5c-cc3ae15d93a4", 21),
    ("cgrates-engine-fscdr_test-3.json", "86cfd6e2-dbda-45a3-b59d-f683ec368e8b", 0),
])
def test_mod_json_cdr(name: str, uuid: str, talk: int):
    (call,) = calls_of((CDR / name).read_bytes(), "fs", SHANGHAI).calls
    assert (call.call_id, call.talk_s) == (uuid, talk)


def test_what_is_no_telephone_record_is_refused():
    others = [*CDR.glob("*smdr*"), *CDR.glob("*.txt"), *CDR.glob("cgrates-agents-asterisk_event*")]
    assert len(others) >= 9
    for path in others:
        with pytest.raises(Unreadable, match="known are"):
            calls_of(path.read_bytes(), "pbx", SHANGHAI)
