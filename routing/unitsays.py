"""What a unit's short word means for the way of a case: not ours (T-7), it goes on (P-9.3), more time is needed (P-11.2).

Read strictly: an ordinary answer that is taken for one of these is lost to the customer, while a word that is overlooked
is asked about.
"""

import re
from collections.abc import Iterator

_LONGEST = 1000
_CLAUSES = re.compile(r"[。，；！？,.;!?]")
_UNITS = "(?:行|社|部门?|单位|网点|支行|分行|营业所|所|公司|处|科|中心)"
_OURS = rf"(?:我|本)(?:支|分|总)?{_UNITS}"
_REMIT = "(?:职责|职权|业务范围|管辖|受理范围|辖区|辖内)"
_DOES = "(?:受理|经办|办理|负责|主管)"
_OF_IT = "(?:的?(?:范围|范畴|职责|内容|业务|事项|投诉|案件|件|客户|网点|机构))*"
#: A whole clause: "不属于我行职责范围", "不是我支行办理的业务"; not "不是经办柜员操作失误" nor "不是我行办理过程中丢失", which are answers.
_NOT_OURS = re.compile(
    rf"(?<!并非)(?<!不是)(?:(?:不属于?|不归)(?:{_OURS})?的?{_REMIT}|(?:不属于?|不归|并?非|不是)由?{_OURS}所?的?(?:{_REMIT}|{_DOES})){_OF_IT}$"
    rf"|不(?:属于?|归){_OURS}$|(?:此|本|该)(?:件|单|投诉|业务|事项|问题)?与(?:我|本){_UNITS}无关$"
)
_BACK = re.compile(r"(?:现|予以|申请|请求|请)(?:将)?(?:本件|本单|该件|该单|此件|该投诉|本投诉)?退回(?:$|重新|另行|改派|贵|转办|投诉|处理)")
#: What is given back or goes on there is the customer's, and no slip.
_MONEY = re.compile(r"款|资金|钱|费|元|本金|利息|金额|余额|物品|证件|凭证")
_ITS_OWN = re.compile(r"(?:款项?|资金|钱|金额|余额|元|本金|利息|存款|客户|投诉人|其|本人)(?:均|都|也|全部|全额|现)?$")
_TO_WHOM = r"(?:交|发|送|派|至|给|到|往|由){0,2}[^客户账帐款]{0,20}?(?:行|社|部|处|科|局|所|中心|单位|网点|机构|公司)"
_PASSES_ON = re.compile(
    r"(?:(?:已|现|请|同意|予以|拟)(?:将?(?:本|该|此)(?:件|单|投诉))?|^将?(?:本|该|此)(?:件|单|投诉))转"
    rf"(?:办|派|$|{_TO_WHOM}(?:$|承?办理?|处理|核实|核查|调查|落实|跟进|阅处|牵头|负责|一并|进行|查收))|代为转办"
)
_MORE_TIME = re.compile(r"(?:申请|请求|恳请|请予|请准|需要?|拟|要求)(?:予以|适当|再|批准|给予|将?(?:办理|回复|处理|答复)(?:时限|期限|时间)?)?(?:延期|延长|顺延|宽限)|延期(?:至|到|申请|回复|答复|办理|办结|[0-9０-９一二三四五六七八九十两]+个?(?:工作日|日|天))|延长(?:办理|回复|处理|答复)?(?:时限|期限|时间)")
_LOANS = re.compile(r"还款|付款|还贷|支付|缴|缴费|兑付|展期|客户(?:申请|请求|要求|需)")


def gives_back(text: str) -> bool:
    """Whether a unit says that the matter is not its own (T-7)."""
    return any(_NOT_OURS.search(one) or (_BACK.search(one) and not _MONEY.search(one)) for one in _clauses(text))


def passes_on(text: str) -> bool:
    """Whether a short word says that the slip goes on, or shall (P-9.3)."""
    return len("".join(text.split())) <= 200 and any(
        (found := _PASSES_ON.search(one)) and not _ITS_OWN.search(one[:found.start()]) for one in _clauses(text)
    )


def asks_for_time(text: str) -> bool:
    """Whether a unit asks for more time to answer (P-11.2); not what a customer asks for."""
    return any(_MORE_TIME.search(one) and not _LOANS.search(one) for one in _clauses(text))


def _clauses(text: str) -> Iterator[str]:
    yield from filter(None, _CLAUSES.split("".join(text.split())[:_LONGEST]))
