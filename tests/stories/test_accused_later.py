"""Whoever is complained about may be named only later: from then on nothing goes to them (P-11.1; law:17)."""

import pytest

from hotline_bridge.steps.assign import Change, assign
from hotline_bridge.steps.clocks import new_facts
from hotline_bridge.steps.close import reopen
from routing.addressee import may_be
from routing.case import State
from routing.errors import RuleError
from tests.conftest import Bank
from tests.make import WHOLE_ANSWER, a_form
from tests.travelling import mail, squeezed, with_directory

HERS, BRANCH = "jiang@branch.example", "ts-b10101@branch.example"
FACTS = "客户补充：辱骂我的人就是姜大山本人，还威胁我撤诉。"


@pytest.fixture
def led_by_jiang(bank: Bank) -> Bank:
    """The outlet whose only contact is 姜大山, at their own mailbox."""
    with_directory(bank, {
        "code": "B1010101", "name": "上地路营业所", "full_name": "京北城区清河区上地路营业所", "level": "网点", "parent": "B10101",
        "division": "110101001", "mailbox": HERS, "contact1": "姜大山", "contact1_mailbox": HERS,
    })
    return bank


async def sent(bank: Bank) -> str:
    posted = await bank.post(a_form())
    await bank.quiet()
    assert bank.case().state is State.SENT
    return posted.number


def since(bank: Bank, before: int, words: str) -> list[tuple[str, ...]]:
    return [tuple(one.to) for one in bank.relay.sent[before:] if words in squeezed(one.text)]


async def test_P11_1_law_17_new_facts_about_a_contact_go_above_them_and_never_to_them(led_by_jiang: Bank) -> None:
    bank, number = led_by_jiang, await sent(led_by_jiang)
    before = len(bank.relay.sent)
    with pytest.raises(RuleError, match=r"name 姜大山.*--person 姜大山, or --person -"):
        await bank.decide(new_facts, number, "desk", FACTS, None)
    assert bank.case().state is State.SENT
    await bank.decide(new_facts, number, "desk", FACTS, None, person="姜大山")
    await bank.quiet()
    if bank.case().state is State.HELD:
        await bank.sign(number)
        await bank.quiet()
    assert since(bank, before, "就是姜大山本人") == [(BRANCH,)]
    assert any("被投诉人：姜大山" in line.says for line in bank.book(number))
    await mail(bank, WHOLE_ANSWER, HERS)
    assert bank.case().state is State.SENT          # nobody answers for themselves


async def test_P11_1_new_facts_that_name_a_contact_who_is_not_accused_go_to_them(led_by_jiang: Bank) -> None:
    bank, number = led_by_jiang, await sent(led_by_jiang)
    before = len(bank.relay.sent)
    await bank.decide(new_facts, number, "desk", "客户补充：姜大山当时也在场。", None, person="-")
    await bank.quiet()
    assert since(bank, before, "姜大山当时也在场") == [(HERS,)]


async def test_P11_1_law_17_assign_sets_the_person_and_asks_after_a_contact_whom_the_complaint_names(led_by_jiang: Bank) -> None:
    bank, number = led_by_jiang, await sent(led_by_jiang)
    await bank.close(number, "撤诉", "和解", free_will=True)
    await bank.decide(reopen, number, "desk", FACTS)
    before = len(bank.relay.sent)
    with pytest.raises(RuleError, match="name 姜大山"):
        await bank.assign(number, unit="B1010101")
    await bank.decide(assign, number, "desk", Change(unit="B1010101", person="姜大山"))
    await bank.quiet()
    if bank.case().state is State.HELD:
        await bank.sign(number)
        await bank.quiet()
    assert since(bank, before, "就是姜大山本人") == [(BRANCH,)]
    assert any("被投诉人 未定 → 姜大山" in line.says for line in bank.book(number))


async def test_P11_1_an_answer_of_who_is_accused_later_counts_no_more(led_by_jiang: Bank) -> None:
    bank, number = led_by_jiang, await sent(led_by_jiang)
    await mail(bank, WHOLE_ANSWER, HERS)
    assert bank.case().state is State.ANSWERED
    await bank.decide(assign, number, "desk", Change(person="姜大山"))
    await bank.quiet()
    assert (bank.case().state, bank.case().complaint.person_hint) == (State.SENT, "姜大山")


@pytest.mark.parametrize(("person", "contact", "same"), [
    ("柜员李四、姜经理", "姜大山", True), ("李四，姜大山", "姜大山", True), ("李四、王五", "姜大山", False), ("姜大山", "姜大山", True), ("、", "姜大山", False),
])
def test_law_17_each_of_several_persons_is_kept_away(person: str, contact: str, same: bool) -> None:
    assert may_be(person, contact) is same
