"""Labelled texts by the dozen, each written from a few words no word list knows: a small world with a plain truth."""

import random
from collections.abc import Sequence

from hotline_bridge.learning.corpus import Phrase
from routing.labels import Labelled, labelled

ODD, FRAUD = "歧视骚扰", "电信诈骗"
#: What is said, what flag it bears and which category it is.
_TALES = (
    ("柜员斜眼哼了三声", ODD, "服务态度"), ("她学我走路的样子给旁人看", ODD, "服务态度"),
    ("有个陌生号叫我念六位数字给他", FRAUD, "金融犯罪"), ("我照他说的念了数字后余额空了", FRAUD, "金融犯罪"),
    ("叫号机又吐白纸", "", "服务渠道"), ("门口的椅子少了两把", "", "内部管理"), ("存折登错了一行字", "", "工作失误"), ("窗口只开了一个", "", "内部管理"),
)
_WHERE = ("在东头那家", "在西头那家", "在桥边那家", "在学校旁那家", "在菜场边那家", "在车站那家")
_WHEN = ("今早", "昨天下午", "上礼拜", "月初", "赶集那天", "刚才")


def some_texts(count: int, seed: int = 1) -> list[Labelled]:
    """`count` different texts with their labels, the same for the same seed."""
    draw = random.Random(seed)
    every = [(where, when, *tale) for tale in _TALES for where in _WHERE for when in _WHEN]
    rows = []
    for number, (where, when, said, flag, kind) in enumerate(draw.sample(every, count)):
        rows.append((number, {
            "id": f"t{number}", "text": f"客户{when}{where}办事，{said}，请给个说法", "category": kind, "sensitive": [flag] if flag else [],
            "reputation": False, "evidence": {flag: said} if flag else {},
        }))
    return labelled(rows, "made up")


def some_phrases() -> Sequence[Phrase]:
    """A clause for and one against each flag of the texts."""
    return [
        Phrase(ODD, "斜眼哼了三声", holds=True), Phrase(ODD, "叫号机吐白纸", holds=False),
        Phrase(FRAUD, "叫我念六位数字", holds=True), Phrase(FRAUD, "存折登错了", holds=False),
    ]
