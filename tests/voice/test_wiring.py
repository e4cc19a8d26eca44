"""What the configuration makes of the voice, and what it refuses (P-21)."""

import sys
from pathlib import Path

import pytest

from adapters.ami.caller import AmiCaller, CallFiles
from adapters.esl.caller import EslCaller
from hotline_bridge.check import check
from hotline_bridge.config import load_config
from hotline_bridge.config_file import ConfigMistakes
from hotline_bridge.house import House
from hotline_bridge.rulebook import BadTables, load_rules
from hotline_bridge.voiceroom import caller_of, speaker_of, token, voice_rooms
from tests.conftest import Bank

ASTERISK = '[[asterisk]]\nname = "a"\nuser = "bridge"\npassword_file = "{0}"\n'
FREESWITCH = '[[freeswitch]]\nname = "f"\nauth = "none"\nevent_host = "127.0.0.1"\nevent_password_file = "{0}"\n'
KEY = b"a key of the tests, 32 bytes long"


def config(tmp_path: Path, voice: str, exchanges: str = ASTERISK + FREESWITCH):
    (tmp_path / "secret").write_text("s")
    file = tmp_path / "bridge.toml"
    file.write_text(f'state = "{tmp_path / "state"}"\n{exchanges.format(tmp_path / "secret")}[voice]\n{voice}\n', encoding="utf-8")
    return load_config(file)


@pytest.mark.parametrize(("voice", "kind", "way"), [
    ('exchange = "a"', AmiCaller, "manager"), ('exchange = "a"\nway = "call-file"\nspool = "/var/spool/asterisk/outgoing"', CallFiles, "call-file"),
    ('exchange = "f"\ndial = "sofia/gateway/bank/{{number}}"', EslCaller, "socket"),
])
def test_P21_each_way_to_call(tmp_path: Path, voice: str, kind: type, way: str) -> None:
    known = config(tmp_path, voice.replace("{{", "{").replace("}}", "}"))
    assert isinstance(caller_of(known), kind)
    assert load_rules(known, KEY).rules.voice.way == way
    assert speaker_of(known).folder == tmp_path / "state" / "speech"


def test_P21_numbers_from_abroad_are_dialled_only_where_the_bank_says_so(tmp_path: Path) -> None:
    assert not load_rules(config(tmp_path, 'exchange = "a"'), KEY).rules.voice.abroad
    assert load_rules(config(tmp_path, 'exchange = "a"\nabroad = true'), KEY).rules.voice.abroad


@pytest.mark.parametrize(("voice", "exchanges", "words"), [
    ('exchange = "nobody"', ASTERISK, "nobody is no"), ('exchange = "a"\nway = "call-file"', ASTERISK, "voice.spool"), ('exchange = "f"', FREESWITCH.replace("event_host", "#event_host"), "f is no"),
    ('exchange = "a"', ASTERISK.replace("password_file", "#password_file"), "there is no password"),
])
def test_P21_what_cannot_place_a_call_is_told_with_the_cure(tmp_path: Path, voice: str, exchanges: str, words: str) -> None:
    with pytest.raises(ConfigMistakes, match=words):
        caller_of(config(tmp_path, voice, exchanges))


def test_P21_an_exchange_that_is_none_of_ours_is_told_with_the_tables(tmp_path: Path) -> None:
    with pytest.raises(BadTables, match=r"voice\.exchange: nobody is no \[\[asterisk\]\]"):
        load_rules(config(tmp_path, 'exchange = "nobody"'), KEY)


@pytest.mark.parametrize("dial", ["PJSIP/trunk", "PJSIP/{number}&SIP/1", "Local/{number}@x,60", "{number}\\nApplication: System"])
def test_P21_a_pattern_that_is_no_channel_is_a_mistake_of_the_configuration(tmp_path: Path, dial: str) -> None:
    with pytest.raises(ConfigMistakes, match=r"voice\.dial"):
        config(tmp_path, f'exchange = "a"\ndial = "{dial}"')


def test_P21_rooms_there_are_for_what_is_configured_alone(tmp_path: Path, bank: Bank) -> None:
    house: House = bank.house
    assert voice_rooms(config(tmp_path, ""), house) == []
    assert len(voice_rooms(config(tmp_path, 'loudspeaker = ["/usr/bin/aplay"]'), house)) == 2      # it announces, and ends its voice
    assert len(voice_rooms(config(tmp_path, 'exchange = "a"\nloudspeaker = ["/usr/bin/aplay"]'), house)) == 3


def test_P21_check_config_looks_at_the_voice(tmp_path: Path) -> None:
    config(tmp_path, f'exchange = "a"\nway = "call-file"\nspool = "{tmp_path / "nowhere"}"\nsounds = "{tmp_path}"')
    report = check(tmp_path / "bridge.toml")
    assert any("voice.spool" in line and "WRONG" in line for line in report.lines)
    assert not any("voice.sounds" in line and "WRONG" in line for line in report.lines)
    assert any(line.strip() == "ok    voice" for line in report.lines)


@pytest.mark.parametrize(("program", "good"), [(sys.executable, True), ("/no/such/aplay", False), ("no-such-aplay", False), (__file__, False)])
def test_P21_check_config_looks_for_the_loudspeakers_program(tmp_path: Path, program: str, good: bool) -> None:
    config(tmp_path, f'loudspeaker = ["{program}", "-q"]', "")
    wrong = [line for line in check(tmp_path / "bridge.toml").lines if "WRONG" in line]
    assert wrong == [] if good else "voice.loudspeaker" in wrong[0]


def test_no_two_calls_have_one_name() -> None:
    assert len({token() for _ in range(1000)}) == 1000
