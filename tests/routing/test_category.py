"""Which category decides the time limit (P-14)."""

import tomllib
from pathlib import Path

import pytest

from routing.category import category, shares, weigh
from routing.lexicon import Lexicon
from routing.text import fold
from routing.topics import topics
from routing.verdict import Category

LEXICONS = Path(__file__).parents[2] / "routing" / "lexicons"


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon.parse({path.stem: tomllib.loads(path.read_text("utf-8")) for path in LEXICONS.glob("*.toml")})


def decide(lexicon, text, hint="", *, refuses=False):
    folded = fold(text)
    reading = lexicon.read(folded.text)
    weights = weigh(reading, [flag.name for flag in topics(reading, folded)])
    return category(shares(weights), hint, anonymous=refuses or Category.ANONYMOUS in weights)


@pytest.mark.parametrize(("text", "kind"), [
    ("柜员把我的名字录错了，存单金额也打错", Category.ERROR), ("窗口的人翻白眼，态度恶劣", Category.ATTITUDE),
    ("五个窗口只开一个，还没到点就关门", Category.MANAGEMENT), ("信用卡年费收得莫名其妙，利息也不对", Category.PRODUCT),
    ("手机银行登不上，取款机也坏了", Category.CHANNEL), ("贷款必须买保险，不买不放款", Category.BREACH),
    ("主任伪造合同冒名贷款，侵占客户资金", Category.CRIME), ("匿名反映，柜员上班玩手机", Category.ANONYMOUS),
])
def test_P14_the_eight_categories(lexicon, text, kind):
    assert decide(lexicon, text)[0] is kind


def test_ruling_15_an_anonymous_report_of_crime_is_crime(lexicon):
    decided, also = decide(lexicon, "不留姓名，举报信贷员收受贿赂、伪造签名骗贷")
    assert decided in {Category.CRIME, Category.BREACH}
    assert Category.ANONYMOUS in also


def test_ruling_15_a_customer_who_refuses_a_name_on_the_form(lexicon):
    assert decide(lexicon, "饮水机是空的", refuses=True)[0] is Category.ANONYMOUS


def test_P14_the_seats_choice_decides_and_graver_words_are_added(lexicon):
    decided, also = decide(lexicon, "柜员态度差，还挪用客户资金、伪造签名", hint="服务态度")
    assert decided is Category.ATTITUDE
    assert Category.CRIME in also


def test_a_hint_that_is_no_category_decides_nothing(lexicon):
    assert decide(lexicon, "柜员把名字录错了", hint="其他")[0] is Category.ERROR


def test_no_words_at_all_still_decide(lexicon):
    assert decide(lexicon, "") == (Category.MANAGEMENT, ())
