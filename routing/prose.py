"""Cues by which the elements of an answer (P-12) show in a plain letter without labels; sentence by sentence."""

import re
from collections.abc import Iterator

from routing.phrases import PHONE, date_in

_SENTENCE = re.compile(r"[^。！!；;\r\n]+")
_COUNT = re.compile(r"(?<![ \t\u3000])[ \t\u3000]{1,9}(?=[(（]?[1-9][)）.．、])")     # a list on one line
_SHORTEST = 10                  # a cue in fewer characters (已经核实) says nothing yet

#: Whole sentences: they state facts, name consequences, or promise to do better.
_STATEMENTS = (
    (1, re.compile(r"(?:经(?![理办常济营])|通过|现将)[^，。]{0,14}?(?:调查|核实|核查|查证|了解|调阅|调看|调取|回放|查看|查明|走访|询问|比对)|经查|调阅(?:了)?(?:监控|录像|录音)|查看(?:了)?监控")),
    (2, re.compile(
        r"(?:对|给予|责令|责成|予以|作出|做出|处以).{0,40}?(?:批评|扣罚|罚款|经济处罚|通报|警告|记过|处分|处罚|扣分|扣减|约谈|诫勉|停职|待岗|"
        r"调离|问责|检讨|检查|不予处理|不予追究)|(?:相关|当事)?(?:责任人|员工|柜员|人员|经理|主管|主任|座席).{0,20}?(?:无过错|无责任|不予追究|扣罚|批评教育|通报批评)|"
        r"^(?!.*客户).{0,30}?(?:(?:扣|罚)(?:了|发|减|罚)?.{0,8}?(?:绩效|奖金|工资|积分|\d分|元|块)|批评(?:了|教育))")),
    (3, re.compile(
        r"吸取教训|引以为戒|举一反三|整改|(?:杜绝|避免|防止)(?:此类|类似|同类|再次|再)|"
        r"(?:加强|强化|组织|开展|提高|规范).{0,24}?(?:培训|管理|学习|教育|监督|检查|服务|意识|操作|流程)|学习.{0,12}?(?:规范|制度|办法|流程|规定)|"
        r"(?:今后|以后|往后|下一步).{0,24}?(?:一律|必须|做到|不再|坚决|严禁|改为|增加|增设|安排|提前)")),
)
#: What is yet to come is no finding, no satisfaction and no day on which something was done.
_YET_TO_COME = re.compile(r"正在|尽快|抓紧|尚在|尚未|待(?:调查|核实|处理|查)|安排.{0,12}(?:调查|核实|处理)|预计|计划|争取|力争|希望|确保|直至|直到|让客户|使客户|请(?:贵|协助)")
_PROMISED_DAY = re.compile(r"将(?=[于在尽会])|拟|之前|日前|前(?:答复|回复|处理|办结|解决|完成)")
_CONTENT = re.compile(
    r"客户.{0,24}?(?:表示|表达)?(?:了)?(?:非常|十分|比较|基本|均|已|很)?(?<!不)(?:满意(?!度|程度)|理解|谅解|认可|接受|感谢)"
    r"|(?:处理结果|答复|处理意见|解决方案|处理方案|回复|解释).{0,16}?(?:不|非常|基本|比较|表示|均|很|未|仍)*(?:满意|认可|接受|理解|不满)"
    r"|客户.{0,8}?不(?:接受|认可|同意|满意).{0,8}(?:处理|答复|方案|解决|结果|解释)"
    r"|(?:取得|得到|获得)(?:了)?客户(?:的)?.{0,4}?(?:谅解|理解|认可)"
    r"|(?:多次)?(?:联系|致电|拨打)(?:客户)?.{0,12}?(?:无人接听|无法接通|未接|联系不上|拒绝(?:沟通|评价))"
)
_HANDLER = re.compile(r"(?:经办人|承办人|联系人|经手人|处理人|经办)(?:员)?(?:为|是|系)?[\s:：]*(?P<name>[\u4e00-\u9fff·]{2,4})(?![\u4e00-\u9fff])")
_SIGNED = re.compile(rf"(?:^|[\s，,：:]|[经承]办人|联系人)(?P<name>[\u4e00-\u9fff]{{2,3}})[\s，,（(:：]*(?:电话|联系电话|手机|tel)?[\s:：]*(?P<phone>{PHONE})", re.IGNORECASE)
_CALL_ME = re.compile(rf"(?P<before>.{{0,6}})(?:联系电话|联系方式|电话|手机|tel)(?:号码)?(?:为|是)?[\s:：]{{0,4}}(?P<phone>{PHONE})", re.IGNORECASE)
_NOT_OURS = re.compile(r"客户|来电|致电|拨打|对方|热线|其")
_NO_NAME = re.compile(r"电话|联系|手机|客户|来电|致电|拨打|支行|网点|银行|我行|我部|先生|女士|您好|及")
_HANDLED = re.compile(r"处理|办结|解决|回访|答复|致电|联系(?:了)?客户|与客户|向客户|上门|道歉|致歉|退还|沟通|解释")
_SOMEBODY = re.compile("客户|柜员|员工|经理|办理|业务|反映|投诉")      # whose day the next clause does not speak of
_THEIR_DAY = re.compile(r"客户.{0,4}(?:在|于|到|来|反映|投诉|办理|致电|拨打)|来电|柜员未")


def cues(text: str) -> Iterator[tuple[int, str]]:
    """Yield (element, words that show it) for every sentence of a letter that shows one; weak, so labels go before."""
    for hit in _SENTENCE.finditer(_COUNT.sub("\n", text)):
        sentence = hit[0].strip()
        if not _YET_TO_COME.search(sentence):
            yield from _done(sentence)
        yield from _people(sentence)


def _done(sentence: str) -> Iterator[tuple[int, str]]:
    if len(sentence) >= _SHORTEST:
        yield from ((number, sentence) for number, cue in _STATEMENTS if cue.search(sentence))
    if _CONTENT.search(sentence):
        yield 4, sentence
    yield from _handled(sentence)


def _handled(sentence: str) -> Iterator[tuple[int, str]]:
    clauses = re.split("(?<![日号午晚天早时分])[，,]", sentence)
    for clause, after in zip(clauses, [*clauses[1:], ""], strict=True):
        when = date_in(clause)
        done = when and (_HANDLED.search(clause) or (_HANDLED.search(after) and not (date_in(after) or _SOMEBODY.search(clause))))
        if done and not (_THEIR_DAY.search(clause) or _PROMISED_DAY.search(clause)):
            yield 5, when


def _people(sentence: str) -> Iterator[tuple[int, str]]:
    for cue in (_HANDLER, _SIGNED):
        hit = cue.search(sentence)
        if hit and not _NO_NAME.search(hit["name"]):
            yield 6, hit["name"]
            if "phone" in cue.groupindex:
                yield 7, hit["phone"]
    called = _CALL_ME.search(sentence)
    if called and not _NOT_OURS.search(called["before"]):
        yield 7, called["phone"].strip()
