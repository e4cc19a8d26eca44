"""The whole way on real servers: a form by HTTP, the slip in Dovecot, the answer through Postfix, the case answered."""

import asyncio
import email
import email.policy
import signal
import smtplib
import ssl
import time
from pathlib import Path

from tests.daemon.service import Service, service, write_config
from tests.make import WHOLE_ANSWER, a_form, a_mail
from tests.servers.dovecot import Dovecot
from tests.servers.postfix import Postfix

OUTLET = "chengnan@bank.example"
#: Each test has a hotline of its own, so that its numbers are in no other test's mails.
FORM = {"unit": "城南路营业所", "narrative": "客户称在城南路营业所排队时柜员态度恶劣，要求道歉。"}


def said(postfix: Postfix, raw: bytes, sender: str) -> None:
    """A branch sends a mail through the relay."""
    context = ssl.create_default_context(cafile=str(postfix.certificate))
    with smtplib.SMTP_SSL("localhost", postfix.smtps, context=context) as line:
        line.sendmail(sender, ["hotline@bank.example"], raw)


async def arrived(dovecot: Dovecot, address: str, words: str, patience: float = 30) -> email.message.EmailMessage:
    """Wait for the mail with these words in a mailbox."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        for path in dovecot.files(address):
            mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            if words in str(mail["Subject"]):
                assert isinstance(mail, email.message.EmailMessage)
                return mail
        await asyncio.sleep(0.02)
    raise AssertionError(f"nothing with {words} reached {address}")


async def test_P9_2_P12_from_the_form_to_the_answer_on_real_mail_servers(dovecot_server: Dovecot, postfix_server: Postfix, tmp_path: Path) -> None:
    with service(tmp_path, write_config(tmp_path, dovecot_server, postfix_server)) as bridge:
        status, answer = await bridge.call("POST", "/api/v1/calls", "seat", a_form("real-1", hotline="95501", **FORM))
        assert status == 202
        number = answer["case_number"]
        slip = await arrived(dovecot_server, OUTLET, number)
        assert slip["Reply-To"]
        raw = a_mail(WHOLE_ANSWER, sender=OUTLET, message_id="<real-1@bank.example>", reply_to_id=str(slip["Message-ID"]).strip("<>"), charset="gb18030")
        said(postfix_server, raw, OUTLET)
        case = await bridge.until(number, "ANSWERED")
        assert case["answers"][0]["standing"] == "counted"
        assert bridge.stop() == 0
        assert "13800000001" not in bridge.log()        # P-6: nothing of the customer in the log


async def test_P9_1_a_held_case_is_signed_by_another_than_the_seat_and_then_leaves(dovecot_server: Dovecot, postfix_server: Postfix, tmp_path: Path) -> None:
    with service(tmp_path, write_config(tmp_path, dovecot_server, postfix_server)) as bridge:
        narrative = "客户称在城南路营业所转账六万元，柜员操作失误转错账户，要求更正。"
        _, answer = await bridge.call("POST", "/api/v1/calls", "seat", a_form("real-2", hotline="95502", seat="reviewer", **{**FORM, "narrative": narrative}))
        number = answer["case_number"]
        await bridge.until(number, "HELD")
        review = f"/api/v1/cases/{number}/review"
        assert (await bridge.call("POST", review, "desk", {"findings": "听过"}))[0] == 403
        status, problem = await bridge.call("POST", review, "reviewer", {"findings": "听过"})
        assert status == 409            # the reviewer's own call
        assert "another reviewer" in problem["detail"]
        assert not any(number in path.read_text(errors="replace") for path in dovecot_server.files(OUTLET))
        status, _ = await bridge.call("POST", f"/api/v1/cases/{number}/assign", "desk", {"category": "服务态度", "says": "改类"})
        assert status == 200
        await bridge.until(number, "HELD")      # an edit does not let it slip out either


async def test_a_killed_service_loses_nothing_that_was_acknowledged(dovecot_server: Dovecot, postfix_server: Postfix, tmp_path: Path) -> None:
    config = write_config(tmp_path, dovecot_server, postfix_server)
    numbers = []
    with service(tmp_path, config) as bridge:
        for n in range(20):
            status, answer = await bridge.call("POST", "/api/v1/calls", "seat", a_form(f"kill-{n}", hotline="95503", **FORM))
            assert status == 202
            numbers.append(answer["case_number"])
        bridge.process.kill()
    assert len(set(numbers)) == 20
    with service(tmp_path, config) as bridge:
        again = [await bridge.call("POST", "/api/v1/calls", "seat", a_form(f"kill-{n}", hotline="95503", **FORM)) for n in range(20)]
        assert [status for status, _ in again] == [200] * 20
        assert [answer["case_number"] for _, answer in again] == numbers
        for number in numbers:
            await bridge.until(number, "SENT")
            await arrived(dovecot_server, OUTLET, number)


async def test_an_unreachable_mail_server_at_start_holds_nothing_up(dovecot_server: Dovecot, postfix_server: Postfix, tmp_path: Path) -> None:
    config = write_config(tmp_path, dovecot_server, postfix_server)
    nowhere = {"HOTLINE_SMTP__PORT": "1", "HOTLINE_IMAP__PORT": "1"}
    with service(tmp_path, config, nowhere) as bridge:
        status, answer = await bridge.call("POST", "/api/v1/calls", "seat", a_form("down-1", hotline="95504", **FORM))
        assert status == 202
        await bridge.until(answer["case_number"], "SENT")       # decided and owed, though nothing can leave yet
        assert "door out of reach" in bridge.log()
        assert bridge.stop() == 0
    with service(tmp_path, config) as bridge:
        _, status_ = await bridge.call("GET", "/api/v1/status", "desk")
        assert status_["out_of_sight"] == []


async def test_new_rules_come_into_force_whole_or_not_at_all(dovecot_server: Dovecot, postfix_server: Postfix, tmp_path: Path) -> None:
    config = write_config(tmp_path, dovecot_server, postfix_server)
    directory = tmp_path / "directory.csv"
    whole = directory.read_text("utf-8")
    with service(tmp_path, config) as bridge:
        directory.write_text(whole + "B1101,双,双,网点,B11,110102002,x@bank.example,,,,,\n", encoding="utf-8")
        bridge.process.send_signal(signal.SIGHUP)
        await said_in(bridge, "rules not reloaded")
        directory.write_text(whole + "B1102,城西路营业所,城南支行城西路营业所,网点,B11,110102002,chengbei@bank.example,,,,,\n", encoding="utf-8")
        bridge.process.send_signal(signal.SIGHUP)
        await said_in(bridge, "rules reloaded")
        narrative = "客户称在城西路营业所排队时柜员态度恶劣。"
        _, answer = await bridge.call("POST", "/api/v1/calls", "seat", a_form("hup-1", hotline="95505", unit="城西路营业所", narrative=narrative))
        case = await bridge.until(answer["case_number"], "SENT")
        assert case["unit"] == "B1102"


async def said_in(bridge: Service, words: str) -> None:
    """Wait until the service has said this in its log; the test's own time limit ends it."""
    while words not in bridge.log():
        await asyncio.sleep(0.02)
