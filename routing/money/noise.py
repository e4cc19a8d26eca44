"""Numbers that are no money: telephones, cards, dates, ages, percentages, queue numbers, idioms.

Noise is overwritten with a filler of the same length, so positions stay and no later pattern sees it. Han characters
are word characters to Python, so digits are fenced with look-arounds, never with a word boundary.
"""

import re

from routing.money.numerals import NUMBER

FILLER = "\x1f"

_N = NUMBER
#: Longer than any number a person writes; hidden first, so that no pattern ever runs over a long row of digits.
_ENDLESS = re.compile(r"[\d.,]{24,}|[零〇○一二三四五六七八九两俩壹贰叁肆伍陆柒捌玖十拾百佰千仟万亿]{25,}")
_MORE = "[多余来几]?"
#: What people count that is not money; 块/元 and the bare 万 stay out of this list.
_COUNTERS = (
    "周?岁|人(?!民币)|户(?!头)|名|位(?!数)|号|楼|层|栋|室|单元|次|回(?!来)|趟|遍|天|日(?![元币圆])|周|星期|年(?![息化利费终])|"
    "个月|月(?![供息])|小时|分钟|秒|刻钟|点钟|点(?!钱)|家|件|条|口|里[地路]|公里|米|斤|公斤|克|箱|瓶|桶|板|袋|包|枚|页|份|部|"
    "台|辆|步|折|期|倍|度|代|届|级|粉丝|粉|积分|阅读|点赞|股东|个(?!亿|多亿)|只|双|群|字|行字|盏|扎|窗口|窗|圈|声|句|"
    "股|票|道|片|种|批|副|封|间|床|样"
)
#: In the order they are tried; the first alternative that fits hides the number.
_NOISE = re.compile("|".join((
    r"(?<![\d.])\d{15,19}[x]?(?!\d)",                                          # cards, accounts, identity cards
    r"(?<![\d.])\d{6}\*+\d{2,4}[x\d]?",                                        # the same, masked
    r"(?<![\d.])(?:\+?86-?)?1[3-9]\d-?\d{4}-?\d{4}(?!\d)",                     # mobile telephones
    r"(?<!\d)0\d{2,3}-?\d{7,8}(?!\d)", r"(?<!\d)[48]00-?\d{3}-?\d{4}(?!\d)",   # other telephones
    r"(?<![\d.,])(?:95\d{3}|96\d{3}|123\d\d|1[12]\d|10086|10010|10000)(?![\d.,]|[万千元块wk])",     # service numbers
    (r"(?:尾号|工号|卡号|账号|编号|单号|号码|流水号|验证码|密码|柜员号|户名|电话|尾数|凭证号|保单号|邮编|qq|微信|微信号)"
    r"[是为::]{0,2}[a-z]{0,3}[-*\dx]{2,}"),
    r"(?<![a-z])(?!k|w)[a-z]{1,2}\d{1,6}号?(?![\d.,])",                         # A087, 0x3E9, T+1
    r"t\+\d", r"0x[\da-f]+",
    r"(?<!\d)\d{2,4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[日号t ]|(?!\d))", r"(?<!\d)\d{1,2}:\d{2}(?::\d{2})?",
    r"(?<!\d)\d{1,2}点(?:\d{1,2}分?|半)?(?!多?[亿])",
    r"(?:19|20)\d\d(?:年|级|届)[初底末中]?(?:\d{1,2}月(?:\d{1,2}[日号])?)?", r"(?<!\d)\d{1,2}月\d{1,2}[日号]?",
    r"[一二三四五六七八九〇零○]{2,4}年", r"[一二三四五六七八九十]{1,3}月(?:初|[一二三四五六七八九十廿]{1,3}[日号]?)?",
    r"初[一二三四五六七八九十]+|腊月[一二三四五六七八九十廿]+",
    rf"(?:百|千|万)分之{_N}(?:点{_N})?", rf"{_N}分之{_N}", rf"{_N}(?:%|‰|个百分点|个点|个基点|厘|分利)",
    rf"第{_N}", rf"{_N}(?:×|x|\*){_N}(?![万元块])", rf"(?<!\d)[.]{_N}", rf"[×x*]{_N}",
    rf"(?:粉丝|粉)(?:有|量|数|超|超过|近|过|约|达|一共|大概){{0,2}}{_N}{_MORE}[万亿w]?",
    rf"{_N}块(?=[牌地砖屏布石玻])", r"一块(?=[儿去来到起]|过[去来])", r"三元(?=[\u4e00-\u9fff]{0,4}[所区镇])",
    r"(?<![十百千一二三四五六七八九两几\d])万一(?![千百十万块元])|千万(?=[不别要莫注记小请帮给得慎勿甭])|十万火急|百万医疗|万能险|万能|万分(?!之)|千方百计|成千上万|千家万户|百万富翁",
    (r"一万个(?:不|没|理由|放心)|万元户|万事|万般|千辛万苦|万人(?!民币)|百姓|百分百|百货|十分(?!钟)|三番五次|三番两次|五花八门|"
    r"七上八下|乱七八糟|九牛一毛|一清二楚|一五一十|一分一毫|一分一厘|一分不[多少差]|没少一分|一千零一夜|一百个不|百度|千里|百里"),
    rf"(?:[一二三四五六七八九两几]{{0,2}}[十百千万]+|{_N}){_MORE}(?:[万千百])?{_MORE}(?:{_COUNTERS})(?!钱)",
)))


def _hide(noise: re.Match[str]) -> str:
    return FILLER * len(noise[0])


def without_noise(text: str) -> str:
    """Return the folded text with every number that cannot be money overwritten, length unchanged."""
    text = _ENDLESS.sub(_hide, text)
    return _NOISE.sub(_hide, text)
