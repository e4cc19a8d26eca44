"""What those who need not know who a customer is are shown of free words (P-6): the name, long numbers and mail addresses starred.

One function for all of them: the register, a case's book, answers, reasons, evidence.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence

from stdnum.cn import ric

from routing.parties import SEALED, Customer, mask, shown_id

_N = "[0-9０-９]"
#: Telephones, accounts and identity numbers; not days (20260722), sums of money (1200000元), or case numbers.
_LONG_NUMBER = re.compile(
    rf"(?<!{_N})(?<!{_N}{{8}}-)(?:(?!(?:19|20)[0-9]{{2}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?!{_N}))({_N}{{3}}){_N}{{4,}}[Xx]?(?!{_N}| *[元万]|\.{_N})"
    rf"|([1１]{_N}{{2}}|[0０]{_N}{{2,3}})[ －-](?:{_N}{{4}}[ －-]{_N}{{4}}|{_N}{{7,8}})(?!{_N})|({_N}{{4}})(?: {_N}{{4}}){{2,}}(?: {_N}{{1,3}})?(?!{_N}))",
)
_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+")
_GAP = r"[ \u3000-]?"
_IDENTITY = re.compile(rf"(?<!{_N})(?:{_N}{_GAP}){{17}}[0-9０-９XxＸｘ](?![0-9０-９A-Za-z])")
_SHORTEST = 6               # signs of an identity number that may be looked for in words


def names_of(customer: Customer) -> tuple[str, ...]:
    """Return the words by which a customer is known, and those who speak for them; an identity number is known by its length."""
    words = (customer.name, customer.agent_name, customer.contact, *customer.representatives, customer.phone, customer.account, customer.address)
    return tuple(word for word in words if len(word) > 1)


def starred(text: str, names: Collection[str]) -> str:
    """Return free words with these names, long numbers (telephones, accounts, identity numbers) and mail addresses starred."""
    text = _named(_LONG_NUMBER.sub(lambda hit: f"{hit[1] or hit[2] or hit[3]}****", text), names)
    return _ADDRESS.sub("***@***", text) if "@" in text else text


def discreet(shown: Mapping[str, object], names: Collection[str], plain: Collection[str] = (), addresses: Collection[str] = ()) -> dict[str, object]:
    """Return what is shown with every text in it starred, however deep it lies.

    Under the keys `plain` stand codes of the house, which stay; under `addresses` the mailboxes of units, in which only
    the customer's own is starred.
    """
    def under(key: object, value: object) -> object:
        if key in plain:
            return value
        return _named(value, names) if key in addresses and isinstance(value, str) else within(value)

    def within(value: object) -> object:
        if isinstance(value, str):
            return starred(value, names)
        if isinstance(value, Mapping):
            return {key: under(key, one) for key, one in value.items()}
        return [within(one) for one in value] if isinstance(value, Sequence) else value

    return {key: under(key, value) for key, value in shown.items()}


def without_ids(text: str, known: str = "") -> str:
    """Return words in which identity numbers show their last four signs: the known one, and any of 18 signs whose check sign is right.

    The check is GB 11643's (ISO 7064 MOD 11-2); the district in it is not looked up, for districts come and go.
    """
    if len(known) >= _SHORTEST and not known.startswith(SEALED):
        signs = _GAP.join(re.escape(sign) for sign in known if not sign.isspace())
        text = re.sub(signs, lambda hit: shown_id(hit[0]), text, flags=re.IGNORECASE)
    return _IDENTITY.sub(lambda hit: shown_id(hit[0]) if _right(hit[0]) else hit[0], text)


def _named(text: str, names: Collection[str]) -> str:
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, mask(name))
    return text


def _right(written: str) -> bool:
    number = re.sub(_GAP, "", unicodedata.normalize("NFKC", written)).upper()
    return len(number) == 18 and ric.calc_check_digit(number) == number[-1]
