"""Telephone numbers however people and exchanges write them, and how they are shown (pain 19, P-11.1, P-20).

A number has one form in which it is compared: a mobile its eleven digits, a landline 0, area code and number, a number
from abroad + and all digits, anything else its digits. Foreign numbers are read and shown by the library phonenumbers;
Chinese ones are read here, since the library knows neither 转, nor 95580, nor two numbers in one field.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["mobile", "landline", "service", "foreign", "seat", ""]

#: Characters of a field that are read; a number stands at its beginning, and nobody writes a thousand characters of them.
LONGEST = 1_000
MOST = 20                   # numbers of one field
_WHOLE = 60                 # characters of a field that may be one number, torn apart by whatever its writer put between
_PERSONAL = frozenset({"mobile", "landline", "foreign"})
_CERTAIN = frozenset({"mobile", "foreign", "service"})

_G = r"[ \t~\-\u2010-\u2015\u2212_.\u00b7()\[\]]{0,3}"            # what stands between digits of one number
_CLEAR = r"(?<![0-9][ ~\-\u2010-\u2015\u2212_.\u00b7()\[\]])"      # no digit stands before it, one sign away
_CHINA = rf"(?:(?:\+|00|011)?{_G}86{_G})?"
_WAY = r"(?:(?:179[0-9]{2}|12593|10193|11808|12583[0-9])(?=[0-9]{11}))?"      # dialled before a number for a cheaper way; exchanges keep it in the caller
_AREA = r"10|2[0-9]|[3-9][0-9]{2}"
_SHORT = r"95[0-9]{3,6}|96[0-9]{3,4}|1[012][0-9]{3}|11[68]114|11[0-9]|12[0-2]"
_BEHIND = r"转|分机号?|extension|ext\.?|#|x|p|w|-|/|,"
_EXTENSION = rf"(?(seat)|(?:(?:[ ,;()\-]{{0,3}}(?:{_BEHIND})| ?\()[ :.=\-]{{0,3}}(?P<extension>(?!95[0-9]{{3}}(?![0-9])|0[0-9]{{2,3}}(?![0-9]))[0-9]{{1,6}})(?!-?[0-9]))?)"
_ONE = re.compile(
    r"(?<![0-9])(?:"
    rf"{_WAY}{_CHINA}(?:0{_G})?(?P<mobile>1[3-9](?:{_G}[0-9]){{9}})(?![0-9])"
    rf"|{_CHINA}(?P<free>[48]00(?:{_G}[0-9]){{7}})(?![0-9])"
    rf"|{_WAY}{_CHINA}0{_G}(?P<area>{_AREA}){_G}(?:(?P<local>[0-9]{{7,8}}(?![0-9]|[ _.()]{{1,3}}[0-9])|[0-9](?:{_G}[0-9]){{6,7}}(?![0-9]))|(?P<line>{_SHORT})(?![0-9]))"
    rf"|{_CLEAR}{_CHINA}(?P<bare>(?!86)(?:(?:10|2[0-9]){_G}[2-9](?:{_G}[0-9]){{7}}|[3-9][0-9]{{2}}{_G}[2-9](?:{_G}[0-9]){{6,7}}))(?![0-9])"
    rf"|(?P<foreign>(?:\+|00|011)(?!{_G}86)(?:{_G}[0-9]){{7,15}})(?![0-9])"
    rf"|{_CHINA}(?P<short>{_SHORT})(?![0-9])(?!{_G}[0-9])"
    rf"|{_CLEAR}(?P<city>[2-9][0-9]{{6,7}}|[2-9][0-9]{{2,3}}[ \-][0-9]{{4}}(?!{_G}[0-9]))(?![0-9])"
    rf"|{_CLEAR}(?P<seat>[1-9][0-9]{{2,5}})(?![0-9])(?!{_G}[0-9])"
    rf"|{_CLEAR}(?P<other>[0-9](?:{_G}[0-9]){{6,14}})(?![0-9])(?!{_G}[0-9])"
    rf"){_EXTENSION}")
#: Most numbers of a directory, known at a glance.
_USUAL = re.compile("0[1-9][0-9]{1,2}-?[0-9]{7,8}|1[3-9][0-9]{9}")
#: sip:1001@10.0.0.5:5060;user=phone, tel:+86-10-5550-0017;ext=803: what names no number goes.
_HOST = re.compile(r"@[^\s,>]*")
_PARAMETER = re.compile(r";(?:ext|postd)=")
_OTHER_PARAMETER = re.compile(r";[a-z][a-z-]{0,30}(?:=[^;,>\s]*)?")
_BRACKETS = re.compile(r"<([^<>]{1,200})>")
_MASKED = re.compile(r"(?<![0-9])[0-9]{1,20}[ -]?[*x×?]{2,}[ -]?[0-9*]*")
_TAIL = re.compile(r"(?:转|分机|ext\.?|extension|#|x)[^0-9]{0,3}[0-9]{1,6}\s*$")
_DASHED_TAIL = re.compile(r"^(0[0-9]{2,3}[^0-9]{0,3}[2-9][0-9]{6,7})[-/][0-9]{1,5}$")      # 010-55500017-803
_CORE = re.compile("[0-9](?:.*[0-9])?", re.DOTALL)
_JOINED_MOBILE = re.compile(r"(?:86)?0?(1[3-9][0-9]{9})")
_JOINED_LANDLINE = re.compile(rf"(?:86)?(0?)({_AREA})([2-9][0-9]{{6,7}})")
_DIGITS = re.compile(r"\+?[0-9]{3,40}", re.ASCII)
#: Police, ambulance, fire, accidents, rescue at sea; and what mobiles dial abroad. No machine calls them, whoever wrote them into a directory.
_EMERGENCY = frozenset({"110", "119", "120", "122", "112", "911", "999", "12395"})
_LOCAL = re.compile("[2-9][0-9]{6,7}")
_LEAST_LANDLINE = 10        # digits, the 0 among them


@dataclass(frozen=True, slots=True)
class Telephone:
    """A number in its one form. `area` is a landline's area code with its 0, "" where it came without one.

    `kind` "seat" is a short number within an exchange; "" a number nobody can say anything of.
    """

    digits: str
    kind: Kind
    area: str = ""
    extension: str = ""


def read(text: str, home_area: str = "") -> tuple[Telephone, ...]:
    """Return the numbers of a field in their order, each once; () for none, never an error, in linear time.

    `home_area` (010) is the area of landlines that come without one.
    """
    plain = _bared(text)
    found = tuple(dict.fromkeys(_each(plain, home_area)))[:MOST]
    whole = _torn(plain) if len(plain) <= _WHOLE and "foreign" not in {one.kind for one in found} else None
    if whole is None or (whole.kind != "mobile" and any(one.kind in _CERTAIN or one.area for one in found)):
        return found
    return found if any((one.digits, one.kind) == (whole.digits, whole.kind) for one in found) else (whole,)


def plain(text: str, home_area: str = "") -> str:
    """Return the first number of a field in the one form in which numbers are compared; "" for what is none."""
    return next((one.digits for one in read(text, home_area)), "")


def caller(text: str, home_area: str = "") -> str:
    """Return a caller as exchanges tell it, in its one form; digits that are no number we know stay as they are.

    Who has a number that nobody can read does not hide it, and may be called back (P-3).
    """
    digits = text.strip()
    return plain(text, home_area) or (digits if _DIGITS.fullmatch(digits) and digits.strip("+0") else "")


def personal(text: str) -> str:
    """Return the first number that tells a person: a mobile, a landline with its area code, one from abroad; "" for none (P-18).

    A landline without its area tells nobody, for the same number rings in another city; 95580 and an inner number neither.
    """
    return next((one.digits for one in read(text) if one.kind in _PERSONAL and (one.kind != "landline" or _rings(one))), "")


def dialled(text: str, home_area: str = "", *, abroad: bool = False) -> str:
    """Return what an exchange dials to reach the first number of a field that a machine can call; "" for none (P-21).

    Digits alone, with a + before a number from abroad. One with an extension is for people: somebody has to be asked
    for it. A landline of the exchange's own area keeps its area code. Emergency numbers are never dialled, and numbers
    from abroad only where the bank allows it: 00 and a mobile is how a mobile is mistyped.
    """
    return next((one.digits for one in read(text, home_area) if _dials(one, abroad=abroad)), "")


def emergency(text: str) -> bool:
    """Whether a field holds the number of the police, an ambulance, or others that no machine may call."""
    return any(one.digits.removeprefix(one.area) in _EMERGENCY for one in read(text))


def _dials(one: Telephone, *, abroad: bool) -> bool:
    if not one.kind or one.extension or one.digits.removeprefix(one.area) in _EMERGENCY:
        return False
    return bool(one.area) if one.kind == "landline" else abroad or one.kind != "foreign"


def callable_number(text: str) -> bool:
    """Whether a field holds a number that somebody can call, perhaps after its area code (P-20)."""
    return _USUAL.fullmatch(text) is not None or any(one.kind for one in read(text))


def same(one: str, other: str, home_area: str = "") -> bool:
    """Whether two fields have a number in common; one without area code is the same as one with it that ends so (96588, 0571-96588)."""
    mine, theirs = read(one, home_area), read(other, home_area)
    return any(_same(left, right) for left in mine for right in theirs)


def shown(number: str | Telephone, home_area: str = "") -> str:
    """Return a number as people read it: 138 0000 0000, 010-5550 0017 转 803; several parted by 、. What is none stays as it is."""
    found = (number,) if isinstance(number, Telephone) else read(number, home_area)
    return "、".join(map(_shown, found)) if found or isinstance(number, Telephone) else number.strip()


def _rings(one: Telephone) -> bool:
    """Whether a landline has an area code, and a number that can be given out: none begins with 0 or 1."""
    return bool(one.area) and one.digits[len(one.area)] not in "01"


def _bared(text: str) -> str:
    """The text in plain letters, without display names, hosts and parameters."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST]).lower()[:LONGEST]
    within = [part for part in _BRACKETS.findall(plain) if part.strip()]
    plain = " / ".join(within) if within else plain
    plain = _OTHER_PARAMETER.sub("", _PARAMETER.sub("转", _HOST.sub("", plain)))
    return _MASKED.sub(" ", plain).strip()


