"""How a deadline came about, day by day, in Chinese and English: the pack's clock, the law's, and an authority's date.

Nothing here decides; the words are put together when somebody asks for them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from typing import Literal, TypeAlias

from routing.calendar import ONE_DAY, Calendar, show_day, show_day_in_english
from routing.clocks import Event, Standing, away_days, lacking
from routing.entries import Authority, LawTerm, Limit

Language = Literal["zh", "en"]
ClockName = Literal["pack", "law", "authority"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
_COUNTS_EN = {"working-days": "working days", "working-hours": "working hours", "clock-hours": "hours"}
_COUNTS = {"working-days": "个工作日", "working-hours": "个工作小时", "clock-hours": "小时"}
_LACKS = {"zh": {"reason": "向转办单发出方说明原因", "told": "向客户解释的时间和方式"}, "en": {"reason": "the reason to the sender of the slip", "told": "when and how the customer was told"}}
_Words: TypeAlias = Mapping[str, str]
_ZH: _Words = {
    "received": "受理：{at}", "restarted": "新事实：{at}（{says}），自当日重新起算（law:18）", "not_that_day": "，当日不计", "from_then": "起计",
    "due": "到期：{at}（{name}，{n}{count}，{rule}）", "last": "最后期限：{at}（{n}{count}，{rule}）",
    "extended": "延期：至{at}（{rule}；原因：{reason}；{told}已以{how}告知客户）",
    "request": "延期申请未生效：至{at}，尚缺{lacks}（{rule}）",
    "provisional": "暂定：所涉年度的放假安排尚未公布，公布后须重新计算",
    "law": "法定外限：{at}（{name}，{n}个自然日，受理当日不计{more}）", "outer": "，早于本行期限，应于{at}前办结", "away": "；扣除鉴定{n}日", "prolonged": "；经{approver}批准延长{n}日，{told}已以{how}告知客户",
    "authority": "交办期限：{at}（上级、监管或政府规定，{rule}）", "place": "，以此为准", "binds": "，早于本行期限，以此为准",
    "last_binds": "，最后期限以此为准", "idle": "，本行期限更早，从本行期限",
}
_EN: _Words = {
    "received": "Received: {at}", "restarted": "New facts: {at} ({says}); the clock starts anew that day (law:18)", "not_that_day": "; that day does not count",
    "from_then": "; counted from then on",
    "due": "Due: {at} ({name}, {n} {count}, {rule})", "last": "Last day: {at} ({n} {count}, {rule})",
    "extended": "Extended to {at} ({rule}; reason: {reason}; customer told {told} by {how})",
    "request": "Extension asked for, not in force: to {at}; missing: {lacks} ({rule})",
    "provisional": "Provisional: the calendar of a year in question is not published; worked out anew once it is",
    "law": "Legal limit: {at} ({name}, {n} calendar days, the day of receipt not counted{more})", "outer": "; earlier than the bank's own, so the case is due by {at}", "away": "; {n} days of appraisal left out",
    "prolonged": "; prolonged by {n} days, approved by {approver}, customer told {told} by {how}",
    "authority": "Date set by the authority: {at} (superior, regulator or government, {rule})", "place": "; it takes the place of the bank's own",
    "binds": "; earlier than the bank's own, so it binds", "last_binds": "; it binds as the last day", "idle": "; the bank's own is earlier and binds",
}


@dataclass(frozen=True, slots=True)
class Clock:
    """One of the limits side by side: when, by which rule, and every line of how it came about, in both languages."""

    name: ClockName
    due: datetime
    last_day: datetime
    rule: str
    zh: tuple[str, ...]
    en: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Legal:
    """The legal limit as it was counted: from the day after `start`, `days` calendar days, those of an appraisal left out."""

    term: LawTerm
    days: int
    due: datetime


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What a deadline was worked out of."""

    calendar: Calendar
    limit: Limit
    extension_rule: str
    standing: Standing
    due: datetime                       # the pack's own, before any extension
    last_day: datetime
    provisional: bool
    legal: Legal
    authority: Authority
    set_for: datetime | None = None     # the authority's date
    effect: str = ""                    # what it does beside the pack's own: place, binds, last_binds, idle
    outer: datetime | None = None       # where the law ends the pack's own, should that reach beyond it (law:18)

    def brief(self, language: Language = "zh") -> tuple[str, ...]:
        """The pack's clock day by day, the law's and the authority's in a line each: what a slip's reader wants to know."""
        said = (*self.own(language), self.law_line(language))
        return said if self.set_for is None else (*said, self.authority_line(language))

    def own(self, language: Language) -> tuple[str, ...]:
        """The pack's clock."""
        words, show = _spoken(language)
        limit, by_day = self.limit, self.limit.count == "working-days"
        unit = (_COUNTS if language == "zh" else _COUNTS_EN)[limit.count]
        lines = [self._began(language, by_day=by_day)]
        if by_day:
            lines += _working_days(self.calendar, self.standing.start.date(), self._shown_until(), language)
        lines.append(words["due"].format(at=show(self.due), name=limit.name, n=limit.due, count=unit, rule=limit.rule))
        if self.last_day != self.due:
            lines.append(words["last"].format(at=show(self.last_day), n=limit.last, count=unit, rule=limit.rule))
        if self.standing.extension is not None:
            lines.append(self._extended(self.standing.extension, language))
        if self.standing.request is not None:
            lines.append(self._asked(self.standing.request, language))
        return (*lines, words["provisional"]) if self.provisional else tuple(lines)

    def law(self, language: Language) -> tuple[str, ...]:
        """The law's clock (law:18)."""
        first, last = self.standing.start.date(), self.legal.due.date()
        days = _calendar_days(self.calendar, first, last, self.standing.away, language)
        return (self._began(language, by_day=True), *days, self.law_line(language))

    def law_line(self, language: Language) -> str:
        """The legal limit in a line, with what moved it."""
        words, show = _spoken(language)
        first = self.standing.start.date() + ONE_DAY
        away, longer = away_days(self.standing.away, first, self.legal.due.date()), self.standing.prolonged
        more = words["away"].format(n=away) if away else ""
        if longer is not None:
            more += words["prolonged"].format(n=self.legal.term.special_extra, approver=longer.approver, told=_when(longer, self.due, show), how=longer.told_how)
        binds = words["outer"].format(at=show(self.outer)) if self.outer else ""
        return words["law"].format(at=show(self.legal.due), name=self.legal.term.name, n=self.legal.days, more=more) + binds

    def authority_line(self, language: Language) -> str:
        """The authority's date in a line, and what it does to the bank's own (D-6)."""
        assert self.set_for is not None
        words, show = _spoken(language)
        return words["authority"].format(at=show(self.set_for), rule=self.authority.rule) + words[self.effect]

    def _began(self, language: Language, *, by_day: bool) -> str:
        words, show = _spoken(language)
        anew = self.standing.restarted
        said = (
            words["received"].format(at=show(self.standing.start)) if anew is None
            else words["restarted"].format(at=show(self.standing.start), says=anew.reason)
        )
        return said + words["not_that_day" if by_day else "from_then"]

    def _shown_until(self) -> date:
        granted = self.standing.extension
        if granted is None or granted.until is None:
            return self.last_day.date()
        return max(self.last_day, granted.until.astimezone(self.last_day.tzinfo)).date()

    def _extended(self, one: Event, language: Language) -> str:
        words, show = _spoken(language)
        assert one.until is not None
        return words["extended"].format(
            at=show(one.until.astimezone(self.due.tzinfo)), rule=self.extension_rule, reason=one.reason, told=_when(one, self.due, show), how=one.told_how)

    def _asked(self, one: Event, language: Language) -> str:
        words, show = _spoken(language)
        lacks = ("、" if language == "zh" else ", ").join(_LACKS[language][name] for name in lacking(one))
        at = show(one.until.astimezone(self.due.tzinfo)) if one.until else "?"
        return words["request"].format(at=at, lacks=lacks, rule=self.extension_rule)


