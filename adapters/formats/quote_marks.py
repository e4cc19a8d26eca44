"""What mail programs write above the history they hang below an answer, and the footers they add; as tables.

Sources: mails of QQ Mail, Coremail, 163, 139, Outlook (zh-CN, zh-TW), Foxmail, NetEase, Alimail, Thunderbird, Apple
Mail, Gmail, Zoho, Notes (5 to 9), iNotes and Verse. Every pattern is matched against one line without its line end.
"""

import re

SPACE = r"[ \t\u3000\xa0\u2000-\u200b]"
#: A blank as QQ Mail writes it, sometimes escaped twice even in text/plain.
GAP = rf"(?:{SPACE}|&(?:amp;){{0,3}}nbsp;){{0,20}}"
DASH_SIGNS = "-_=*—－"
DASHES = rf"[{DASH_SIGNS}]{{2,80}}"
DAY = r"\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}日?"
HOUR = r"(?:[AP]M |上午|下午|晚上)?\d{1,2}[:：]\d\d(?:[:：]\d\d)?(?: ?[AP]M)?"

# ---- separator lines -------------------------------------------------------------------------------------------------
SEPARATOR_WORDS = (
    "原始邮件", "原始郵件", "原始邮件信息", "原始信件", "原始消息", "邮件原件", "郵件原件", "邮件原文", "原邮件", "原郵件",
    "原邮件信息", "回复的原邮件", "回复的邮件", "回复的邮件信息", "回复邮件", "回覆的郵件",
    "转发的邮件", "转发的原邮件", "转发的邮件信息", "转发邮件", "转发邮件信息", "转发的消息", "被转发邮件", "被转发邮件信息",
    "已转发邮件", "已转发的邮件", "轉寄的郵件", "轉寄郵件", "轉寄信件", "轉寄的訊息", "轉發的郵件",
    "Original", "Original Message", "Original Message Follows", "Original Mail", "Original E-?Mail", "Original Appointment",
    "Replied Message", "Reply message", "Forwarded message", "Forwarded Mail", "Forward Message", "Forwarding messages",
    "Ursprüngliche Nachricht", "Original-Nachricht", "Weitergeleitete Nachricht", "Message d'origine", "Message transféré",
    "Mensaje original", "Mensaje reenviado", "元のメッセージ",
)
#: Separators that name who and when before their closing dashes: Notes' forwards, iNotes' "internet style", Zoho's.
NAMED = (
    r"(?:Forwarded by|转发人|转发者|轉寄者|轉寄人).{1,300}?|由.{1,200}?(?:转发|轉寄|轉發).{0,60}?"
    r"|.{1,300}?(?:wrote|写道|寫道|写到) ?[:：]|(?:On|在|于|於) .{0,60}?\d{1,2}:\d\d.{1,200}?(?:wrote|写道|写了|寫道)"
)
SEPARATOR = re.compile(
    rf"{SPACE}*{DASHES}{GAP}(?:{'|'.join(SEPARATOR_WORDS)}|{NAMED})[:：]?{GAP}{DASHES}{SPACE}*", re.IGNORECASE,
)
#: How any separator begins: dashes, and then something else.
DASHED = re.compile(rf"{SPACE}{{0,80}}{DASHES}(?![-_=*—－]){GAP}[^\s]")
#: The first of two lines over which a long separator was wrapped.
OPENING = re.compile(rf"{SPACE}{{0,8}}-{{3,80}}{SPACE}{{0,8}}[^-\s].*[^-\s]")
#: A separator's words without dashes above a header block (QQ Mail since 2023); they belong to the block.
BARE = re.compile(rf"{SPACE}*(?:{'|'.join(SEPARATOR_WORDS)})[:：]?{SPACE}*", re.IGNORECASE)
ANNOUNCED = re.compile(
    rf"{SPACE}*(?:Begin forwarded message[:：]|(?:开始|以下是|下面是)(?:被)?转发的邮件[:：]|(?:以下是|開始)轉寄的(?:郵件|訊息)[:：]"
    rf"|Inactive hide details for .{{1,300}}|非活动.{{0,10}}隐藏.{{1,300}}|[^-\s][^<>]{{0,100}}?---{DAY} {HOUR}---.*"
    r"|\"?[^<>]{0,100}<[^<>\s]{1,200}@[^<>\s]{1,200}>\"? on \d{1,2}/\d{1,2}/\d{2,4} \d{1,2}:\d\d(?::\d\d)? [AP]M\"?"
    rf"){SPACE}*",
)
#: A line of dashes above a header block; it belongs to the block.
RULE_LINE = re.compile(rf"(?:{SPACE}|[-_=*—－])*[-_=*—－]{{5}}{SPACE}*")

