"""The letter a report goes with: its key figures in words, and its files (P-24, C-8, D-8)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from adapters.formats.letter import Draft, Enclosure
from hotline_bridge.store.reports import Report
from hotline_bridge.store.tray import Delivery, Outgoing
from routing.figures import Head
from routing.rules import Rules

ABOUT = REPORT = "report"
LARGEST = 15_000_000        # bytes of one letter's files; beyond it they lie with the bridge, and the letter says so
_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "html": "text/html", "pdf": "application/pdf",
}


def report_letter(  # noqa: PLR0913 (one letter, wholly known)
    report: Report, head: Head, lines: Sequence[str], files: Mapping[str, bytes], to: Sequence[str], now: datetime, rules: Rules,
) -> Outgoing:
    """Return the letter that carries a report to its readers; `lines` are its key figures, in Chinese."""
    fits = sum(map(len, files.values())) <= LARGEST
    as_of = f"{head.as_of.astimezone(head.zone):%Y-%m-%d %H:%M}"
    words = rules.sheets.words("report", {
        "bank": rules.identity.bank, "title": head.title, "title_en": head.title_en, "period": head.period.name, "period_en": head.period.name_en, "place": head.place,
        "as_of": as_of, "version": report.version, "again": report.version > 1, "lines": list(lines), "fits": fits, "id": str(report.id),
    })
    letter = Draft(
        message_id=f"<report.{report.id}@{rules.identity.domain}>", date=now.astimezone(head.zone), from_=(f"{rules.identity.bank}投诉处理系统", rules.identity.mailbox),
        to=tuple(("", address) for address in to), subject=words.subject, text=words.text,
        enclosures=tuple(Enclosure(one, _TYPES[one.rpartition(".")[2]], content) for one, content in files.items()) if fits else (),
    )
    return Outgoing(
        about=ABOUT, purpose="report", round=report.id, message_id=letter.message_id.strip("<>"), sender=rules.identity.mailbox,
        recipients=tuple(to), draft={"letter": letter.to_json()},
    )


def not_arrived(report: Report, failed: Sequence[Delivery], now: datetime, rules: Rules) -> Outgoing:
    """Tell the desk that a report was refused, by whom, and what to do (P-20, P-24)."""
    zone, days = rules.pack(rules.default_pack).zone, f"{report.first} 至 {report.last}"
    letter = Draft(
        message_id=f"<report-lost.{report.id}@{rules.identity.domain}>", date=now.astimezone(zone), from_=(rules.identity.bank, rules.identity.mailbox),
        to=(("", rules.identity.desk),), subject=f"【报表未送达】{report.name} {days}",
        text="\n".join((
            f"报表《{report.name}》（{days}）未能送达：", *(f"· {one.recipient}：{one.said}" for one in failed), "",
            f"请核对收件邮箱；更正机构名录或政策包后，用 hotline-bridge letters resend {report.letter} 重发，或用 hotline-bridge report save {report.id} 取出文件另行报送。", "",
            f"The report {report.id} was not taken by its readers; correct the mailbox and send letter {report.letter} again.",
        )),
    )
    return Outgoing(
        about=ABOUT, purpose="report-lost", round=report.id, message_id=letter.message_id.strip("<>"), sender=rules.identity.mailbox,
        recipients=(rules.identity.desk,), draft={"letter": letter.to_json()},
    )
