"""What an exchange's events tell: calls, seats' forms, and when nobody listened (P-9.1)."""

import json
from datetime import datetime

from adapters.formats.ami import packets_of
from adapters.formats.ami_form import form_of
from adapters.formats.cdr import events_of
from adapters.formats.form_json import read_form
from hotline_bridge.calling import heard_of
from hotline_bridge.opening import CONFLICT, take_form
from hotline_bridge.store.papers import Kept
from hotline_bridge.store.tx import Tx
from routing.papers import Unreadable
from routing.rules import Rules


def read_events(tx: Tx, paper: Kept, now: datetime, rules: Rules) -> None:
    """Keep what a few events tell of a call; rows of the files about the same call are joined with it."""
    exchange = rules.exchange(paper.source)
    reading = events_of(tx.papers.body(paper.id), exchange.name or paper.source, exchange.zone)
    for call in reading.calls:
        heard_of(tx, paper.id, call, now, rules)
    if reading.mistakes:
        raise Unreadable("；".join(f"第 {one.line_number} 个事件 / event: {one.said}" for one in reading.mistakes[:5]))
    tx.papers.read(paper.id)


def read_form_event(tx: Tx, paper: Kept, now: datetime, rules: Rules) -> None:
    """Take a seat's form that came as a UserEvent as if it had been posted; the same form again is none (P-9.1)."""
    packets = packets_of(tx.papers.body(paper.id))
    if len(packets) != 1:
        raise Unreadable(f"这里有 {len(packets)} 个事件 / {len(packets)} events where one UserEvent was expected")
    body = form_of(packets[0], rules.exchange(paper.source).name or paper.source)
    form, digest = read_form(body)
    posted = take_form(tx, form.source, body, form, digest, now, rules)
    if posted.standing == CONFLICT:
        tx.papers.read(paper.id, f"与工单 {posted.number} 的表单内容不同，已另行隔离 / differs from the form of that case, set aside")
    else:
        tx.papers.read(paper.id, f"坐席表单，工单 {posted.number} / a seat's form: {posted.standing}")


def read_damaged(tx: Tx, paper: Kept, _now: datetime, _rules: Rules) -> None:
    """An event that came damaged is for a person."""
    packets = packets_of(tx.papers.body(paper.id))
    raise Unreadable(f"AMI 事件损坏 / a damaged event: {next((one.damage for one in packets if one.damage), 'nobody can read it')}")


def read_gap(tx: Tx, paper: Kept, _now: datetime, rules: Rules) -> None:
    """Note when nobody listened; calls of that time come by the exchange's files, and are counted."""
    said = json.loads(tx.papers.body(paper.id))
    since, until = datetime.fromisoformat(said["since"]), datetime.fromisoformat(said["until"])
    tx.gaps.note(rules.exchange(paper.source).name or paper.source, since, until, said["why"], restarted=said["restarted"])
    tx.papers.read(paper.id, f"{said['since']} 至 {said['until']} 未收到事件 / no events were heard")


OVERHEARD = {"ami": read_events, "ami-form": read_form_event, "ami-damaged": read_damaged, "ami-gap": read_gap}
