"""A private Postfix in front of a Dovecot: plain, implicit TLS, and STARTTLS with login. Its master needs root."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.servers.dovecot import Dovecot
from tests.servers.ports import free_ports
from tests.servers.running import connects, private_folder, program, running

DOMAIN = "bank.example"

MAIN = """
compatibility_level = 3.6
queue_directory = {root}/queue
data_directory = {root}/data
mail_owner = postfix
setgid_group = postdrop
maillog_file = {root}/log/maillog
maillog_file_prefixes = {root}/log
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = relay.bank.example
mydestination =
local_transport = error:local delivery off
alias_maps =
alias_database =
recipient_delimiter = +
virtual_mailbox_domains = bank.example
virtual_mailbox_maps = texthash:{root}/etc/mailboxes
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
default_transport = error:no outside mail from the test server
relayhost =
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access texthash:{root}/etc/access{policy}
smtpd_policy_service_default_action = 451 4.3.5 policy service away
smtpd_reject_unlisted_recipient = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{sasl}
smtpd_sasl_security_options = noanonymous
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
smtpd_tls_security_level = may
smtpd_client_connection_count_limit = 0
smtpd_error_sleep_time = 0
message_size_limit = 1048576
mailbox_size_limit = 0
smtputf8_enable = yes
"""

MASTER = """
127.0.0.1:{plain} inet n - n - - smtpd
127.0.0.1:{smtps} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
127.0.0.1:{submission} inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
pickup    unix  n       -       n       60      1       pickup
cleanup   unix  n       -       n       -       0       cleanup
qmgr      unix  n       -       n       300     1       qmgr
tlsmgr    unix  -       -       n       1000?   1       tlsmgr
rewrite   unix  -       -       n       -       -       trivial-rewrite
bounce    unix  -       -       n       -       0       bounce
defer     unix  -       -       n       -       0       bounce
trace     unix  -       -       n       -       0       bounce
verify    unix  -       -       n       -       1       verify
flush     unix  n       -       n       1000?   0       flush
proxymap  unix  -       -       n       -       -       proxymap
smtp      unix  -       -       n       -       -       smtp
showq     unix  n       -       n       -       -       showq
error     unix  -       -       n       -       -       error
retry     unix  -       -       n       -       -       error
discard   unix  -       -       n       -       -       discard
lmtp      unix  -       -       n       -       -       lmtp
anvil     unix  -       -       n       -       1       anvil
scache    unix  -       -       n       -       1       scache
postlog   unix-dgram n  -       n       -       1       postlogd
"""


@dataclass(frozen=True)
class Postfix:
    """The running relay: `plain` and `submission` offer STARTTLS (the latter demands it and a login), `smtps` is TLS."""

    root: Path
    plain: int
    smtps: int
    submission: int
    certificate: Path

    @property
    def log(self) -> str:
        return (self.root / "log" / "maillog").read_text("utf-8", "replace")

    @property
    def queued(self) -> int:
        """How many letters it has taken and not yet given away."""
        return sum(path.is_file() for name in ("maildrop", "incoming", "active", "deferred") for path in (self.root / "queue" / name).rglob("*"))

    @property
    def sessions(self) -> int:
        """How many clients it is speaking with."""
        return self.log.count("]: connect from ") - self.log.count("]: disconnect from ")

    def postfix(self, word: str) -> None:
        """Say a word to the master: start, stop, abort, reload, flush."""
        subprocess.run([program("postfix"), "-c", str(self.root / "etc"), word], check=True, capture_output=True, stdin=subprocess.DEVNULL)


@contextmanager
def postfix(behind: Dovecot, access: Mapping[str, str], policy: int = 0) -> Iterator[Postfix]:
    """Run Postfix delivering to `behind`; `access` says for addresses what happens to them: "450 4.2.1 busy".

    `policy` is the port of a policy service on loopback that is asked about every recipient, as greylisting is.
    """
    binary = program("postfix")
    if os.geteuid() != 0:
        pytest.skip("Postfix can only be started by root")
    with private_folder("postfix", "root") as root:
        for name in ("etc", "queue", "data", "log"):
            (root / name).mkdir()
        shutil.chown(root / "data", "postfix")
        plain, smtps, submission = free_ports(3)
        etc = root / "etc"
        (etc / "main.cf").write_text(
            MAIN.format(
                root=root, lmtp=behind.lmtp, sasl=behind.sasl,
                certificate=behind.certificate, key=behind.root / "key.pem",
                policy=f", check_policy_service inet:127.0.0.1:{policy}" if policy else "",
            ),
        )
        (etc / "master.cf").write_text(MASTER.format(plain=plain, smtps=smtps, submission=submission))
        (etc / "mailboxes").write_text("".join(f"{user} x\n" for user in dict.fromkeys([*behind.users, *access])))
        (etc / "access").write_text("".join(f"{address} {what}\n" for address, what in access.items()))
        with running(
            [binary, "-c", str(etc), "start-fg"], lambda: all(map(connects, (plain, smtps, submission))),
            root / "log" / "maillog",
        ):
            try:
                yield Postfix(root, plain, smtps, submission, behind.certificate)
            finally:
                subprocess.run([binary, "-c", str(etc), "stop"], check=False, capture_output=True)
