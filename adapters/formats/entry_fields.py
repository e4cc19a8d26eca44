"""The fields of a complaint that is entered otherwise than by telephone, by the names people give them (law: article 13).

One table for all ways in: the columns of a spreadsheet, the keys of JSON and TOML, the options of the command line.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from routing.papers import Channel


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its heading, other headings people use, a word to whoever fills it in, and how wide its column is."""

    zh: str
    others: tuple[str, ...] = ()
    hint: str = ""
    width: int = 16


FIELDS: Mapping[str, Field] = {
    "ref": Field("来件编号", ("本行编号", "外部编号"), "本单位自己的编号，可不填；同一编号只登记一次"),
    "channel": Field("投诉渠道", ("渠道", "受理渠道", "来源渠道", "来源"), "必填：电话、意见簿(箱)、网络、上门、信件、媒体、上级行、政府部门、监管转办"),
    "received": Field("受理时间", ("收到时间", "受理日期", "收件日期", "收到日期", "登记时间", "投诉时间", "投诉日期", "来文日期", "日期", "时间"), "如 2026-07-22 09:31；不填为登记时", 20),
    "taken_by": Field("受理人", ("登记人", "首问责任人", "接待人", "受理人员", "填报人"), "首问负责：谁受理写谁", 10),
    "hotline": Field("受理热线", ("热线",), "决定适用的办法；不填为默认", 10),
    "party": Field("投诉人类型", ("客户类型",), "个人 或 单位", 10),
    "name": Field("投诉人", ("投诉人姓名", "客户姓名", "姓名", "客户名称", "投诉人名称", "反映人"), "", 12),
    "id_type": Field("证件类型", ("证件种类",), "身份证、护照、营业执照等", 12),
    "id_number": Field("证件号码", ("身份证号", "身份证号码", "证件号"), "加密保存；单元格设为“文本”", 22),
    "phone": Field("投诉人电话", ("联系电话", "客户联系电话", "客户电话", "电话", "手机", "手机号", "联系方式", "投诉人联系电话", "投诉人联系方式"), "单元格设为“文本”", 18),
    "contact": Field("单位联系人", ("客户联系人", "联系人"), "投诉人为单位时填写", 12),
    "address": Field("联系地址", ("地址", "通讯地址", "邮箱", "电子邮箱"), "", 24),
    "account": Field("账号", ("卡号", "账户", "账号/卡号", "账（卡）号"), "单元格设为“文本”", 22),
    "refuses_name": Field("是否匿名", ("匿名", "不愿透露姓名"), "是 或 否", 10),
    "agent_name": Field("代理人", ("代理人姓名", "继承人", "继承人姓名", "代理人或继承人"), "代为投诉的人或继承人", 12),
    "agent_as": Field("代理关系", ("与投诉人关系", "代理身份"), "代理人、监护人 或 继承人", 10),
    "agent_authority": Field("授权材料", ("授权委托书", "授权书", "授权文件"), "如 授权委托书、继承公证书"),
    "representatives": Field("代表人", ("代表人姓名", "代表", "推选代表"), "多人上门时推选，不超过5名，用“、”分开", 20),
    "heads": Field("投诉人数", ("人数", "涉及人数"), "多人共同投诉时填写", 10),
    "complained_unit": Field("被投诉单位", ("被投诉机构", "被投诉机构名称", "涉及机构", "涉及网点", "被投诉网点", "机构名称", "被反映单位"), "名称或机构代码", 24),
    "complained_person": Field("被投诉人", ("被投诉人员", "被投诉员工", "涉及人员"), "其本人不接收转办单", 12),
    "product": Field("涉及产品", ("产品", "业务名称", "业务类型", "产品名称"), ""),
    "category": Field("投诉类别", ("类别", "投诉分类"), "不填由系统分类", 12),
    "amount": Field("涉及金额", ("金额", "业务金额", "涉及金额（元）"), "", 12),
    "compensation": Field("赔偿诉求", ("赔偿金额", "索赔金额", "要求赔偿"), "只作记录，不作承诺", 12),
    "narrative": Field("投诉内容", ("投诉事由", "内容", "事由", "反映内容", "投诉事项", "反映问题", "主要内容", "意见内容", "留言内容", "问题描述"), "必填：客户原话或来文要点", 50),
    "grounds": Field("理由及依据", ("理由", "依据", "事实和理由"), "", 24),
    "demand": Field("客户诉求", ("诉求", "投诉请求", "要求", "投诉诉求", "主要诉求"), "", 24),
    "authority": Field("转办单位", ("交办单位", "来文单位", "转办机关", "来源机关", "媒体名称"), "监管、政府、上级行或媒体的名称", 20),
    "authority_number": Field("转办编号", ("转办文号", "交办文号", "文号", "来文编号", "监管编号", "转办单号"), "同一编号只立一件", 20),
    "authority_due": Field("办理期限", ("办结期限", "要求办结日期", "要求答复日期", "回复期限", "交办期限", "截止日期"), "转办单位要求的日期", 20),
    "answer_facts": Field("调查核实情况", ("核实情况", "调查情况"), "网点已自行答复的（意见簿）填写以下各项", 40),
    "answer_people": Field("对相关责任人处理意见", ("责任人处理意见",), "", 24),
    "answer_lessons": Field("整改措施", ("应吸取的教训及整改措施", "教训及整改措施"), "", 24),
    "answer_satisfaction": Field("客户满意程度", ("客户对处理结果的满意程度", "满意程度", "满意度"), "满意、基本满意 或 不满意", 12),
    "answer_handled": Field("处理时间", ("处理日期", "答复时间", "答复日期"), "", 20),
    "answer_handler": Field("经办人", ("答复人",), "", 10),
    "answer_phone": Field("经办人电话", ("经办人联系电话",), "", 18),
}
#: The elements of P-12 that an outlet has answered already, by their numbers (P-9.5).
ANSWERS: Mapping[str, int] = {name: number for number, name in enumerate((one for one in FIELDS if one.startswith("answer_")), 1)}
#: How else people call the channels of P-9 and D-1.
CHANNELS: Mapping[str, Channel] = {
    **{channel.value: channel for channel in Channel}, **{channel.name: channel for channel in Channel},
    "意见簿": Channel.COMMENT_BOX, "意见箱": Channel.COMMENT_BOX, "意见薄": Channel.COMMENT_BOX, "网站": Channel.WEB, "网上": Channel.WEB, "邮件": Channel.WEB,
    "来访": Channel.WALK_IN, "走访": Channel.WALK_IN, "来信": Channel.LETTER, "信访": Channel.LETTER, "信函": Channel.LETTER, "报纸": Channel.MEDIA,
    "上级": Channel.SUPERIOR, "总行": Channel.SUPERIOR, "政府": Channel.GOVERNMENT, "12345": Channel.GOVERNMENT, "监管": Channel.REGULATOR, "监管部门": Channel.REGULATOR,
    "12378": Channel.REGULATOR, "12363": Channel.REGULATOR, "来电": Channel.PHONE, "热线": Channel.PHONE,
}
_ASIDE = re.compile(r"[\s*＊:：?？]|[（(](?:必填|选填|可不填|可选|文本|元|人民币|yyyy[^)）]{0,12}|日期)[)）]", re.IGNORECASE)


def folded(heading: str) -> str:
    """Return a heading as it is compared: one width, no spaces, stars and colons, no "(必填)"."""
    return _ASIDE.sub("", unicodedata.normalize("NFKC", heading)).lower()


_BY_HEADING: Mapping[str, str] = {
    folded(heading): name for name, field in FIELDS.items() for heading in (field.zh, *field.others, name, name.replace("_", " "), name.replace("_", "-"))
}


def field_of(heading: str) -> str:
    """Return the field that a heading names; "" where it names none."""
    return _BY_HEADING.get(folded(heading), "")


def channel_of(words: str) -> Channel | None:
    """Return the channel that somebody means, in Chinese or by its English name; None where nobody can tell (P-9)."""
    plain = unicodedata.normalize("NFKC", words).strip().upper().replace("-", "_").replace(" ", "_")
    return _BY_CHANNEL.get(plain)


_BY_CHANNEL: Mapping[str, Channel] = {unicodedata.normalize("NFKC", name).upper(): channel for name, channel in CHANNELS.items()}
