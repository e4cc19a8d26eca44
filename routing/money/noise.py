"""Numbers that are no money: telephones, cards, dates, ages, percentages, queue numbers, idioms.

Each pattern is tried only where a number begins or ends, never over the whole text: the cost grows with the numbers,
not with the words. Han characters are word characters to Python, so digits are fenced with look-arounds.
"""

import re

from routing.money.numerals import HAN, NUMBER

_N = NUMBER
_HAN = f"[{HAN}]"
#: One piece of money: two of them together (十块二十块的, 五毛一块的) are what somebody's takings are made of.
_COIN = "(?:[一二两五]|[二五]?十|一百)(?:块|元|毛(?=.块))"

#: What people count that is not money; 块/元 and the bare 万 stay out of this list.
_COUNTERS = (
    "周?岁|人(?!民币|仔)|户(?!头)|名|位(?!数)|号|楼|层|栋|幢|室|单元|次|回(?![来到])|趟|遍|天|日(?![元币圆])|周(?!转)|星期|年(?![息化利费终])|"
    "个半?月|月(?![供息租])|小时|分钟|秒|刻钟|点钟|点(?![钱出])|分(?![钱文毫次批期别摊给走到一二三四五六七八九两几0-9])|家|件|条|口|里[地路外]|公里|米|平|斤|公斤|克|吨|升|亩|箱|瓶|桶|板|袋|包(?!烟钱)|枚|页|份|部|"
    "台|辆|步|折(?!合|人民币|算)|期|倍|度|代|届|级|粉丝|粉|积分|阅读|播放|点赞|股东|业主|工人|农户|村民|商户|学生|老人|司机|乡亲|职工|员工|居民|客户|群众|个(?!亿|多亿|万|[w])|只(?!洋)|双|群|字|行字|盏|扎|窗口|窗|圈|声|句|"
    "股(?!金|本|息)|票|道|片|种|批|副|封|间|床|样|张|笔|本(?![金息])|座|棵|头|根|杯|碗|场|关|项(?!目款)|类|路|弄|巷|院|村|新村|社区|字节|兆|mb|gb|码|寸|毫|瓦|伏|版|集|章|节课?|课时|学时|公众号|团|连|营|班|师|军(?!人)|捆|沓|叠|罐|碟|格|会员|通(?![过知宝])|身|单(?![位笔据价独方子号])|行(?=[,。!?;])|幅|组|排|列|段"
)
COUNTED = re.compile(rf"[多余来几]?(?:{_COUNTERS})(?!钱)")
#: A number ending like 两万三 before 张 is two numbers: 两万, three of something.
SPLIT = re.compile(r"[捆扎叠沓刀张笔次份个人户家天年月回趟期]")

