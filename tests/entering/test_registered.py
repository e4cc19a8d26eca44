"""Authorities in the configuration: which letters they write, every mistake before anything is read (D-6)."""

from pathlib import Path

import pytest

from hotline_bridge.check import check
from hotline_bridge.config import load_config
from hotline_bridge.config_file import ConfigMistakes
from hotline_bridge.rulebook import BadTables, load_authorities, load_rules
from routing.papers import Channel

KEY = b"a key of the tests, 32 bytes long"
ONE = '[[authorities]]\nname = "某监管局"\nmailboxes = ["Zhuanban@Regulator.example"]\n'


def config_of(folder: Path, text: str):
    file = folder / "bridge.toml"
    file.write_text(text, encoding="utf-8")
    return load_config(file)


def test_an_authority_is_known_by_its_address_however_that_is_written(tmp_path: Path):
    authorities = load_authorities(config_of(tmp_path, ONE))
    found = authorities.of("ZHUANBAN@regulator.example")
    assert found is not None
    assert (found.name, found.channel, found.template.id) == ("某监管局", Channel.REGULATOR, "12378")
    assert authorities.of("someone@regulator.example") is None
    assert {one.id for one in authorities.templates} == {"12378", "12363", "handed-down"}


def test_a_template_of_the_banks_own(tmp_path: Path):
    (tmp_path / "own.toml").write_text('id = "own"\nname = "本行"\nwords = ["转来"]\nleast = 1\nrequired = ["narrative"]\n[fields]\nnarrative = ["何事"]\n', encoding="utf-8")
    rules = load_rules(config_of(tmp_path, ONE + 'template_file = "own.toml"\n'), KEY).rules
    (one,) = rules.authorities.known
    assert one.template.by_label == {"何事": "narrative"}
    assert rules.digest != load_rules(config_of(tmp_path, ONE), KEY).rules.digest       # the book names other rules then


@pytest.mark.parametrize(("text", "why"), [
    ('id = "x"\nname = "x"\nwords = ["a"]\n[fields]\ncolour = ["颜色"]\n', "colour"), ("id = ", "no TOML"), ('id = "x"\n', "words"),
])
def test_a_template_with_mistakes_is_refused_with_its_file(tmp_path: Path, text: str, why: str):
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BadTables, match=f"(?s)own.toml.*{why}"):
        load_rules(config_of(tmp_path, ONE + 'template_file = "own.toml"\n'), KEY)


def test_D6_authorities_without_a_server_that_confirms_them_are_told(tmp_path: Path):
    trusted = 'trusted_servers = ["mx.bank.example"]\n'
    for mail, told in (("", True), (f"[mail]\n{trusted}", False)):
        file = tmp_path / "bridge.toml"
        file.write_text(mail + ONE + f'[store]\nurl = "sqlite:///{tmp_path}/b.db"\n', encoding="utf-8")
        report = check(file)
        assert any("trusted_servers" in line and "note" in line for line in report.lines) is told, report.lines


def test_a_mailbox_belongs_to_one_and_never_to_us(tmp_path: Path):
    twice = ONE + ONE.replace("某监管局", "另一局").replace("Zhuanban", "zhuanban")
    with pytest.raises(BadTables, match="belongs to 某监管局 and to 另一局"):
        load_rules(config_of(tmp_path, twice), KEY)
    with pytest.raises(BadTables, match="our own mailbox"):
        load_rules(config_of(tmp_path, ONE.replace("Zhuanban@Regulator.example", "hotline@bank.example")), KEY)


@pytest.mark.parametrize("wrong", ['channel = "电话"\n', 'template = "12345"\n', 'colour = "red"\n'])
def test_a_key_that_cannot_be_is_a_mistake_of_the_configuration(tmp_path: Path, wrong: str):
    with pytest.raises(ConfigMistakes, match=r"authorities\.0"):
        config_of(tmp_path, ONE + wrong)
