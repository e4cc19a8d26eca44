"""What stands around the program fits the program: unit files, the example configuration, backup, pages, versions."""

import configparser
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from contextlib import closing
from importlib.metadata import PackageNotFoundError, distribution, requires
from pathlib import Path

import pytest
import typer.main

from hotline_bridge.check import check
from hotline_bridge.cli import app
from hotline_bridge.config import Config, load_config
from hotline_bridge.store.engine import open_engine
from hotline_bridge.store.upgrade import upgrade
from tests import templates_index
from tests.docs_index import BY_ENVIRONMENT, EXAMPLE, PAGE, ROOT, keys, page, uncommented, words

DEPLOY, UNITS = ROOT / "deploy", ROOT / "systemd"
PLACE = "/opt/hotline-bridge/"
CONSTRAINTS = DEPLOY / "constraints.txt"


def entries(unit: Path) -> Mapping[str, list[str]]:
    """The entries of a unit file, by `Section.Key`; a key may stand many times."""
    found: dict[str, list[str]] = {}
    section = ""
    for line in unit.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith(("#", ";")):
            key, equals, value = line.partition("=")
            assert equals, f"{unit.name}: {line!r} is no entry"
            found.setdefault(f"{section}.{key}", []).append(value)
    return found


def commands() -> dict[str, set[str]]:
    """Every command of the program with its options: "cases list" → {"--state", …}."""
    found: dict[str, set[str]] = {}

    def walk(command, path: tuple[str, ...]) -> None:
        for name, inner in getattr(command, "commands", {}).items():
            walk(inner, (*path, name))
        if not hasattr(command, "commands"):
            found[" ".join(path)] = {option for one in command.params for option in (*one.opts, *one.secondary_opts)}

    walk(typer.main.get_command(app), ())
    return found


# systemd ------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("unit", sorted(path.name for path in UNITS.iterdir() if path.suffix in {".service", ".timer"}))
def test_a_unit_parses_and_systemd_has_nothing_to_say(unit: str, tmp_path: Path) -> None:
    """By systemd's own eyes where it is here; else by the rules of its files."""
    entries(UNITS / unit)
    configparser.ConfigParser(strict=False, interpolation=None).read(UNITS / unit, encoding="utf-8")
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        return
    for path in UNITS.iterdir():
        words_ = path.read_text(encoding="utf-8")
        words_ = re.sub(rf"={PLACE}\S+", "=/bin/true", words_)      # where nothing is installed on this machine
        (tmp_path / path.name).write_text(re.sub(r"^Documentation=.*\n", "", words_, flags=re.MULTILINE), encoding="utf-8")
    said = subprocess.run([analyze, "verify", tmp_path / unit], capture_output=True, text=True, check=False)
    about_it = [line for line in said.stderr.splitlines() if "hotline-bridge" in line]
    assert (said.returncode, about_it) == (0, [])


def test_the_service_is_as_closed_as_systemd_can_make_it(tmp_path: Path) -> None:
    """systemd's own measure from 0 (closed) to 10; 2.0 is the limit we set ourselves."""
    service = entries(UNITS / "hotline-bridge.service")
    for key, value in {"NoNewPrivileges": "yes", "ProtectSystem": "strict", "PrivateTmp": "yes", "User": "hotline-bridge", "UMask": "0077"}.items():
        assert service[f"Service.{key}"] == [value]
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        return
    shutil.copy(UNITS / "hotline-bridge.service", tmp_path)
    command = [analyze, "security", "--offline=true", "--threshold=20", "--no-pager", tmp_path / "hotline-bridge.service"]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    if "--offline" not in said.stderr:      # before systemd 250 it could not look at files
        assert said.returncode == 0, said.stdout


def test_the_service_starts_a_command_that_there_is() -> None:
    service = entries(UNITS / "hotline-bridge.service")
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    program, command, *options = service["Service.ExecStart"][0].split()
    assert program.startswith(PLACE)
    assert Path(program).name in scripts
    assert {option for option in options if option.startswith("-")} <= commands()[command]
    assert service["Service.Type"] == ["notify"]
    assert int(service["Service.WatchdogSec"][0]) >= 10


def test_the_backup_unit_starts_a_script_that_there_is() -> None:
    (command,) = entries(UNITS / "hotline-bridge-backup.service")["Service.ExecStart"]
    script = ROOT / command.split()[0].removeprefix(PLACE)
    assert script.is_file()
    assert os.access(script, os.X_OK)


def test_units_user_and_folders_agree() -> None:
    user = (UNITS / "hotline-bridge.sysusers").read_text(encoding="utf-8").splitlines()[-1].split()[1]
    folders = (UNITS / "hotline-bridge.tmpfiles").read_text(encoding="utf-8")
    for unit in ("hotline-bridge.service", "hotline-bridge-backup.service"):
        service = entries(UNITS / unit)
        assert service["Service.User"] == service["Service.Group"] == [user]
        for path in re.findall(r"/(?:etc|var/backups)/hotline-bridge", " ".join(service["Service.ExecStart"])):
            assert re.search(rf"^d {path} ", folders, re.MULTILINE), path


