"""Telephone numbers: every spelling of a number is that number, and nothing else becomes one (pain 19)."""

import re
import time
import unicodedata

import pytest
from hypothesis import given, strategies as st

from routing.calls import CallOrder
from routing.telephone import LONGEST, Telephone, callable_number, caller, dialled, personal, plain, read, same, shown

MOBILES = st.integers(min_value=13_000_000_000, max_value=19_999_999_999).map(str)
CITIES = st.sampled_from([("010", 8), ("021", 8), ("0371", 8), ("0376", 7), ("0991", 7), ("0519", 8)])
GAPS = st.sampled_from(["", " ", "-", "－", "—", "·", ".", "  ", "　"])
COUNTRIES = st.sampled_from(["", "+86", "0086", "86", "+86 ", "(+86) ", "86-", "＋86", "0086-"])
EXTENSIONS = st.sampled_from(["转803", "-803", " 转 803", "分机803", "#803", "ext.803", ",803", "转803#", "(803)", "（转803）", " x803", "；ext=803"])


def kinds(text: str, home: str = "") -> list[tuple[str, str, str]]:
    return [(one.digits, one.kind, one.extension) for one in read(text, home)]


def wide(text: str) -> str:
    return text.translate({ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789+-()"})


@given(MOBILES, COUNTRIES, st.sampled_from(["", "0"]), GAPS, st.sampled_from([(3, 7), (3, 6), (5, 8), (4, 8), (11, 11)]), st.booleans())
def test_every_spelling_of_a_mobile_is_that_mobile(number: str, country: str, trunk: str, gap: str, cuts: tuple[int, int], full_width: bool) -> None:
    written = country + trunk + gap.join((number[:cuts[0]], number[cuts[0]:cuts[1]], number[cuts[1]:]))
    assert kinds(wide(written) if full_width else written) == [(number, "mobile", "")]


@given(CITIES, st.data(), COUNTRIES, GAPS, st.booleans(), EXTENSIONS | st.just(""), st.booleans())
def test_every_spelling_of_a_landline_is_that_landline(city: tuple[str, int], data: st.DataObject, country: str, gap: str, brackets: bool, extension: str, full_width: bool) -> None:
    area, length = city
    local = str(data.draw(st.integers(min_value=2 * 10 ** (length - 1), max_value=9 * 10 ** (length - 1))))
    code = area if not country else data.draw(st.sampled_from([area, area[1:], f"(0){area[1:]}"]))
    split = data.draw(st.booleans())
    number = f"{local[:-4]}{gap}{local[-4:]}" if split else local
    written = f"{country}{f'({code})' if brackets else code}{gap}{number}{extension}"
    found = read(wide(written) if full_width else written)
    assert found == (Telephone(area + local, "landline", area, "803" if extension else ""),)


@given(MOBILES | CITIES.map(lambda city: city[0] + "5" * city[1]) | st.sampled_from(["95580", "96588", "4001234567", "12345", "8001", "+85255500017", "55500017"]))
def test_what_is_shown_is_read_as_the_same(number: str) -> None:
    (one,) = read(number)
    assert read(shown(one)) == (one,)
    assert read(one.digits) == (one,)
    with_extension = Telephone(one.digits, one.kind, one.area, "803")
    if one.kind in {"mobile", "landline"}:
        assert read(shown(with_extension)) == (with_extension,)


@given(st.lists(MOBILES, min_size=2, max_size=4, unique=True), st.sampled_from(["/", "、", "；", ";", "或", ",", "，", " / ", " ", "\n", "，或", "|", "及"]))
def test_several_numbers_of_one_field_are_all_read(numbers: list[str], parting: str) -> None:
    assert [one.digits for one in read(parting.join(numbers))] == numbers
    assert plain(parting.join(numbers)) == numbers[0]


@given(st.text(max_size=300) | st.text(alphabet="0123456789 +-()转/,;<>@*x", max_size=300), st.sampled_from(["", "010", "0371"]))
def test_no_text_is_too_much_and_only_digits_come_out(text: str, home: str) -> None:
    for one in read(text, home):
        assert re.fullmatch(r"\+?[0-9]{3,20}", one.digits)
        assert re.fullmatch("[0-9]{0,6}", one.extension)
        assert read(one.digits, home)[0].digits == one.digits
    assert re.fullmatch(r"(\+?[0-9]{3,20})?", plain(text, home))
    assert re.fullmatch(r"(\+?[0-9]{3,20})?", dialled(text, home))
    shown(text, home)


@pytest.mark.parametrize("piece", ["1", "1 ", "+86 ", "138-", "010-5550001-", "( ", "<", "<1", ";a=", "@", "1*", "86(((0)))", "００", "ﷺ", "转1", "0-", "王1", "\u0660"])
def test_ten_thousand_characters_of_rubbish_cost_no_more_than_the_first_thousand(piece: str) -> None:
    def spent(text: str) -> float:
        begun = time.process_time()
        for _ in range(5):
            read(text)
        return time.process_time() - begun

    long = piece * (10_000 // len(piece))
    assert read(long) == read(long[:LONGEST])
    assert spent(long) < 0.5        # 5 readings; a quadratic one takes seconds


@pytest.mark.parametrize(("text", "digits", "kind"), [
    ("95580", "95580", "service"), ("+86 95580", "95580", "service"), ("96588", "96588", "service"), ("12345", "12345", "service"), ("110", "110", "service"),
    ("400-123-4567", "4001234567", "service"), ("400 6123 456", "4006123456", "service"), ("8001234567", "8001234567", "service"), ("0571-96588", "057196588", "service"),
    ("8001", "8001", "seat"), ("1001", "1001", "seat"), ("802345", "802345", "seat"), ("1380000000", "1380000000", ""), ("010-19692962", "01019692962", "landline"),
    ("+852 5550 0017", "+85255500017", "foreign"), ("00852-55500017", "+85255500017", "foreign"), ("+44 (0)20 7946 0018", "+442079460018", "foreign"),
    ("001 212 555 0100", "+12125550100", "foreign"), ("+999 123456789", "+999123456789", "foreign"),
    ("9996837840", "09996837840", "landline"), ("1055500017", "01055500017", "landline"), ("138 / 0000 / 0001", "13800000001", "mobile"), ("0371/5550 0017", "037155500017", "landline"),
])
def test_numbers_of_every_kind(text: str, digits: str, kind: str) -> None:
    assert [(one.digits, one.kind) for one in read(text)] == [(digits, kind)]


@pytest.mark.parametrize(("text", "expected"), [
    ("sip:1001@10.0.0.5:5060", "1001"), ("<sip:+8613800000001@pbx.example;user=phone>", "13800000001"), ("tel:+86-138-0000-0001", "13800000001"),
    ("tel:+86-10-5550-0017;ext=803", "01055500017"), ('"王 13900000002" <13800000001>', "13800000001"), ("王 <013800000001>", "13800000001"),
    ('"13800000001" <>', "13800000001"), ("8613800000001;phone-context=+86", "13800000001"), ("8613800000001@ims.example;phone-context=+86", "13800000001"),
    ("anonymous", ""), ("Anonymous <sip:anonymous@anonymous.invalid>", ""), ("<unknown>", ""), ('"x" <unknown>', ""), ("Restricted", ""), ("0000000000", ""), ("0", ""),
    ("", ""), ("不详", ""), ("无", ""), ("+", ""), ("138****0001", ""), ("6222 0212 3456 7890", ""), ("62220212345678901", ""),
    ("`reboot`;13800000001", "13800000001"), ("$(curl x.example)", ""), ("13800000001\r\nAction: Originate", "13800000001"), ("; rm -rf / #", ""),
])
def test_what_exchanges_write_as_caller(text: str, expected: str) -> None:
    assert plain(text) == expected


def test_a_landline_without_area_is_of_the_exchanges_own_city() -> None:
    assert read("5550 0017", "010") == (Telephone("01055500017", "landline", "010"),)
    assert read("5550017转803", "0371") == (Telephone("03715550017", "landline", "0371", "803"),)
    assert read("55500017") == (Telephone("55500017", "landline"),)
    assert kinds("010-55500017/55500018", "021") == [("01055500017", "landline", ""), ("02155500018", "landline", "")]


@pytest.mark.parametrize(("text", "says"), [
    ("13800000001", "138 0000 0001"), ("01055500017转803", "010-5550 0017 转 803"), ("0376-5550017", "0376-555 0017"), ("55500017", "5550 0017"), ("95580", "95580"),
    ("4001234567", "400 123 4567"), ("0571-96588", "0571-96588"), ("+85255500017", "+852 5550 0017"), ("13800000001/010-55500017", "138 0000 0001、010-5550 0017"),
    ("不详", "不详"), (" 见通讯录 ", "见通讯录"), ("138****0001", "138****0001"), ("", ""),
])
def test_shown_as_people_read_it(text: str, says: str) -> None:
    assert shown(text) == says


def test_P18_only_what_tells_a_person_is_personal() -> None:
    assert [personal(one) for one in ("95580", "8001", "55500017", "4001234567", "1380000000", "010-19692962", "不详")] == [""] * 7
    assert personal("95580 / 13800000001") == "13800000001"
    assert personal("+852 5550 0017") == "+85255500017"


@pytest.mark.parametrize("number", ["13800000001", "01055500017", "037155500017", "03765550017"])
@pytest.mark.parametrize("way", ["17951", "17909", "12593", "17911", "125831"])
def test_a_prefix_for_a_cheaper_way_is_no_part_of_the_number(way: str, number: str) -> None:
    assert plain(way + number) == number
    assert plain(f"{way}0{number}") == (number if number.startswith("1") else "")


def test_P3_a_caller_whose_digits_nobody_knows_is_not_hidden() -> None:
    assert [caller(one) for one in ("1234567890123456", "+861234567890123456", "13800000001", "anonymous", "0000000000000000", "138****0001", "")] == [
        "1234567890123456", "+861234567890123456", "13800000001", "", "", "", ""]


@pytest.mark.parametrize("text", ["110", "119", "120", "122", "112", "12395", "010-110", "0371120"])
def test_P21_no_machine_calls_police_or_ambulance(text: str) -> None:
    assert dialled(text, abroad=True) == ""
    with pytest.raises(ValueError, match="emergency"):
        CallOrder("t", text, "s", "", 45)


def test_P21_numbers_from_abroad_only_where_the_bank_allows_it() -> None:
    assert [dialled("0013800000001"), dialled("+852 5550 0017"), dialled("+852 5550 0017 / 13800000001")] == ["", "", "13800000001"]
    assert dialled("+852 5550 0017", abroad=True) == "+85255500017"


def test_P21_what_can_be_dialled() -> None:
    assert dialled("010-55500017转803 / 13800000000") == "13800000000"
    assert dialled("010-5550 0017") == "01055500017"
    assert dialled("5550017", "0371") == "03715550017"
    assert [dialled(one) for one in ("5550017", "1380000000", "见通讯录", "")] == [""] * 4
    assert dialled("见通讯录 / 8001") == "8001"


def test_the_same_number_in_two_fields() -> None:
    assert same("+86 138 0000 0001", "13800000001/010-55500017")
    assert same("55500017", "010-55500017转803")
    assert not same("021-55500017", "010-55500017")
    assert same("96588", "0571-96588")
    assert not same("500017", "010-55500017")
    assert not same("", "")
    assert not same("不详", "不详")


_EXTENSION = re.compile(r"(?:转|分机|ext\.?|extension|#|x)[^0-9]{0,3}[0-9]{1,6}\s*$", re.IGNORECASE)
_WITH_AREA = re.compile(r"^0[0-9]{2,3}[^0-9]{0,3}[2-9][0-9]{6,7}[-/][0-9]{1,5}$")


def before_issue_6(text: str) -> str:
    """How marks of persons read a Chinese number before this module was there: stores are keyed by it."""
    simple = unicodedata.normalize("NFKC", text).strip()
    if _WITH_AREA.match(simple):
        simple = re.sub("[-/][0-9]+$", "", simple)
    digits = "".join(sign for sign in _EXTENSION.sub("", simple) if sign.isascii() and sign.isdigit())
    digits = digits.removeprefix("00") if digits.startswith("0086") else digits
    if len(digits) > 11 and digits.startswith("86"):
        digits = digits.removeprefix("86").removeprefix("0") if re.match("860?1[3-9]", digits) else digits.removeprefix("86")
    if re.fullmatch("0?1[3-9][0-9]{9}", digits):
        return digits.removeprefix("0")
    if re.fullmatch("0?(?:10|2[0-9]|[3-9][0-9]{2})[2-9][0-9]{6,7}", digits) and len(digits) >= 10:
        return "0" + digits.removeprefix("0")
    return ""


@given(
    st.sampled_from(["", "+86", "0086", "86", "+86-", "86 ", "(+86)", "tel: ", "手机:", "电话 "]),
    MOBILES | st.tuples(st.sampled_from(["010", "10", "021", "0371", "371", "0991"]), st.integers(min_value=20_000_000, max_value=99_999_999).map(str)).map("".join),
    st.lists(st.tuples(st.integers(min_value=4, max_value=9), st.sampled_from([" ", "-", "_", "—", "(", ")", ".", "·", "~"])), max_size=3, unique_by=lambda gap: gap[0]),
    st.sampled_from(["", "转8", "-8", "-803", " 转 803", "#12", "/803", " "]))
def test_P18_marks_of_mobiles_and_landlines_stay_what_they_were(country: str, digits: str, gaps: list[tuple[int, str]], extension: str) -> None:
    written = digits
    for at, sign in sorted(gaps, reverse=True):
        written = written[:at] + sign + written[at:] if 0 < at < len(digits) else written
    text = country + written + extension
    expected = before_issue_6(text)
    if expected and not expected.startswith(("0400", "0800")):
        assert personal(text) == expected, text


@given(st.sampled_from(["0376", "0991"]), st.integers(min_value=2_000_000, max_value=9_999_999).map(str), st.sampled_from(["", " ", "-", "("]), st.sampled_from(["", "转8", "-8", "-803", "/12", " "]))
def test_P18_marks_of_short_landlines_stay_what_they_were(area: str, local: str, gap: str, extension: str) -> None:
    text = f"{area}{gap}{local}{extension}"
    assert personal(text) == before_issue_6(text) == area + local


def test_P20_a_number_somebody_can_call() -> None:
    assert all(map(callable_number, ("010-55500017", "0371-5550017转8", "13800000000", "5550017", "95580转1", "8001", "+85255500017", "电话 138 0000 0000")))
    assert not any(map(callable_number, ("", "见通讯录", "1380000000", "138****0000", "010", "０", "12", "12345678901234567")))
