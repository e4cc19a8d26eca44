import copy
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.deadline import deadline, deadline_json, law_due, milestone_due, slip_due
from routing.pack import parse_pack
from routing.papers import Channel
from routing.verdict import Category
from tests.routing.shipped import CALENDAR, CUTOVER, DATONG, PACKS, PSBC, THREE_LINE, ZONE, at, naive, raw_pack

RECEIVED = st.datetimes(naive("2018-01-01 00:00"), naive("2032-01-01 00:00"), timezones=st.just(ZONE))
CATEGORIES = st.sampled_from([*Category, None])
BY_DAY = st.sampled_from([PSBC, DATONG, THREE_LINE])


def limits(pack, category, received, authority_due=None):
    found = deadline(pack, CALENDAR, category and Category(category), at(received), authority_due and at(authority_due))
    return f"{found.due:%Y-%m-%d %H:%M}", f"{found.last_day:%Y-%m-%d %H:%M}"


@pytest.mark.parametrize("received, due", [
    ("2026-07-22 10:00", "2026-07-27 17:30"),       # Wednesday: Thursday, Friday, Monday
    ("2026-07-22 23:59", "2026-07-27 17:30"),       # the hour of receipt makes no difference
    ("2026-07-25 10:00", "2026-07-29 17:30"),       # Saturday
    ("2026-02-11 18:05", "2026-02-14 17:30"),       # the make-up Saturday counts
    ("2026-02-12 09:00", "2026-02-24 17:30"),       # over the Spring Festival
    ("2026-09-17 09:00", "2026-09-21 17:30"),       # the make-up Sunday counts
    ("2025-09-28 09:00", "2025-10-09 17:30"),       # a make-up Sunday is the day of receipt; then the National Day
])
def test_P11_simple_is_due_on_the_third_working_day(received, due):
    assert limits(PSBC, "服务态度", received) == (due, due)


def test_P11_complex_is_due_on_day_seven_and_day_ten_is_the_last():
    assert limits(PSBC, "服务产品", "2026-07-22 10:00") == ("2026-07-31 17:30", "2026-08-05 17:30")


def test_P11_a_case_nobody_has_sorted_has_the_longer_limit():
    assert limits(PSBC, None, "2026-07-22 10:00") == limits(PSBC, "服务产品", "2026-07-22 10:00")


def test_P11_the_day_of_receipt_is_the_day_in_the_banks_zone():
    late_in_london = datetime(2026, 7, 22, 17, 0, tzinfo=UTC)       # 01:00 on the 23rd at the bank
    found = deadline(PSBC, CALENDAR, Category.ERROR, late_in_london)
    assert found.due == at("2026-07-28 17:30")
    assert found.due.utcoffset() == timedelta(hours=8)


def test_D5_complex_within_seven_working_days():
    assert limits(DATONG, "服务产品", "2026-07-22 10:00") == ("2026-07-31 17:30", "2026-07-31 17:30")


@pytest.mark.parametrize("authority", ["2026-07-24 12:00", "2026-08-20 12:00", "2026-07-26 12:00"])
def test_D6_the_date_the_authority_set_takes_the_place_of_the_banks_own(authority):
    found = deadline(DATONG, CALENDAR, None, at("2026-07-22 10:00"), at(authority))
    assert found.due == found.last_day == found.authority_due == at(authority)
    assert found.rule == "D-6"
    assert not found.provisional


@pytest.mark.parametrize("authority, due, last, rule, note", [
    ("2026-07-24 12:00", "2026-07-24 12:00", "2026-07-24 12:00", "D-6", "以此为准"),
    ("2026-08-03 12:00", "2026-07-31 17:30", "2026-08-03 12:00", "P-11", "最后期限以此为准"),
    ("2026-08-20 12:00", "2026-07-31 17:30", "2026-08-05 17:30", "P-11", "从本行期限"),
])
def test_D6_elsewhere_the_authoritys_date_binds_where_it_is_earlier(authority, due, last, rule, note):
    found = deadline(PSBC, CALENDAR, Category.PRODUCT, at("2026-07-22 10:00"), at(authority))
    assert (found.due, found.last_day, found.rule, found.authority_due) == (at(due), at(last), rule, at(authority))
    assert note in found.explanation[-1]