# the example configuration ----------------------------------------------------------------------------------------------
def installed(text: str, tmp_path: Path) -> Path:
    """The example as an operator would have it, every named file in place, below `tmp_path`."""
    text = re.sub(r'(?<=")(?=/(?:etc|var|srv)/)', tmp_path.as_posix(), text)
    for name in re.findall(rf'"({tmp_path.as_posix()}/[^"]+)"', text):
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        sample = ROOT / "hotline_bridge" / "samples" / path.name
        path.write_bytes(sample.read_bytes() if sample.exists() else f"secret of {path.name}\n".encode())
    state = tmp_path / "var/lib/hotline-bridge"
    state.unlink()
    state.mkdir()
    file = tmp_path / "bridge.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_example_passes_the_programs_own_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOTLINE_CONFIG", raising=False)
    report = check(installed((ROOT / EXAMPLE).read_text(encoding="utf-8"), tmp_path))
    assert report.mistakes == 0, "\n".join(report.lines)


def test_every_key_of_the_example_is_known_also_those_behind_a_remark() -> None:
    whole = uncommented((ROOT / EXAMPLE).read_text(encoding="utf-8"))
    config = Config(**whole)
    assert config.cdr[0].name == "95580-a"
    assert config.bank.packs == {"96588": "datong-96588"}


def test_the_example_shows_every_key_with_its_words_in_both_languages() -> None:
    said = words()
    for key in keys():
        if key.name not in BY_ENVIRONMENT:
            assert key.dotted in said, f"{EXAMPLE} does not show {key.dotted}"
            assert re.search(r"[一-鿿].*[A-Za-z]", said[key.dotted]), f"{key.dotted}: {said[key.dotted]!r}"


def test_the_examples_remarks_show_the_defaults() -> None:
    """What stands behind a # and is no example of ours is what holds without it."""
    whole, plain = uncommented((ROOT / EXAMPLE).read_text(encoding="utf-8")), load_config(None)
    for table, names in {"smtp": ("port", "timeout", "connections"), "imap": ("port", "timeout", "folder", "done_folder", "idle", "largest"),
                         "http": ("listen", "port", "largest", "per_minute"), "log": ("level", "format"), "bank": ("centre",)}.items():
        for name in names:
            assert whole[table][name] == getattr(getattr(plain, table), name), f"{table}.{name}"
    assert (whole["cdr"][0]["zone"], whole["cdr"][0]["poll"], whole["cdr"][0]["format"]) == ("Asia/Shanghai", 1.0, "auto")


def test_the_page_of_the_configuration_is_fresh() -> None:
    assert (ROOT / PAGE).read_text(encoding="utf-8") == page(), f"{PAGE} is stale; run make docs"


def test_the_page_of_the_templates_is_fresh() -> None:
    assert (ROOT / templates_index.PAGE).read_text(encoding="utf-8") == templates_index.page(), f"{templates_index.PAGE} is stale; run make docs"


# backup -----------------------------------------------------------------------------------------------------------------
def _backup(config: Path, target: Path, keep: str = "2") -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
    environment |= {"HOTLINE_PYTHON": sys.executable, "PYTHONPATH": str(ROOT)}
    command = ["bash", DEPLOY / "backup.sh", config, target, keep]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def test_a_backup_taken_beside_an_open_database_holds_what_was_committed(tmp_path: Path) -> None:
    state, target, config = tmp_path / "state", tmp_path / "backups", tmp_path / "bridge.toml"
    (state / "papers" / "ab").mkdir(parents=True)
    (state / "papers" / "ab" / "abcd").write_bytes(b"a large mail")
    (state / "papers" / "ab" / ".unfinished.1").write_bytes(b"not yet")
    (state / "reply.key").write_text("the key of the reply addresses\n")
    config.write_text(f'state = "{state}"\n')
    engine = open_engine(f"sqlite:///{state / 'bridge.db'}")
    upgrade(engine)
    with closing(sqlite3.connect(state / "bridge.db")) as live:
        live.execute("INSERT INTO counter VALUES ('95580-20260722', 7)")
        live.commit()
        live.execute("UPDATE counter SET value = 8")        # under way, and not to be seen
        done = _backup(config, target)
    engine.dispose()
    assert done.returncode == 0, done.stderr
    (copy,) = target.iterdir()
    with closing(sqlite3.connect(copy / "bridge.db")) as restored:
        assert restored.execute("SELECT value FROM counter").fetchall() == [(7,)]
    assert (copy / "papers/ab/abcd").read_bytes() == b"a large mail"
    assert not list(copy.rglob(".unfinished*"))
    assert (copy / "reply.key").exists()
    assert copy.stat().st_mode & 0o077 == 0


