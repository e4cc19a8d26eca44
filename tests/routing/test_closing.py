import pytest

from routing.case import State
from routing.closing import closes_itself, may_close, outcomes
from routing.errors import RuleError
from tests.routing.shipped import CUTOVER, DATONG, PSBC, THREE_LINE, a_case, in_state

ANSWERED = in_state(a_case(), State.ANSWERED)


@pytest.mark.parametrize("pack, known", [
    (PSBC, ("已答复", "匿名存档", "并案", "撤诉")), (DATONG, ("已答复", "并案", "撤诉")),
    (THREE_LINE, ("有效投诉", "特殊投诉", "并案", "撤诉")), (CUTOVER, ("有责", "无责", "双方责任", "并案", "撤诉")),
])
def test_T5_C4_each_pack_has_its_own_ends(pack, known):
    assert outcomes(pack) == known


def test_T5_a_three_line_case_ends_as_founded_or_special():
    may_close(ANSWERED, THREE_LINE, "有效投诉", answered=True)
    may_close(ANSWERED, THREE_LINE, "特殊投诉", answered=True)
    with pytest.raises(RuleError, match=r"three-line knows no outcome '有责' .*T-5.*有效投诉、特殊投诉"):
        may_close(ANSWERED, THREE_LINE, "有责", answered=True)


def test_C4_an_emergency_case_ends_with_who_was_responsible():
    for outcome in ("有责", "无责", "双方责任"):
        may_close(ANSWERED, CUTOVER, outcome, answered=True)
    with pytest.raises(RuleError, match=r"choose one of"):
        may_close(ANSWERED, CUTOVER, "有效投诉", answered=True)


def test_P12_without_the_units_answer_nothing_is_answered():
    with pytest.raises(RuleError, match=r"已转办 and 已答复 needs the unit's answer .P-12"):
        may_close(in_state(a_case(), State.SENT), PSBC, "已答复", answered=False)


def test_law_18_a_merged_case_needs_no_answer_of_its_own():
    may_close(in_state(a_case(), State.SENT), PSBC, "并案", answered=False)


def test_P18_a_closed_case_is_not_closed_again():
    with pytest.raises(RuleError, match=r"closed already; reopen it first"):
        may_close(in_state(a_case(), State.CLOSED), PSBC, "已答复", answered=True)


def test_P19_a_withdrawal_of_free_will_is_filed_with_its_reason():
    may_close(in_state(a_case(), State.SENT), PSBC, "撤诉", answered=False, free_will=True, reason="已与网点和解")
    with pytest.raises(RuleError, match=r"filed with its reason .P-19"):
        may_close(a_case(), PSBC, "撤诉", answered=False, free_will=True, reason=" ")


def test_P19_a_withdrawal_nobody_checked_or_under_pressure_does_not_end_the_case():
    with pytest.raises(RuleError, match=r"ask the customer .* own will .P-19.; under pressure or threat the case goes on"):
        may_close(a_case(), PSBC, "撤诉", answered=True, free_will=False, reason="客户来电撤诉")


def test_law_15_a_withdrawal_is_checked_in_the_other_packs_too():
    for pack in (DATONG, THREE_LINE, CUTOVER):
        with pytest.raises(RuleError, match=r"own will .law:15"):
            may_close(a_case(), pack, "撤诉", answered=True)


def test_D4_an_answered_case_closes_itself_where_the_pack_says_so():
    assert closes_itself(ANSWERED, DATONG) == "已答复"
    assert closes_itself(in_state(a_case(), State.SENT), DATONG) is None


def test_P21_elsewhere_the_desk_closes():
    assert [closes_itself(ANSWERED, pack) for pack in (PSBC, THREE_LINE, CUTOVER)] == [None, None, None]
