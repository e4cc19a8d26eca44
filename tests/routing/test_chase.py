import copy
from datetime import UTC, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.addressee import Addressee, may_be
from routing.chase import next_rung
from routing.deadline import deadline
from routing.pack import parse_pack
from routing.parties import UnitCode
from routing.recipients import reach
from routing.verdict import Category
from tests.routing.shipped import BANK, CALENDAR, CUTOVER, DATONG, PACKS, PSBC, THREE_LINE, ZONE, at, bank, naive, raw_pack

MOMENTS = st.datetimes(naive("2024-01-01 00:00"), naive("2028-01-01 00:00"), timezones=st.just(ZONE))
DAY_PACKS = st.sampled_from([PSBC, DATONG, THREE_LINE])


def rung(pack, received, climbed, now, category=Category.ERROR):
    limits = deadline(pack, CALENDAR, category, at(received))
    return next_rung(pack, CALENDAR, limits.due, limits.last_day, climbed, at(now))


def climb(pack, received, days, category=Category.ERROR):
    """Look at the case whenever it says so, for so many days; return what went out and when."""
    limits = deadline(pack, CALENDAR, category, at(received))
    now, climbed, sent = at(received), 0, []
    while now < at(received) + timedelta(days=days):
        one = next_rung(pack, CALENDAR, limits.due, limits.last_day, climbed, now)
        if one.at <= now:
            sent.append((f"{now:%m-%d %H:%M}", one.name))
            climbed = one.index + 1
        now = max(now, one.at)
    return sent


def test_P11_P20_P21_the_ladder_of_a_simple_case():
    # received on Wednesday, due on Monday the 27th at 17:30
    assert climb(PSBC, "2026-07-22 10:00", 12) == [
        ("07-24 09:00", "到期前提醒"), ("07-27 09:00", "今日到期催办"), ("07-28 09:00", "逾期催办（第二联系人）"),
        ("07-29 09:00", "逾期催办（上级单位）"), ("07-30 09:00", "逾期报工会督办"),
        ("07-31 09:00", "逾期报工会督办"), ("08-03 09:00", "逾期报工会督办"),
    ]


def test_P21_the_ladder_rests_over_the_spring_festival():
    assert [when for when, _ in climb(PSBC, "2026-02-09 10:00", 16)] == [
        "02-11 09:00", "02-12 09:00", "02-13 09:00", "02-14 09:00", "02-24 09:00", "02-25 09:00",
    ]


def test_C3_the_ladder_of_hours_does_not_sleep():
    assert climb(CUTOVER, "2026-10-01 22:30", 1)[:6] == [
        ("10-01 23:30", "现场处置催办"), ("10-02 01:30", "答复到期前提醒"), ("10-02 02:30", "答复逾期催办（第二联系人）"),
        ("10-02 04:30", "答复逾期报上级"), ("10-02 06:30", "结果逾期报工会"), ("10-02 10:30", "结果逾期报工会"),
    ]


def test_D3_T7_the_other_ladders_rise_to_the_superior():
    assert climb(DATONG, "2026-07-22 10:00", 16)[3][1] == "逾期报上级"
    assert climb(THREE_LINE, "2026-07-22 10:00", 5) == [
        ("07-23 09:00", "今日到期催办"), ("07-24 09:00", "逾期催办（第二联系人）"), ("07-27 09:00", "逾期报上级服务部门"),
    ]


def test_P21_missed_rungs_are_not_made_up_for_one_by_one():
    one = rung(PSBC, "2026-07-22 10:00", 1, "2026-08-05 10:12")
    assert (one.name, one.at, one.index) == ("逾期报工会督办", at("2026-08-05 10:12"), 8)
    assert rung(PSBC, "2026-07-22 10:00", one.index + 1, "2026-08-05 10:12").at == at("2026-08-06 09:00")


def test_P21_a_missed_reminder_waits_for_the_morning():
    assert rung(PSBC, "2026-07-22 10:00", 1, "2026-07-27 22:00").at == at("2026-07-28 09:00")
    assert rung(PSBC, "2026-07-22 10:00", 1, "2026-08-01 12:00").at == at("2026-08-03 09:00")     # a Saturday
    assert rung(PSBC, "2026-07-22 10:00", 1, "2026-07-27 08:45").at == at("2026-07-27 09:00")
    assert rung(CUTOVER, "2026-07-22 01:00", 0, "2026-07-22 02:40").at == at("2026-07-22 02:40")


