"""What a customer says of the answer: 满意, 基本满意, 不满意 or 未表态 (P-12, element 4; P-18)."""

import re

from routing.phrases import ticked
from routing.text import fold_text

SATISFIED, FAIR, DISSATISFIED, SILENT = "满意", "基本满意", "不满意", "未表态"
WORDS = (SATISFIED, FAIR, DISSATISFIED)
_PARTS = re.compile(r"[。;!?\n,、]|但是?|然而|不过|可是|只是")
_MARKS = re.compile(r"[\s。.,!~、;:\"'“”()【】\[\]·…]+")
#: 并非不满意 and 没有不满意 say nothing against the answer.
_TWICE = re.compile(r"(?:没有?|并非|并不是|不是|无)(?:表示|什么|任何)?不满意?")
_SILENT = re.compile(
    r"(?:未|没有?|尚未|暂未|还没有?|拒绝|不愿|不肯)(?:对[^,]{0,12})?(?:明确)?(?:表态|表示|作答|评价|回应|答复|回复|反馈|发表意见|置评)"
    r"|联系不上|无法(?:取得)?联系|未能?联系|未接|无人接听|关机|停机|空号|拒接|不予置评|不置可否|待(?:客户)?(?:回复|反馈|确认|回访)|尚待|另行回访|无法(?:得知|确认|判断)|是否满意"
)
_NOT = (
    r"(?:不(?!断|禁|仅|但|再|管|论)|没有?|未|非|无法|不能|不肯|不愿|难以|拒绝|拒不|谈不上|算不上|说不上|称不上|难言|岂能)"
    r"(?:太|是很|很|够|大|十分|非常|完全|怎么|能|予|会|肯|愿意?|想|表示|感到|觉得|获得|得到|取得|达到|令(?:客户)?|让(?:客户)?|使(?:客户)?|对[^,]{0,14}|算|甚)*"
)
_APPROVES = r"(?:满意|认可|接受|同意|谅解|理解|原谅|认同|信服|服气|好评|赞同)"
_AGAINST = re.compile(
    rf"{_NOT}{_APPROVES}|不满|差评|抵触|异议(?<!无异议)(?<!没有异议)|满意[度率]?(?:很|较|不|极|非常|比较)?(?:低|差|高不起来)|满意度?不高|继续投诉|再次投诉|要求重新|仍有意见|意见很?大|气愤|愤怒|上诉|起诉|升级投诉"
)
_FAIR = re.compile(rf"(?:基本|大致|大体|勉强|总体上?|尚|还算|还|比较|较为?|一般)(?:上|能|可以|表示)?{_APPROVES}|^一般$|一般般|尚可|还行|还可以|勉强(?:接受|同意)")
_FOR = re.compile(rf"{_APPROVES}|(?:无|没有?)(?:其他)?(?:异议|意见)|不再追究|撤诉|感谢|致谢|表扬|称赞|点赞|五星")


def satisfaction(words: str) -> str:
    """Return what an answer says of the customer's satisfaction; SILENT where it does not say.

    A customer content with one thing and not with another is not content; whoever only says "是否满意" says nothing.
    """
    text = fold_text(ticked(words))
    text = _TWICE.sub("无异议", text)
    said = {_of(part) for part in _PARTS.split(text) if part.strip()}
    return next((word for word in (DISSATISFIED, FAIR, SATISFIED) if word in said), SILENT)


def _of(part: str) -> str:
    part = part.strip()
    if _AGAINST.search(part):
        return DISSATISFIED
    if _SILENT.search(part):
        return SILENT
    if _FAIR.search(part):
        return FAIR
    return SATISFIED if _FOR.search(part) else SILENT


def one_word(text: str) -> str:
    """Return the one word a customer was asked for, or "" for anything else: a person reads that (P-18).

    Whatever stands on another line takes the word back as often as not, and a word with a question mark is no answer.
    """
    lines = {bare for line in fold_text(text).splitlines() if (bare := _MARKS.sub("", line))}
    bare = lines.pop() if len(lines) == 1 else ""
    known = {
        "满意": SATISFIED, "很满意": SATISFIED, "非常满意": SATISFIED, "1": SATISFIED, "satisfied": SATISFIED,
        "基本满意": FAIR, "一般": FAIR, "比较满意": FAIR, "2": FAIR, "fair": FAIR,
        "不满意": DISSATISFIED, "很不满意": DISSATISFIED, "非常不满意": DISSATISFIED, "3": DISSATISFIED, "dissatisfied": DISSATISFIED,
    }
    return known.get(bare, "")
