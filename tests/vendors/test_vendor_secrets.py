"""check-config looks at a vendor's secret as `run` does: what it lets pass does not end the service (P-9.1)."""

from pathlib import Path

import pytest

from hotline_bridge.check import check

PULLED = 'mapping = "aliyun"\npull_url = "http://127.0.0.1:1/?InstanceId=x"\npull_user = "ak"\n'


@pytest.mark.parametrize(("table", "word"), [
    ('mapping = "7moor"\ntoken_file = "{0}/there"\n', "ok    vendor v"),
    ('mapping = "newrock"\n', "ok    vendor v"),
    (PULLED + 'token_file = "{0}/there"\n', "ok    vendor v"),
    ('mapping = "tencent"\ntoken_file = "{0}/none"\n', "intake.vendor.v.token_file: cannot be read"),
    (PULLED + 'token_file = "{0}/none"\n', "intake.vendor.v.token_file: cannot be read"),
    (PULLED, "intake.vendor.v.token_file: there is no password"),
    (PULLED + 'token_file = "{0}/empty"\n', "intake.vendor.v.token_file: there is no password"),
    ('mapping = "7more"\n', "no such mapping"),
    ('mapping = "tencent"\ntoken_file = "{0}/login"\n', "ok    vendor v"),
    ('mapping = "tencent"\ntoken_file = "{0}/there"\n', "intake.vendor.v.token_file: holds no user and password"),
    ('mapping = "tencent"\ntoken_file = "{0}/nobody"\n', "intake.vendor.v.token_file: holds no user and password"),
    ('mapping = "7moor"\ntoken_file = "{0}/lines"\n', "intake.vendor.v.token_file: holds more than one line"),
    ('mapping = "aliyun"\ntoken_file = "{0}/there"\n', "pull_url: missing"),
])
def test_a_vendors_secret_is_looked_at(tmp_path: Path, table: str, word: str) -> None:
    for name, words in {"there": "s", "empty": "", "login": "user:pass:word", "nobody": ":word", "lines": "a\nb"}.items():
        (tmp_path / name).write_text(words)
    (tmp_path / "bridge.toml").write_text(f'state = "{tmp_path / "state"}"\n[intake.vendor.v]\n' + table.format(tmp_path))
    report = check(tmp_path / "bridge.toml")
    assert sum(word in line for line in report.lines) == 1, report.lines
    assert report.mistakes == (0 if word.startswith("ok") else 1)


def test_a_secret_everybody_can_read_is_noted(tmp_path: Path) -> None:
    (tmp_path / "there").write_text("s")
    (tmp_path / "there").chmod(0o644)
    (tmp_path / "bridge.toml").write_text(f'state = "{tmp_path / "state"}"\n[intake.vendor.v]\nmapping = "7moor"\ntoken_file = "{tmp_path / "there"}"\n')
    assert any("intake.vendor.v.token_file: everybody" in line for line in check(tmp_path / "bridge.toml").lines)
