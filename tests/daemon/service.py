"""The service itself as a process, over real mail servers, as systemd would start it."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from tests.servers.dovecot import Dovecot
from tests.servers.postfix import Postfix

ROOT = Path(__file__).parents[2]
DIRECTORY = """code,name,full_name,level,parent,division,mailbox,contact1,contact1_phone,contact2,contact2_phone,aliases
HQ,总行,总行,总行,,100000,box090@bank.example,甲经理,010-55500001,乙主任,010-55500002,
HQ-UNION,总行工会,总行工会,部门,HQ,100000,box091@bank.example,丙经理,010-55500003,丁主任,010-55500004,
B1,京北分行,北京市京北分行,一级分行,HQ,110000,box092@bank.example,戊经理,010-55500005,己主任,010-55500006,
B11,城南支行,京北分行城南支行,支行,B1,110102,chengbei@bank.example,庚经理,010-55500007,辛主任,010-55500008,
B1101,城南路营业所,城南支行城南路营业所,网点,B11,110102001,chengnan@bank.example,壬经理,010-55500009,癸主任,010-55500010,
"""
TOKENS = {"seat": "seat-token-of-the-tests", "reviewer": "reviewer-token-of-the-tests", "desk": "desk-token-of-the-tests"}


@dataclass
class Service:
    """The running service: its address, its folder, its process."""

    url: str
    folder: Path
    process: subprocess.Popen[bytes]

    async def call(self, method: str, path: str, who: str = "", body: Any = None) -> tuple[int, Any]:
        """One request; the status and the JSON of the answer."""
        headers = {"Authorization": f"Bearer {TOKENS[who]}"} if who else {}
        raw = body if isinstance(body, bytes) else None if body is None else json.dumps(body, ensure_ascii=False).encode()
        async with aiohttp.ClientSession() as session, session.request(method, self.url + path, data=raw, headers=headers) as answer:
            return answer.status, json.loads(await answer.read())

    async def until(self, number: str, state: str, patience: float = 30) -> dict[str, Any]:
        """Wait until a case stands there."""
        deadline = time.monotonic() + patience
        while True:
            _, case = await self.call("GET", f"/api/v1/cases/{number}", "desk")
            if case.get("state") == state:
                return dict(case)
            assert time.monotonic() < deadline, f"{number} is {case.get('state')}, not {state}: {case.get('book')}\n{self.log()}"
            await asyncio.sleep(0.05)

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


def write_config(folder: Path, dovecot: Dovecot, postfix: Postfix, more: str = "") -> Path:
    """A configuration for real servers, its secrets in files of their own."""
    (folder / "directory.csv").write_text(DIRECTORY, encoding="utf-8")
    for who, token in TOKENS.items():
        (folder / f"{who}.token").write_text(token + "\n")
    (folder / "imap.password").write_text(dovecot.users["hotline@bank.example"])
    config = folder / "bridge.toml"
    config.write_text(f"""
state = "{folder / 'state'}"
[bank]
name = "示例银行"
mailbox = "hotline@bank.example"
desk = "box099@bank.example"
[tables]
directory = "{folder / 'directory.csv'}"
[smtp]
host = "localhost"
port = {postfix.smtps}
security = "tls"
ca_file = "{postfix.certificate}"
[imap]
host = "localhost"
port = {dovecot.imaps}
security = "tls"
ca_file = "{dovecot.certificate}"
user = "hotline@bank.example"
password_file = "{folder / 'imap.password'}"
idle = 5
[http]
port = 0
per_minute = 100000
[[sources]]
name = "seat"
token_file = "{folder / 'seat.token'}"
[[people]]
name = "reviewer"
roles = ["reviewer"]
token_file = "{folder / 'reviewer.token'}"
[[people]]
name = "desk"
roles = ["desk"]
token_file = "{folder / 'desk.token'}"
{more}
""", encoding="utf-8")
    return config


@contextmanager
def service(folder: Path, config: Path, environ: dict[str, str] | None = None) -> Iterator[Service]:
    """Run the service; it says on its log when it is ready, and where."""
    log = (folder / "log").open("wb")
    command = [sys.executable, "-m", "hotline_bridge", "run", "--config", str(config)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=log, stdout=log, env={**os.environ, **(environ or {})})
    try:
        yield Service(_ready(folder / "log", process), folder, process)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        log.close()


def _ready(log: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for line in log.read_text().splitlines():
            if '"ready"' in line:
                return str(json.loads(line)["url"])
        assert process.poll() is None, log.read_text()
        time.sleep(0.02)
    raise AssertionError(log.read_text())