def _each(plain: str, home_area: str) -> Iterator[Telephone]:
    for hit in _ONE.finditer(plain):
        kind = hit.lastgroup if hit.lastgroup != "extension" else next(name for name, value in hit.groupdict().items() if value)
        one = _read(kind or "", hit, home_area)
        if one is not None:
            yield one


def _read(group: str, hit: re.Match[str], home_area: str) -> Telephone | None:
    """Return the number of one hit; `group` is the form it was found in."""
    extension = hit["extension"] or ""
    if hit["area"]:
        area = "0" + hit["area"]
        return Telephone(area + _figures(hit["local"] or hit["line"]), "landline" if hit["local"] else "service", area, extension)
    digits = _figures(hit[group])
    if not digits.strip("0"):
        return None             # FreeSWITCH's 0000000000 is nobody
    if group in _KINDS:
        return Telephone(digits, _KINDS[group], "", extension)
    one = _foreign(hit[group]) if group == "foreign" else _domestic(digits, home_area)
    return replace(one, extension=extension) if one and extension else one


_KINDS: dict[str, Kind] = {"mobile": "mobile", "free": "service", "short": "service", "seat": "seat"}


def _domestic(digits: str, home_area: str) -> Telephone | None:
    """Return what digits are that came without an area code, or with one without its 0."""
    if whole := _joined(digits):
        return whole
    if _LOCAL.fullmatch(digits):
        return Telephone(home_area + digits, "landline", home_area)
    return None if digits.startswith("00") else Telephone(digits, "")


