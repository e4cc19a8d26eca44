"""Short words of units: which of them move a case, and which are answers (T-7, P-9.3, P-11.2)."""

import pytest

from routing.unitsays import asks_for_time, gives_back, passes_on


@pytest.mark.parametrize("text", ["该业务不属于我行职责范围，请退回。", "经核实，不是我支行办理的业务", "非我单位管辖", "此件与我行无关，现退回", "不归我所负责", "不属于本支行，", "请将本件退回重新分派"])
def test_T7_a_unit_that_says_it_is_not_theirs(text: str) -> None:
    assert gives_back(text)


@pytest.mark.parametrize("text", ["经核实，客户反映属实，已向客户致歉。", "已收到，正在核实", "客户表示满意", "请江东分行办理", "经核实，不是我行责任，已向客户解释", "并非我行管理不善",
    "现退回客户手续费10元", "不是我行负责人所说", "投诉人与我行无关联关系",
])
def test_T7_what_is_no_refusal(text: str) -> None:
    assert not gives_back(text)


@pytest.mark.parametrize(("text", "meant"), [
    ("请转远山省分行办理。", True), ("已转。", True), ("同意转办", True), ("现将本件转远山分行", True),
    ("已收到，正在核实", False), ("客户称转账失败，柜员已致歉", False), ("已转账退还客户", False), ("已转入客户账户", False), ("经核实" * 80 + "请转", False),
])
def test_P9_3_a_word_that_passes_on(text: str, meant: bool) -> None:
    assert passes_on(text) is meant


@pytest.mark.parametrize("text", [
    "不是经办柜员操作失误，系客户输错账号。", "经查，并非办理业务时态度差，系客户误会。", "经核实不是主管授权问题，系统故障所致。", "经核实，该款项不是我行办理过程中丢失，系客户遗落。",
    "不属于经办人员操作失误", "并非我行受理业务时态度差", "该件不属于我行受理范围的例外情形，请你所抓紧", "不属于我行办理过程中的失误", "多收的手续费予以退回。", "手续费20元现退回",
    "不是我行职责缺失，系系统故障", "并非不属于我行职责范围", "不是受理人员态度差",
])
def test_T7_an_ordinary_answer_gives_nothing_back(text: str) -> None:
    assert not gives_back(text)


@pytest.mark.parametrize("text", ["该业务非我行经办，建议转海淀支行", "不属我部管辖。", "不是我所经办的业务，请改派", "该件不属于受理范围", "非本网点办理业务", "此投诉与我行无关", "申请退回投诉处理岗", "不归我行负责"])
def test_T7_what_gives_the_case_back(text: str) -> None:
    assert gives_back(text)


@pytest.mark.parametrize("text", [
    "已转告客户，我行将认真整改。", "请转达我行歉意，柜员已通报批评。", "经核实，资金已转给客户指定收款人，柜员无误。", "经核实，款项已转至客户本人账户，客户表示满意。",
    "款项已转江东分行", "已转人工处理", "请转分管行长阅", "已转出", "客户已转他行办理业务", "已转为正常状态",
])
def test_P9_3_an_ordinary_answer_passes_nothing_on(text: str) -> None:
    assert not passes_on(text)


@pytest.mark.parametrize("text", ["已转江东分行办理。", "已转至湖南路营业所核实", "请转交临江市分行处理", "本件转江东分行", "已转下级行。", "现转你单位办理", "已转办", "经研究，同意转江东省分行"])
def test_P9_3_what_passes_the_slip_on(text: str) -> None:
    assert passes_on(text)


@pytest.mark.parametrize(("text", "asks"), [
    ("因需调取外地凭证，申请延期三个工作日，已于今日电话告知客户。", True), ("请予延期至7月29日", True), ("需延长办理时限", True), ("申请适当延长回复期限", True), ("拟延期2日回复", True),
    ("客户申请延期还款，已办理", False), ("已收到，正在核实", False), ("客户要求延长还款期限", False), ("经核实，贷款展期已办妥", False), ("未延误办理", False),
])
def test_P11_2_a_word_that_asks_for_more_time(text: str, asks: bool) -> None:
    assert asks_for_time(text) is asks
