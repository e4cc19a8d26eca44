"""The letter a report goes with: its key figures in words, and its files (P-24, C-8, D-8)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from adapters.formats.letter import Draft, Enclosure
from hotline_bridge.store.reports import Report
from hotline_bridge.store.tray import Outgoing
from routing.figures import Head
from routing.rules import Rules

ABOUT = "report"
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
