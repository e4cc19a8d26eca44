"""Small things people write in a form: a telephone number, a date, a tick, or words that say nothing (P-12)."""

import re
from calendar import monthrange

#: Phrases that fill a line and say nothing; compared without punctuation and in lower case.
EMPTY = frozenset((
    "", "无", "没有", "暂无", "暂无意见", "没有意见", "无意见", "空", "略", "同上", "同前", "如上", "见上", "见上文", "详见上文", "见下",
    "见附件", "详见附件", "附后", "待定", "待补", "待补充", "待填", "待处理", "待查", "待核实", "待回复", "处理中", "调查中", "核实中",
    "正在处理", "正在核实", "正在调查", "已处理", "已处理完毕", "已处理完", "处理完毕", "已经处理", "已处理好", "已办", "已办结", "已办理",
    "已解决", "已核实", "已调查", "已整改", "已回复", "已联系", "已联系客户", "已知悉", "知悉", "已阅", "收到", "已收到", "同意", "好", "好的",
    "是", "否", "不详", "不知", "不清楚", "未知", "不适用", "不适用匿名投诉", "无需填写", "请填写", "填写", "请在此填写", "某某", "某", "na", "none", "null",
    "nil", "ok", "done", "tbd", "x", "xx", "xxx", "xxxx", "××", "×××", "年月日",
))
_HOLLOW = re.compile(r"[\s_＿\-—–…·.。，,、；;:：!！?？/／\\*＊~～|｜()（）【】\[\]\"“”'‘’<>《》]+")

_MOBILE = r"(?:\+?86[-\s]?)?1[3-9]\d[-\s]?\d{4}[-\s]?\d{4}"
_SERVICE = r"[48]00[-\s]?(?:\d{3}[-\s]?\d{4}|\d{4}[-\s]?\d{3})"
_LANDLINE = (
    r"(?:[（(]?0\d{2,3}[)）]?[-—－\s]{0,3})?[2-9]\d{2,3}[-\s]?\d{4}"
    r"(?:[-—－\s]{0,2}(?:转|分机|ext\.?|#|[-—－])[-—－:：\s]{0,2}\d{1,6})?"
)
#: A Chinese mobile, a 400/800 number, or a landline with or without area code and extension.
PHONE = rf"(?<!\d)(?<!\d[-－—])(?:{_MOBILE}|{_SERVICE}|{_LANDLINE})(?!\d)"
_PHONE = re.compile(PHONE, re.IGNORECASE)
_COMPACT_DATE = re.compile(r"20\d\d[-\s]?(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:-.*)?")      # 20260722 is no landline
_WIDE = {0xFF01 + step: 0x21 + step for step in range(94)}      # full-width ASCII, signs and all

_DATE = re.compile(
    r"(?<!\d)(?:(?P<year>\d{4})\s{0,3}[年./-]\s{0,3})?(?P<month>\d{1,2})\s{0,3}(?:(?P<han>月)|[./-])\s{0,3}(?P<day>\d{1,2})(?!\d)\s{0,3}(?(han)[日号]?)"
    r"|(?<!\d)(?P<year8>20\d{2})(?P<month8>\d{2})(?P<day8>\d{2})(?!\d)"
)
_HAN_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_HAN_TEN = re.compile(r"([二三]?)十([一二三四五六七八九]?)(?=\s{0,3}[月日号])")
_HAN_DATE = re.compile(r"[〇○零一二三四五六七八九]{1,4}(?=\s{0,3}[年月日号])")

_BOX_EMPTY, _BOX_TICKED = "□☐○◯", "■☑☒√✓✔●"
_CHOICE = rf"([^{_BOX_TICKED}{_BOX_EMPTY}\s]{{1,20}})"
_TICKED = re.compile(rf"[{_BOX_TICKED}]\s{{0,5}}{_CHOICE}|{_CHOICE}\s{{0,5}}[√✓✔]")


def hollow(value: str) -> bool:
    """Whether these words fill a line without saying anything."""
    return _HOLLOW.sub("", value).casefold() in EMPTY


def phone_in(text: str) -> str:
    """Return the first telephone number in a text, "" where there is none."""
    hits = (hit[0].strip() for hit in _PHONE.finditer(text.translate(_WIDE)))
    return next((hit for hit in hits if not _COMPACT_DATE.fullmatch(hit)), "")


def date_in(text: str) -> str:
    """Return the first real date in a text, its Chinese figures as digits; "" where there is none. The year may lack."""
    plain = _HAN_TEN.sub(lambda ten: f"{ten[1] or '一'}{ten[2] or '〇'}", text.translate(_WIDE))
    plain = _HAN_DATE.sub(lambda figures: figures[0].translate(_HAN_DIGITS), plain)
    return next((hit[0].strip() for hit in _DATE.finditer(plain) if _real(hit)), "")


def _real(hit: re.Match[str]) -> bool:
    year = int(hit["year"] or hit["year8"] or 2024)         # without a year 29 February must pass
    month, day = int(hit["month"] or hit["month8"]), int(hit["day"] or hit["day8"])
    return 1990 <= year <= 2099 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]


def ticked(value: str) -> str:
    """Return what is ticked of a row of boxes, "" where nothing is; a value without boxes stays as it is."""
    if not any(box in value for box in _BOX_EMPTY):
        return value
    hit = _TICKED.search(value)
    return (hit[1] or hit[2]) if hit else ""


def name_like(value: str) -> bool:
    """Whether this may be a person's name: at least two letters or characters, and no sentence."""
    bare = re.sub(r"\d|电话|手机|联系", "", value)
    return sum(map(str.isalpha, bare)) >= 2 and len(value) <= 60
