"""The lookout: notices a door that fell silent, and tells a person by another channel than the mail (pain 2)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

import structlog

from hotline_bridge.house import House
from hotline_bridge.ports import Alarm
from hotline_bridge.store.outages import Outage
from hotline_bridge.store.tx import Tx

log = structlog.get_logger()
RELAY = "relay"             # the way out: letters that should have left
WAITS = (60, 120, 300, 900) # seconds until the next try to tell somebody; the last one repeats


@dataclass(frozen=True, slots=True)
class Watch:
    """What is watched since when: the doors' names, after how long a silence a person is told, and how (None: only the log)."""

    doors: tuple[str, ...]
    since: datetime
    after: timedelta
    alarm: Alarm | None


async def look(house: House, watch: Watch) -> bool:
    """Look once at every door; returns whether anything was noticed or told."""
    now, zone = house.clock(), house.rules.pack(house.rules.default_pack).zone
    changed = await house.store.run(lambda tx: notice(tx, watch, now))
    for source, silent in changed:
        (log.error if silent else log.info)("door silent" if silent else "door back", door=source)
    if watch.alarm is None:
        return bool(changed)
    waiting = await house.store.read(lambda tx: tx.outages.untold(now))
    for outage in waiting:
        await _tell(house, watch.alarm, outage, spoken(outage, house.rules.identity.bank, zone))
    return bool(changed or waiting)


def notice(tx: Tx, watch: Watch, now: datetime) -> list[tuple[str, bool]]:
    """Note which doors fell silent (True) and which are back (False)."""
    changed = []
    for source, last in _successes(tx, watch, now).items():
        if now - max(last, watch.since) > watch.after:      # who has just come up gives the doors time to open
            if tx.outages.begin(source, last, now):
                changed.append((source, True))
        elif tx.outages.end(source, now):
            changed.append((source, False))
    for one in tx.outages.open():
        if one.source not in (*watch.doors, RELAY):     # taken out of the configuration
            tx.outages.end(one.source, now)
    return changed


def _successes(tx: Tx, watch: Watch, now: datetime) -> Mapping[str, datetime]:
    """When each door last did what it is there for; one that never did counts from our start."""
    marks = tx.papers.marks()
    return {**{door: marks.get(door, watch.since) for door in watch.doors}, RELAY: tx.tasks.oldest_failing("post") or now}


async def _tell(house: House, alarm: Alarm, outage: Outage, words: str) -> None:
    try:
        await alarm.sound(words)
    except OSError as error:
        trouble, now = str(error), house.clock()
        again = now + timedelta(seconds=WAITS[min(outage.attempts, len(WAITS) - 1)])
        log.error("alarm not taken", door=outage.source, trouble=trouble, again=again.isoformat())  # noqa: TRY400 (the words say all)
        await house.store.run(lambda tx: tx.outages.failed(outage, again, trouble))
        return
    told = house.clock()
    await house.store.run(lambda tx: tx.outages.told(outage, told))


def spoken(outage: Outage, bank: str, zone: tzinfo) -> str:
    """What a person is told, in Chinese with English beside."""
    return "\n".join(_lines(outage, bank, zone))


def _lines(outage: Outage, bank: str, zone: tzinfo) -> Iterator[str]:
    what = "寄信服务器（转办单发不出去）" if outage.source == RELAY else f"来件通道 {outage.source}"
    since = f"{outage.since.astimezone(zone):%Y-%m-%d %H:%M}"
    if outage.ended is None:
        yield f"【投诉转办系统告警】{bank}：{what} 自 {since} 起没有成功过，请立即检查。"
        yield f"Complaint bridge: {outage.source} has not worked since {since}. See `hotline-bridge status` and the service's log."
    else:
        yield f"【投诉转办系统恢复】{bank}：{what} 已于 {outage.ended.astimezone(zone):%Y-%m-%d %H:%M} 恢复（中断始于 {since}）。"
        yield f"Complaint bridge: {outage.source} works again."
