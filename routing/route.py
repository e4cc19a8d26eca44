"""Who gets the slip, who a copy, and by which hop (P-9.2 - P-9.9, P-11.1, P-14.1 - P-14.3, P-16, P-17; D-, T-, C-)."""

from dataclasses import dataclass, replace

from routing.addressee import Addressee, addressee, at_unit, kept_from, may_be
from routing.case import Case
from routing.directory import DEPARTMENT, Directory
from routing.entries import Forwarding, Route, Ruling
from routing.envelope import Envelope, Part, Routing, joined, without
from routing.pack import Pack
from routing.parties import Unit, UnitCode
from routing.told import court, department_of, told
from routing.verdict import Category

__all__ = ["Envelope", "Part", "Routing", "route"]
_UNION, _OFFICE = "工会", "办公室"
_FIRST_LEVEL, _HEAD = "一级分行", "总行"


def route(case: Case, pack: Pack, directory: Directory) -> Routing:
    """Return every letter the case owes now, and what the desk must settle.

    Without a known unit nothing leaves. A financial crime goes to inspection and to nobody else at the unit (P-14.3).
    Nothing ever goes to the person complained about, whatever the tables say (P-11.1, law:17).
    """
    unit = directory.get(case.unit) if case.unit else None
    if unit is None:
        named = f"机构代码 {case.unit} 不在机构名录中" if case.unit else "被投诉单位未确定"
        return Routing(doubts=(f"{named}，请投诉处理岗确定后再转办",))
    desk = _Desk(case, pack, directory, unit)
    if pack.inspection and desk.category in pack.inspection.categories:
        decided = desk.crime()
    else:
        decided = joined(desk.slip(), told(case, unit, pack, directory), court(case, unit, pack, directory))
    return without(decided, kept_from(directory, unit.code, desk.avoid))


