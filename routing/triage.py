"""What a complaint is: category, amounts, flags with their evidence, unit. Reads like the reviewer's checklist (P-9.1)."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Any, NamedTuple

from routing.callerplace import CallerPlaces, with_caller
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
from routing.watch import WatchList, on_the_list, public_figure

#: So many complaints `triage_each` takes at once: enough that a step finds its tables at hand, too few to drive them out.
TOGETHER = 64
_SPOKEN = {PUBLIC_FIGURE: "社会知名人士", REPUTATION: "声誉影响（媒体、信访、诉讼等）"}
_FAULT = "系统故障"
#: The lists whose flags a plain denial (or an impostor's words) keeps the model from raising alone, and how what took a hit back begins then.
_LISTED_IN = {"figures": PUBLIC_FIGURE, "reputation": REPUTATION}
_PLAINLY = ("denied: ", "unwilling: ", "unless: 没", "unless: 懒得", "unless: 不是", "unless: 自称", "unless: 冒充", "unless: 假冒")
_AND_YET = re.compile("我们?[会要将就]|但|若|否则|不然|再不")
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
    callers: CallerPlaces | None = None                 # where numbers are at home; None where that shall be no hint
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


class _Judged(NamedTuple):
    """What is decided before the unit is looked for: the category may say which department stands in for it."""

    category: Category
    also: tuple[Category, ...]
    flags: tuple[Flag, ...]
    aside: tuple[Flag, ...]
    chances: Mapping[Category, float]

    @property
    def widespread(self) -> bool:
        """Whether many customers feel a fault, so that an outlet is only where somebody noticed it."""
        return any(flag.name == _FAULT for flag in self.flags)


def triage(complaint: Complaint, tables: TriageTables) -> Verdict:
    """Decide what a complaint is; never an exception for any text, doubts instead (P-3, P-9.1, P-14)."""
    return _decided((complaint,), tables)[0]


def triage_each(complaints: Iterable[Complaint], tables: TriageTables) -> Iterator[Verdict]:
    """Decide what each of many complaints is, as `triage` does; some are taken together, which is a sixth quicker.

    All pass one step before the first goes on to the next: what a step reads of the large tables is still at hand for
    the text after. At most 64 complaints are taken before the first verdict comes.
    """
    waiting = iter(complaints)
    while taken := tuple(islice(waiting, TOGETHER)):
        yield from _decided(taken, tables)


def _decided(complaints: Sequence[Complaint], tables: TriageTables) -> list[Verdict]:
    """Return the verdict on each complaint, step by step for all."""
    heard = _heard([each.text for each in complaints], tables)
    sums = [business_amounts(one.folded, tables.rates, tables.private, each.amount_hint) for each, one in zip(complaints, heard, strict=True)]
    judged = [_judged(each, one, found, tables) for each, one, found in zip(complaints, heard, sums, strict=True)]
    places = [
        unit_of(one.folded, each.unit_hint, tables.places, said.category, widespread=said.widespread)
        for each, one, said in zip(complaints, heard, judged, strict=True)]
    if tables.callers is not None:
        places = [with_caller(one, each.customer.phone, tables.callers, tables.places) for each, one in zip(complaints, places, strict=True)]
    return [_verdict(*each, tables) for each in zip(complaints, heard, sums, judged, places, strict=True)]


def _judged(complaint: Complaint, heard: Heard, sums: tuple[Amount, ...], tables: TriageTables) -> _Judged:
    """Weigh what the lists, the model and the sums say against each other."""
    raised = (*over_limit(sums, tables.amount_over), *heard.flags)
    flags, aside = ((), raised) if heard.asks else (raised, ())     # the desk looks at a question, and brings back what was set aside
    chances = crime_first(heard.opinion.categories, heard.weights) if heard.opinion else shares(heard.weights)
    anonymous = complaint.customer.refuses_name or Category.ANONYMOUS in heard.weights or heard.unnamed
    return _Judged(*category(chances, complaint.category_hint, anonymous=anonymous), flags, aside, chances)


def _verdict(complaint: Complaint, heard: Heard, sums: tuple[Amount, ...], judged: _Judged, place: Place, tables: TriageTables) -> Verdict:
    """Put together what was found."""
    chances = judged.chances
    likeliest = sorted(chances, key=chances.__getitem__, reverse=True)[:_SHOWN]
    return Verdict(
        category=judged.category, also=judged.also, amounts=_listed(sums), flags=judged.flags, unit=place.unit, candidates=place.candidates,
        evidence=_evidence(judged.flags, place), doubts=_doubts(complaint, heard, chances, place, tables),
        chances={each.value: round(chances[each], 3) for each in likeliest}, aside=judged.aside)


def hear(text: str, tables: TriageTables) -> Heard:
    """Read a text with the word lists, then with the model where there is one (P-9.1)."""
    return _heard((text,), tables)[0]


def _heard(texts: Sequence[str], tables: TriageTables) -> list[Heard]:
    """Read each text, step by step for all."""
    folded = [fold(text) for text in texts]
    words = [customer_words(each) for each in folded]
    readings = [tables.lexicon.read(each) for each in words]
    said = [_said(*each, tables) for each in zip(folded, readings, strict=True)]
    model = tables.model
    if model is None:
        return [Heard(text, reading, lists, weights, None, lists) for text, reading, (lists, weights) in zip(folded, readings, said, strict=True)]
    opinions = model.read_each(
        words, [reading.concepts() for reading in readings], [{flag.name for flag in lists} for lists, _ in said], [weights for _, weights in said])
    return [
        Heard(text, reading, lists, weights, opinion, _weighed(text, lists, opinion, model, _disclaimed(reading)))
        for text, reading, (lists, weights), opinion in zip(folded, readings, said, opinions, strict=True)]


def _said(folded: Folded, reading: Reading, tables: TriageTables) -> tuple[tuple[Flag, ...], dict[Category, int]]:
    """Return the flags the word lists raise, and what they say for each category."""
    sensitive = topics(reading, folded)
    lists = (*public_figure(folded, reading, tables.watch, tables.lexicon), *sensitive, *reputation(reading, folded))
    return lists, weigh(reading, [flag.name for flag in sensitive])


def _disclaimed(reading: Reading) -> dict[str, list[int]]:
    """Where the customer plainly says what is not so, or will not be done, and says it nowhere else: 我不是人大代表; 我不想闹到网上."""
    places = {_LISTED_IN[name]: list[int]() for name in _LISTED_IN if not reading.of(name)}
    for hit in reading.taken_back:
        if _LISTED_IN.get(hit.entry.listed_in) in places and hit.taken_back.startswith(_PLAINLY):
            places[_LISTED_IN[hit.entry.listed_in]].append(hit.start)
    return places


def _denied(folded: Folded, span: tuple[int, int], places: Sequence[int]) -> bool:
    """Whether what the model points at is a plain denial, and no threat follows it there: 我不打算找媒体，但我会…."""
    first = next((at for at in places if span[0] <= at < span[1]), None)
    return first is not None and not _AND_YET.search(folded.text, first, span[1])


def _weighed(folded: Folded, lists: tuple[Flag, ...], opinion: Opinion, model: Model, disclaimed: Mapping[str, Sequence[int]]) -> tuple[Flag, ...]:
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
        if flag and (chance >= _IMPOSSIBLE or on_the_list(flag)):
            flags.append(Flag(name, flag.evidence, flag.rule, flag.says, flag.by, round(chance, 3)))
        elif chance >= limit and not _denied(folded, opinion.spans[name], disclaimed.get(name, ())):
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
    if place.caller:
        doubts.append(place.caller)
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
