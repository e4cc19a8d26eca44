"""Everything the house remembers, in words that do not depend on ids, numbers or the hour; equal after a crash and without."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Engine, text

TABLES = {
    "papers": "select source, kind, size, state, coalesce(trouble, '') from paper",
    "legs": "select l.exchange, count(*) from leg l group by l.exchange",
    "calls": 'select k.exchange, k.global_id, k.result, c.number from call k left join case_file c on c.id = k."case"',
    "recordings": "select reference, state, sha256, size from recording",
    "call errands": 'select e.kind, c.number, e.done is not null from call_errand e left join case_file c on c.id = e."case"',
    "cases": "select number, state, channel, category, unit, lead, source, call_id, hotline, seat, provisional, undelivered,"
             " recording, round, climbed from case_file",
    "letters": "select about, purpose, round, message_id, sender, raw is not null from letter",
    "deliveries": "select l.message_id, d.recipient, d.answer, d.said from delivery d join letter l on l.id = d.letter",
    "answers": 'select c.number, a.sender, a.standing from answer a join case_file c on c.id = a."case"',
    "reminders": 'select m.address, c.number, r.rung, r.urgent, r.letter is not null from reminder r join mailbox m on m.id = r.mailbox'
                 ' join case_file c on c.id = r."case"',
    "signatures": 'select c.number, r.who, r.findings, r.recipients from review r join case_file c on c.id = r."case"',
    "tasks": "select t.kind, coalesce(c.number, '-'), t.parked, coalesce(t.trouble, '') from task t"
             " left join case_file c on c.id = t.subject and t.kind in ('chase', 'triage', 'dispatch', 'undelivered')",
    "book": 'select c.number, e.who, e.what, e.says from entry e join case_file c on c.id = e."case"',
    "hops": 'select c.number, h.round, h.place, h.unit, h.mailbox, h.part, h.rule, h.state, h.sent is not null, h.begun is not null, h.answered is not null,'
            ' l.message_id from hop h join case_file c on c.id = h."case" left join letter l on l.id = h.letter',
    "counters": "select case when m.address is null then c.name else 'digest of ' || m.address end, c.value from counter c"
                " left join mailbox m on c.name = 'digest:' || m.id",
}
Memory = Mapping[str, Counter[Any]]


def memory(engine: Engine) -> Memory:
    """All tables as bags of rows."""
    with engine.connect() as db:
        names = names_of(db)
        cases = {f"case:{key}": f"case:{names[number]}" for key, number in db.execute(text("select id, number from case_file"))}
        papers = {key: f"{source}/{size}" for key, source, size in db.execute(text("select id, source, size from paper"))}

        def said(value: object) -> object:
            if not isinstance(value, str):
                return bool(value) if isinstance(value, bool) else value
            value = cases.get(value, value)
            value = re.sub(r"来件 ([0-9]+)", lambda m: f"来件 {papers[int(m[1])]}", value)
            value = re.sub(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9:.+]+|[0-9]{1,2}:[0-9]{2}", "<time>", value)
            return renamed(value, names)

        return {
            table: Counter(tuple(said(value) for value in row) for row in db.execute(text(query)))
            for table, query in TABLES.items()
        }


def names_of(db: Connection) -> dict[str, str]:
    """Case numbers, which differ with the order of arrival, and what the cases are called here: by call, or by unit."""
    rows = db.execute(text("select number, source, coalesce(call_id, unit, '?') from case_file"))
    return {str(number): f"<{source}/{call}>" for number, source, call in rows}


def renamed(words: str, names: Mapping[str, str]) -> str:
    """The words with the cases' names in place of their numbers."""
    pattern = re.compile("|".join(map(re.escape, names)) or "(?!)")
    return pattern.sub(lambda m: names[m[0]], words)


def difference(before: Memory, after: Memory) -> list[str]:
    """What one memory holds and the other does not, a line each."""
    lines = []
    for table in TABLES:
        lines += [f"{table}: lost {count}x {row}" for row, count in (before[table] - after[table]).items()]
        lines += [f"{table}: too much {count}x {row}" for row, count in (after[table] - before[table]).items()]
    return lines


def loose_ends(engine: Engine, now_iso: str) -> list[str]:
    """What must never be left once all is quiet: open deliveries, due or parked tasks, cases nobody looks after."""
    questions = {
        "open delivery": "select recipient from delivery where answer = 'open'",
        "delivery without an hour": "select recipient from delivery where at is null",
        "kept but unread paper": "select source from paper where state = 'kept'",
        "task that is due": f"select kind from task where due <= '{now_iso}'",
        "parked task": "select trouble from task where parked",
        "open case out of sight": "select number from case_file where state <> 'CLOSED' and id not in"
                                  " (select subject from task where kind = 'chase')",
        "hop of a closed case still at work": "select h.mailbox from hop h join case_file c on c.id = h.\"case\" where c.state = 'CLOSED'"
                                              " and h.part in ('主办', '协办', '督办', '转办') and h.state not in ('answered', 'ended')",
        "letter of a hop that has left, and the hop has not": "select h.mailbox from hop h join delivery d on d.letter = h.letter and d.recipient = h.mailbox"
                                                              " where d.accepted is not null and h.sent is null",
        "closed case still chased": "select number from case_file where state = 'CLOSED' and id in"
                                    " (select subject from task where kind = 'chase')",
    }
    with engine.connect() as db:
        return [f"{what}: {row[0]}" for what, query in questions.items() for row in db.execute(text(query))]
