from datetime import date

import pytest
from hypothesis import given, strategies as st

from routing.case import CaseId
from routing.number import case_number
from routing.papers import Attachment, Mail, MailKind
from routing.reply import Candidate, Clues, clues, match, numbers_in_addresses, reply_address

KEY = b"a key of the test bank"
BASE = "hotline@bank.example"
ONE, TWO = (case_number("95580", date(2026, 7, 22), n) for n in (13, 14))
UNIT, PARENT, STRANGER = "hedong@bank.example", "city@bank.example", "someone@elsewhere.example"
CASE = Candidate(CaseId(1), ONE, frozenset({"slip.1@bank.example", "remind.1@bank.example"}), frozenset({UNIT, PARENT}))
OTHER = Candidate(CaseId(2), TWO, frozenset({"slip.2@bank.example"}), frozenset({UNIT}))


def a_mail(**said):
    return Mail(**{
        "message_id": "m@bank.example", "sender": UNIT, "sender_name": "", "recipients": (BASE,), "subject": "回复", "date": None,
        "kind": MailKind.MESSAGE, "text": "", "new_text": "", "history": "", **said,
    })


def test_a_reply_address_reads_back():
    address = reply_address(BASE, ONE, KEY)
    assert address.startswith("hotline+" + ONE.replace("-", "") + ".")
    assert address.endswith("@bank.example")
    assert len(address.partition("@")[0]) <= 64
    assert numbers_in_addresses([address], BASE, KEY) == (ONE,)


@given(st.sampled_from(["95580", "4008095580", "110"]), st.dates(date(2020, 1, 1), date(2090, 1, 1)), st.integers(1, 9_999_999))
def test_every_number_reads_back_from_its_address(hotline, day, sequence):
    number = case_number(hotline, day, sequence)
    address = reply_address(BASE, number, KEY)
    assert numbers_in_addresses([STRANGER, address.upper(), address], BASE, KEY) == (number,)


@given(st.integers(0, 60), st.sampled_from("abcdefgh234567"))
def test_a_changed_address_carries_no_number(at, sign):
    address = reply_address(BASE, ONE, KEY)
    at %= address.index("@")
    changed = address[:at] + sign + address[at + 1:]
    assert changed == address or numbers_in_addresses([changed], BASE, KEY) == ()


@pytest.mark.parametrize("address", [
    BASE, "hotline+@bank.example", f"hotline+{ONE}@bank.example", "hotline+.@bank.example", "", "@", "hotline+955802026072200013x.abc@bank.example",
])
def test_addresses_without_a_seal_carry_no_number(address):
    assert numbers_in_addresses([address], BASE, KEY) == ()


def test_another_key_another_mailbox_another_domain_carry_no_number():
    address = reply_address(BASE, ONE, KEY)
    assert numbers_in_addresses([address], BASE, KEY + b"!") == ()
    assert numbers_in_addresses([address], "other@bank.example", KEY) == ()
    assert numbers_in_addresses([address.replace("bank.example", "bank.example.elsewhere.example")], BASE, KEY) == ()


@pytest.mark.parametrize(("base", "number", "key", "why"), [
    ("hotline", ONE, KEY, "name@domain"), ("hot+line@bank.example", ONE, KEY, r"without \+"), (BASE, ONE[:-1], KEY, "check digit"),
    (BASE, ONE, b"short", "16"), ("a-very-long-name-of-a-hotline@bank.example", ONE, KEY, "too long"),
])
def test_an_unsound_reply_address_is_refused(base, number, key, why):
    with pytest.raises(ValueError, match=why):
        reply_address(base, number, key)


def test_clues_come_from_every_place():
    found = clues(a_mail(
        sender=UNIT.upper(), recipients=(reply_address(BASE, ONE, KEY),), subject=f"回复：{ONE}", new_text="见附件", history=f"编号：{TWO}",
        references=("slip.1@bank.example",), attachments=(Attachment(f"转办单{TWO}.docx", "application/msword", b""),),
    ), BASE, KEY)
    assert found == Clues(UNIT, ("slip.1@bank.example",), (ONE,), (ONE,), (TWO,), (TWO,))
    assert found.all_numbers == (ONE, TWO)