# ---- header blocks ---------------------------------------------------------------------------------------------------
#: Labels by what they name. Blanks may stand inside the Chinese ones (Alimail: 主　题).
LABELS = {
    "from": ("From", "发件人", "發件人", "寄件者", "寄件人", "寄信人", "发信人", "发送人", "发件者", "差出人", "送信者", "Von"),
    "sent": (
        "Date", "Sent", "发送时间", "發送時間", "发送日期", "发件时间", "发件日期", "发信时间", "日期", "时间", "時間", "寄件日期",
        "寄件時間", "傳送日期", "傳送時間", "已发送", "送信日時", "日時", "Gesendet",
    ),
    "to": ("To", "收件人", "收件者", "收信人", "收信者", "宛先", "An"),
    "cc": ("Cc", "抄送", "抄送人", "副本", "密送", "知会"),
    "subject": ("Subject", "主题", "主題", "主旨", "标题", "標題", "件名", "Betreff"),
    "by": ("Sent by", "代发", "代發"),
    "content": ("内容", "正文", "短信内容", "信息内容", "邮件内容"),     # no mail program writes it: a message told in a mail
}
LABEL_OF = {word.replace(" ", "").lower(): what for what, words in LABELS.items() for word in words}


def _spelled(word: str) -> str:
    return word if word.isascii() else rf"{SPACE}*".join(word)


LABELLED = re.compile(
    rf"(?:{SPACE}|[|*])*({'|'.join(_spelled(word) for words in LABELS.values() for word in words)})(?:{SPACE}|\*)*[:：|]",
    re.IGNORECASE,
)
#: What a mailbox, a name of Notes or a mail program's link has, and a head of one's own making has not.
MAILBOX = re.compile(r"[^\s@<>]@[^\s@<>]|[^\s/\d]/[^\s/]{1,60}/[^\s/\d]|\[mailto:")
#: Notes 5 to 7: sender and hour on lines of their own, then To, cc and Subject, with or without colons.
DATE_LINE = re.compile(rf"{SPACE}*{DAY}{SPACE}{{1,3}}{HOUR}{SPACE}*", re.IGNORECASE)
UNLABELLED = re.compile(rf"{SPACE}*(To|cc|Subject|收件人|抄送|主题|主題|主旨)(?:{SPACE}*[:：]|\t|{SPACE}{{3}}|$)", re.IGNORECASE)

# ---- attributions ----------------------------------------------------------------------------------------------------
CLOCK = r"\d{1,2}[:：.]\d{2}"
SAID = (
    r"(?:写道|寫道|写到|wrote|writes|schrieb|a écrit|escribió|escreveu|ha scritto|skrev|schreef|napisał(?:\(a\))?|пишет|написал(?:\(а\))?)"
)
SAID_AT_END = re.compile(
    rf".*(?:{SAID}(?: on \d.{{0,40}})?|(?:写于|寫於){SPACE}?\d.{{0,40}}|(?:schrieb|schreef|skrev) .{{1,120}}){SPACE}*[:：]{SPACE}*",
    re.IGNORECASE,
)
#: `在 2022/1/5 19:57, X 写道:`, `2025年9月8日 16:35，X <x@y> 写道：`. A date alone is not enough, the hour must stand
#: there as well: 在2024年1月5日的来信中，客户写道： is a sentence of an answer.
DATED = re.compile(
    rf"{SPACE}*(?:(?:在|于|於|On|At|Am|Le|El|Il|Em|Op|Den){SPACE}?[^0-9]{{0,20}}|)(?:[A-Z][a-z]{{2,8}}[,.]? )?\d{{1,4}}\D.{{0,50}}?{CLOCK}",
    re.IGNORECASE,
)
#: A sentence that tells what somebody wrote where or to whom, though a day and an hour stand in it. Mail programs put a
#: name, and a blank, before 写道.
TOLD = re.compile(
    r".*(?:在[^,，<>@\d]{1,30}|(?:给|向|对)(?:我|他|她|其|客户|本人)[^<>@\d]{0,30}|(?:又|曾|还|却|竟|里|上|内|后|回复|短信|微信|留言))"
    r"(?<!\s)(?:写道|寫道|写到)[ ]?[:：]\s*"
)
#: `X <x@y> 於 2024年12月3日 週二 下午9:50寫道：`, `x@y wrote on 04/27/2005 03:57:05 PM:`, `王芳/HZ/BANK 写于 …:`
ADDRESSED = re.compile(
    rf"{SPACE}*(?:[^<>]{{0,100}}<[^<>\s]{{1,200}}@[^<>\s]{{1,200}}>|[^<>\s@]{{1,100}}@[^<>\s@]{{1,100}} "
    r"|[^<>@/,，。]{1,60}(?:/[^<>@/\s]{1,60}){1,4}(?:@\S{1,60})? (?:wrote on|写于|寫於))",
)
#: Above a line with `>` less will do.
ABOVE_QUOTE = re.compile(
    rf".*(?:{SAID}|{CLOCK}|@).*[:：]{SPACE}*|{SPACE}*{DAY}[^<>]{{0,60}}<[^<>\s]{{1,200}}@[^<>\s]{{1,200}}>{SPACE}*", re.IGNORECASE,
)
#: QQ Mail escapes it in text/plain, too.
QUOTED = re.compile(r"[ \t]{0,3}(?:>|&(?:amp;){0,3}gt;)")
#: Below these, nothing in a mail with `>` quotes is an answer: signature mark, list footer.
NO_ANSWER_BELOW = re.compile(r"-- ?|_{20,}")

