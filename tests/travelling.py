"""What stories about a case's way have in common: its mailboxes, its hops, and units that write."""

from dataclasses import replace

from routing.directory import Directory
from routing.hops import Hop
from tests.conftest import Bank
from tests.make import a_form, a_mail

UNION, BRANCH, OUTLET = "gonghui@hq.example", "ts-e1@branch.example", "ts-e1010101@branch.example"
HOME, PRODUCT, DESK = "ts-b1010101@branch.example", "chanpin@hq.example", "desk@bank.example"
AWAY = "客户称7月20日在湖南路营业所办理存款，柜员态度冷淡，要求道歉。"
PRODUCT_WORDS = "客户称上地路营业所的理财产品说明书看不懂，要求解释。"


def hops(bank: Bank) -> list[Hop]:
    case = bank.case()
    return list(bank.house.store.read_now(lambda tx: tx.hops.of_case(case.id)))


def hop(bank: Bank, mailbox: str) -> Hop:
    return [one for one in hops(bank) if one.mailbox == mailbox][-1]


def squeezed(text: str) -> str:
    return "".join(text.split())


def over_the_union(bank: Bank) -> None:
    """The bank waits for its union to pass slips on."""
    rules = bank.house.rules
    pack = rules.pack("psbc-95580")
    assert pack.forwarding is not None
    waits = pack.model_copy(update={"forwarding": pack.forwarding.model_copy(update={"by": "union"})})
    bank.house.shelf.rules = replace(rules, packs={**rules.packs, pack.id: waits})


def with_directory(bank: Bank, *rows: dict[str, str]) -> None:
    """The bank's directory with units more."""
    known = bank.house.rules.directory
    table = [
        {"code": u.code, "name": u.name, "full_name": u.full_name, "level": u.level, "parent": u.parent or "", "division": u.division, "mailbox": u.mailbox,
         "contact1": u.first.name, "contact2": u.second.name, "contact1_mailbox": u.first.mailbox, "contact2_mailbox": u.second.mailbox}
        for u in known.units.values() if u.code not in {row["code"] for row in rows}
    ]
    bank.house.shelf.rules = replace(bank.house.rules, directory=Directory.parse([*table, *rows])[0])


async def away(bank: Bank, **more: str) -> str:
    posted = await bank.post(a_form(narrative=AWAY, unit="湖南路营业所", **more))
    await bank.quiet()
    return posted.number


async def mail(bank: Bank, text: str, sender: str, *, to: str = "hotline@bank.example", name: str = "") -> None:
    """A unit writes, quoting the number."""
    bank.door.mail(a_mail(text, sender=sender, to=to, subject=f"回复 {bank.case().number}", message_id=f"<{name or sender}.{len(bank.relay.sent)}@x.example>"))
    await bank.quiet()
