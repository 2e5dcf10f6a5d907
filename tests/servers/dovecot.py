"""A Dovecot that speaks IMAP over TLS: every user name has a mailbox, all with the same password."""

from __future__ import annotations

import contextlib
import grp
import os
import pwd
import shutil
from collections.abc import Iterator
from pathlib import Path

from tests.servers.certificate import Certificate
from tests.servers.process import answers, free_port, serving

CONFIGURATION = """
base_dir = {directory}/run
state_dir = {directory}/run
log_path = /dev/stderr
protocols = imap
listen = 127.0.0.1
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
ssl = required
ssl_cert = <{certificate.chain}
ssl_key = <{certificate.key}
mail_location = maildir:~/Maildir
mailbox_list_index = no
first_valid_uid = 1
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={owner} gid={group} home={directory}/mail/%n
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


@contextlib.contextmanager
def dovecot(directory: Path, certificate: Certificate, password: str) -> Iterator[dict[str, str]]:
    """As root it gives its work to Debian's dovecot and nobody users; else everything runs as ourselves."""
    is_root = os.geteuid() == 0
    owner = pwd.getpwnam("nobody") if is_root else pwd.getpwuid(os.geteuid())
    myself = pwd.getpwuid(os.geteuid()).pw_name
    (directory / "mail").mkdir(parents=True)
    if is_root:
        shutil.chown(directory / "mail", owner.pw_uid, owner.pw_gid)
    port = free_port()
    configuration = directory / "dovecot.conf"
    configuration.write_text(
        CONFIGURATION.format(
            directory=directory,
            certificate=certificate,
            password=password,
            port=port,
            internal="dovecot" if is_root else myself,
            internal_group="dovecot" if is_root else grp.getgrgid(owner.pw_gid).gr_name,
            login="dovenull" if is_root else myself,
            owner=owner.pw_uid,
            group=owner.pw_gid,
        )
    )
    with serving(
        ["/usr/sbin/dovecot", "-F", "-c", configuration],
        log=directory.with_suffix(".log"),
        is_ready=answers(port),
    ):
        yield {
            "WD_TEST_IMAPS": f"imaps://desk:{password}@localhost:{port}",
            "WD_TEST_MAILBOXES": str(directory / "mail"),
        }
