"""What people call the bank's units: full names, short names, names without the bank's own words.

An outlet is named after its street, township, town or works (城关镇营业所: 城关镇, 城关), a branch after its area
(石家庄市分行: 石家庄市, 石家庄). Nothing here knows which unit is meant.
"""

import re
from collections.abc import Iterator

#: The word an outlet carries in the table's column for levels.
OUTLET_LEVEL = "网点"


_OUTLET_END = re.compile(r"(?:营业所|营业部|营业厅|分理处|储蓄所|支局|网点|支行|分社|社)$")
_BRANCH_END = re.compile(r"(?:支行|分行|营业部|总部|办事处)$")
_TOWN_END = re.compile(r"(?:街道办事处|街道办|街道|民族乡|民族镇|地区|苏木|镇|乡)$")
_AREA_END = re.compile(r"(?:特别行政区|自治区|自治州|自治县|自治旗|地区|林区|新区|省|市|县|区|盟|旗)$")
_OFFICE_END = re.compile(r"(?:管理委员会|管委会|办公室|有限责任公司|有限公司|生活区)$")
_ZONE = re.compile(r"(?:国家级|省级)?(?:经济技术|高新技术产业|高新技术|经济|高新)开发区")
_BRACKETS = re.compile(r"\([^()]*\)$")
_REGIMENT = re.compile(r"^(?:兵团)?(?:[一二三四五六七八九十]{1,3}师)?([一二三四五六七八九十〇]{1,4})团(?=$|场|部|镇|社区)")
_DIGITS = str.maketrans("〇一二三四五六七八九", "0123456789")
_PEOPLES = (
    "蒙古族|蒙古|回族|回|藏族|藏|维吾尔|维吾尔族|苗族|彝族|壮族|布依族|朝鲜族|满族|侗族|瑶族|白族|土家族|哈尼族|哈萨克族|哈萨克|"
    "傣族|黎族|傈僳族|佤族|畲族|拉祜族|水族|东乡族|纳西族|景颇族|柯尔克孜族|柯尔克孜|土族|达斡尔族|达斡尔|仫佬族|羌族|布朗族|"
    "撒拉族|毛南族|仡佬族|锡伯族|锡伯|阿昌族|普米族|塔吉克族|塔吉克|怒族|鄂温克族|德昂族|保安族|裕固族|独龙族|鄂伦春族|各族"
)
_PEOPLE_END = re.compile(rf"(?:{_PEOPLES})+$")
_PEOPLE_TOWN = re.compile(rf"(?<=..)(?:(?:{_PEOPLES.replace('|回|', '|').replace('|藏|', '|')})+|民族)(?=[乡镇]$)")
#: Short names that are ordinary words of a complaint; the area's full name still counts.
NO_NAMES = frozenset({
    "直属", "省直", "县级", "市辖", "市区", "地区", "总行", "城区", "郊区", "公安", "大方", "中方", "资源", "中心", "工业", "农村", "开发", "高新",
    "经济", "管理", "营业", "银行", "安全", "平安", "幸福", "和平", "建设", "解放", "人民", "光明", "团结", "友谊", "服务", "客户", "社区", "农场",
    "林场", "机关", "学院", "大学", "医院", "火车站", "汽车站", "车站", "市场", "广场", "门口", "老街", "新村", "城市", "公园", "前进", "胜利",
    "比如", "延长", "合作",
})
#: Outlets' names that are ordinary words too: they are names only with the outlet's word behind them (保安 but 保安所).
_WORDS = (
    "保安 国庆 劳动 流水 重新 民生 工人 平台 马上 关门 地方 集体 发放 民族 居民 大门 台上 联合 黄金 统一 长期 马路 将军 老兵 更新 妈妈 白金 户部 "
    "后头 后台 待补 巷道 巷口 圈里 新卡 纳金 文化 喇叭 口头 结巴 十字 回车 高峰 结构 行流 留下 工程 煤矿 枸杞 双录 积金 信发 联络 长庚 大面 三张 "
    "下各 小满 街道 万民 中华 上升 上游 上方 上街 下车 世纪 信义 倒水 公会 公正 创新 前场 化作 化工 十家 发展 友好 可乐 向上 合力 土地 地瓜 大众 "
    "大全 大发 大块 大堤 大水 大街 大路 大院 天台 好生 安家 宏观 官场 富强 工区 平地 平铺 广度 建筑 得胜 打滚 打通 振兴 操场 方正 昌盛 星宿 木杆 "
    "李子 村头 枕头 柿子 栏杆 核桃 正大 正直 正路 民乐 泥巴 海港 港口 点头 牌坊 田头 电厂 监狱 相公 石油 矿区 码头 砂石 种田 红心 红火 绿化 自强 "
    "航空 草地 草场 荒地 虾子 街头 观音 计划 赶场 车头 车道 车门 转导 远大 适中 造化 长久 长官 高兴 马头 高大 首车 上司 机场 医药 学校 小区 "
    "阿拉 回民 大姓 三五 五一 后三 阿里 楼下 马甲 大楼 下楼 开通 开张 热水 山里 太阳 酒店 唱歌 文教 创业 福利 路口 健康 法官 普惠 酒后 铁门 吉利 满月 公平 明星 "
    "光荣 先进 商家 春联 大巴 公道 纺织 重阳 文明 木耳 电力 桥上 安静 永久 英雄 狮子 长征 舍得 大年 礼让 水稻 石头 花园 河边 江边 湖边 前门 丰收 沙龙 天堂 桥头 店门 工卡 里头 月里 下山 两家 三家")
