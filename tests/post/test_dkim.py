"""Letters signed by DKIM: what is kept, sent and sent again is what was signed, and it verifies where it arrives (RFC 6376)."""

import base64
import builtins
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from adapters.formats.dkim import Signer
from adapters.imap import Imap, ImapSettings
from adapters.smtp import Smtp, SmtpSettings
from hotline_bridge.check import check
from hotline_bridge.config import load_config
from hotline_bridge.config_file import ConfigMistakes
from hotline_bridge.sealing import signing
from hotline_bridge.steps.resend import resend
from tests.conftest import Bank
from tests.hostile.test_mail_bounces import OUTLET
from tests.make import a_form
from tests.servers.certificate import trusting

LETTER = b"From: =?utf-8?b?6ZO26KGM?= <hotline@bank.example>\r\nTo: a@branch.example\r\nSubject: slip\r\nDate: Wed, 22 Jul 2026 09:30:00 +0800\r\nMessage-ID: <x@bank.example>\r\n\r\nwords  \r\n\r\n"


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="module")
def pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.fixture(scope="module")
def verified(key: rsa.RSAPrivateKey) -> Callable[[bytes], bool]:
    """Whether a letter's signature holds, the key looked up as in the DNS."""
    public = base64.b64encode(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    names = {b"hotline._domainkey.bank.example.": b"v=DKIM1; k=rsa; p=" + public}
    return lambda raw: dkim.verify(raw, dnsfunc=lambda name, timeout=5: names[name if isinstance(name, bytes) else name.encode()])


def test_a_signed_letter_verifies_and_a_changed_one_does_not(pem, verified):
    signed = Signer("bank.example", "hotline", pem)(LETTER)
    assert signed.endswith(LETTER)
    assert b"c=relaxed/relaxed" in signed
    assert verified(signed)
    assert verified(signed.replace(b"words  \r\n\r\n", b"words\r\n"))       # blanks at line ends: relaxed
    assert not verified(signed.replace(b"words", b"other words"))
    assert not verified(signed.replace(b"Subject: slip", b"Subject: other"))
    assert not verified(b"From: forger@evil.example\r\n" + signed)


async def test_what_is_kept_sent_and_sent_again_is_what_was_signed(bank: Bank, pem, verified):
    bank.house = replace(bank.house, signing=Signer("bank.example", "hotline", pem))
    await bank.post(a_form())
    await bank.quiet()
    (slip,) = bank.relay.to(OUTLET)
    assert verified(slip.raw)
    await bank.decide(resend, 1, [], "desk")
    await bank.quiet()
    assert [one.raw for one in bank.relay.to(OUTLET)] == [slip.raw] * 2


@pytest.mark.real
async def test_it_verifies_in_the_mailbox_it_arrives_in(bank: Bank, pem, verified, postfix_server, dovecot_server, account):
    await bank.post(a_form())
    await bank.quiet()
    letter = Signer("bank.example", "hotline", pem)(bank.relay.to(OUTLET)[0].raw)
    relay = Smtp(SmtpSettings("127.0.0.1", postfix_server.plain, security="none"))
    assert (await relay.send(letter, "hotline@bank.example", [account[0]]))[account[0]].answer == "accepted"
    await relay.close()
    door = Imap("mail", ImapSettings("localhost", *account, port=dovecot_server.imaps, tls=trusting(dovecot_server.certificate), idle=2))
    found: list[bytes] = []
    while not found:
        found = [paper.body async for paper in door.waiting("")]
        if not found:
            await door.more()
    await door.close()
    assert found[0] != letter           # the servers wrote their lines above it
    assert verified(found[0])


def a_config(folder: Path, words: str) -> Path:
    file = folder / "bridge.toml"
    file.write_text(f'state = "{folder / "state"}"\n[dkim]\n{words}\n', encoding="utf-8")
    return file


def test_no_section_no_signature(tmp_path: Path):
    assert signing(load_config(a_config(tmp_path, ""))) is None


@pytest.mark.parametrize(("words", "told"), [
    ('selector = "hotline"', "go together"), ('key_file = "k.pem"', "go together"), ('selector = "hotline"\nkey_file = "k.pem"', "cannot be read"),
    ('selector = "hotline"\nkey_file = "bridge.toml"', "no RSA private key"),
])
def test_what_is_wrong_with_the_key_is_told_by_check(tmp_path: Path, words, told):
    report = check(a_config(tmp_path, words))
    assert report.mistakes == 1
    assert any(told in line for line in report.lines)


def test_a_missing_library_is_told_with_its_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pem):
    (tmp_path / "k.pem").write_bytes(pem)
    config = load_config(a_config(tmp_path, 'selector = "hotline"\nkey_file = "k.pem"'))
    assert signing(config) is not None
    real = builtins.__import__

    def without(name, *rest):
        if name == "adapters.formats.dkim":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ConfigMistakes, match="dkimpy is not installed"):
        signing(config)
