"""Whether two complaints come from the same person: keyed marks of what tells people apart, never the plain value (P-6, P-18, C-5)."""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from routing.parties import Customer
from routing.telephone import personal

PHONE, ID, ADDRESS, NAME = "phone", "id", "address", "name"
STRONG = frozenset({PHONE, ID, ADDRESS})
_LABEL = b"person"          # the key of marks is drawn from the bridge's own; no seal of a reply address ever tells a mark
_NOBODY = re.compile(r"匿名|不详|未知|不愿|拒绝|保密|某|先生|女士|小姐|同志|老师|客户|储户|用户|市民|群众|\*|×")
_MAIL = re.compile(r"[a-z0-9._%+'-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}")
_WEIGHTS, _CHECK = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "10X98765432"
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Mark:
    """A keyed hash of something that tells a person: `kind` is PHONE, ID, ADDRESS or, weak, NAME with the unit."""

    kind: str
    digest: str


@dataclass(frozen=True, slots=True)
class Persons:
    """How many people complain, and which cases are each one's (C-5; law: article 25)."""

    people: int
    groups: tuple[tuple[int, ...], ...]     # cases of one person together, the unmarked ones in one group


def marks_of(customer: Customer, unit: str, key: bytes) -> tuple[Mark, ...]:
    """Return the marks of who complains, under a key of the bridge's own; none for somebody who refuses a name.

    The name counts only together with the unit: in a bank of a hundred million customers a name alone tells nobody.
    """
    if customer.refuses_name:
        return ()
    plain = {
        PHONE: phone(customer.phone), ID: identity(customer.id_number), ADDRESS: mail_address(customer.address),
        NAME: f"{name}@{unit}" if unit and (name := person_name(customer.name)) else "",
    }
    own = hmac.new(key, _LABEL, hashlib.sha256).digest()
    return tuple(Mark(kind, hmac.new(own, f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()) for kind, value in plain.items() if value)


def phone(text: str) -> str:
    """Return the telephone number that tells whose it is, as digits alone; "" for none.

    Of several in one field the first. A landline keeps its area code; without one it tells nobody, for the same number
    rings in another city, and 95580 or an inner number tells nobody either. Foreign numbers keep their country code.
    """
    return personal(text)


def identity(text: str) -> str:
    """Return an identity number of 18 signs, one of 15 lengthened; "" for what has a wrong date or check sign."""
    plain = "".join(ch for ch in unicodedata.normalize("NFKC", text).upper() if ch.isascii() and ch.isalnum())
    if re.fullmatch("[1-9][0-9]{14}", plain):
        longer = f"{plain[:6]}19{plain[6:]}"
        plain = longer + _check_sign(longer)
    if re.fullmatch("[1-9][0-9]{16}[0-9X]", plain):
        month, day = int(plain[10:12]), int(plain[12:14])
        return plain if 1 <= month <= 12 and 1 <= day <= 31 and _check_sign(plain[:17]) == plain[17] else ""
    return f"P:{plain}" if re.fullmatch("[A-Z]{1,3}[0-9]{6,10}", plain) else ""       # a passport, a Hong Kong or Taiwan pass


def _check_sign(first: str) -> str:
    return _CHECK[sum(int(digit) * weight for digit, weight in zip(first, _WEIGHTS, strict=True)) % 11]


def mail_address(text: str) -> str:
    """Return the mail address in a customer's address field, lower case; "" for a street or a broken one."""
    found = _MAIL.search(unicodedata.normalize("NFKC", text).lower())
    return found[0].rstrip(".") if found else ""


def person_name(text: str) -> str:
    """Return a whole name as it is compared, "" for 张女士, 王某 or what is no name."""
    plain = _SPACES.sub("", unicodedata.normalize("NFKC", text)).casefold()
    return plain if 2 <= len(plain) <= 40 and not _NOBODY.search(plain) and any(map(str.isalpha, plain)) else ""


def same_person(one: Collection[Mark], other: Collection[Mark]) -> str:
    """Return what says that two cases are one person's: the kind of the mark they share, "" where nothing does.

    Two identity numbers are two people, whatever telephone they share. The name with the unit counts only where one of
    them left nothing better.
    """
    shared = set(one) & set(other)
    ids = [{mark.digest for mark in marks if mark.kind == ID} for marks in (one, other)]
    if all(ids) and ids[0].isdisjoint(ids[1]):
        return ""
    strong = sorted(mark.kind for mark in shared if mark.kind in STRONG)
    if strong:
        return ID if ID in strong else strong[0]
    both_known = all(any(mark.kind in STRONG for mark in marks) for marks in (one, other))
    return NAME if shared and not both_known else ""


def persons(marks: Mapping[int, Sequence[Mark]], heads: Mapping[int, int] | None = None) -> Persons:
    """Count the people behind cases: by person, not by case; a group letter counts its heads (C-5; law: article 25).

    Cases without any mark are one person together: somebody there is, and nobody can say more. *(Reading)*
    """
    unmarked = tuple(case for case, own in marks.items() if not own)
    groups = [*_grouped({case: own for case, own in marks.items() if own}), *([unmarked] if unmarked else [])]
    counted = heads or {}
    return Persons(sum(max(1, *(counted.get(case, 1) for case in group)) for group in groups), tuple(groups))


def _grouped(marks: Mapping[int, Sequence[Mark]]) -> Iterator[tuple[int, ...]]:
    """Yield the cases of each person: whoever shares a mark with one of a group belongs to it."""
    left = dict(sorted(marks.items()))
    by_mark: dict[Mark, list[int]] = {}
    for case, own in left.items():
        for mark in own:
            by_mark.setdefault(mark, []).append(case)
    while left:
        first = next(iter(left))
        group, ahead = [], [(first, left.pop(first))]
        while ahead:
            case, own = ahead.pop()
            group.append(case)
            near = {other for mark in own for other in by_mark[mark] if other in left}
            ahead += [(other, left.pop(other)) for other in sorted(near) if same_person(own, left[other])]
        yield tuple(sorted(group))
