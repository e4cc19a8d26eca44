"""A hundred bodies, cut by hand: every mail program's history, answers between and below, and words that only look like it.

`history.jsonl`: `client` (the program, or what the body tries to deceive with), `new` and `history`; joined they are the body.
"""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.formats.html import html_to_text
from adapters.formats.quoting import split_history, without_footer

BODIES = [json.loads(line) for line in (Path(__file__).parent / "history.jsonl").read_text(encoding="utf-8").splitlines()]
CUT = [body for body in BODIES if body["history"] and body["new"].strip()]
#: Bodies whose new part holds no `>`: more may be written above them.
ABOVE = [body for body in CUT if ">" not in body["new"]]


@pytest.mark.parametrize("body", BODIES, ids=[body["client"] for body in BODIES])
def test_the_new_words_end_where_a_person_ends_them(body):
    new, history = split_history(body["new"] + body["history"])
    assert new.strip() == body["new"].strip()
    assert new + history == body["new"] + body["history"]


@pytest.mark.parametrize("body", BODIES, ids=[body["client"] for body in BODIES])
def test_line_ends_of_the_wire_change_nothing(body):
    new, _ = split_history((body["new"] + body["history"]).replace("\n", "\r\n"))
    assert new.replace("\r\n", "\n").strip() == body["new"].strip()


@given(st.sampled_from(ABOVE), st.text("已核实客户满意。，经办人柜员一二三123 \n", max_size=200))
def test_more_new_words_above_move_no_cut(body, more):
    new, history = split_history(more + "\n" + body["new"] + body["history"])
    assert new.strip() == (more + "\n" + body["new"]).strip()
    assert history.strip() == body["history"].strip()


@given(st.sampled_from(CUT), st.text(max_size=300))
def test_whatever_follows_a_hard_mark_the_parts_are_the_whole(body, more):
    whole = body["new"] + body["history"] + more
    assert "".join(split_history(whole)) == whole


@given(st.text("已核实。，客户经办人：处理时间联系电话满意不0123456789-: \n", max_size=400))
def test_an_answer_without_any_mark_is_new_as_a_whole(text):
    assert split_history(text) == (text, "")


OPENING = "<div>已办结。</div>"
PAGES = {
    "Outlook": "<div style='border-top:solid #E1E1E1 1pt'><p><b><span>发件人<span lang=EN-US>:</span></span></b> 客服 &lt;desk@bank.example&gt;<br>"
               "<b>发送时间:</b> 2026年7月22日<br><b>收件人:</b> 李四<br><b>主题:</b> 转办单</p></div><p>请办</p>",
    "QQ Mail": "<div>------------------&nbsp;原始邮件&nbsp;------------------</div><div><b>发件人:</b>&nbsp;客服</div><div>请办</div>",
    "QQ Mail 2023": "<hr><div>原始邮件</div><div>发件人：客服 &lt;desk@bank.example&gt;</div><div>发件时间：2026年7月22日 10:14</div><div>收件人：李四</div><p>请办</p>",
    "163": '在 2026-07-22 09:02:46，"客服" &lt;desk@bank.example&gt; 写道：<br><blockquote><div>请办</div></blockquote>',
    "Gmail": "<div>客服 &lt;<a href='mailto:x'>desk@bank.example</a>&gt; 于2026年7月22日周三 21:50写道：<br></div><blockquote>请办</blockquote>",
    "Apple Mail": "<blockquote type=cite><div>2026年7月22日 16:35，客服 &lt;desk@bank.example&gt; 写道：</div><br>请办</blockquote>",
    "NetEase": "<div>---- 回复的原邮件 ----</div><table><tr><td>发件人</td><td>客服</td></tr></table><div>请办</div>",
    "Notes": "<br><br><br><font color=#5f5f5f>From: &nbsp; &nbsp; &nbsp; </font><font>客服/总行/BANK</font><br><font>To: &nbsp; &nbsp; </font>王芳/HZ/BANK<br>"
             "<font>Date: &nbsp; </font>2026/07/22 12:28<br><font>Subject: &nbsp; </font>转办单<br><hr noshade><br>请办",
    "Notes, table": "<table><tr><td>From:</td><td>客服/总行/BANK</td></tr><tr><td>To:</td><td>王芳/HZ/BANK</td></tr><tr><td>Subject:</td><td>转办单</td></tr></table>请办",
    "Notes 6": '<table><tr><td><b>"客服" &lt;desk@bank.example&gt;</b><p>07/22/2026 12:28 PM</p></td><td><table><tr><td>To</td><td>王芳/HZ/BANK</td></tr>'
               "<tr><td>cc</td><td></td></tr><tr><td>Subject</td><td>转办单</td></tr></table></td></tr></table><p>请办</p>",
}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_pages_are_cut_as_text_is(page):
    new, history = split_history(html_to_text(OPENING + page))
    assert new.strip() == "已办结。"
    assert "请办" in history


@pytest.mark.parametrize("text", [
    "有人冒充贵行发邮件：\n发件人：service@pay.example\n主题：账户升级\n时间：2026年7月1日\n内容：请输入密码\n我被转走三千元。\n",
    "收件人：总行客服中心\n发件人：城东支行\n日期：2026/07/22\n主题：关于客户投诉的答复\n\n情况属实。\n",
])
def test_a_message_told_and_a_memorandum_are_new(text):
    assert split_history(text) == (text, "")


@pytest.mark.parametrize("footer", [
    "发自我的HUAWEI Mate 60", "发送自 Windows 10 版", "从 Windows 版邮件发送", "从我的小米手机发送", "签名由 网易邮箱大师 定制", "由 网易邮箱大师 发送", "Sent from Outlook for Android",
    "Sent with Samsung Mail", "打印本邮件前请考虑环保。", "Please consider the environment before printing this e-mail.",
    "【重要提示】本邮件可能含有保密内容，仅供指定收件人使用。", "【保密条款】本邮件内容属某某银行机密，未经许可不得披露。",
    "注意：此邮件仅供指定收件人阅读，如您误收请立即删除，不得泄露其中的保密信息。", "您收到的这封邮件可能含有保密信息，如误收请删除。",
    "IMPORTANT NOTICE: This message is confidential and may be privileged.", "If you are not the intended recipient, please delete this message; it was sent in error.",
])
def test_footers_programs_and_offices_add_are_not_shown(footer):
    assert without_footer("已核实。\n经办人：李四\n\n" + footer + "\n") == "已核实。\n经办人：李四"


@pytest.mark.parametrize("text", [
    "声明：经办人员已承担法律责任。", "注意：请对客户信息保密。", "该信息系柜员泄露，我行承担法律责任。", "重要提示：客户资料须保密，不得外传。", "由客户微信发送", "从客户手机号看，发自我行。",
    "来自客户的手机号投诉",
])
def test_an_answers_words_about_secrecy_are_no_footer(text):
    assert without_footer("已核实。\n\n" + text) == "已核实。\n\n" + text


@pytest.mark.parametrize("line", ["--由" + "转发 " * 300, "-" * 999, "2026 1:11" + "在写道" * 300 + "：", "<" + "a@" * 490, "-- On " + "1:11 " * 190 + "-"])
def test_lines_made_to_be_slow_are_cut_at_nothing(line):
    text = (line + "\n") * 200
    assert split_history(text) == (text, "")