@dataclass(frozen=True, slots=True)
class _Desk:
    """One case on the desk with all that is needed to decide about it."""

    case: Case
    pack: Pack
    directory: Directory
    unit: Unit

    @property
    def category(self) -> Category | None:
        return self.case.category or (self.case.verdict.category if self.case.verdict else None)

    @property
    def avoid(self) -> str:
        return self.case.complaint.person_hint

    @property
    def way(self) -> Route:
        return self.pack.route_of(self.case.complaint.channel)

    # -- the slip ----------------------------------------------------------------------------------------------------

    def crime(self) -> Routing:
        """Hand the case to inspection alone; copies only to offices that are not part of the unit (P-14.3, T-6)."""
        entry = self.pack.inspection
        assert entry is not None
        office = self._department(entry.departments)
        found = addressee(self.directory, office.code, self.avoid) if office else None
        if found is None or self._read_at_unit(found.mailbox):
            return Routing(doubts=(f"金融犯罪类投诉应交{entry.departments[0]}部门（{entry.rule}），名录中没有可用的该部门邮箱，请投诉处理岗指定；不得转被投诉单位",))
        slip = Envelope("slip", "主办", found.unit_code, (found.mailbox,), (), entry.rule,
                        f"金融犯罪类投诉只交监察部门办理，不告知被投诉单位其他人员（{entry.rule}）")
        up = told(self.case, self.unit, self.pack, self.directory)
        others = tuple(it for it in up.envelopes if not self._at_unit(it.unit) and not self._read_at_unit(*it.to))
        return joined(Routing((slip,)), replace(up, envelopes=others))

    def slip(self) -> Routing:
        """Decide who leads and who assists, and by which hop the unit gets its slip."""
        lead = self._lead()
        if lead is None:
            own = self._to_unit("督办" if self.way.slip == "supervision" else "主办")
        else:
            assists = self._to_unit("协办" if lead.envelopes else "主办")
            led = {address for it in lead.envelopes for address in it.to}
            own = joined(lead, replace(assists, envelopes=tuple(it for it in assists.envelopes if not led.issuperset(it.to))))
        ruling = self.pack.ruling
        if ruling is None or self.category not in ruling.categories:
            return own
        if not ruling.departments:
            named = tuple(replace(it, why=f"{it.why}；{ruling.says}（{ruling.rule}）") for it in own.envelopes)
            return replace(own, envelopes=named)
        return joined(own, self._ruled_by(ruling))

    def _lead(self) -> Routing | None:
        """Let the product or channel department lead (P-14.1), or the office where the media asked (P-9.8)."""
        if self.way.slip == "office":
            return self._led_by((_OFFICE,), self.way.rule, "媒体投诉由办公室受理、核实、答复并留存记录")
        for entry in self.pack.leads:
            if self.category in entry.categories:
                return self._led_by(entry.departments, entry.rule, f"{self.category.value}类投诉由主管部门主办，被投诉单位协办")
        return None

    def _led_by(self, departments: tuple[str, ...], rule: str, why: str) -> Routing:
        office = self._department(departments)
        found = addressee(self.directory, office.code, self.avoid) if office else None
        if found is None:
            return Routing(doubts=(f"名录中没有{departments[0]}部门的邮箱，暂由被投诉单位主办，请投诉处理岗指定主办部门（{rule}）",))
        return Routing((Envelope("slip", "主办", found.unit_code, (found.mailbox,), (), rule, f"{why}（{rule}）"),))

    def _to_unit(self, part: Part) -> Routing:
        """Send the unit its slip, abroad by the address given (P-9.4), away from home over the union (P-9.3)."""
        if self.pack.overseas and self.unit.division.startswith(self.pack.overseas.divisions):
            return self._overseas(part)
        hop = self.pack.forwarding
        if hop and self._away_from_home(hop):
            return self._over_the_union(hop, part)
        found = addressee(self.directory, self.unit.code, self.avoid)
        if found is None:
            return Routing(doubts=(f"{self.unit.name}及其上级单位均无可用的投诉邮箱，请投诉处理岗另行送达（{self.way.rule}）",))
        cc, doubts = self._union_copy(found) if self.way.slip == "supervision" else ((), ())
        return Routing((Envelope("slip", part, found.unit_code, (found.mailbox,), cc, self.way.rule, self._why(found)),), doubts)

    def _why(self, found: Addressee) -> str:
        reason = f"{self.case.complaint.channel.value}受理，转被投诉单位办理（{self.way.rule}）"
        if found.unit_code != self.unit.code:
            taker = self.directory.get(found.unit_code)
            reason += f"；{self.unit.name}无可用邮箱，送{taker.name if taker else found.unit_code}"
        if self.avoid and any(may_be(self.avoid, it.name) for it in (self.unit.first, self.unit.second)):
            reason += f"；被投诉人回避，请{found.attention or '上级负责人'}办理（P-11.1）"
        return reason

    def _overseas(self, part: Part) -> Routing:
        entry = self.pack.overseas
        assert entry is not None
        own = at_unit(self.unit, self.avoid)
        mailbox = entry.addresses.get(self.unit.code) or (own.mailbox if own else "")
        if not mailbox:
            return Routing(doubts=(f"{self.unit.name}为境外机构，请向总行境外业务部门取得地址后发出（{entry.rule}）",))
        why = f"境外机构，按总行境外业务部门提供的地址发送（{entry.rule}）"
        return Routing((Envelope("slip", part, self.unit.code, (mailbox,), (), entry.rule, why),))

    def _away_from_home(self, hop: Forwarding) -> bool:
        return (
            self.pack.centre == _HEAD and self.case.complaint.channel in hop.channels
            and not self.unit.division.startswith(hop.home_divisions) and self._at_level((_FIRST_LEVEL,)) is not None
        )

    def _over_the_union(self, hop: Forwarding, part: Part) -> Routing:
        """Pass the slip on to the first-level branch with the union in copy, or hand it to the union (P-9.3)."""
        head = self.directory.chain(self.unit.code)[-1]
        union = self._department((_UNION,), head.code)
        watch = addressee(self.directory, union.code, self.avoid) if union else None
        branch = self._at_level((_FIRST_LEVEL,))
        found = addressee(self.directory, branch.code, self.avoid) if branch else None
        if watch is None or found is None:
            return Routing(doubts=(f"京外投诉须经总行工会转一级分行（{hop.rule}），名录中缺少{'总行工会' if watch is None else '一级分行'}的邮箱，请投诉处理岗送达",))
        if hop.by == "union":
            why = f"总行中心受理的京外投诉，交总行工会转一级分行（{hop.rule}）"
            return Routing((Envelope("slip", part, watch.unit_code, (watch.mailbox,), (), hop.rule, why, found.unit_code),))
        to = [found.mailbox]
        if hop.unit_too and (own := addressee(self.directory, self.unit.code, self.avoid)) and own.mailbox not in to:
            to.append(own.mailbox)
        why = f"总行中心受理的京外投诉，转一级分行投诉邮箱并抄送总行工会（{hop.rule}）"
        return Routing((Envelope("slip", part, found.unit_code, tuple(to), (watch.mailbox,), hop.rule, why),))

    def _union_copy(self, found: Addressee) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the union's mailbox for the copy of a supervision slip, or the doubt that there is none (P-9.7, P-9.9)."""
        union = self._department((_UNION,))
        copy = addressee(self.directory, union.code, self.avoid) if union else None
        if copy is None:
            return (), (f"名录中没有工会邮箱，督办单未能抄送工会（{self.way.rule}）",)
        return () if copy.mailbox == found.mailbox else (copy.mailbox,), ()

    def _ruled_by(self, entry: Ruling) -> Routing:
        """Ask the competent department what it is (P-14.2)."""
        office = self._department(entry.departments)
        found = addressee(self.directory, office.code, self.avoid) if office else None
        if found is None:
            return Routing(doubts=(f"{entry.says}，名录中没有{entry.departments[0]}部门的邮箱，请投诉处理岗告知（{entry.rule}）",))
        return Routing((Envelope("copy", "抄送", found.unit_code, (found.mailbox,), (), entry.rule, f"{entry.says}（{entry.rule}）"),))

    # -- who is where --------------------------------------------------------------------------------------------------

    def _department(self, roles: tuple[str, ...], of: UnitCode | None = None) -> Unit | None:
        return department_of(self.directory, roles, of or self.unit.code)

    def _at_level(self, levels: tuple[str, ...]) -> Unit | None:
        return next((it for it in self.directory.chain(self.unit.code) if it.level in levels), None)

    def _at_unit(self, code: UnitCode) -> bool:
        """Whether this is the unit complained about or one of its own departments."""
        at = self.directory.get(code)
        return at is not None and (at.code == self.unit.code or (at.level == DEPARTMENT and at.parent == self.unit.code))

    def _read_at_unit(self, *mailboxes: str) -> bool:
        """Whether one of these mailboxes is the unit's or its contacts' own."""
        theirs = {self.unit.mailbox, self.unit.first.mailbox, self.unit.second.mailbox}
        return not theirs.isdisjoint(mailboxes)
