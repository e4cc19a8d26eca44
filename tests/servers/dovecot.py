"""A private Dovecot: IMAP with and without TLS, LMTP for delivery, SASL for Postfix; wholly as an ordinary user."""

import grp
import os
import shutil
import signal
import smtplib
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.servers.certificate import make_certificate
from tests.servers.ports import free_ports
from tests.servers.running import HOST, connects, ordinary_group, ordinary_user, private_folder, program, running

CONFIG = """
base_dir = {root}/run
state_dir = {root}/run
log_path = {root}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
ssl = yes
ssl_cert = <{root}/cert.pem
ssl_key = <{root}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
recipient_delimiter = +
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {root}/users
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={root}/mail/%u
}}
mail_location = maildir:~/Maildir
first_valid_uid = 0
first_valid_gid = 0
mail_fsync = never
mail_max_userip_connections = 0
mailbox_idle_check_interval = 1 secs
lmtp_save_to_detail_mailbox = no
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  process_min_avail = 1
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
  }}
}}
service lmtp {{
  chroot =
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
service auth {{
  chroot =
  inet_listener sasl {{
    port = {sasl}
  }}
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
"""


@dataclass(frozen=True)
class Dovecot:
    """The running server; `users` maps addresses to passwords."""

    root: Path
    imap: int
    imaps: int
    lmtp: int
    sasl: int
    pid: int
    users: Mapping[str, str]

    @property
    def certificate(self) -> Path:
        return self.root / "cert.pem"

    def deliver(self, address: str, *mails: bytes) -> None:
        """Put mails into a mailbox by LMTP, in this order."""
        with smtplib.LMTP(HOST, self.lmtp) as line:
            for mail in mails:
                line.sendmail("sender@bank.example", [address], mail)

    def drop(self, address: str, *mails: bytes) -> None:
        """Put many mails into a mailbox at once, by the Maildir's own rules."""
        self.deliver(address, mails[0])  # makes the Maildir
        new = self.root / "mail" / address / "Maildir" / "new"
        for number, mail in enumerate(mails[1:]):
            path = new / f"{2_000_000_000 + number}.M0P1.test"
            path.write_bytes(mail)
            if os.geteuid() == 0:
                shutil.chown(path, ordinary_user())

    def kill_sessions(self, how: signal.Signals = signal.SIGKILL) -> int:
        """Kill every process that serves a logged-in IMAP client; how many there were."""
        sessions = [p for p in psutil.Process(self.pid).children(recursive=True) if p.name() == "imap"]
        for process in sessions:
            process.send_signal(how)
        return len(sessions)

    def new_uidvalidity(self, address: str) -> None:
        """Make the server forget the numbers it gave to the mails, as a restored backup does."""
        self.doveadm("mailbox", "update", "-u", address, "--uid-validity", "4711", "INBOX")

    def files(self, address: str, folder: str = "") -> list[Path]:
        """The mails as they lie on disk."""
        maildir = self.root / "mail" / address / "Maildir" / folder
        return sorted([*maildir.glob("new/*"), *maildir.glob("cur/*")])

    def doveadm(self, *arguments: str) -> str:
        command = [program("doveadm"), "-c", str(self.root / "dovecot.conf"), *arguments]
        as_user = {"user": ordinary_user(), "group": ordinary_group(), "extra_groups": []} if os.geteuid() == 0 else {}
        return subprocess.run(command, check=True, capture_output=True, text=True, cwd="/", **as_user).stdout


@contextmanager
def dovecot(users: Mapping[str, str]) -> Iterator[Dovecot]:
    """Run Dovecot with these accounts while the block runs."""
    binary = program("dovecot")
    user = ordinary_user()
    with private_folder("dovecot", user) as root:
        make_certificate(root)
        imap, imaps, lmtp, sasl = free_ports(4)
        group = grp.getgrgid(ordinary_group()).gr_name
        (root / "dovecot.conf").write_text(
            CONFIG.format(root=root, user=user, group=group, imap=imap, imaps=imaps, lmtp=lmtp, sasl=sasl),
        )
        (root / "users").write_text("".join(f"{name}:{password}\n" for name, password in users.items()))
        for path in (root / "run", root / "mail"):
            path.mkdir()
            if os.geteuid() == 0:
                shutil.chown(path, user)
        command = [binary, "-F", "-c", str(root / "dovecot.conf")]
        ports = (imap, imaps, lmtp, sasl)
        with running(command, lambda: all(map(connects, ports)), root / "dovecot.log", user) as process:
            yield Dovecot(root, imap, imaps, lmtp, sasl, process.pid, dict(users))