def test_D6_a_date_on_a_sunday_is_called_on_the_friday_before():
    sunday = at("2026-07-26 12:00")
    first = next_rung(DATONG, CALENDAR, sunday, sunday, 0, at("2026-07-20 10:00"))
    second = next_rung(DATONG, CALENDAR, sunday, sunday, 1, at("2026-07-20 10:00"))
    third = next_rung(DATONG, CALENDAR, sunday, sunday, 2, at("2026-07-20 10:00"))
    assert [it.at for it in (first, second, third)] == [at("2026-07-23 09:00"), at("2026-07-24 09:00"), at("2026-07-27 09:00")]


def test_a_pack_without_digests_reminds_at_opening_and_one_of_hours_keeps_to_working_time():
    raw = copy.deepcopy(raw_pack("psbc-95580"))
    raw["chasing"]["digest_times"] = []
    assert next_rung(parse_pack(raw, "x"), CALENDAR, at("2026-07-27 17:30"), at("2026-07-27 17:30"), 0, at("2026-07-22 10:00")).at == at("2026-07-24 08:30")
    hours = copy.deepcopy(raw_pack("cutover"))
    hours["hours"]["around_the_clock"] = False
    for entry in hours["chasing"]["ladder"]:
        entry["by"] = "digest"
    hours["chasing"]["digest_times"] = [at("2026-01-01 09:00").time(), at("2026-01-01 14:00").time()]
    pack = parse_pack(hours, "x")
    due = at("2026-07-24 18:00")                # Friday; rungs at 15:00, 17:00, 18:00 ...
    ats = [next_rung(pack, CALENDAR, due, due + timedelta(hours=4), n, at("2026-07-24 09:30")).at for n in range(5)]
    assert ats == [at("2026-07-27 09:00")] * 5
    assert next_rung(pack, CALENDAR, due, due + timedelta(hours=4), 5, at("2026-07-27 09:00")).at == at("2026-07-27 14:00")


def test_the_zone_of_the_question_makes_no_difference():
    due = at("2026-07-27 17:30")
    one = next_rung(PSBC, CALENDAR, due.astimezone(UTC), due.astimezone(UTC), 0, at("2026-07-22 10:00").astimezone(UTC))
    assert f"{one.at:%Y-%m-%d %H:%M}" == "2026-07-24 09:00"


@given(st.sampled_from(list(PACKS.values())), MOMENTS, st.integers(0, 30), st.timedeltas(timedelta(days=-5), timedelta(days=300)))
def test_P21_an_open_case_always_has_a_next_reminder_that_is_not_in_the_past(pack, received, climbed, since):
    limits = deadline(pack, CALENDAR, None, received)
    now = received + since
    one = next_rung(pack, CALENDAR, limits.due, limits.last_day, climbed, now)
    assert one.at >= now
    assert one.index >= min(climbed, len(pack.chasing.ladder) - 1)      # a limit that moved away: the last rung once more
    after = next_rung(pack, CALENDAR, limits.due, limits.last_day, one.index + 1, one.at)
    assert after.at > one.at or after.index > one.index


@given(DAY_PACKS, MOMENTS, st.integers(0, 12), st.timedeltas(timedelta(0), timedelta(days=60)))
def test_P21_nobody_is_reminded_at_night_or_on_a_closed_day(pack, received, climbed, since):
    limits = deadline(pack, CALENDAR, None, received)
    one = next_rung(pack, CALENDAR, limits.due, limits.last_day, climbed, received + since)
    assert CALENDAR.is_working(one.at.date())
    assert pack.hours.open <= one.at.time() < pack.hours.close


@given(st.sampled_from(list(PACKS.values())), MOMENTS, st.integers(0, 12))
def test_P21_rungs_follow_each_other_in_time(pack, received, climbed):
    limits = deadline(pack, CALENDAR, Category.ERROR, received)
    early = received - timedelta(days=30)
    lower, upper = (next_rung(pack, CALENDAR, limits.due, limits.last_day, n, early) for n in (climbed, climbed + 1))
    assert lower.at <= upper.at


# -- to whom -------------------------------------------------------------------------------------------------------------

def asked(*roles, unit="BJ11", directory=BANK, avoid=""):
    return [(it.unit_code, it.mailbox, it.attention) for it in reach(roles, UnitCode(unit), directory, avoid).found]