def test_clues_without_a_key_read_no_addresses():
    assert clues(a_mail(recipients=(reply_address(BASE, ONE, KEY),))).tokens == ()


@pytest.mark.parametrize("found", [
    Clues(UNIT, message_ids=("x@elsewhere.example", "remind.1@bank.example")), Clues(UNIT, tokens=(ONE,)), Clues(UNIT, numbers=(ONE,)),
    Clues(UNIT, attached=(ONE,)), Clues(UNIT, quoted=(ONE,)), Clues(PARENT.title(), numbers=(ONE,)),
])
def test_P12_any_one_key_from_the_chain_is_an_answer(found):
    answer = match(found, [CASE, OTHER])
    assert (answer.case_id, answer.accepted, answer.claimed) == (CaseId(1), True, True)
    assert any(ONE in reason for reason in answer.reasons)


@pytest.mark.parametrize("sender", [STRANGER, "", "x" + UNIT, UNIT + ".elsewhere.example", "hedong@bank.example.cn"])
def test_a_number_quoted_by_a_stranger_is_only_claimed(sender):
    answer = match(Clues(sender, message_ids=("slip.1@bank.example",), numbers=(ONE,)), [CASE])
    assert (answer.case_id, answer.accepted, answer.claimed) == (CaseId(1), False, True)
    assert any("人工核实" in reason for reason in answer.reasons)


def test_keys_that_mean_two_cases_go_to_the_desk():
    answer = match(Clues(UNIT, message_ids=("slip.1@bank.example",), numbers=(TWO,)), [CASE, OTHER])
    assert (answer.case_id, answer.accepted, answer.claimed) == (None, False, True)
    assert set(answer.cases) == {CaseId(1), CaseId(2)}
    assert any(ONE in reason for reason in answer.reasons)
    assert any(TWO in reason for reason in answer.reasons)


def test_a_number_in_the_history_only_counts_where_nothing_else_does():
    assert match(Clues(UNIT, numbers=(ONE,), quoted=(TWO,)), [CASE, OTHER]).case_id == CaseId(1)
    assert match(Clues(UNIT, quoted=(ONE, TWO)), [CASE, OTHER]).case_id is None


def test_P3_a_mail_without_any_key_is_a_new_complaint():
    answer = match(Clues(STRANGER), [])
    assert (answer.case_id, answer.accepted, answer.claimed) == (None, False, False)
    assert answer.reasons


def test_a_number_nobody_gave_out_goes_to_the_desk():
    answer = match(Clues(STRANGER, numbers=(TWO,)), [])
    assert (answer.case_id, answer.accepted, answer.claimed) == (None, False, True)
    assert any("查无此件" in reason for reason in answer.reasons)


def test_a_units_mailbox_without_any_key_goes_to_the_desk():
    answer = match(Clues(UNIT), [CASE, OTHER])
    assert (answer.case_id, answer.accepted, answer.claimed) == (None, False, True)
    assert set(answer.cases) == {CaseId(1), CaseId(2)}


def test_an_answer_that_also_names_an_unknown_number_is_still_one():
    answer = match(Clues(UNIT, tokens=(ONE,), numbers=(TWO,)), [CASE])
    assert answer.accepted
    assert any("查无此件" in reason for reason in answer.reasons)


PLACES = st.lists(st.sampled_from([ONE, TWO]), max_size=2).map(tuple)


@given(st.sampled_from([UNIT, PARENT, STRANGER, ""]), PLACES, PLACES, PLACES, PLACES)
def test_accepted_always_means_one_case_and_a_sender_on_its_chain(sender, tokens, numbers, attached, quoted):
    answer = match(Clues(sender, (), tokens, numbers, attached, quoted), [CASE, OTHER])
    if answer.accepted:
        meant = {CaseId(1): CASE, CaseId(2): OTHER}[answer.case_id]
        assert sender in meant.chain_mailboxes
        assert {*tokens, *numbers, *attached} <= {meant.number}
        assert meant.number in {*tokens, *numbers, *attached, *quoted}
