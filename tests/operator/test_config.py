"""Configuration as a careless operator writes it: told with place, reason and cure, before the service starts."""

from pathlib import Path

import pytest

from hotline_bridge.check import check
from hotline_bridge.config import load_config
from hotline_bridge.config_file import ConfigMistakes
from hotline_bridge.wiring import posters, reply_key, visitors


def told(tmp_path: Path, text: str) -> str:
    (tmp_path / "bridge.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigMistakes) as caught:
        load_config(tmp_path / "bridge.toml")
    return str(caught.value)


def checked(tmp_path: Path, text: str) -> list[str]:
    (tmp_path / "bridge.toml").write_text(f'state = "state"\n{text}', encoding="utf-8")
    return check(tmp_path / "bridge.toml").lines


def test_paths_in_the_file_are_relative_to_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, elsewhere = tmp_path / "etc", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    (folder / "bridge.toml").write_text(
        'state = "s"\n[bank]\npack_files = ["own.toml"]\n[store]\nurl = "sqlite:///b.db"\n[[people]]\nname = "a"\ntoken_file = "a.token"\n[[cdr]]\nname = "x"\nfile = "M.csv"\n')
    monkeypatch.chdir(folder)
    config = load_config(Path("bridge.toml"))
    monkeypatch.chdir(elsewhere)
    assert (config.state, config.bank.pack_files, config.people[0].token_file, config.cdr[0].file) == (
        folder / "s", (folder / "own.toml",), folder / "a.token", folder / "M.csv")
    assert config.store_url == f"sqlite:///{folder / 'b.db'}"


def test_a_secret_named_barely_is_systemds_before_it_is_a_file_beside_the_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "db").write_text("of systemd")
    (tmp_path / "bridge.toml").write_text('[store]\npassword_file = "db"\n')
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    assert load_config(tmp_path / "bridge.toml").store.password_file == credentials / "db"


def test_notepads_mark_and_line_ends_are_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "bridge.toml").write_bytes(b"\xef\xbb\xbfstate = 's'\r\n[http]\r\nport = 9000\r\n")
    assert load_config(tmp_path / "bridge.toml").http.port == 9000


@pytest.mark.parametrize(("variable", "meant"), [("HOTLINE_SMPT__HOST", "HOTLINE_SMTP"), ("HOTLINE_STAET", "HOTLINE_STATE"), ("HOTLINE_X__Y", "one of")])
def test_a_slip_in_a_variable_is_told(monkeypatch: pytest.MonkeyPatch, variable: str, meant: str) -> None:
    monkeypatch.setenv(variable, "x")
    with pytest.raises(ConfigMistakes) as caught:
        load_config(None)
    assert f"environment {variable}" in str(caught.value)
    assert meant in str(caught.value)


def test_other_programs_variables_are_let_be_and_empty_ones_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("HOTLINE_PYTHON", "HOTLINE_TEST_DSN"):
        monkeypatch.setenv(variable, "x")
    monkeypatch.setenv("HOTLINE_STATE", "")
    assert load_config(None).state == Path("var")


@pytest.mark.parametrize(("variable", "value"), [
    ("HOTLINE_SOURCES", '[{"name": "a", "token": "hush-hush"'), ("HOTLINE_BANK__PACK_FILES", "hush-hush.toml"),
    ("HOTLINE_SOURCES__0__TOKEN", "hush-hush"), ("HOTLINE_STORE__URL", "postgres://u:hush-hush@db/x"),
])
def test_what_must_be_json_or_a_known_database_is_told_without_its_content(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigMistakes) as caught:
        load_config(None)
    assert variable in str(caught.value)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(("text", "words"), [
    ('[people]\nname = "x"\n', "[[people]]"), ('state = ""\n', "an empty path"), ('[[people]]\nname = "a"\nroles = []\n', "at least one"),
    ('[bank]\nmailbox = "投诉@bank.example"\n', "ASCII"), ('[bank]\nmailbox = "a@bank.example"\ndesk = "A@bank.example"\n', "two mailboxes"),
    ('[[cdr]]\nname = "a"\nfile = "f"\nzone = "Mars/Base"\n', "IANA"), ('[store]\nurl = "mysql://x/y"\n', "postgresql+psycopg"),
    ("[http]\nport = 70000\n", "at most 65535"),
])
def test_values_that_cannot_be_meant_are_told_in_words(tmp_path: Path, text: str, words: str) -> None:
    said = told(tmp_path, text)
    assert words in said
    assert "Input should" not in said


def test_P9_1_two_people_with_one_token_would_sign_for_each_other(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("the-same\n")
    (tmp_path / "b").write_text("the-same\r\n")
    (tmp_path / "none").write_text("\n")
    (tmp_path / "bridge.toml").write_text(
        '[[people]]\nname = "甲"\ntoken_file = "a"\n[[people]]\nname = "乙"\ntoken_file = "b"\n[[people]]\nname = "丙"\ntoken_file = "none"\n[[sources]]\nname = "s"\ntoken_file = "gone"\n')
    config = load_config(tmp_path / "bridge.toml")
    with pytest.raises(ConfigMistakes) as caught:
        visitors(config)
    assert "乙 and 甲 have the same token" in str(caught.value)
    assert "丙 has no token" in str(caught.value)
    assert "the-same" not in str(caught.value)
    with pytest.raises(ConfigMistakes, match="No such file"):
        posters(config)


@pytest.mark.parametrize(("key", "mailbox", "words"), [
    ("short", "hotline@bank.example", "5 bytes"), ("k" * 32, "a" * 40 + "@bank.example", "too long"), ("k" * 32, "hot+line@bank.example", "without +"),
])
def test_a_key_or_mailbox_that_makes_no_reply_address_is_told_at_start(tmp_path: Path, key: str, mailbox: str, words: str) -> None:
    (tmp_path / "key").write_text(key)
    (tmp_path / "bridge.toml").write_text(f'reply_key_file = "key"\n[bank]\nmailbox = "{mailbox}"\n')
    with pytest.raises(ConfigMistakes, match=words):
        reply_key(load_config(tmp_path / "bridge.toml"))


def test_check_config_warns_of_secrets_and_folders_open_to_all(tmp_path: Path) -> None:
    (tmp_path / "a.token").write_text("t")
    (tmp_path / "a.token").chmod(0o644)
    (tmp_path / "state").mkdir(mode=0o755)
    (tmp_path / "state").chmod(0o755)
    lines = checked(tmp_path, 'spool = "nowhere"\n[[people]]\nname = "a"\ntoken_file = "a.token"\n[[cdr]]\nname = "x"\nfile = "state"\n')
    for words in ("everybody on this machine can read", "others can look into", "WRONG spool", "WRONG cdr x"):
        assert any(words in line for line in lines), lines
