"""Topics and signs of a wider stir, in words of our own: what raises a flag, and what only looks like it."""

import tomllib
from pathlib import Path

import pytest

from routing.lexicon import Lexicon
from routing.text import fold
from routing.topics import customer_words, reputation, topics
from routing.verdict import TOPICS

LEXICONS = Path(__file__).parents[2] / "routing" / "lexicons"


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon.parse({path.stem: tomllib.loads(path.read_text("utf-8")) for path in LEXICONS.glob("*.toml")})


def found(lexicon: Lexicon, text: str) -> set[str]:
    folded = fold(text)
    return {flag.name for flag in topics(lexicon.read(customer_words(folded)), folded)}


def stirs(lexicon: Lexicon, text: str) -> bool:
    folded = fold(text)
    return bool(reputation(lexicon.read(customer_words(folded)), folded))


POSITIVE = {
    "群体性事件": (
        "厂里七十多个工人围在支行门口不走，要说法", "我们几户业主联名写了一封信，人人签字", "明天我们三十个人一起去分行讨说法",
        "柜员集体罢工，今天一个窗口都没开", "门口有人拉起了白色横幅，好多人围观", "几十号储户堵在大厅要取钱"),
    "人身安全": (
        "钱要不回来我就从你们楼上跳楼", "老人在大厅滑倒了，髋骨骨折", "客户排队时突然晕倒，叫了救护车", "保安把我推倒在地，手臂擦伤",
        "再不解决我就喝农药死在你们门口", "旋转门夹伤了孩子的手"),
    "老年人及弱势群体": (
        "我父亲八十二岁卧床多年，网点非要本人到场才给改密码", "盲人客户来办卡，柜员说看不见的不能办", "老奶奶不识字，被理财经理哄着买了保险",
        "坐轮椅的客户进不去，没有坡道", "老人家不会用智能手机，取不了钱柜台也不给办"),
    "误导销售": (
        "去存定期，结果被办成了五年期保险", "经理说这款基金保本，现在亏了一半", "客户经理私下推荐的产品，后来查说银行没有代销，是飞单",
        "理财到期了不兑付", "存单拿回家一看变成了保单", "当时没告诉我有风险，签字都是帮我点的"),
    "存款丢失": (
        "我卡里的三万块钱不翼而飞", "昨夜银行卡被盗刷了六笔", "存折上的钱被人取走了，我从没去过那里", "定期存单到期去取，柜台说系统查无此单",
        "母亲的存款被冒领", "账户余额没了，流水显示被转走"),
    "电信诈骗": (
        "有人冒充你行客服让我转账", "我刷单被骗了两万，钱进了你行的卡", "卡被冻结，说是涉诈账户", "对方让我共享屏幕，说卡涉案",
        "村里有人收购银行卡", "账户非柜面交易被暂停，说反诈模型命中"),
    "个人信息泄露": (
        "我的手机号和余额被泄露给了贷款中介", "柜员私自查询我的流水给她朋友看", "行里把客户资料卖给装修公司", "垃圾桶里翻到一叠客户身份证复印件和申请表",
        "未经我同意查了我的征信报告"),
    "员工违法": (
        "信贷员办贷款要收百分之二的好处费", "客户经理挪用了客户资金", "合同上的签名不是我签的，是伪造的", "副主任用我的名义贷款十五万自己花",
        "大堂经理跟外面的人勾结骗客户", "主任把客户的钱转到自己账户"),
    "歧视骚扰": (
        "柜员骂我乡巴佬", "说我们收破烂的别进来", "经理对女员工动手动脚", "嫌我是外地人，说外地人就是麻烦", "保安说农民工脏，不让坐"),
    "系统故障": (
        "全市的取款机都用不了", "手机银行大面积登录异常", "同事们都登不上手机银行，群里都在问", "你们系统瘫痪了，一条街的商户都刷不了卡"),
    "民生资金": (
        "村里的养老金这个月没到账", "低保金停发三个月没人管", "拖欠我们农民工工资", "种粮补贴到现在没发", "失业金领不到，说账户不对"),
    "征信纠纷": (
        "贷款早结清了，征信上还显示逾期", "莫名其妙上了征信黑名单", "银行报错了，我的征信有不良记录，要求更正"),
    "暴力催收": (
        "催收的天天骚扰我单位同事", "讨债的说不还就上门泼油漆", "逾期才三天，催收就爆通讯录", "催收人员辱骂威胁我父母"),
    "涉军涉外": (
        "我是退役军人，窗口不给优先", "客户是法国人，护照开户被拒", "我老公是现役军官", "外籍客户办卡等了四小时"),
}