#: At a run that begins with a figure.
_FIGURES = re.compile("|".join((
    r"\d{15,23}x?(?!\d|\.\d)(?! ?[元块圆])",                                     # cards, accounts, identity cards
    r"\d{2,7}\*{2,}\d{0,4}x?\d?",                                                 # the same, masked
    r"(?:86-?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)",                             # mobile telephones
    r"0\d{2,3}[- ]?\d{7,8}(?!\d)(?:转\d{1,6})?", r"[48]00-?\d{3}-?\d{4}(?!\d)", r"[2-9]\d{6,7}(?:-\d{1,5})(?!\d)",  # other telephones
    r"(?<![扣存取欠损付额元$¥])(?:123(?:45|78|63|15|48|33|88|69|05|06|20|28|18|66)|95\d{3}|96\d{3}|10086|10010)(?!\d|\.\d|,\d{3}(?!\d)|[万千元块wk多])",      # service numbers
    r"(?:(?<=[打拨叫报喊转找按接])|(?<=[打拨叫报喊]了)|(?<=[打拨]通)|(?<=[打拨叫]的)|(?<=联系))1(?:10|12|14|17|19|20|22)(?!\d|\.\d|,\d{3}(?!\d)|[元块万])",
    r"955几|0x[\da-f]+", r"\d{1,3}[gt](?![a-z])", r"\d{1,2}[x×*]\d{1,2}(?:小时)?(?![\d万])",
    r"(?:19|20)\d\d[-/.]\d{1,2}(?:[-/.]\d{1,2})?(?:[日号t ]|(?![\d万亿wk元块]))", r"\d{2}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)", r"\d{1,2}:\d{2}(?::\d{2})?",
    r"\d{1,2}点(?:\d{1,2}分?|半|[多钟前后])?(?!多?亿|钱)",
    r"(?:19|20)\d\d ?(?:[-~至到、和] ?(?:19|20)?\d\d ?)?(?:年度?|学年|级|届|款|版)[初底末中]?(?:\d{1,2}月(?:份|\d{1,2}[日号]?)?)?", r"(?:19|20)\d\d(?=[-~至到、](?:19|20)\d\d年)",
    r"\d{1,2}月(?:份|底|初|\d{1,2}[日号]?)?(?![供租息])", r"\d{1,2}[日号](?![元币圆])",
    r"\d+(?:\.\d+){2,}", r"\d{1,3}(?:,\d{3})*,\d{1,2}\.\d+",                    # versions; a misprint like 80,00.00
    rf"{_N}(?:[%‰]|个百分点|个点|个基点|厘|分利|成(?![交功了为本]))", rf"(?:\d{{1,2}}|{_HAN}{{1,3}})(?:×|x|\*|/){_N}(?![万元块])",
)))
#: At a run that begins with a Han numeral.
_WORDS = re.compile("|".join((
    r"[一二三四五六七八九〇零○]{2,4}年(?![息化利费])", r"[一二三四五六七八九十]{1,3}月(?:份|初|底|[一二三四五六七八九十廿]{1,3}[日号]?)?(?![供租息])",
    r"[一二三四五六七八九十]{1,3}点(?:[一二三四五六七八九十]{1,3}分?|半|[多钟前后])?(?!多?亿|钱)",
    rf"(?:百|千|万|十){{1,2}}分之{_N}(?:点{_N})?", rf"{_N}分之{_N}", rf"{_N}(?:[%‰]|个百分点|个点|个基点|厘|分利|成(?![交功了为本])|点[一二三四五六七八九零])",
    r"[一五](?:块|元|角|毛|分)钱?(?:的|一个的)?硬币", rf"{_COIN}{_COIN}(?![零一二三四五六七八九两])(?:钱?的)?", r"(?:一块|[一五]毛|[一五]分|[一五]角)的(?!钱|[手短年服小]|利|费)", r"一[分毛块蚊厘角]钱?(?=[都也没不动冇冇唔]|拿不|取不)", r"一块(?=[儿去来到起]|[过][来去]|[一二三四五六七八九两十]{1,3}[万千])", r"三元(?=[一-鿿]{0,4}[所区镇路桥里巷店])", r"[一二三四五六七八九十百千万]{1,3}(?:元|块)?(?=(?:[路街巷道桥村庄镇乡里坊]|新村|社区|小区|花园|广场|大厦|支行|营业所)(?![口上的]?[要给钱]))",
    r"万一(?![千百十万块元])|千万(?=[不别要莫注记小请帮给得慎勿甭])|十万火急|十万个为什么|[三一]万个|百万(?:医疗险?|保障|重疾|身价|家财)|万能|万分(?!之)|千方百计|千家万户|百万富翁|[百千]万(?:博主|粉丝|网红|主播|大v)",
    r"一万个(?:不|没|理由|放心|为什么)|万元户|万事|万般|千辛万苦|万人(?!民币)|百姓|百分百|百货|十分(?!钟)|三番五次|三番两次|五花八门|一五一十|百分之百",
    r"七上八下|七嘴八舌|九牛一毛|一清二楚|一分一毫|一分一厘|一分不[多少差]|一毛不拔|一分钱?一分货|一千零一夜|一百个不|百度|千里|万里|百里|四舍五入|三长两短|五湖四海|千篇一律|千真万确|万无一失|万众",
    r"三天两头|接二连三|三三两两|丢三落四|不三不四|一心一意|百年|千年|万年|千千万万|百百千千|十有八九|十之八九|一百八十度|七七八八|百忙|千分|百日|千古|万岁|万物|万恶|万幸|万元店|千言万语|千金|百科|百感|万象|万达|万科|万家|万通|千禧|二百五(?=[,。!?”\"、柜的]|$)",
)))
_BEFORE_IDIOM = re.compile(r"(?:成(?=千上万)|没少(?=一分)|乱(?=七八糟)|第|百十(?=号)|[a-z](?<!rmb|cny|usd|hkd|eur|jpy|gbp|aud|cad|sgd|thb|krw|mop|vnd|twd)-?|[a-z]\+|[x×*.](?=\d))$")
#: The last characters of all these.
_CLINGING = frozenset("成少乱第十-+×*.abcdefghijklmnopqrstuvwxyz")
#: Words that say what kind of number follows.
_LABELLED = re.compile(
    r"(?=[追观听读尾工卡账编单号流验密柜户电手凭保邮q微扣邮合订交错代版型牌车航房门粉播阅浏点关转评积访会人叫喊跳排轮念数图按快页报〔\[楼栋幢元座0-9住])(?:(?:尾号|工号|卡号|账号|编号|单号|号码|号段|流水号|验证码|密码|柜员号|户名|电话|手机号|尾数|凭证号|保单号|邮编|qq|微信|微信号|扣扣|邮箱|合同号|订单号|交易码|错误码|代码|页面|报错|版本|型号|牌照|车牌|车次|航班|房号|门牌)"
    r"[是为:: ]{0,2}[a-z#]{0,3}[-*\d]{0,9}|(?:粉丝嘛?|粉|追随者|关注者|观众|听众|读者|图片|按钮|快门数?|播放量?|阅读量?|浏览量?|点击量?|点赞|关注|转发|评论|积分|访问量|会员|人口|流量)(?:有|是|,|不到|不足|“|量|数|已|超|超过|近|过|约|达|一共|大概|都|快|到|不多,?|也?不少,?|多,){0,3}"
    r"|(?:叫|喊|跳|排|轮|念|数)到(?:了)?|〔\d{4}〕|\[\d{4}\]第?|楼下|(?:楼|栋|幢|(?<=[0-9一二三四五六七八九十])单元|座|[0-9]室|门牌|住)-?|〔\d{4}年〕)$")
#: A score, or what an instrument shows: 信用分上月七百一，本月六百三; 血压量出来一百八.
_SCORED = re.compile(r"(?:(?:信用|评|得|考核)分|血压|血糖|血脂|体重|体温|分贝)[^。!?;元块贷转扣存 ]{0,20}$")
#: Longer than any number a person writes.
ENDLESS = 24


def noise_end(text: str, at: int, *, figure: bool) -> int:
    """Return where the noise that begins at a number ends, or `at` where none does."""
    found = (_FIGURES if figure else _WORDS).match(text, at)
    return found.end() if found else at


def told_otherwise(text: str, at: int) -> bool:
    """Whether the words before a number say that it is none of money: 尾号, 粉丝, 第, A087."""
    start = max(0, at - 16)
    near = text[max(0, at - 24):at]
    if ("分" in near or "血" in near or "体" in near) and _SCORED.search(text, max(0, at - 24), at):
        return True
    clings = at > 0 and text[at - 1] in _CLINGING
    return bool((clings and _BEFORE_IDIOM.search(text, start, at)) or _LABELLED.search(text, start, at))
