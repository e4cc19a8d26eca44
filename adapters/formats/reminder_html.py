"""A reminder as a page that is read at a glance, in any mail client: tables and colours of HTML 3, nothing from elsewhere."""

from html import escape

from routing.reminder import Due, Reminder

_RED, _AMBER, _GREY = "#C00000", "#B45F06", "#666666"
_PALE = {_RED: "#FCE4E4", _AMBER: "#FFF4DC", _GREY: "#FFFFFF"}
_CELL = '<td bgcolor="{pale}" style="padding:4px 8px">{words}</td>'


def reminder_html(one: Reminder) -> str:
    """Return the letter as HTML: a line of counts, then the table; red only what is overdue, amber what is due today."""
    more = f'<p style="color:{_GREY}">另有{one.more}件未列出，请在系统中查看。</p>\n' if one.more else ""
    units, remarks = any(row.unit for row in one.rows), any(row.remark for row in one.rows)
    rows = "".join(_row(one, row, units=units, remarks=remarks) for row in one.rows)
    heads = ["编号", "办理时限", "状态", *(["承办单位"] if units else []), *(["催办"] if remarks else [])]
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8"></head>\n'
        "<body style=\"font-family:SimSun,'宋体',serif;font-size:14px\">\n"
        f"{''.join(f'<p>{escape(line)}</p>' for line in one.opening)}\n{_counts(one)}"
        '<table border="1" cellspacing="0" cellpadding="4" style="border-collapse:collapse;border-color:#BBBBBB">\n'
        f'<tr bgcolor="#D9E2EC">{"".join(f"<th align=left>{head}</th>" for head in heads)}</tr>\n{rows}</table>\n{more}'
        f"{''.join(f'<p>{escape(line)}</p>' for line in one.closing)}\n"
        f'<p style="color:{_GREY}">{escape(one.english)}</p>\n</body></html>\n'
    )


def _counts(one: Reminder) -> str:
    """How many are overdue, due today, and still in time: large, and red only where there is anything overdue."""
    late = sum(1 for row in one.rows if row.overdue)
    today = sum(1 for row in one.rows if row.today and not row.overdue)
    boxes = ((late, "逾期", _RED if late else _GREY), (today, "今日到期", _AMBER if today else _GREY), (len(one.rows) - late - today, "未到期", _GREY))
    cells = "".join(
        f'<td align="center" bgcolor="{_PALE[colour]}" style="padding:6px 18px;color:{colour}">'
        f'<span style="font-size:24px;font-weight:bold">{count}</span><br>{word}</td>'
        for count, word, colour in boxes
    )
    return f'<table cellspacing="6"><tr>{cells}</tr></table>\n'


def _row(one: Reminder, row: Due, *, units: bool, remarks: bool) -> str:
    colour = _RED if row.overdue else _AMBER if row.today else _GREY
    state = f'<span style="color:{colour}">{escape(one.state(row))}</span>'
    words = [escape(row.number), escape(one.limit(row)), f"<b>{state}</b>" if row.matters else state]
    words += [escape(row.unit) or "&nbsp;"] if units else []
    words += [escape(row.remark) or "&nbsp;"] if remarks else []
    return f"<tr>{''.join(_CELL.format(pale=_PALE[colour], words=word) for word in words)}</tr>\n"