def _foreign(written: str) -> Telephone:
    digits = _figures(written)
    if not written.startswith("+"):
        digits = digits.removeprefix("011") if written.startswith("011") else digits.removeprefix("00")
    return Telephone(_abroad(f"+{digits}"), "foreign")


def _abroad(digits: str, *, spaced: bool = False) -> str:
    """A number from abroad in its one form, without a trunk prefix written in brackets, or spaced; as it is where no country has it."""
    import phonenumbers        # 10 ms and 4 MB, which whoever only judges texts has no use for

    way = phonenumbers.PhoneNumberFormat.INTERNATIONAL if spaced else phonenumbers.PhoneNumberFormat.E164
    try:
        return phonenumbers.format_number(phonenumbers.parse(digits), way)
    except phonenumbers.NumberParseException:
        return digits


def _torn(plain: str) -> Telephone | None:
    """Return the number that all digits of a text make together, whatever stands between them: 138 / 0000 / 0001."""
    text = _DASHED_TAIL.sub(r"\1", plain)
    core = _CORE.search(_TAIL.sub("", text))
    if core is None or any(map(str.isalpha, core[0])):
        return None             # 2026年7月22日10时
    return _joined(_figures(core[0]))


def _joined(digits: str) -> Telephone | None:
    """The mobile or landline that digits are, whatever prefix they have."""
    digits = digits.removeprefix("00") if digits.startswith("0086") else digits
    if hit := _JOINED_MOBILE.fullmatch(digits):
        return Telephone(hit[1], "mobile")
    hit = _JOINED_LANDLINE.fullmatch(digits)
    if hit and len(hit[1] + hit[2] + hit[3]) >= _LEAST_LANDLINE:
        return Telephone(f"0{hit[2]}{hit[3]}", "landline", f"0{hit[2]}")
    return None


def _same(one: Telephone, other: Telephone) -> bool:
    if one.extension and other.extension and one.extension != other.extension:
        return False
    if one.digits == other.digits:
        return True
    if one.kind != other.kind or one.kind not in {"landline", "service"} or bool(one.area) is bool(other.area):
        return False
    short, long = sorted((one.digits, other.digits), key=len)
    return long.endswith(short)


def _shown(one: Telephone) -> str:
    tail = f" 转 {one.extension}" if one.extension else ""
    return _spaced(one) + tail


def _spaced(one: Telephone) -> str:
    digits = one.digits
    if one.kind == "mobile":
        return f"{digits[:3]} {digits[3:7]} {digits[7:]}"
    if one.kind == "foreign":
        return _abroad(digits, spaced=True)
    if one.kind == "service" and digits[1:3] == "00":
        return f"{digits[:3]} {digits[3:6]} {digits[6:]}"
    if one.kind not in {"landline", "service"} or (one.kind == "service" and not one.area):
        return digits
    local = digits[len(one.area):]
    local = f"{local[:-4]} {local[-4:]}" if one.kind == "landline" else local
    return f"{one.area}-{local}" if one.area else local


def _figures(text: str) -> str:
    return "".join(sign for sign in text if sign.isascii() and sign.isdigit())
