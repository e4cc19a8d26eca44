"""The caller's place is a hint: it lifts and offers, it never decides (ruling 17)."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from hotline_bridge.config import load_config
from hotline_bridge.rulebook import load_rules
from hotline_bridge.tables import load_number_places, load_words
from routing.callerplace import CallerPlaces, with_caller
from routing.directory import Directory
from routing.parties import Customer, UnitCode
from routing.place import Place
from routing.rules import Rules
from routing.triage import TriageTables, triage
from routing.verdict import Complaint

NOW = datetime(2026, 7, 22, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
CHANGZHOU, NANTONG, DALIAN, MOBILE = "0519-55500017", "0513-55500017", "0411-55500017", "13912345678"       # the mobile is 常州's


def row(code: str, name: str, full: str, level: str, parent: str) -> dict[str, str]:
    return {"code": code, "name": name, "full_name": full, "level": level, "parent": parent, "mailbox": f"{code.lower()}@bank.example"}


ROWS = [
    row("HQ", "总行", "总行", "总行", ""), row("HQ-CH", "总行渠道管理部", "总行渠道管理部", "部门", "HQ"),
    row("JS", "江苏省分行", "江苏省分行", "一级分行", "HQ"), row("CZ", "常州市分行", "江苏省常州市分行", "二级分行", "JS"), row("NT", "南通市分行", "江苏省南通市分行", "二级分行", "JS"),
    row("LN", "辽宁省分行", "辽宁省分行", "一级分行", "HQ"), row("DL", "大连市分行", "辽宁省大连市分行", "一级分行", "HQ"),
    row("CZ1", "清河县支行", "常州市清河县支行", "支行", "CZ"), row("NT1", "临江县支行", "南通市临江县支行", "支行", "NT"), row("DL1", "海东县支行", "大连市海东县支行", "支行", "DL"),
    row("CZ11", "望鹤镇营业所", "清河县望鹤镇营业所", "网点", "CZ1"), row("NT11", "望鹤镇营业所", "临江县望鹤镇营业所", "网点", "NT1"), row("DL11", "望鹤镇营业所", "海东县望鹤镇营业所", "网点", "DL1"),
]


@pytest.fixture(scope="module")
def tables() -> TriageTables:
    words = load_words(None, None, None)
    return TriageTables(words.lexicon, Directory.parse(ROWS)[0], words.watch, words.rates, callers=CallerPlaces(load_number_places()))


def ask(tables: TriageTables, text: str, phone: str = ""):
    return triage(Complaint(text, "seat-note", NOW, customer=Customer(phone=phone)), tables)


NAMESAKES = "客户称望鹤镇营业所柜员态度恶劣"


@pytest.mark.parametrize(("phone", "first", "says"), [
    (CHANGZHOU, "CZ11", "来电号码属江苏省常州市（区号 0519），可能的单位中该地的列在前面，请核对"), (NANTONG, "NT11", "区号 0513"), (DALIAN, "DL11", "辽宁省大连市（区号 0411）"),
    (MOBILE, "CZ11", "来电号码属江苏省常州市（手机号段，客户可能已不在当地）"),
])
def test_ruling_17_of_several_outlets_of_a_name_the_callers_comes_first(tables: TriageTables, phone: str, first: str, says: str) -> None:
    without, verdict = ask(tables, NAMESAKES), ask(tables, NAMESAKES, phone)
    assert without.unit is verdict.unit is None
    assert set(verdict.candidates) == set(without.candidates) == {"CZ11", "NT11", "DL11"}
    assert verdict.candidates[0] == first
    assert says in verdict.doubts[-1]
    assert phone not in "".join(verdict.doubts)         # P-6
    assert verdict.evidence == without.evidence


def test_ruling_17_the_same_province_comes_before_another(tables: TriageTables) -> None:
    assert ask(tables, NAMESAKES, NANTONG).candidates == ("NT11", "CZ11", "DL11")


def test_where_no_place_is_named_the_branch_of_a_landlines_city_is_offered(tables: TriageTables) -> None:
    text = "柜员态度恶劣，一直推诿"
    without, verdict = ask(tables, text), ask(tables, text, CHANGZHOU)
    assert without.candidates == ()
    assert (verdict.unit, verdict.candidates) == (None, ("CZ",))
    assert verdict.doubts[-1] == "来电号码属江苏省常州市（区号 0519），列出该地的机构供参考，请向客户核对"
    assert ask(tables, text, DALIAN).candidates == ("DL",)
    assert ask(tables, text, "024-55500017").candidates == ()           # this bank has no branch there


def test_P14_1_the_department_that_leads_stays_before_it(tables: TriageTables) -> None:
    text = "手机银行闪退，一直打不开"
    leading = ask(tables, text).candidates
    assert leading == ("HQ-CH",)
    assert ask(tables, text, CHANGZHOU).candidates == ("HQ-CH", "CZ")


@pytest.mark.parametrize("phone", [MOBILE, "95580", "8001", "55500017", "不详", "", "+852 5550 0017", "0000000000"])
def test_a_mobile_offers_nothing_and_neither_does_what_has_no_home(tables: TriageTables, phone: str) -> None:
    text = "柜员态度恶劣，一直推诿"
    assert ask(tables, text, phone) == ask(tables, text)


def test_a_place_that_is_named_is_not_moved_by_where_somebody_calls_from(tables: TriageTables) -> None:
    for text in ("客户称常州清河望鹤镇营业所柜员态度恶劣", "南通市分行信贷员索要好处费", "我在海东那边的网点办的，态度恶劣"):
        without = ask(tables, text)
        for phone in (CHANGZHOU, NANTONG, DALIAN, MOBILE):
            verdict = ask(tables, text, phone)
            assert verdict.unit == without.unit
            assert without.unit is None or verdict == without
            assert set(verdict.candidates) == set(without.candidates)


def test_switched_off_nothing_is_said(tables: TriageTables) -> None:
    off = TriageTables(tables.lexicon, tables.directory, tables.watch, tables.rates)
    assert ask(off, NAMESAKES, CHANGZHOU) == ask(off, NAMESAKES)


def test_a_landline_of_the_exchanges_own_city_counts_as_one(tables: TriageTables) -> None:
    local = CallerPlaces(load_number_places(), "0513")
    assert with_caller(Place(None, ("CZ11", "NT11"), "望鹤所"), "55500017", local, tables.places).candidates == ("NT11", "CZ11")


@given(st.sampled_from([CHANGZHOU, NANTONG, DALIAN, MOBILE, "010-55500017", "0991-5550017"]) | st.text(max_size=20),
       st.lists(st.sampled_from(["CZ11", "NT11", "DL11", "CZ", "HQ-CH", "JS"]), unique=True), st.sampled_from([None, "CZ11"]), st.sampled_from(["", "望鹤所"]))
def test_ruling_17_a_hint_never_decides_and_never_takes_away(phone: str, candidates: list[str], unit: str | None, evidence: str) -> None:
    words = Place(UnitCode(unit) if unit else None, tuple(map(UnitCode, candidates)), evidence)
    found = with_caller(words, phone, CALLERS, PLACES)
    assert found.unit == words.unit
    assert found.evidence == words.evidence
    assert set(found.candidates) >= set(candidates)
    assert bool(found.caller) or found == words
    if unit:
        assert found == words


CALLERS = CallerPlaces(load_number_places())
PLACES = TriageTables(load_words(None, None, None).lexicon, Directory.parse(ROWS)[0], load_words(None, None, None).watch, {}).places


def test_the_hint_is_the_configurations(sample_rules: Rules) -> None:
    assert all(tables.callers is not None for tables in sample_rules.tables.values())
    config = load_config(None)
    local = load_rules(config.model_copy(update={"calls": config.calls.model_copy(update={"home_area": "0519"})}), b"a key of the tests, 32 bytes long").rules
    callers = local.tables[local.default_pack].callers
    assert callers is not None
    assert callers.home_area == "0519"
    off = load_rules(config.model_copy(update={"calls": config.calls.model_copy(update={"place_hint": False})}), b"a key of the tests, 32 bytes long").rules
    assert all(tables.callers is None for tables in off.tables.values())
    assert off.numbers.of("0519-55500017") == sample_rules.numbers.of("0519-55500017") is not None
