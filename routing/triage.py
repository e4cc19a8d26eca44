"""What a complaint is: category, amounts, flags with their evidence, unit. Reads like the reviewer's checklist (P-9.1)."""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from routing.category import category, crime_first, shares, weigh
from routing.concepts import Concepts
from routing.directory import Directory
from routing.gazetteer import Gazetteer
from routing.lexicon import Lexicon, Reading
from routing.money import Amount
from routing.model import Model, Opinion
from routing.money.business import PrivateMoney, business_amounts, over_limit
from routing.place import Place, unit_of
from routing.text import Folded, fold
from routing.topics import customer_words, reputation, topics
from routing.verdict import BY_MODEL, OVER_50K, PUBLIC_FIGURE, REPUTATION, Category, Complaint, Flag, Verdict
from routing.watch import WatchList, public_figure


_SPOKEN = {PUBLIC_FIGURE: "社会知名人士", REPUTATION: "声誉影响（媒体、信访、诉讼等）"}
_IMPOSSIBLE = 0.2
_ENQUIRY = 0.7          # a complaint taken for a question is looked at by the desk, but it should not have to be
_UNNAMED = 0.5
_SHOWN = 3              # categories with their chances
_SURE = 0.25            # below it nobody can say what the complaint is, and the desk is asked


@dataclass(frozen=True, slots=True, repr=False)
class TriageTables:
    """The bank's tables that triage reads; `places` is the index of the directory, built here once."""

    lexicon: Lexicon
    directory: Directory
    watch: WatchList
    rates: Mapping[str, Decimal]        # CNY per unit, by ISO code
    amount_over: Decimal = Decimal(50_000)
    model: Model | None = None          # what no word list says; None where the bank runs without it
    places: Gazetteer = field(init=False, repr=False)
    concepts: Concepts = field(init=False, repr=False)
    private: PrivateMoney = field(init=False, repr=False)

    def __post_init__(self) -> None:
        nicknames = self.lexicon.words.get("places", {}).get("nicknames", {})
        object.__setattr__(self, "places", Gazetteer.of(self.directory, nicknames))
        object.__setattr__(self, "concepts", self.lexicon.concepts)
        object.__setattr__(self, "private", PrivateMoney.of(self.lexicon))

    def limited(self, amount_over: Decimal) -> "TriageTables":
        """Return the same tables with another pack's limit; the index of the directory is shared, not built again."""
        other = copy(self)
        object.__setattr__(other, "amount_over", amount_over)
        return other

    def beside(self, model: Model | None) -> "TriageTables":
        """Return the same tables with another model beside the lists, or with none."""
        other = copy(self)
        object.__setattr__(other, "model", model)
        return other


class Heard(NamedTuple):
    """What the word lists say of a text, the model's opinion beside it, and the flags that follow."""

    folded: Folded
    reading: Reading
    lists: tuple[Flag, ...]             # figures, topics and signs of a stir; money is read apart
    weights: Mapping[Category, int]
    opinion: Opinion | None
    flags: tuple[Flag, ...]

    @property
    def unnamed(self) -> bool:
        """Whether the model finds that the customer refuses a name, in words no list has (ruling 15)."""
        return self.opinion is not None and self.opinion.categories.get(Category.ANONYMOUS, 0) >= _UNNAMED

    @property
    def asks(self) -> bool:
        """Whether this is no complaint, but asks how a service works: whatever it names has not happened."""
        return self.opinion is not None and self.opinion.enquiry >= _ENQUIRY