#: Beside their county these are places sooner than words: 石桥胜利.
_SOONER_PLACES = frozenset({
    "平安", "幸福", "和平", "建设", "解放", "光明", "团结", "友谊", "前进", "胜利", "老街", "新村", "公园", "火车站",
})
ORDINARY = (NO_NAMES - _SOONER_PLACES) | frozenset(_WORDS.split())
#: 第一, 八千, 五十: numbers, and an outlet's name only with its word.
NUMBERS = re.compile(r"第?[一二三四五六七八九十百千万两几〇零]+[号张]?")


def outlet_names(name: str, above: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield an outlet's names from its folded one; `above` are the names of its areas, which its own may repeat."""
    stem = _OUTLET_END.sub("", name)
    yield stem
    if stem.endswith(")"):
        stem = _BRACKETS.sub("", stem)
        yield stem
    town = _TOWN_END.sub("", stem)
    if len(town) >= 2 and town != stem and town not in NO_NAMES:
        yield town
    estate = stem.removesuffix("新村")
    if len(estate) == 2 and estate != stem and estate not in NO_NAMES and estate not in ORDINARY:
        yield estate                    # 望鹤新村 is 望鹤 to its neighbours
    if len(stem) <= 4:
        return
    if "族" in stem:
        plain = _PEOPLE_TOWN.sub("", stem)
        if plain != stem:
            yield plain
            yield plain[:-1]
    yield from _works(stem, above)


def _works(stem: str, above: tuple[str, ...]) -> Iterator[str]:
    """Yield the shorter names of zones, parks, farms and regiments: 石桥望鹤经济开发区 is also 望鹤开发区."""
    short = _OFFICE_END.sub("", stem)
    found, rest = {short}, short
    for _ in range(2):                  # 青溪市石桥县三槐路 repeats its city and its district
        own = next((name for name in above if rest.startswith(name) and len(rest) - len(name) >= 2), "")
        rest = rest.removeprefix(own)
        found.add(rest)
    found |= {_ZONE.sub("开发区", each) for each in found}
    number = _REGIMENT.match(short)
    if number:
        found |= {f"{number[1]}团", f"{figures(number[1])}团"}
    yield from sorted(each for each in found if each != stem and len(each) >= 2 and each not in NO_NAMES)


def figures(han: str) -> str:
    """Write a Chinese number below a thousand, said by digits or with 十, in figures: 一二六 -> 126, 十三 -> 13."""
    left, ten, right = han.partition("十")
    if not ten:
        return han.translate(_DIGITS)
    return (left.translate(_DIGITS) or "1") + (right.translate(_DIGITS) or "0")


def area_names(name: str, full_name: str, *, first_level: bool) -> Iterator[str]:
    """Yield a branch's names; a first-level branch, or one called 直属, by its full name as well."""
    stem = _BRANCH_END.sub("", name)
    yield from _areas(stem)
    if first_level or stem in NO_NAMES:
        yield from _areas(_BRANCH_END.sub("", full_name))


def _areas(stem: str) -> Iterator[str]:
    """Yield an area's name, and the short one people use: 恩施土家族苗族自治州 is also 恩施州 and 恩施."""
    if stem in NO_NAMES or len(stem) < 2:
        return
    yield stem
    zone = _ZONE.sub("开发区", stem)
    if zone != stem and len(zone) > 3:
        yield zone
    short = _AREA_END.sub("", stem)
    bare = _PEOPLE_END.sub("", short) if "自治" in stem else short
    for each in dict.fromkeys((short, bare)):
        if len(each) >= 2 and each not in NO_NAMES and each != stem:
            yield each
    if "自治" in stem and len(bare) >= 2:
        yield bare + stem[-1]


def department_names(name: str) -> Iterator[str]:
    """Yield a department's names, with and without 总行."""
    yield name
    short = name.removeprefix("总行")
    if len(short) >= 4:
        yield short
