"""What mail programs write above the history they hang below an answer, and the footers they add; as tables.

Sources: mails of QQ Mail, Coremail, 163, Outlook (zh-CN, zh-TW), Foxmail, NetEase, Alimail, Thunderbird, Apple Mail,
Gmail, Notes, iNotes and Verse. Every pattern is matched against one line without its line end.
"""

import re

SPACE = r"[ \t\u3000\xa0\u2000-\u200b]"
#: A blank as QQ Mail writes it, sometimes escaped twice even in text/plain.
GAP = rf"(?:{SPACE}|&(?:amp;){{0,3}}nbsp;){{0,20}}"
DASHES = r"[-_=*—－]{2,80}"

# ---- separator lines -------------------------------------------------------------------------------------------------
SEPARATOR_WORDS = (
    "原始邮件", "原始郵件", "邮件原件", "郵件原件", "原邮件", "原郵件", "回复的原邮件", "回复的邮件", "回复邮件",
    "转发的邮件", "转发邮件", "转发邮件信息", "已转发邮件", "轉寄的郵件", "轉寄郵件",
    "Original", "Original Message", "Original Mail", "Original Appointment", "Replied Message", "Reply message",
    "Forwarded message", "Forwarded Mail", "Forward Message",
    "Ursprüngliche Nachricht", "Message d'origine", "Mensaje original", "元のメッセージ",
)
#: Separators that name who and when before their closing dashes: Notes' forwards, iNotes' "internet style".
NAMED = r"(?:Forwarded by|转发人|轉寄者).{1,300}?|.{1,300}?(?:wrote|写道|寫道)[ ]?[:：]"
SEPARATOR = re.compile(
    rf"{SPACE}*{DASHES}{GAP}(?:{'|'.join(SEPARATOR_WORDS)}|{NAMED})[:：]?{GAP}{DASHES}{SPACE}*", re.IGNORECASE,
)
ANNOUNCED = re.compile(
    rf"{SPACE}*(?:Begin forwarded message[:：]|(?:开始|以下是|下面是)(?:被)?转发的邮件[:：]|Inactive hide details for .{{1,300}}"
    r"|\"?[^<>]{0,100}<[^<>\s]{1,200}@[^<>\s]{1,200}>\"? on \d{1,2}/\d{1,2}/\d{2,4} \d{1,2}:\d\d(?::\d\d)? [AP]M\"?"
    rf"){SPACE}*",
)
#: A line of dashes above a header block; it belongs to the block.
RULE_LINE = re.compile(rf"(?:{SPACE}|[-_=*—－])*[-_=*—－]{{5}}{SPACE}*")

# ---- header blocks ---------------------------------------------------------------------------------------------------
#: Labels by what they name. Blanks may stand inside the Chinese ones (Alimail: 主　题).
LABELS = {
    "from": ("From", "发件人", "寄件者", "寄件人", "发信人", "Von"),
    "sent": ("Date", "Sent", "发送时间", "发送日期", "日期", "时间", "寄件日期", "傳送日期", "傳送時間", "已发送", "Gesendet"),
    "to": ("To", "收件人", "收件者", "收信人", "An"),
    "cc": ("Cc", "抄送", "抄送人", "副本"),
    "subject": ("Subject", "主题", "主旨", "标题", "Betreff"),
    "by": ("Sent by", "代发"),
}
LABEL_OF = {word.replace(" ", "").lower(): what for what, words in LABELS.items() for word in words}


def _spelled(word: str) -> str:
    return word if word.isascii() else rf"{SPACE}*".join(word)


LABELLED = re.compile(
    rf"(?:{SPACE}|[|*])*({'|'.join(_spelled(word) for words in LABELS.values() for word in words)})(?:{SPACE}|\*)*[:：|]",
    re.IGNORECASE,
)

# ---- attributions ----------------------------------------------------------------------------------------------------
CLOCK = r"\d{1,2}[:：.]\d{2}"
SAID = r"(?:写道|寫道|wrote|writes|schrieb|a écrit)"
SAID_AT_END = re.compile(rf".*{SAID}(?: on \d.{{0,40}})?{SPACE}*[:：]{SPACE}*", re.IGNORECASE)
#: `在 2022/1/5 19:57, X 写道:`, `2025年9月8日 16:35，X <x@y> 写道：`. A date alone is not enough, the hour must stand
#: there as well: 在2024年1月5日的来信中，客户写道： is a sentence of an answer.
DATED = re.compile(
    rf"{SPACE}*(?:(?:在|于|於|On|At|Am|Le){SPACE}?[^0-9]{{0,20}}|)(?:[A-Z][a-z]{{2,8}}[,.]? )?\d{{1,4}}\D.{{0,50}}?{CLOCK}",
    re.IGNORECASE,
)
#: `X <x@y> 於 2024年12月3日 週二 下午9:50寫道：`, `x@y wrote on 04/27/2005 03:57:05 PM:`
ADDRESSED = re.compile(rf"{SPACE}*(?:[^<>]{{0,100}}<[^<>\s]{{1,200}}@[^<>\s]{{1,200}}>|[^<>\s@]{{1,100}}@[^<>\s@]{{1,100}} )")
#: Above a line with `>` less will do.
ABOVE_QUOTE = re.compile(rf".*(?:{SAID}|{CLOCK}|@).*[:：]{SPACE}*", re.IGNORECASE)
#: QQ Mail escapes it in text/plain, too.
QUOTED = re.compile(r"[ \t]{0,3}(?:>|&(?:amp;){0,3}gt;)")
#: Below these, nothing in a mail with `>` quotes is an answer: signature mark, list footer.
NO_ANSWER_BELOW = re.compile(r"-- ?|_{20,}")

# ---- footers ---------------------------------------------------------------------------------------------------------
CONFIDENTIAL = re.compile(
    r"[\s>#/*【\[(（]*(?:信息安全声明|保密声明|保密提示|保密通知|免责声明|免責聲明|法律声明|声明|重要提示"
    r"|[本此该該這](?:封)?(?:电子|電子)?(?:邮件|郵件|电邮|信息)"
    r"|This (?:e-?mail|message|communication)|The information (?:contained )?in this|CONFIDENTIAL|Disclaimer)",
    re.IGNORECASE,
)
CONFIDENTIAL_WORDS = re.compile(
    r"保密|机密|機密|未经授权|未經授權|误收|誤收|收件人以外|归发件人|不构成|法律责任|法律責任"
    r"|confidential|privileged|intended recipient|unauthori[sz]ed|disclos", re.IGNORECASE,
)
DEVICE = re.compile(
    rf"{SPACE}*(?:(?:发自|發自|来自|從|从)(?:我的)?{SPACE}*.{{0,20}}"
    r"(?:iPhone|iPad|手机|手機|Android|安卓|Outlook|邮箱大师|邮箱|客户端|Foxmail|企业微信|钉钉)(?:版|发送|發送|傳送)?"
    rf"|(?:获取|下载).{{0,10}}Outlook.{{0,20}}|Sent from my .{{1,40}}|Get Outlook for .{{1,20}}|Sent from Mail for .{{1,20}})[.。]?{SPACE}*",
    re.IGNORECASE,
)
