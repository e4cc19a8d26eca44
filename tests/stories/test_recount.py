"""Mail that was missed is found when the mailbox is counted over (pain 3)."""

from dataclasses import dataclass, field

from tests.conftest import Bank
from tests.fakes import Handed, WalkIn
from tests.make import a_mail


@dataclass
class Counted(WalkIn):
    """A door that can be counted over: `hidden` lie below the cursor and were never shown."""

    hidden: dict[str, Handed] = field(default_factory=dict)
    due: bool = True

    @property
    def recount_due(self) -> bool:
        return self.due

    async def recount(self, cursor, known):
        self.due = False
        kept = await known(list(self.hidden))
        for key, paper in list(self.hidden.items()):
            if key not in kept:
                yield paper


async def test_a_mail_that_a_server_hid_for_a_while_becomes_a_case_once(bank: Bank) -> None:
    door = Counted("mailbox")
    object.__setattr__(bank.house, "inlets", [door])
    mails = [a_mail(f"客户在上地路营业所办理第{n}笔存款，柜员态度冷淡，要求道歉。", message_id=f"<m{n}@customer.example>") for n in range(2)]
    door.put("mail", mails[0], "1/1")
    await bank.quiet()
    assert len(bank.cases()) == 1
    door.hidden = {"1/1": Handed("1/1", "mail", mails[0]), "1/0": Handed("1/0", "mail", mails[1])}
    for _ in range(2):
        door.due = True
        await bank.quiet()
    assert len(bank.cases()) == 2