def test_T3_an_outlet_has_one_working_day_and_head_office_three():
    assert limits(THREE_LINE, "服务态度", "2026-07-24 10:00")[0] == "2026-07-27 17:30"
    assert limits(THREE_LINE, "服务渠道", "2026-07-24 10:00")[0] == "2026-07-29 17:30"


def test_T4_passed_on_within_an_hour_and_begun_within_two_of_delivery():
    passed_on, begun = THREE_LINE.milestones
    assert (passed_on.since, begun.since) == ("received", "delivered")
    assert milestone_due(THREE_LINE, CALENDAR, passed_on, at("2026-07-24 17:00")) == at("2026-07-27 09:00")
    assert milestone_due(THREE_LINE, CALENDAR, begun, at("2026-07-24 10:00")) == at("2026-07-24 12:00")


def test_C3_four_hours_to_the_answer_and_eight_to_the_result_around_the_clock():
    assert limits(CUTOVER, None, "2026-10-01 22:30") == ("2026-10-02 02:30", "2026-10-02 06:30")


def test_C3_one_hour_on_the_spot():
    ends = [milestone_due(CUTOVER, CALENDAR, it, at("2026-10-01 22:30")) for it in CUTOVER.milestones]
    assert ends == [at("2026-10-01 23:30"), at("2026-10-02 02:30"), at("2026-10-02 06:30")]


def test_P9_6_a_slip_from_the_web_leaves_within_two_working_days():
    assert slip_due(PSBC, CALENDAR, Channel.WEB, at("2026-07-24 10:00")) == at("2026-07-28 17:30")
    assert slip_due(PSBC, CALENDAR, Channel.PHONE, at("2026-07-24 10:00")) is None


@pytest.mark.parametrize("category, last_day", [("服务态度", date(2026, 8, 6)), ("服务产品", date(2026, 8, 21))])
def test_law_18_fifteen_or_thirty_calendar_days_beside_the_packs(category, last_day):
    found = deadline(PSBC, CALENDAR, Category(category), at("2026-07-22 10:00"))
    assert (found.law_due.date(), f"{found.law_due:%H:%M:%S}") == (last_day, "23:59:59")


def test_law_18_the_third_level_is_thirty_days_more():
    assert law_due(PSBC, at("2026-07-22 10:00"), "special").date() == date(2026, 9, 20)
    assert law_due(PSBC, at("2026-07-22 10:00"), "simple").date() == date(2026, 8, 6)


@pytest.mark.parametrize("received, provisional", [
    ("2026-12-28 09:00", False),        # 29, 30, 31 December
    ("2026-12-29 09:00", True),         # reaches into a year nobody has published
    ("2026-12-31 09:00", True),
    ("2027-06-01 09:00", True),
])
def test_a_deadline_in_an_unpublished_year_is_marked_provisional(received, provisional):
    found = deadline(PSBC, CALENDAR, Category.ERROR, at(received))
    assert found.provisional is provisional
    assert any(line.startswith("暂定") for line in found.explanation) is provisional


def test_C3_hours_by_the_clock_need_no_calendar():
    assert not deadline(CUTOVER, CALENDAR, None, at("2029-10-01 12:00")).provisional


def test_the_explanation_names_every_day_and_why():
    found = deadline(PSBC, CALENDAR, Category.ERROR, at("2026-02-12 18:05"))
    assert found.explanation == (
        "受理：2026-02-12（周四） 18:05，当日不计",
        "2026-02-13（周五）：第1个工作日",
        "2026-02-14（周六）春节调休上班：第2个工作日",
        "2026-02-15（周日）春节放假：不计", "2026-02-16（周一）春节放假：不计", "2026-02-17（周二）春节放假：不计",
        "2026-02-18（周三）春节放假：不计", "2026-02-19（周四）春节放假：不计", "2026-02-20（周五）春节放假：不计",
        "2026-02-21（周六）春节放假：不计", "2026-02-22（周日）春节放假：不计", "2026-02-23（周一）春节放假：不计",
        "2026-02-24（周二）：第3个工作日",
        "到期：2026-02-24（周二） 17:30（简单，3个工作日，P-11）",
        "法定外限：2026-02-27（周五） 23:59（银行业保险业消费投诉处理管理办法（2020年第3号令）第十八条，15个自然日，受理当日不计）",
    )