def _spoken(language: Language) -> tuple[_Words, Callable[[datetime], str]]:
    return (_ZH, _moment) if language == "zh" else (_EN, _moment_in_english)


def _moment(at: datetime) -> str:
    return f"{show_day(at)} {at.hour:02}:{at.minute:02}"


def _moment_in_english(at: datetime) -> str:
    return f"{show_day_in_english(at)} {at.hour:02}:{at.minute:02}"


def _when(one: Event, like: datetime, show: Callable[[datetime], str]) -> str:
    return show(one.told.astimezone(like.tzinfo)) if one.told else ""


def _working_days(calendar: Calendar, received: date, last: date, language: Language) -> list[str]:
    """A line for every day after receipt up to the last, counted or not and why."""
    days, counted = calendar.told(received + ONE_DAY, last), count(1)
    if language == "zh":
        return [f"{day.why}第{next(counted)}个工作日" if day.works else f"{day.why}不计" for day in days]
    return [f"{day.why_en}working day {next(counted)}" if day.works else f"{day.why_en}not counted" for day in days]


def _calendar_days(calendar: Calendar, received: date, last: date, away: Sequence[tuple[date, date]], language: Language) -> list[str]:
    """A line for every day after receipt up to the last; those of an appraisal do not count (law:18)."""
    days, counted = enumerate(calendar.told(received + ONE_DAY, last), received.toordinal() + 1), count(1)
    out = {n for first, end in away for n in range(first.toordinal(), end.toordinal() + 1)}
    if language == "zh":
        return [f"{day.day}外部鉴定，不计" if n in out else f"{day.day}第{next(counted)}个自然日" for n, day in days]
    return [f"{day.day_en}external appraisal, not counted" if n in out else f"{day.day_en}calendar day {next(counted)}" for n, day in days]