# ---- footers ---------------------------------------------------------------------------------------------------------
#: How a confidentiality notice begins. 声明 and 提示 alone are words of an answer; they must go on about the mail.
CONFIDENTIAL = re.compile(
    r"[\s>#/*【\[(（—-]*(?:信息安全声明|保密(?:声明|提示|通知|条款|须知|警示)|免责(?:声明|条款)|免責聲明|法律声明"
    r"|(?:(?:重要|特别|郑重)?声明|(?:重要|安全|温馨)?提示|注意)[】\])）]?[:：\s]{0,3}.{0,30}?(?:邮件|郵件|电邮|e-?mail|message)"
    r"|[本此该該這这](?:封)?(?:电子|電子)?(?:邮件|郵件|电邮)|[本此](?:信息|信函)(?:及|可能|仅|包含|含|中|的内容)|[您你](?:所)?收到的(?:此|这)(?:封)?邮件"
    r"|This (?:e-?mail|message|communication|transmission)|The (?:information|contents?) (?:contained )?(?:in|of) this"
    r"|CONFIDENTIAL|Disclaimer|Private and confidential|(?:Important|Legal) notice|If you are not the (?:intended|named))",
    re.IGNORECASE,
)
CONFIDENTIAL_WORDS = re.compile(
    r"保密|机密|機密|未经授权|未經授權|未经许可|误收|誤收|错收|收件人以外|归发件人|不构成|法律责任|法律責任|指定(?:的)?收件人"
    r"|confidential|privileged|intended recipient|unauthori[sz]ed|disclos|in error", re.IGNORECASE,
)
#: Programs and telephones that sign for their owner.
DEVICE = re.compile(
    rf"{SPACE}*(?:(?:发自|發自|发送自|来自)(?:我的)?{SPACE}*.{{0,20}}"
    r"(?:iPhone|iPad|手机|手機|Android|安卓|HUAWEI|HONOR|Outlook|邮箱大师|邮箱|客户端|Foxmail|企业微信|钉钉|飞书|Windows)[ A-Za-z0-9+-]{0,20}(?:版|发送|發送|傳送)?"
    rf"|(?:从|從|通过|使用|由)(?:我的)?{SPACE}*.{{0,10}}(?:iPhone|iPad|Android|HUAWEI|Outlook|邮箱大师|阿里邮箱|飞书邮箱|Foxmail|Windows|手机邮箱)"
    r"[ A-Za-z0-9+-]{0,20}(?:版)?(?:邮件(?:应用)?)?(?:发送|發送|傳送|发出)|签名由.{0,20}定制"
    rf"|(?:从|從){SPACE}?我的{SPACE}*.{{0,20}}(?:手机|手機)(?:发送|發送|傳送)"
    r"|(?:获取|下载).{0,10}Outlook.{0,20}|Sent from my .{1,40}|Sent (?:from|with|via) (?:Mail|Outlook|Yahoo|Windows|Samsung|HUAWEI).{0,40}"
    r"|Get Outlook for .{1,20}|(?:打印|列印).{0,8}前.{0,12}环(?:保|境).{0,10}|Please consider the environment before printing.{0,40}"
    rf")[.。!！]?{SPACE}*",
    re.IGNORECASE,
)