def test_P20_the_unit_then_its_second_contact():
    assert asked("unit") == [("BJ11", "bj11@bank.example", "庚经理")]
    assert asked("second_contact") == [("BJ11", "bj11@bank.example", "辛经理")]


def test_P20_one_mailbox_gets_one_letter_for_both_contacts():
    assert asked("unit", "second_contact") == [("BJ11", "bj11@bank.example", "庚经理、辛经理")]


def test_P20_the_second_contacts_own_mailbox_is_used_where_there_is_one():
    assert asked("unit", "second_contact", unit="FA11") == [
        ("FA11", "fa11@bank.example", "寅行长"), ("FA11", "fa11-second@bank.example", "卯经理"),
    ]


def test_P20_without_a_second_contact_the_superior_is_told():
    assert asked("second_contact", unit="FA111") == [("FA11", "fa11@bank.example", "寅行长")]


def test_P20_a_second_contact_without_any_mailbox_is_reached_through_the_superior():
    named = bank(BJ12={"contact1": "申经理", "contact2": "酉经理"})
    assert asked("second_contact", unit="BJ12", directory=named) == [("BJ", "bj@bank.example", "丙主任")]


def test_P21_the_superior_and_the_union():
    assert asked("superior", "union", "desk") == [("BJ1", "bj1@bank.example", "戊经理"), ("HQ-GH", "union@bank.example", "")]


def test_P21_a_unit_without_mailbox_is_reached_through_its_superior():
    assert asked("unit", "superior", unit="BJ12") == [("BJ1", "bj1@bank.example", "戊经理"), ("BJ", "bj@bank.example", "丙主任")]


def test_P21_head_office_has_no_superior_and_a_bank_may_have_no_union():
    assert asked("superior", unit="HQ") == []
    assert reach(("superior",), UnitCode("HQ"), BANK).missing == ("superior",)
    assert asked("union", directory=bank(HQ_GH={})) == asked("superior")        # never nobody: the next that there is, and the desk
    assert reach(("union",), UnitCode("BJ11"), bank(HQ_GH={})).missing == ("union",)
    assert reach(("unit", "second_contact"), UnitCode("NOWHERE"), BANK).found == ()
    assert set(reach(("unit", "second_contact"), UnitCode("NOWHERE"), BANK).missing) == {"unit", "second_contact"}


def test_law_17_the_person_complained_about_is_never_reminded():
    assert asked("unit", avoid="庚经理") == [("BJ11", "bj11@bank.example", "辛经理")]
    assert asked("second_contact", avoid="辛经理") == [("BJ1", "bj1@bank.example", "戊经理")]
    assert asked("unit", unit="FA111", avoid="辰经理") == [("FA11", "fa11@bank.example", "寅行长")]
    own = bank(BJ11={"contact1_mailbox": "bj11@bank.example"})
    assert asked("unit", directory=own, avoid="庚经理") == [("BJ1", "bj1@bank.example", "戊经理")]


def test_P14_3_above_an_inspection_department_stand_only_inspection_departments():
    assert asked("unit", "second_contact", "superior", unit="FA-JC") == [
        ("FA-JC", "fa-inspect@bank.example", ""), ("HQ-JC", "inspect@bank.example", ""),
    ]
    assert asked("unit", unit="FA-JC", directory=bank(FA_JC={"mailbox": ""})) == [("HQ-JC", "inspect@bank.example", "")]
    assert asked("unit", unit="HQ-JC", directory=bank(HQ_JC={"mailbox": ""})) == []


def test_above_another_department_stands_its_counterpart_then_the_unit():
    assert asked("superior", unit="FA-BGS") == [("HQ-BGS", "office@bank.example", "")]
    assert asked("superior", unit="HQ-CP") == [("HQ", "hq@bank.example", "甲经理")]


@pytest.mark.parametrize("person, contact, same", [
    ("刘经理", "刘经理", True), ("刘芳", "刘经理", True), ("刘经理", "刘芳", True), ("柜员刘芳", "刘芳", True), ("刘芳", "刘伟", False),
    ("大堂经理", "刘经理", False), ("王经理", "刘经理", False), ("行长", "寅行长", True), ("", "刘经理", False), ("刘芳", "", False),
    ("刘 芳", "刘芳", True), ("刘", "刘芳", False),
])
def test_law_17_rather_once_too_often_than_once_too_few(person, contact, same):
    assert may_be(person, contact) is same


def test_an_addressee_may_be_only_a_unit():
    assert Addressee(UnitCode("HQ-GH"), "union@bank.example").attention == ""
