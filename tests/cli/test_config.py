"""The configuration: defaults pinned, every mistake told with file, key, what is wrong and what is expected."""

from pathlib import Path

import pytest

from hotline_bridge.check import check
from hotline_bridge.config import Config, load_config
from hotline_bridge.config_file import ConfigMistakes

DIRECTORY = "code,name,full_name,level,parent,division,mailbox,contact1,contact1_phone,contact2,contact2_phone,aliases\n"


def mistakes(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "bridge.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigMistakes) as caught:
        load_config(file)
    return [str(mistake) for mistake in caught.value.mistakes]


def test_the_embedded_default_is_pinned() -> None:
    config = Config()
    assert config.embedded
    assert (config.bank.pack, config.bank.mailbox, config.bank.desk) == ("psbc-95580", "hotline@bank.example", "desk@bank.example")
    assert (config.http.listen, config.http.port, config.http.largest, config.http.per_minute) == ("127.0.0.1", 8095, 1 << 20, 6000)
    assert (config.smtp.security, config.imap.security, config.imap.done_folder) == ("tls", "tls", "")
    assert config.store_url == "sqlite:///var/bridge.db"


def test_every_mistake_is_told_at_once_with_line_key_and_cure(tmp_path: Path) -> None:
    told = mistakes(tmp_path, """
[bank]
nmae = "x"
mailbox = "no address"
[http]
port = "eighty"
[[sources]]
name = "a"
[[sources]]
name = "a"
[smtp]
host = "relay.bank.example"
security = "ssl"
""")
    whole = "\n".join(told)
    for words in ("bridge.toml:3: bank.nmae: is unknown", "bridge.toml:4: bank.mailbox", "bridge.toml:6: http.port", "stands twice", "bridge.toml:13: smtp.security"):
        assert words in whole
    assert all("expected:" in one for one in told)


@pytest.mark.parametrize(("text", "wrong", "expected"), [
    ('[[asterisk]]\nname = "a"\n[[asterisk]]\nname = "a"\n', "asterisk: the name a stands twice", "a name of its own for each [[asterisk]]"),
    ('[[asterisk]]\nname = "a"\n[[freeswitch]]\nname = "a"\n', "the name a stands in both tables", "another name"),
    ('[bank]\nmailbox = "a@bank.example"\ndesk = "A@bank.example"\n', "would come back as complaints", "two mailboxes"),
    ('[smtp]\nhost = "relay.bank.example"\n', "only one of smtp.host and imap.host is set", "neither (the embedded one)"),
    ('[recording]\nurls = ["https://u:hush@rec.example/"]\n', "recording.urls: address 1 cannot be used", "https://rec.vendor.example/"),
    ('[recording]\nnetworks = ["10.20"]\n', "'10.20' does not appear", "a network, e.g. 10.20.0.0/16"),
    ('[smtp]\nhost = "r.example"\nsecurity = "none"\nuser = "u"\n[imap]\nhost = "i.example"\n', "in the clear", '"tls", or no user'),
])
def test_the_cure_does_not_repeat_the_complaint(tmp_path: Path, text: str, wrong: str, expected: str) -> None:
    (told,) = mistakes(tmp_path, text)
    first, _, second = told.partition("\n    expected: ")
    assert (wrong in first, expected in second, "expected" in first) == (True, True, False)
    assert second not in first
    assert "hush" not in told


def test_secrets_in_the_file_are_a_mistake_and_are_not_shown(tmp_path: Path) -> None:
    told = mistakes(tmp_path, '[imap]\npassword = "hush"\n[[sources]]\nname = "a"\ntoken = "secret-words"\n[store]\nurl = "postgresql+psycopg://u:pw@db/x"\n')
    assert len(told) == 3
    assert all("hush" not in one and "secret-words" not in one and "pw" not in one.split("expected")[0] for one in told)


def test_no_toml_no_file_and_no_utf8_are_told(tmp_path: Path) -> None:
    assert "no TOML" in mistakes(tmp_path, "[bank\n")[0]
    with pytest.raises(ConfigMistakes, match="no such file"):
        load_config(tmp_path / "nowhere.toml")
    (tmp_path / "gbk.toml").write_bytes('[bank]\nname = "银行"\n'.encode("gbk"))
    with pytest.raises(ConfigMistakes, match="UTF-8"):
        load_config(tmp_path / "gbk.toml")


def test_the_environment_overrides_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "bridge.toml"
    file.write_text('[http]\nport = 9000\nlisten = "0.0.0.0"\n')
    monkeypatch.setenv("HOTLINE_HTTP__PORT", "9001")
    config = load_config(file)
    assert (config.http.port, config.http.listen) == (9001, "0.0.0.0")
    monkeypatch.setenv("HOTLINE_HTTP__PORT", "many")
    with pytest.raises(ConfigMistakes, match="HTTP__PORT"):
        load_config(file)


def test_a_systemd_credential_is_found_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "imap-password").write_text("from systemd\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert Config(imap={"password_file": "imap-password"}).imap.secret() == "from systemd"


def test_a_password_never_goes_in_the_clear_to_another_machine(tmp_path: Path) -> None:
    told = mistakes(tmp_path, '[smtp]\nhost = "relay.bank.example"\nsecurity = "none"\nuser = "u"\n[imap]\nhost = "imap.bank.example"\n')
    assert "in the clear" in "\n".join(told)


@pytest.mark.parametrize(("rows", "words"), [
    ("A,甲,甲,支行,B,1,a@x.example,,,,,\nB,乙,乙,支行,A,1,b@x.example,,,,,\n", "circle"),
    ("A,甲,甲,支行,,1,a@x.example,,,,,\nA,乙,乙,支行,,1,b@x.example,,,,,\n", "A"),
    ("A,甲,甲,支行,NOWHERE,1,a@x.example,,,,,\n", "NOWHERE"),
    ("A,甲,甲,支行,,1,not an address,,,,,\n", "line 2"),
    (",甲,甲,支行,,1,a@x.example,,,,,\n", "line 2"),
])
def test_check_config_names_what_is_wrong_in_the_directory(tmp_path: Path, rows: str, words: str) -> None:
    (tmp_path / "directory.csv").write_text(DIRECTORY + rows, encoding="utf-8")
    (tmp_path / "bridge.toml").write_text(f'state = "{tmp_path / "state"}"\n[tables]\ndirectory = "{tmp_path / "directory.csv"}"\n')
    report = check(tmp_path / "bridge.toml")
    assert report.mistakes
    assert any("directory.csv" in line and words in line for line in report.lines), report.lines


def test_check_config_reads_a_watch_list_in_gbk_and_warns_of_missing_mailboxes(tmp_path: Path) -> None:
    (tmp_path / "watch.csv").write_bytes("name,role,note\n欧阳某,知名主持人,须有职务\n".encode("gbk"))
    (tmp_path / "directory.csv").write_text(DIRECTORY + "A,甲,甲,支行,,1,a@x.example,,,,,\nB,乙,乙,网点,A,1,,,,,,\n", encoding="utf-8")
    (tmp_path / "bridge.toml").write_text(
        f'state = "{tmp_path / "state"}"\n[tables]\nwatchlist = "{tmp_path / "watch.csv"}"\ndirectory = "{tmp_path / "directory.csv"}"\n')
    report = check(tmp_path / "bridge.toml")
    assert report.mistakes == 0, report.lines
    assert any("no mailbox" in line for line in report.lines)


def test_check_config_names_every_bad_table_at_once(tmp_path: Path) -> None:
    (tmp_path / "rates.csv").write_text("currency,cny\nUSD,many\n")
    (tmp_path / "pack.toml").write_text('id = "own"\nwrong = 1\n')
    (tmp_path / "bridge.toml").write_text(
        f'state = "{tmp_path / "state"}"\n[bank]\npack = "nobodys"\npack_files = ["{tmp_path / "pack.toml"}"]\n'
        f'[tables]\nrates = "{tmp_path / "rates.csv"}"\ncalendar = "{tmp_path / "none.toml"}"\n')
    whole = "\n".join(check(tmp_path / "bridge.toml").lines)
    for words in ("rates.csv: line 2", "pack.toml", "none.toml: cannot be read"):
        assert words in whole


def test_check_config_knocks_at_the_servers(tmp_path: Path) -> None:
    (tmp_path / "bridge.toml").write_text(f'state = "{tmp_path / "state"}"\n[http]\nport = 0\n')
    report = check(tmp_path / "bridge.toml", connect=True)
    assert report.mistakes == 0, report.lines
    (tmp_path / "far.toml").write_text(
        f'state = "{tmp_path / "state"}"\n[http]\nport = 0\n[smtp]\nhost = "127.0.0.1"\nport = 1\nsecurity = "none"\n[imap]\nhost = "127.0.0.1"\nport = 1\nsecurity = "none"\n')
    report = check(tmp_path / "far.toml", connect=True)
    assert report.mistakes == 1
    assert any("expected servers that answer" in line for line in report.lines)


@pytest.mark.parametrize("user", ["a\\r\\nAction: Command", "a\\n", "a\\u0000", "a\\u007f", "a" * 81])
def test_a_login_that_ends_its_line_is_a_mistake(tmp_path: Path, user: str) -> None:
    for table in ("asterisk", "freeswitch"):
        (told,) = mistakes(tmp_path, f'[[{table}]]\nname = "a"\nuser = "{user}"\n')
        assert f"{table}.0.user" in told


def test_a_password_of_two_lines_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hush\r\nAction: Command\n")
    (tmp_path / "bridge.toml").write_text(
        f'state = "{tmp_path / "state"}"\n[[asterisk]]\nname = "a"\npassword_file = "{tmp_path / "secret"}"\n'
        f'[[freeswitch]]\nname = "b"\nuser = "u"\npassword_file = "{tmp_path / "secret"}"\nevent_host = "127.0.0.1"\nevent_password_file = "{tmp_path / "secret"}"\n')
    report = check(tmp_path / "bridge.toml")
    told = [line for line in report.lines if "holds more than one line" in line]
    assert [next(key for key in ("asterisk.0.password_file", "0.event_password_file", "freeswitch.0.password_file") if key in line) for line in told] == [
        "freeswitch.0.password_file", "asterisk.0.password_file", "0.event_password_file"]
    assert not any("hush" in line for line in report.lines)


def test_check_config_says_that_no_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "taken").symlink_to("/tmp")
    (tmp_path / "bridge.toml").write_text(f'state = "{tmp_path / "state"}"\n[[freeswitch]]\nname = "b"\nauth = "none"\nerror_folders = ["{tmp_path}"]\n')
    report = check(tmp_path / "bridge.toml")
    assert (report.mistakes, sum("is a link" in line for line in report.lines)) == (1, 1), report.lines
