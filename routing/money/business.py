"""Which amounts of a complaint are business, and which of them is over the bank's limit (P-9.1, rulings 1-4).

A fare, a fine, a threshold or a balance told only as status is money, but no business amount: the words that say so
stand in lexicons/money.toml, where a bank may edit them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from routing.errors import BadTable
from routing.lexicon import Lexicon, union
from routing.money.amount import Amount
from routing.money.read import amounts, figures
from routing.money.sums import sums
from routing.text import Folded, fold_text
from routing.verdict import OVER_50K, Flag

_CLAUSE = re.compile(r"[。!?;,:\s]")
_SENTENCE = re.compile(r"[。!?;\n]")
#: 以上 and 以内 belong to the amount, but also to the words that make it a threshold.
_BOUNDS = frozenset(("以上", "以内", "以下"))
_LIMIT = re.compile(r"[一-鿿]{2,4}(?=[0-9])|(?:最多|至多|至少|不?超过|低于|起码|最少|不到|少于|不足)了?")
_DONE = re.compile(r"[了过被着走]|[存取转投买借贷]的|退|扣|本金|存款|贷款|余额")
_WAS_DONE = re.compile(r"[块元]?是?我一?个?人?的(?=[,。;!? ]|$)|[块元]?(?:我?是)?(?:真|都|已经)?[存取转投买交]了")
_PATTERN = re.compile(r"(?![~#\s])(?:[^{}|]|\{[^{}|]+(?:\|[^{}|]+)*\})+")
_BARE_HINT = re.compile(r"[¥￥]?[\d,，]+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class _Aside:
    """One kind of money that is no business amount, with what it needs around it or what makes it business after all."""

    before: re.Pattern[str] | None
    after: re.Pattern[str] | None
    also: re.Pattern[str] | None
    unless: re.Pattern[str] | None

    def holds(self, end: int, clause: str, near: str, text: str) -> bool:
        """Whether the words before, behind and near an amount make it one of this kind."""
        if not ((self.before and self.before.search(clause)) or (self.after and self.after.match(text, end))):
            return False
        return not (self.also and not self.also.search(near))


@dataclass(frozen=True, slots=True)
class PrivateMoney:
    """The words that make an amount no business amount (ruling 3): fares, fines, thresholds, a balance told as status."""

    asides: tuple[_Aside, ...]
    before: re.Pattern[str] | None          # all of them at once: most amounts have none, and are done after two tries
    after: re.Pattern[str] | None

    @classmethod
    def of(cls, lexicon: Lexicon) -> "PrivateMoney":
        """Read the words from money.toml; BadTable with every mistake of it."""
        table = lexicon.words.get("money", {})
        rows = table.get("aside", [])
        mistakes = [f"knows no key {key!r}; there are tables [[aside]] only" for key in table.keys() - {"aside"}]
        mistakes += [f"aside {number}: {what}" for number, row in enumerate(rows, start=1) for what in _wrong(row)]
        if mistakes:
            raise BadTable("money.toml", mistakes)
        asides = tuple(
            _Aside(_ending(row.get("before", ())), _beginning(row.get("after", ())), union(row.get("with", ())), union(row.get("unless", ()))) for row in rows)
        every = {key: [each for row in rows for each in row.get(key, ())] for key in ("before", "after")}
        return cls(asides, _ending(every["before"]), _beginning(every["after"]))

    def is_business(self, amount: Amount, folded: Folded) -> bool:
        """Whether an amount is in dispute or was moved."""
        text = folded.text
        ahead = _LIMIT.match(text, amount.at)       # 单日最多20万: the words before the number belong to the amount too
        start = ahead.end() if ahead else amount.at
        start -= text.startswith("了 ", start - 2)      # 做了 1千6: a slip writes a space for nothing
        clause = _CLAUSE.split(text[max(0, start - 16):start])[-1]
        end = amount.end - 2 if amount.evidence[-2:] in _BOUNDS else amount.end
        if not ((self.before and self.before.search(clause)) or (self.after and self.after.match(text, end))):
            return True
        around = _SENTENCE.split(text[max(0, amount.at - 30):amount.at])[-1] + _SENTENCE.split(text[amount.at:amount.end + 30])[0]
        near = text[max(0, amount.at - 30):amount.end + 30]
        return not any(each.holds(end, clause, near, text) and not (each.unless and each.unless.search(around)) for each in self.asides)


def _wrong(row: object) -> Iterator[str]:
    """Yield what is wrong with one kind of private money, in words for whoever keeps the table."""
    if not isinstance(row, Mapping):
        yield "is no table"
        return
    if not isinstance(row.get("says"), str) or not row["says"].strip():
        yield "has no says"
    if not row.get("before") and not row.get("after"):
        yield "needs before or after"
    for key in ("before", "after", "with", "unless"):
        patterns = row.get(key, [])
        if not isinstance(patterns, list):
            yield f"{key} must be a list of patterns"
            continue
        yield from (f"{key}: {each!r} is no pattern: it must begin with a word or a choice of words, and its braces must close" for each in patterns if not _good(each))
    yield from (f"knows no key {key!r}" for key in row.keys() - {"says", "before", "after", "with", "unless"})


def _good(pattern: object) -> bool:
    return isinstance(pattern, str) and bool(_PATTERN.fullmatch(pattern))


def _ending(patterns: Sequence[str]) -> re.Pattern[str] | None:
    """Compile what must stand before an amount, at most four characters away from it; 一亩 is not meant in 三十一亩."""
    found = union(patterns)
    return re.compile(f"{_first(patterns)}(?!(?<=[十百])一)(?:{found.pattern}).{{0,4}}$") if found else None


def _beginning(patterns: Sequence[str]) -> re.Pattern[str] | None:
    """Compile what must stand right behind an amount."""
    found = union(patterns)
    return re.compile(f"{_first(patterns)}(?:{found.pattern})") if found else None


def _first(patterns: Sequence[str]) -> str:
    """Look at one character before trying the patterns: few places of a text begin any of them."""
    words = (word for pattern in patterns for word in (pattern[1:pattern.index("}")].split("|") if pattern[0] == "{" else [pattern]))
    return f"(?=[{re.escape(''.join(sorted({fold_text(word)[0] for word in words})))}])"


def business_amounts(folded: Folded, rates: Mapping[str, Decimal], private: PrivateMoney, hint: str = "") -> tuple[Amount, ...]:
    """Return the amounts of the text that are business, then what the form's own field (`hint`) says."""
    found = figures(folded, rates)
    said = [amount for amount in found if private.is_business(amount, folded)]
    if len(said) < len(found):
        aside = {amount.value for amount in found if amount not in said}
        said = [amount for amount in said if amount.value not in aside or _moved(amount, folded)]
    hint = hint.strip()
    told = amounts(f"金额{hint}" if _BARE_HINT.fullmatch(hint) else hint, rates) if hint else ()
    return (*said, *sums(said, folded), *told)


def _moved(amount: Amount, folded: Folded) -> bool:
    """Whether the words before an amount say that something was done with it; a mere echo says nothing: 八万, 我上哪刷八万."""
    return bool(_DONE.search(folded.text, max(0, amount.at - 10), amount.at) or _WAS_DONE.match(folded.text, amount.end))


def over_limit(found: Sequence[Amount], limit: Decimal) -> tuple[Flag, ...]:
    """Return the flag for a business amount over the limit; exactly the limit is not over (P-9.1)."""
    over = next((amount for amount in found if amount.over(limit)), None)
    if over is None:
        return ()
    surely = "超过" if over.value > limit else "可能超过"
    return (Flag(OVER_50K, over.evidence, "P-9.1", f"业务金额{surely}{limit / 10_000:f}万元"),)