def test_the_json_of_a_deadline_has_iso_times_with_their_zone():
    found = deadline_json(deadline(PSBC, CALENDAR, Category.PRODUCT, at("2026-07-22 10:00")))
    assert {key: found[key] for key in ("due", "last_day", "law_due", "authority_due", "provisional", "rule")} == {
        "due": "2026-07-31T17:30:00+08:00", "last_day": "2026-08-05T17:30:00+08:00", "law_due": "2026-08-21T23:59:59+08:00",
        "authority_due": None, "provisional": False, "rule": "P-11",
    }
    assert found["explanation"][0] == "受理：2026-07-22（周三） 10:00，当日不计"


def test_a_moment_without_zone_is_refused():
    with pytest.raises(ValueError, match="received 2026-07-22T10:00:00 has no zone; give it one"):
        deadline(PSBC, CALENDAR, None, naive("2026-07-22 10:00"))
    with pytest.raises(ValueError, match="authority_due"):
        deadline(PSBC, CALENDAR, None, at("2026-07-22 10:00"), naive("2026-07-22 10:00"))


def test_a_pack_may_count_working_hours():
    raw = copy.deepcopy(raw_pack("three-line"))
    raw["limits"]["outlet"] |= {"count": "working-hours", "due": 4, "last": 9}
    raw["extension"]["most"]["outlet"] = 18
    found = deadline(parse_pack(raw, "hours"), CALENDAR, Category.ERROR, at("2026-07-24 15:30"))
    assert (found.due, found.last_day) == (at("2026-07-27 10:30"), at("2026-07-27 15:30"))
    assert "4个工作小时" in found.explanation[1]


# -- what holds for every deadline ---------------------------------------------------------------------------------------

@given(st.sampled_from(list(PACKS.values())), CATEGORIES, RECEIVED, st.timedeltas(timedelta(0), timedelta(days=40)))
def test_whoever_complains_later_is_never_due_earlier(pack, category, received, later):
    first, second = (deadline(pack, CALENDAR, category, moment) for moment in (received, received + later))
    assert first.due <= second.due
    assert first.last_day <= second.last_day
    assert first.law_due <= second.law_due


@given(BY_DAY, CATEGORIES, RECEIVED)
def test_no_deadline_of_days_falls_on_a_closed_day(pack, category, received):
    found = deadline(pack, CALENDAR, category, received)
    for moment in (found.due, found.last_day):
        assert CALENDAR.is_working(moment.date())
        assert moment.time() == pack.hours.close
    assert received < found.due <= found.last_day


@given(BY_DAY, CATEGORIES, RECEIVED)
def test_the_explanation_adds_up_day_by_day(pack, category, received):
    found = deadline(pack, CALENDAR, category, received)
    own = found.clocks()[0]             # the pack's; where that reaches beyond the law's, the line about the law says by when
    days = [line for line in found.explanation if re.match(r"\d{4}-", line)]
    shown = [date.fromisoformat(line[:10]) for line in days]
    assert shown == [received.date() + timedelta(n) for n in range(1, (own.last_day.date() - received.date()).days + 1)]
    assert (found.due, found.last_day) == (own.due, own.last_day) or f"应于{found.last_day:%Y-%m-%d}" in found.explanation[-1]
    counted = [int(hit[1]) for line in days if (hit := re.search(r"第(\d+)个工作日$", line))]
    assert counted == list(range(1, pack.limit_of(category).last + 1))
    due_line = next(line for line in days if line.endswith(f"第{pack.limit_of(category).due}个工作日"))
    assert due_line[:10] == f"{own.due:%Y-%m-%d}"


@given(CATEGORIES, RECEIVED)
def test_C3_the_hours_are_real_hours(category, received):
    found = deadline(CUTOVER, CALENDAR, category, received)
    assert found.due - received.astimezone(UTC) == timedelta(hours=4)
    assert found.last_day - received.astimezone(UTC) == timedelta(hours=8)


@given(st.sampled_from([PSBC, THREE_LINE, CUTOVER]), CATEGORIES, RECEIVED, st.timedeltas(timedelta(hours=-30), timedelta(days=40)))
def test_D6_an_authority_never_makes_more_time_where_the_earlier_date_binds(pack, category, received, given_time):
    alone = deadline(pack, CALENDAR, category, received)
    found = deadline(pack, CALENDAR, category, received, received + given_time)
    assert found.due == min(alone.due, received + given_time)
    assert found.due <= found.last_day <= alone.last_day
