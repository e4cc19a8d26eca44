"""Where an answer ends and the history begins, per mail program."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.formats.quoting import split_history, without_footer, without_quotes

NEW = "已核实，经办人李四。\n\n"
OLD = "原来的内容\n第二行\n"
#: Mail programs and what they write above the history; each block is the history's beginning.
MARKS = {
    "QQ Mail": "------------------ 原始邮件 ------------------\n发件人: 总行客服 <desk@bank.example>\n发送时间: 2026年7月22日(星期三) 晚上10:14\n收件人: 张三\n主题: 转办单\n",
    "QQ Mail, hard blanks": "------------------\xa0原始邮件\xa0------------------\n",
    "QQ Mail, entities": "------------------&nbsp;原始邮件&nbsp;------------------\n",
    "QQ Mail, escaped twice": "------------------&amp;nbsp;原始邮件&amp;nbsp;------------------\n",
    "QQ Mail on a phone": "------------------ Original ------------------\nFrom: desk <desk@bank.example>\n",
    "Coremail": "-----原始邮件-----\n发件人:总行客服 <desk@bank.example>\n发送时间:2026-07-22 11:54:18 (星期三)\n收件人: 张三\n主题: 转办单\n",
    "Coremail, marked": "-----原始邮件-----\n> 发件人:总行客服 <desk@bank.example>\n> 发送时间:2026-07-22 11:54:18 (星期三)\n",
    "163": '在 2026-07-22 00:02:46，"总行, 客服" <desk@bank.example> 写道：\n>您好：\n',
    "163, English": 'At 2026-07-22 11:39:53, "Desk" <desk@bank.example> wrote:\n>您好\n',
    "163, unmarked": '在 2026-07-22 00:02:46，"总行客服" <desk@bank.example> 写道：\n您好：\n',
    "Outlook zh-CN": "-----邮件原件-----\n发件人: 总行客服\n发送时间: 2026年7月22日 11:50\n收件人: 张三; 李四\n抄送: 王五\n主题: 转办单\n",
    "Outlook from HTML": "________________________________\n发件人: 总行客服 <desk@bank.example> 代表 工会\n发送时间: 2026年7月22日 11:50:00\n收件人: 张三\n主题: 转办单\n",
    "Outlook, bold": "*发件人:* 总行客服 <desk@bank.example>\n*发送时间:* 2026年7月22日 11:50\n*收件人:* 张三\n*主题:* 转办单\n",
    "Outlook zh-TW": "-----原始郵件-----\n寄件者: 客服\n寄件日期: 2026年7月22日 上午 08:35\n收件者: 張三\n副本: 李四\n主旨: 轉辦單\n",
    "Foxmail": "发件人： 总行客服<mailto:desk@bank.example>\n发送时间： 2026-07-22 13:16\n收件人： 张三\n抄送： 李四\n主题： 转办单\n",
    "NetEase": '发件人："客服"<desk@bank.example>\n发送时间：2026-07-22 08:31\n主题：转办单\n收件人："张三"<zhang@branch.example>\n抄送：\n',
    "NetEase, old": "发件人：客服\n发送日期：2026-07-22 08:31\n收件人：张三\n抄送人：李四\n主题：转办单\n",
    "NetEase master": "---- 回复的原邮件 ----\n| 发件人 | 客服<desk@bank.example> |\n| 日期 | 2026年07月22日 08:31 |\n| 收件人 | 张三 |\n",
    "Alimail": "-" * 66 + "\n发件人：客服<desk@bank.example>\n发送时间：2026年7月22日(星期三) 21:42\n收件人：张三\n抄\u3000送：李四\n主\u3000题：转办单\n",
    "WeLink": "发件人：客服 <desk@bank.example>\n收件人：张三\n抄\u2003送：李四\n主\u2003题：转办单\n时\u2003间：2026-07-22\u300023:54:15\n",
    "Thunderbird": "在 2026/7/22 19:57, 总行客服 写道:\n> 您好\n",
    "Thunderbird, afternoon": "在 2026/7/22 下午9:26, 总行客服 写道:\n> 您好\n",
    "Apple Mail": "2026年7月22日 16:35，总行客服 <desk@bank.example> 写道：\n\n您好\n",
    "iOS": "在 2026年7月22日，23:43，总行客服 <desk@bank.example> 写道：\n\n\ufeff您好\n",
    "Gmail zh-TW": "總行客服 <desk@bank.example> 於 2026年7月22日 週三 下午9:50寫道：\n\n> 您好\n",
    "Gmail zh-TW, wrapped": "總行客服 <desk@bank.example> 於 2026年7月22日\n週三 下午9:50寫道：\n\n> 您好\n",
    "Gmail, wrapped": "On Wed, Jul 22, 2026 at 7:57\u202fPM Head Office Desk\n<desk@bank.example> wrote:\n\n> 您好\n",
    "Notes client": 'From:\t"总行客服" <desk@bank.example>\nTo:\t"张三" <zhang@branch.example>\nCc:\t李四\nDate:\t22-07-2026 12:28\nSubject:\t[EXTERNAL] 转办单\nSent by:\t"desk" <desk\n            +x=branch.example@bank.example>\n\n\n',
    "Notes client, blanks": "From:        总行客服/总行/BANK\nTo:        张三/HZ/BANK@BANK\nDate:        2026/07/22 PM 05:23\nSubject:        转办单\n",
    "Notes zh-CN": "发件人：\t总行客服/总行/BANK\n收件人：\t张三/HZ/BANK@BANK\n日期：\t2026-07-22 12:28\n主题：\t转办单\n",
    "iNotes": '-----"总行客服" <desk@bank.example> wrote: -----\n>To: 张三\n>From: 客服\n>Date: 07/22/2026\n>Subject: 转办单\n',
    "Verse": "----- Original message -----\nFrom: Desk\nSent by: Wang\nTo: Zhang\nCc:\nSubject: slip\nDate: Wed, Jul 22, 2026 1:08 PM\n",
    "Notes R5": '"Desk <desk@bank.example> on 07/22/2026 12:39:56 PM"\n',
    "Notes R5, wrote": "desk@bank.example wrote on 07/22/2026 03:57:05 PM:\n\n> 您好\n",
    "Notes, forwarded": "----- Forwarded by Wang Fang/HZ/BANK on 2026-07-22 14:30 -----\n",
    "Notes, hidden": 'Inactive hide details for "Desk" ---22-07-2026 12:28:26---您好\n',
    "Gmail, forwarded": "---------- Forwarded message ---------\nFrom: Desk <desk@bank.example>\n",
    "forwarded zh": "---------- 转发的邮件 ----------\n",
    "Apple, forwarded": "Begin forwarded message:\n\n",
}


@pytest.mark.parametrize("mark", MARKS.values(), ids=MARKS)
def test_the_cut_is_at_the_mark(mark):
    old = OLD if "\n>" not in mark else "> 原来的内容\n"
    assert split_history(NEW + mark + old) == (NEW, mark + old)


@pytest.mark.parametrize("mark", MARKS.values(), ids=MARKS)
def test_carriage_returns_change_nothing(mark):
    old = OLD if "\n>" not in mark else "> 原来的内容\n"
    whole = (NEW + mark + old).replace("\n", "\r\n")
    assert split_history(whole)[0] == NEW.replace("\n", "\r\n")


def test_a_notes_history_without_a_separator_does_not_swallow_the_answer():
    text = '客户满意。\n\n\n\nFrom:\t"客服" <desk@bank.example>\nTo:\t张三\nDate:\t22-07-2026\nSubject:\t转办单\n\n\n处理时间：待填\n'
    new, history = split_history(text)
    assert new.strip() == "客户满意。"
    assert "处理时间：待填" in history


@pytest.mark.parametrize("text", [
    "客户在来信中写道：\n我对处理结果不满意。\n",
    "在2026年1月5日的来信中，客户写道：\n不满意\n",
    "发件人: 张三\n经办人: 李四\n联系电话: 13800000000\n",
    "处理时间：2026年7月22日 10:30\n经办人：李四\n主题：服务态度\n",
    "一、投诉事由：\n----------\n二、处理意见：\n==========\n",
    "From the branch: all is well.\nTo: nobody\n",
    "原始邮件已收到。\n",
    "",
    "\n\n",
])
def test_an_answers_own_words_are_no_mark(text):
    assert split_history(text) == (text, "")


@pytest.mark.parametrize("text", [
    "在 2026/7/22 19:57, 客服 写道:\n> 一、投诉事由？\n属实。\n> 二、处理意见？\n批评教育。\n",
    "答复见下：\n\n在 2026/7/22 19:57, 客服 写道:\n> 一、投诉事由？\n\n属实。\n\n> 二、处理意见？\n\n批评教育。\n\n> 谢谢\n> 客服\n",
    "> 一、投诉事由？\n> 二、处理意见？\n\n属实。批评教育。\n",
    '-----"客服" <desk@bank.example> wrote: -----\n>To: 张三\n>一、投诉事由？\n\n属实。\n>二、处理意见？\n批评教育。\n>谢谢\n',
    "On Wed, 22 Jul 2026 16:28:09 +0800, desk@bank.example wrote:\n\n&gt; 一、投诉事由？\n\n属实。批评教育。\n",
], ids=["between", "between, with a greeting", "below", "iNotes", "QQ Mail, escaped marks"])
def test_answers_between_and_below_quoted_lines_stay_new(text):
    new, history = split_history(text)
    assert "属实。" in new
    assert "批评教育。" in new
    assert new + history == text
    assert "投诉事由" not in without_quotes(new)


def test_what_follows_the_last_inline_answer_is_history():
    new, history = split_history("> 一？\n属实。\n> 二？\n> 三？\n")
    assert (new, history) == ("> 一？\n属实。\n", "> 二？\n> 三？\n")


def test_the_torn_end_of_a_long_quoted_line_is_not_new():
    text = "好的\n\n> " + "很长的一行" * 8 + "\n折行\n> 下一行\n"
    assert split_history(text)[0] == "好的\n\n"


def test_a_list_footer_below_quotes_is_not_an_answer():
    text = "好的\n\n> 旧\n-- \n张三\n"
    assert split_history(text)[0] == "好的\n\n"


@given(st.text() | st.lists(st.sampled_from([*MARKS.values(), "> a\n", "b\n", "\n", "发件人：", "写道：\n", "\r\n", "\x0b", "\u2028"])).map("".join))
def test_the_two_parts_are_the_whole(text):
    new, history = split_history(text)
    assert new + history == text


@pytest.mark.parametrize("footer", [
    "本电子邮件及其附件含有某某银行的保密信息，仅限于邮件指明的收件人使用。禁止任何人在未经授权的情况下使用。\n",
    "信息安全声明：本邮件包含信息归发件人所在组织所有，请接收者注意保密。\n",
    "#/******本邮件及其附件含有某某银行的保密信息，禁止散发。******/#\n",
    "-----------------\nThis e-mail contains confidential information intended only for the recipient.\n",
    "发自我的iPhone\n", "发自我的华为手机\n", "Sent from my iPhone\n", "获取 Outlook for iOS\n", "来自网易邮箱大师\n",
])
def test_footers_are_not_shown(footer):
    assert without_footer("已核实。\n经办人：李四\n\n" + footer) == "已核实。\n经办人：李四"


@pytest.mark.parametrize("text", ["本邮件为投诉答复，经办人李四。", "声明：以上情况属实。", "-- \n李四\n联系电话：13800000000", "从客户手机号看，发自我行。"])
def test_words_of_an_answer_are_no_footer(text):
    assert without_footer(text) == text