@pytest.mark.parametrize(("topic", "text"), [(topic, text) for topic, texts in POSITIVE.items() for text in texts])
def test_P9_1_a_topic_is_flagged(lexicon, topic, text):
    assert topic in found(lexicon, text)


def test_every_topic_has_its_own_words():
    assert set(POSITIVE) == set(TOPICS)


@pytest.mark.parametrize(("topic", "text"), [
    ("群体性事件", "别人也是这样说的，不过我只管我自己的事"),
    ("群体性事件", "我办了张联名信用卡，权益没到"),
    ("群体性事件", "催收的说要在村口拉横幅"),
    ("人身安全", "大堂有只狗，没咬人，就是吓人"),
    ("人身安全", "我母亲住院，我替她来取钱"),
    ("老年人及弱势群体", "我七十一岁了，排队排了两个小时，最后办好了"),
    ("误导销售", "贷款必须搭售一份意外保险，不买不放款"),
    ("存款丢失", "取款机没吐钞，扣了我八百"),
    ("存款丢失", "POS机重复扣了两次款"),
    ("存款丢失", "柜员点钞少给我一张"),
    ("存款丢失", "我自己转给骗子的两万追不回来了"),
    ("电信诈骗", "你们的来电被标记成骚扰诈骗"),
    ("电信诈骗", "怕被骗，所以打电话来问问"),
    ("个人信息泄露", "我担心信息泄露，要求换卡"),
    ("系统故障", "就这台取款机坏了"),
    ("系统故障", "今天停电，网点不营业"),
    ("民生资金", "养老金领到了，就是排队太久"),
    ("涉军涉外", "我是香港居民，来办汇款"),
    ("涉军涉外", "孩子去美国留学，换汇被拒"),
    ("征信纠纷", "想问一下怎么打印征信"),
])
def test_P9_1_what_only_looks_like_a_topic(lexicon, topic, text):
    assert topic not in found(lexicon, text)


@pytest.mark.parametrize("text", [
    "明天就找电视台记者来拍", "我要把视频发到抖音上", "不解决就打12345", "已经向银保监局投诉了", "我要去信访局", "法院见",
    "我会向消费者协会投诉", "已经在微博上发了帖子", "准备起诉你们", "业主群里都传开了", "我去省纪委举报", "打12378投诉",
    "我要到人民银行告你们", "下次开会我要在会上提", "我會找傳媒曝光", "准备走法律途径", "那就让媒体来评评理，我去找媒体",
])
def test_P16_signs_of_a_wider_stir(lexicon, text):
    assert stirs(lexicon, text)


@pytest.mark.parametrize("text", [
    "我不想找媒体，只要一句道歉", "我懒得发抖音", "我没有去投诉到银保监的打算", "已报警，派出所来了", "请贵行监察部门查处", "否则后果自负",
    "再不办我们就在支行门口坐着", "催收的说要拉横幅到我家门口", "法院冻结的是另一个人的账户", "换零钱的话柜员让去人民银行",
    "卡号6212345678901234567丢了", "我看了抖音才知道这个产品", "信访件转办，请查收",
])
def test_P16_no_sign_where_it_is_denied_or_something_else(lexicon, text):
    assert not stirs(lexicon, text)


def test_what_the_seat_asks_is_no_statement(lexicon):
    text = "坐席：您是说有人冒充客服诈骗吗？\n客户：不是，我只是来问利率。"
    assert found(lexicon, text) == set()


def test_evidence_quotes_the_traditional_original(lexicon):
    folded = fold("我要向銀保監局投訴，卡被盜刷")
    reading = lexicon.read(folded.text)
    assert topics(reading, folded)[0].evidence == "被盜刷"
    assert reputation(reading, folded)[0].evidence == "銀保監"
