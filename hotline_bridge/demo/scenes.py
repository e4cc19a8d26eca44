"""The scenes of the story in their order, and the telling of them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from aiohttp import ClientError
from aiosmtplib import SMTPException

from hotline_bridge.demo import answering, chasing, taking
from hotline_bridge.demo.stage import NotAsTold, Stage


@dataclass(frozen=True, slots=True)
class Scene:
    """What happens, and what it is called."""

    chinese: str
    english: str
    happens: Callable[[Stage], Awaitable[None]]


SCENES = (
    Scene("来电投诉服务态度：登记、话单关联、转办", "a call: form, call records, slip", taking.a_call),
    Scene("客户来信（GBK，声明为 gb2312）", "a customer's mail in GBK", taking.a_gbk_mail),
    Scene("客户来信（UTF-8），渠道类投诉", "a customer's mail in UTF-8", taking.a_utf8_mail),
    Scene("涉及六万元的来电：先复听复核，后转办", "over CNY 50,000: held, signed, sent", taking.a_large_sum),
    Scene("被投诉单位不明：投诉处理岗分派", "no unit: the desk assigns", taking.no_unit),
    Scene("回复不完整：退回，补齐", "an incomplete answer is sent back and completed", answering.half_an_answer),
    Scene("京外投诉：转一级分行，抄送总行工会", "outside Beijing", taking.far_away),
    Scene("退信不是回复", "a bounce is no answer", answering.a_bounce),
    Scene("重复、冲突、残缺的登记", "repeat, conflict, nonsense", taking.wrong_posts),
    Scene("次日：各单位回复，投诉处理岗办结", "the branches answer, the desk closes", answering.branches_answer),
    Scene("清河区支行收到转办单，没有回音", "a branch stays silent", chasing.a_silent_branch),
    Scene("逐级催办：单位、第二联系人、上级、工会；周末不催", "chased up the ladder, not on a weekend", chasing.chased),
    Scene("终于回复，催办停止", "it answers, the chase ends", chasing.it_answers),
    Scene("核对登记簿", "the register is complete", chasing.nothing_forgotten),
)
OUTSIDE = (NotAsTold, OSError, ClientError, SMTPException)


async def told(stage: Stage, scenes: Sequence[Scene] = SCENES) -> bool:
    """Tell the scenes; False at the first that does not come out, with what was expected."""
    for number, scene in enumerate(scenes, 1):
        stage.tell.scene(number, scene.chinese, scene.english)
        try:
            await scene.happens(stage)
        except OUTSIDE as error:
            stage.tell.failed(str(error) if isinstance(error, NotAsTold) else f"no trouble, not {type(error).__name__}: {error}")
            return False
    return True