def test_of_old_backups_only_the_newest_stay(tmp_path: Path) -> None:
    state, target, config = tmp_path / "state", tmp_path / "backups", tmp_path / "bridge.toml"
    state.mkdir()
    config.write_text(f'state = "{state}"\n')
    engine = open_engine(f"sqlite:///{state / 'bridge.db'}")
    upgrade(engine)
    engine.dispose()
    for day in ("20260101-023000", "20260102-023000", "20260103-023000"):
        (target / day).mkdir(parents=True)
    (target / "kept-by-hand").mkdir()
    assert _backup(config, target).returncode == 0
    assert len(list(target.iterdir())) == 3
    assert {"20260103-023000", "kept-by-hand"} < {path.name for path in target.iterdir()}


def test_a_backup_that_cannot_be_made_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    config = tmp_path / "bridge.toml"
    config.write_text(f'state = "{tmp_path / "empty"}"\n')
    done = _backup(config, tmp_path / "backups")
    assert done.returncode != 0
    assert list((tmp_path / "backups").iterdir()) == []


# versions, names, pages ---------------------------------------------------------------------------------------------------
def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_requirement_is_pinned_by_a_version_and_nothing_by_a_place() -> None:
    lines = [line for line in CONSTRAINTS.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[\w.+!]+", line) for line in lines)
    pinned = {_plain(line.partition("==")[0]) for line in lines}
    wanted = {_plain(re.match(r"[A-Za-z0-9._-]+", one)[0]) for one in requires("hotline-bridge") or ()}
    assert wanted <= pinned, f"run make lock: {wanted - pinned}"


@pytest.mark.parametrize("script", sorted([*DEPLOY.glob("*.sh"), ROOT / ".ci/run"], key=str), ids=lambda path: path.name)
def test_a_script_is_bash_that_parses_and_may_be_run(script: Path) -> None:
    assert script.read_text(encoding="utf-8").startswith("#!/bin/bash\n")
    assert "\nset -euo pipefail\n" in script.read_text(encoding="utf-8")
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", script], check=True)


def test_the_container_file_names_what_there_is() -> None:
    said = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    for name in re.findall(r"/src/(\S+)", said):
        assert (ROOT / name).exists(), name
    (command,) = re.findall(r'^CMD \["hotline-bridge", "([\w-]+)"\]$', said, re.MULTILINE)
    assert command in commands()
    for variable in re.findall(r"HOTLINE_([A-Z_]+)(?==)", said):
        assert variable == "CONFIG" or variable.lower().replace("__", ".") in {key.dotted for key in keys()}, variable


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_a_readme_tells_of_every_command(name: str) -> None:
    said = (ROOT / name).read_text(encoding="utf-8")
    assert [command for command in commands() if f"`{command}" not in said] == []


def test_the_page_of_the_api_tells_of_every_route() -> None:
    said = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    sources = [path.read_text(encoding="utf-8") for path in (*(ROOT / "hotline_bridge/console").glob("*.py"), ROOT / "adapters/http_intake.py")]
    routes = {route for source in sources for route in re.findall(r'"((?:/api/v1|/healthz)[^"]*)"', source)}
    routes |= {f"/api/v1/cases/{{number}}{rest}" for source in sources for rest in re.findall(r'\(at \+ "(/[^"]+)"', source)}
    assert routes
    assert [route for route in routes if re.sub(r":\[.*?\](?:\+|\{[0-9,]+\})", "", route) not in said] == []


def test_links_between_pages_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *DEPLOY.glob("*.md"), *(ROOT / floor / "README.md" for floor in ("routing", "adapters", "hotline_bridge", "bench"))]
    broken = [
        f"{at.relative_to(ROOT)}: {link}" for at in pages for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", at.read_text(encoding="utf-8"))
        if not (at.parent / link).exists()
    ]
    assert broken == []


def test_make_help_tells_of_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    said = subprocess.run(["make", "--file", ROOT / "Makefile", "help"], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert set(re.findall(r"make ([a-z-]+)", said)) == set(phony.split())


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_a_readme_names_every_package_whose_licence_asks_something_of_who_passes_it_on(name: str) -> None:
    """Of what the program needs to run, as its own metadata say; a package that is new and copyleft fails here."""
    said, asking = (ROOT / name).read_text(encoding="utf-8"), set()
    queue = ["hotline-bridge"]
    seen: set[str] = set()
    while queue:
        one = queue.pop()
        if one in seen:
            continue
        seen.add(one)
        try:
            about = distribution(one)
        except PackageNotFoundError:        # for another system or Python
            continue
        licence = " ".join([about.metadata.get("License-Expression") or (about.metadata.get("License") or "").partition("\n")[0], *(about.metadata.get_all("Classifier") or ())])
        if re.search(r"GPL|Mozilla|MPL", licence):
            asking.add(one)
        queue += [_plain(re.match(r"[A-Za-z0-9._-]+", need)[0]) for need in about.requires or () if "extra ==" not in need]
    assert {"aioimaplib", "psycopg"} <= asking
    assert [one for one in asking if one not in said] == []
