"""What a complaint is: category, amounts, flags with their evidence, unit. Reads like the reviewer's checklist (P-9.1)."""

import re
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from routing.category import category
from routing.directory import Directory
from routing.gazetteer import Gazetteer
from routing.lexicon import Lexicon, Reading, union
from routing.money import Amount, amounts
from routing.place import Place, find_unit
from routing.text import Folded, fold
from routing.topics import customer_words, reputation, topics
from routing.verdict import OVER_50K, PUBLIC_FIGURE, REPUTATION, Complaint, Flag, Verdict
from routing.watch import WatchList, public_figure


@dataclass(frozen=True, slots=True)
class TriageTables:
    """The bank's tables that triage reads; `places` is the index of the directory, built here once."""

    lexicon: Lexicon
    directory: Directory
    watch: WatchList
    rates: Mapping[str, Decimal]        # CNY per unit, by ISO code
    amount_over: Decimal = Decimal(50_000)
    places: Gazetteer = field(init=False, repr=False)
    private: "PrivateMoney" = field(init=False, repr=False)

    def __post_init__(self) -> None:
        nicknames = self.lexicon.words.get("places", {}).get("nicknames", {})
        object.__setattr__(self, "places", Gazetteer.of(self.directory, nicknames))
        object.__setattr__(self, "private", PrivateMoney.of(self.lexicon))

    def limited(self, amount_over: Decimal) -> "TriageTables":
        """Return the same tables with another pack's limit; the index of the directory is shared, not built again."""
        other = copy(self)
        object.__setattr__(other, "amount_over", amount_over)
        return other


_CLAUSE = re.compile(r"[。!?;,\s]")


@dataclass(frozen=True, slots=True)
class PrivateMoney:
    """The words that make an amount no business amount (ruling 3): fares, fines, thresholds, a balance told as status."""

    before: re.Pattern[str] | None
    after: re.Pattern[str] | None
    pairs: tuple[tuple[re.Pattern[str] | None, re.Pattern[str] | None], ...]

    @classmethod
    def of(cls, lexicon: Lexicon) -> "PrivateMoney":
        """Read the words from money.toml."""
        table = lexicon.words.get("money", {})
        aside = table.get("not_business", {})
        pairs = tuple((_ending(each.get("before", ())), union(each.get("with", ()))) for each in table.get("when", ()))
        return cls(_ending(aside.get("before", ())), union(aside.get("after", ())), pairs)

    def is_business(self, amount: Amount, folded: Folded) -> bool:
        """Whether an amount is in dispute or was moved."""
        before = _CLAUSE.split(folded.text[max(0, amount.at - 14):amount.at])[-1]
        if self.before and self.before.search(before):
            return False
        if self.after and self.after.match(folded.text, amount.end):
            return False
        around = folded.text[max(0, amount.at - 30):amount.end + 30]
        return not any(own and other and own.search(before) and other.search(around) for own, other in self.pairs)


def _ending(patterns: Sequence[str]) -> re.Pattern[str] | None:
    found = union(patterns)
    return re.compile(f"(?:{found.pattern}).{{0,4}}$") if found else None


def triage(complaint: Complaint, tables: TriageTables) -> Verdict:
    """Decide what a complaint is; never an exception for any text, doubts instead (P-3, P-9.1, P-14)."""
    folded = fold(complaint.text)
    reading = tables.lexicon.read(customer_words(folded))
    sums = business_amounts(complaint, folded, tables)
    sensitive = topics(reading, folded)
    flags = (
        *over_limit(sums, tables.amount_over),
        *public_figure(folded, reading, tables.watch, tables.lexicon),
        *sensitive,
        *reputation(reading, folded),
    )
    names = [flag.name for flag in sensitive]
    kind, also = category(reading, names, complaint.category_hint, refuses_name=complaint.customer.refuses_name)
    place = find_unit(complaint.text, complaint.unit_hint, tables.places, kind, widespread="系统故障" in names)
    return Verdict(
        category=kind, also=also, amounts=_listed(sums), flags=flags, unit=place.unit, candidates=place.candidates,
        evidence=_evidence(flags, place), doubts=_doubts(complaint, reading, place, tables))


def business_amounts(complaint: Complaint, folded: Folded, tables: TriageTables) -> tuple[Amount, ...]:
    """Return the amounts of the text that are business, then what the form's own field says."""
    said = tuple(amount for amount in amounts(complaint.text, tables.rates) if tables.private.is_business(amount, folded))
    hint = complaint.amount_hint.strip()
    bare = re.fullmatch(r"[¥￥]?[\d,，]+(?:\.\d+)?", hint)
    field_says = amounts(f"金额{hint}" if bare else hint, tables.rates)
    return (*said, *field_says)


def over_limit(sums: tuple[Amount, ...], limit: Decimal) -> tuple[Flag, ...]:
    """Return the flag for a business amount over the limit; exactly the limit is not over (P-9.1)."""
    over = next((amount for amount in sums if amount.over(limit)), None)
    if over is None:
        return ()
    surely = "超过" if over.value > limit else "可能超过"
    return (Flag(OVER_50K, over.evidence, "P-9.1", f"业务金额{surely}{limit / 10_000:f}万元"),)


def _listed(sums: tuple[Amount, ...]) -> tuple[Decimal, ...]:
    """Return each number once, in the order of the text; vague sums without a number are not listed (ruling 2)."""
    return tuple(dict.fromkeys(amount.value for amount in sums if amount.stated))


def _evidence(flags: tuple[Flag, ...], place: Place) -> dict[str, str]:
    evidence = {flag.name: flag.evidence for flag in flags}
    if place.evidence:
        evidence["unit"] = place.evidence
    return evidence


def _doubts(complaint: Complaint, reading: Reading, place: Place, tables: TriageTables) -> tuple[str, ...]:
    """Say what a person at the desk must decide."""
    doubts = []
    if not complaint.text.strip():
        doubts.append("没有投诉内容，请向登记的座席核对后补录")
    elif not complaint.category_hint.strip() and not reading.of("categories"):
        doubts.append("投诉分类无法确定，请人工分类")
    if place.unit is None:
        named = [unit.full_name for code in place.candidates[:5] if (unit := tables.directory.get(code))]
        more = f"等{len(place.candidates)}个" if len(place.candidates) > len(named) else ""
        doubts.append(f"被投诉单位无法确定，可能是：{'、'.join(named)}{more}" if named else "被投诉单位无法确定，没有线索，请向客户核对")
    return tuple(doubts)


def triage_json(id_: str, verdict: Verdict) -> dict[str, Any]:
    """Return a verdict with the keys of the labels: numbers for amounts, Chinese words for categories."""
    return {
        "id": id_, "category": verdict.category.value, "also": [each.value for each in verdict.also],
        "amounts": [_number(amount) for amount in verdict.amounts], "over_50k": verdict.has(OVER_50K),
        "public_figure": verdict.has(PUBLIC_FIGURE), "sensitive": list(verdict.topics),
        "reputation": verdict.has(REPUTATION), "review": verdict.review, "unit": verdict.unit,
        "unit_candidates": list(verdict.candidates), "evidence": dict(verdict.evidence),
    }


def _number(amount: Decimal) -> int | float:
    return int(amount) if amount == amount.to_integral_value() else float(amount)