def triage(complaint: Complaint, tables: TriageTables) -> Verdict:
    """Decide what a complaint is; never an exception for any text, doubts instead (P-3, P-9.1, P-14)."""
    heard = hear(complaint.text, tables)
    sums = business_amounts(heard.folded, tables.rates, tables.private, complaint.amount_hint)
    raised = (*over_limit(sums, tables.amount_over), *heard.flags)
    flags, aside = ((), raised) if heard.asks else (raised, ())     # the desk looks at a question, and brings back what was set aside
    chances = crime_first(heard.opinion.categories, heard.weights) if heard.opinion else shares(heard.weights)
    anonymous = complaint.customer.refuses_name or Category.ANONYMOUS in heard.weights or heard.unnamed
    kind, also = category(chances, complaint.category_hint, anonymous=anonymous)
    widespread = any(flag.name == "系统故障" for flag in flags)
    place = unit_of(heard.folded, complaint.unit_hint, tables.places, kind, widespread=widespread)
    likeliest = sorted(chances, key=chances.__getitem__, reverse=True)[:_SHOWN]
    return Verdict(
        category=kind, also=also, amounts=_listed(sums), flags=flags, unit=place.unit, candidates=place.candidates,
        evidence=_evidence(flags, place), doubts=_doubts(complaint, heard, chances, place, tables),
        chances={each.value: round(chances[each], 3) for each in likeliest}, aside=aside)


def hear(text: str, tables: TriageTables) -> Heard:
    """Read a text with the word lists, then with the model where there is one (P-9.1)."""
    folded = fold(text)
    words = customer_words(folded)
    reading = tables.lexicon.read(words)
    sensitive = topics(reading, folded)
    lists = (*public_figure(folded, reading, tables.watch, tables.lexicon), *sensitive, *reputation(reading, folded))
    weights = weigh(reading, [flag.name for flag in sensitive])
    if tables.model is None:
        return Heard(folded, reading, lists, weights, None, lists)
    opinion = tables.model.read(words, reading.concepts(), {flag.name for flag in lists}, weights)
    return Heard(folded, reading, lists, weights, opinion, _weighed(folded, lists, opinion, tables.model))


def _weighed(folded: Folded, lists: tuple[Flag, ...], opinion: Opinion, model: Model) -> tuple[Flag, ...]:
    """The flags of the lists, each with how likely the model finds it, and those the model raises alone.

    A word of the lists that the model finds unlikely in its place raises nothing: a reviewer who is called for
    nothing too often signs without listening. `triage --explain` still shows it.
    """
    listed = {flag.name: flag for flag in lists}
    flags: list[Flag] = []
    for (name, chance), limit in zip(opinion.flags.items(), model.limits(), strict=True):
        if chance < limit and name not in listed:
            continue
        flag = listed.get(name)
        if flag and chance >= _IMPOSSIBLE:
            flags.append(Flag(name, flag.evidence, flag.rule, flag.says, flag.by, round(chance, 3)))
        elif chance >= limit:
            says = f"词库未列，模型判断可能涉及{_SPOKEN.get(name, name)}（可能性{chance:.0%}），请复听"
            flags.append(Flag(name, folded.quote(*opinion.spans[name]), "P-9.1", says, BY_MODEL, round(chance, 3)))
    return tuple(flags)


def _listed(sums: tuple[Amount, ...]) -> tuple[Decimal, ...]:
    """Return each number once, in the order of the text; vague sums without a number are not listed (ruling 2)."""
    return tuple(dict.fromkeys(amount.value for amount in sums if amount.stated))


def _evidence(flags: tuple[Flag, ...], place: Place) -> dict[str, str]:
    evidence = {flag.name: flag.evidence for flag in flags}
    if place.evidence:
        evidence["unit"] = place.evidence
    return evidence


def _doubts(complaint: Complaint, heard: Heard, chances: Mapping[Category, float], place: Place, tables: TriageTables) -> tuple[str, ...]:
    """Say what a person at the desk must decide."""
    doubts = []
    if not complaint.text.strip():
        doubts.append("没有投诉内容，请向登记的座席核对后补录")
    elif heard.asks:
        doubts.append("看来是业务咨询而不是投诉，请核对后分派或办结")
    elif not complaint.category_hint.strip() and max(chances.values(), default=0) < _SURE:
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
