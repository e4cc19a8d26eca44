"""What whoever enters a complaint should know at once: nothing of it keeps the complaint out (P-3; law: article 13)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from routing.pack import Pack
from routing.papers import Channel, Form
from routing.person import identity

MOST_REPRESENTATIVES = 5        # law: article 12
MAJOR = 20                      # law: article 25
HANDED_DOWN = frozenset({Channel.SUPERIOR, Channel.GOVERNMENT, Channel.REGULATOR})
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Remark:
    """A word in Chinese and the rule it rests on."""

    says: str
    rule: str


def remarks(form: Form, pack: Pack, now: datetime) -> tuple[Remark, ...]:
    """Return what is odd about an entry, or asked of whoever takes it, at this moment under this pack."""
    return (*_who(form), *_what(form), *_handed_down(form, now), *_taken(form, pack, now))


def _who(form: Form) -> Iterator[Remark]:
    customer, several = form.customer, len(form.customer.representatives)
    if several > MOST_REPRESENTATIVES:
        yield Remark(f"代表人 {several} 名，多人上访应推选不超过 {MOST_REPRESENTATIVES} 名代表", "law:12")
    if form.channel is Channel.WALK_IN and max(form.heads, several) > MOST_REPRESENTATIVES and not several:
        yield Remark(f"{form.heads} 人来访而未登记代表，请其推选不超过 {MOST_REPRESENTATIVES} 名代表", "law:12")
    if customer.agent_name and not customer.agent_authority:
        paper = "继承关系证明" if customer.agent_as == "继承人" else "授权委托书"
        yield Remark(f"由{customer.agent_as or '代理人'}提出，尚未登记{paper}", "law:14")
    if customer.id_number and customer.id_type in {"", "身份证", "居民身份证"} and not identity(customer.id_number):
        yield Remark("身份证号码校验不符，请核对", "law:13")
    if customer.refuses_name and customer.name:
        yield Remark("登记为匿名，却填写了姓名；姓名会出现在转办单上", "P-14.4")


def _what(form: Form) -> Iterator[Remark]:
    if form.compensation:
        yield Remark("赔偿诉求只作记录，任何人不得作出承诺，由业务条线决定", "C-6")
    if form.heads >= MAJOR:
        yield Remark(f"{form.heads} 人共同投诉，达到重大投诉人数", "law:25")


def _handed_down(form: Form, now: datetime) -> Iterator[Remark]:
    if form.channel not in HANDED_DOWN:
        return
    lacking = [name for name, value in (("转办单位", form.authority), ("转办编号", form.authority_number)) if not value]
    if lacking:
        yield Remark(f"{form.channel.value}件未登记{'、'.join(lacking)}，重复转办将无法识别", "law:27")
    if form.authority_due is None:
        yield Remark("未登记转办单位要求的办理期限，按本行期限办理", "D-6")
    elif form.authority_due <= now:
        yield Remark("转办单位要求的办理期限已过", "D-6")


def _taken(form: Form, pack: Pack, now: datetime) -> Iterator[Remark]:
    if form.channel is Channel.COMMENT_BOX and form.started_at and now - form.started_at > _DAY:
        yield Remark("意见簿应每日营业终了前查阅，本件已超过一日", "P-9.5")
    if any(note.rule == "C-1" for note in pack.notes):          # weeks in which the first one asked records all of it
        there = (("单位", form.complained_unit), ("姓名", form.customer.name), ("电话", form.customer.phone), ("诉求", form.demand), ("首问责任人", form.seat))
        lacking = [name for name, value in there if not value]
        if lacking and not form.customer.refuses_name:
            yield Remark(f"首问责任人应登记{'、'.join(lacking)}", "C-1")
