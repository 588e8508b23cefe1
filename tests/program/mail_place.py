# SPDX-License-Identifier: MIT
"""A whole mail domain of real servers on an inner machine, for messages that go out and come back.

mail.example.test (127.0.0.1) takes mail of users by submission, on 587 with STARTTLS and on 465
with TLS at once, signs it and passes it on to mx.example.test (127.0.0.2), which verifies the
signature and delivers to mailboxes. These are at mail.example.test: IMAP on 143 and 993, POP3 on
110 and 995. Postfix sends and receives, OpenDKIM signs and verifies, Dovecot knows users and
mailboxes, NSD the names. Each fault that a message can meet has its switch."""

import datetime
import email.utils
import json
import os
import pathlib
import subprocess
import unittest

from mail_place_dovecot import AUTH_PORT, LMTP_PORT, Dovecots
from mail_place_peers import Introspection, Policy, QuietProxy
from program import wait_until
from real_certificates import openssl
from real_peers import name_server
from real_servers import PASSING_ON, SECONDS_MAX, SERVERS, USERS, RealTest, Server, postfix

DOMAIN, HOST, MX = "example.test", "mail.example.test", "mx.example.test"
HOST_ADDRESS, MX_ADDRESS = "127.0.0.1", "127.0.0.2"
SENDER, BOX, FULL = f"probe@{DOMAIN}", f"box@{DOMAIN}", f"full@{DOMAIN}"
TWIN, NOBODY = f"twin@{DOMAIN}", f"nobody@{DOMAIN}"
PASSWORD, TOKEN = "of-the-test", "token-of-the-test"
SLOW_PORT = 1587  # Also submission, but it thinks for some seconds before it accepts a message.
STRICT_PORT = 3587  # The same, but only of short messages, and a user may only send as himself.
STRICT_OCTETS_MAX = 20000
CLEAR_PORT = 4587  # The same, but AUTH is offered without TLS, too.
SELECTOR, MILTER_PORT = "place", 8891

# What `postqueue -f` needs beside PASSING_ON.
FLUSHING = ("pickup unix n - n 60 1 pickup", "flush unix n - n 1000? 0 flush")

OPENDKIM = """Mode sv
Domain {domain}
Selector {selector}
KeyFile {key}
RequireSafeKeys no
Socket inet:{port}@127.0.0.1
ResolverConfiguration {folder}/opendkim-unbound.conf
InternalHosts {folder}/internal
AuthservID {mx}
AlwaysAddARHeader yes
Syslog yes
SyslogSuccess yes
"""
# Without it, libunbound asks no server of its own machine, and nobody about `test`.
OPENDKIM_RESOLVER = """server:
  do-not-query-localhost: no
  local-zone: "test." nodefault
forward-zone:
  name: "."
  forward-addr: 127.0.0.1
"""


def why_impossible():
    """Why there can be no such place here; empty: there can."""
    if not SERVERS:
        return "MXSWEEP_SERVERS is no folder that scripts/servers filled"
    for program in ("sbin/opendkim", "lib/dovecot/imap-login", "lib/postfix/sbin/master"):
        if not os.path.exists(f"{SERVERS}/usr/{program}"):
            return f"MXSWEEP_SERVERS has no {pathlib.Path(program).name}: scripts/servers"
    return "" if os.geteuid() == 0 else "mail servers change users, which takes root"


class MailPlace:
    """Ready when it is made. `servers`: all that run, whose logs a test can look at."""

    def __init__(self, machine, folder, authority):
        self.machine, self.folder, self.servers = machine, folder, []
        self.certificate = authority.issue(
            "place", f"/CN={HOST}", (f"DNS:{HOST}", f"DNS:{MX}", f"IP:{HOST_ADDRESS}"))
        self.peers = [machine.run(Policy, BOX), machine.run(Introspection, TOKEN, SENDER)]
        self.policy, tokens = self.peers
        try:
            self.keep(name_server(machine, folder, self.zone(self.make_key())))
            self.keep(self.opendkim())
            self.dovecots = Dovecots(machine, folder, HOST, HOST_ADDRESS, self.certificate,
                                     self.accounts(), tokens.url)
            self.keep(self.dovecots.delivery())
            self.mailboxes = self.keep(self.dovecots.mailboxes())
            self.sending = self.keep(self.sending_postfix())
            self.receiving = self.keep(self.receiving_postfix())
            self.quiet = machine.run(QuietProxy, machine, (HOST_ADDRESS, 143), self.certificate)
            self.peers.append(self.quiet)
        except BaseException:
            self.end()
            raise

    def keep(self, server):
        self.servers.append(server)
        return server

    def end(self):
        for one in reversed(self.servers):
            one.end()
        for one in self.peers:
            one.close()

    def accounts(self):
        """The users. FULL has room for nothing, and what TWIN gets is in the mailbox of BOX."""
        path, mail = self.folder / "accounts", self.folder / "mail"
        mail.mkdir()
        os.chown(mail, USERS["vmail"], USERS["vmail"])
        rows = ((SENDER, SENDER, ""), (BOX, BOX, ""), (TWIN, BOX, ""),
                (FULL, FULL, "userdb_quota_rule=*:bytes=100 userdb_quota_storage_size=100B"))
        path.write_text("".join(
            f"{user}:{{PLAIN}}{PASSWORD}:{USERS['vmail']}:{USERS['vmail']}::{mail}/{home}::{more}\n"
            for user, home, more in rows), encoding="ascii")
        return path

    def make_key(self):
        """Of the signatures: its public half, as it stands in DNS."""
        self.key = self.folder / "dkim.key"
        openssl("genrsa", "-out", self.key, "2048")
        public = openssl("pkey", "-in", self.key, "-pubout").decode()
        return "".join(public.splitlines()[1:-1])

    @staticmethod
    def zone(key):
        halves = " ".join(f'"{part}"' for part in (f"v=DKIM1; k=rsa; p={key[:200]}", key[200:]))
        return f"""{HOST}. A {HOST_ADDRESS}
{MX}. A {MX_ADDRESS}
{DOMAIN}. MX 10 {MX}.
{DOMAIN}. TXT "v=spf1 ip4:{HOST_ADDRESS} -all"
{SELECTOR}._domainkey.{DOMAIN}. TXT {halves}
_dmarc.{DOMAIN}. TXT "v=DMARC1; p=reject"
"""

    def opendkim(self):
        """Signs what users send, and verifies all else: no host counts as internal."""
        (self.folder / "internal").write_text("192.0.2.1\n", encoding="ascii")
        (self.folder / "opendkim-unbound.conf").write_text(OPENDKIM_RESOLVER, encoding="ascii")
        config = self.folder / "opendkim.conf"
        config.write_text(OPENDKIM.format(domain=DOMAIN, selector=SELECTOR, key=self.key, mx=MX,
                                          port=MILTER_PORT, folder=self.folder), encoding="ascii")
        return Server(self.machine, ["/usr/sbin/opendkim", "-f", "-x", config],
                      self.machine.log.log, [("127.0.0.1", MILTER_PORT)])

    def postfix(self, name, places, services=(), relayhost=None, **settings):
        folder = self.folder / name
        folder.mkdir()
        settings = {"smtpd_milters": f"inet:127.0.0.1:{MILTER_PORT}",
                    "smtpd_tls_chain_files": self.certificate.all, "recipient_delimiter": "+",
                    "smtp_tls_security_level": "may", **settings}
        return postfix(self.machine, folder, places, relayhost, settings, (*FLUSHING, *services))

    def sending_postfix(self):
        places = {(HOST_ADDRESS, 587): {},
                  (HOST_ADDRESS, 465): {"smtpd_tls_wrappermode": "yes"},
                  (HOST_ADDRESS, SLOW_PORT): {"smtpd_end_of_data_restrictions": "sleep 4"},
                  (HOST_ADDRESS, STRICT_PORT): {
                      "message_size_limit": STRICT_OCTETS_MAX, "smtpd_delay_reject": "no",
                      "smtpd_sender_login_maps": f"inline:{{ {{ {SENDER} = {SENDER} }} }}",
                      "smtpd_sender_restrictions": "reject_sender_login_mismatch"},
                  (HOST_ADDRESS, CLEAR_PORT): {"smtpd_tls_auth_only": "no"}}
        return self.postfix(
            "sending", places, relayhost=f"[{MX_ADDRESS}]:25", myhostname=HOST,
            smtpd_sasl_path=f"inet:{HOST_ADDRESS}:{AUTH_PORT}", smtp_bind_address=HOST_ADDRESS)

    def receiving_postfix(self):
        policy = f"check_policy_service inet:127.0.0.1:{self.policy.port}"
        boxes = " ".join(f"{{ {user} = 1 }}" for user in (SENDER, BOX, TWIN, FULL))
        return self.postfix(
            "receiving", {(MX_ADDRESS, 25): {}}, (*PASSING_ON, "lmtp unix - - n - - lmtp"),
            myhostname=MX, virtual_mailbox_domains=DOMAIN,
            virtual_mailbox_maps=f"inline:{{ {boxes} }}",
            virtual_transport=f"lmtp:inet:{HOST_ADDRESS}:{LMTP_PORT}",
            smtpd_relay_restrictions="reject_unauth_destination",
            smtpd_recipient_restrictions=f"reject_unlisted_recipient, {policy}")

    # What happens to each message to BOX on its way, until the next call of one of these.

    def deliver(self):
        """It is delivered at once, to the inbox."""
        self.policy.action = "DUNNO"

    def hold(self):
        """It has been accepted by mx.example.test, and stays there until release()."""
        self.policy.action = "HOLD"

    def defer(self):
        """It has been accepted by mail.example.test, and stays there until retry()."""
        self.policy.action = "450 4.2.1 Come again"

    def refuse(self):
        """It has been accepted by mail.example.test, and comes back to its sender, as what is sent
        to NOBODY and to FULL always does."""
        self.policy.action = "550 5.7.1 Not here"

    def file_as_junk(self):
        self.policy.action = "PREPEND X-Place: junk"

    def duplicate(self):
        """It comes twice."""
        self.policy.action = f"BCC {TWIN}"

    def skew(self, seconds):
        """It has a Received header of a host whose clock differs so much."""
        when = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
        self.policy.action = (f"PREPEND Received: from {MX} by inner.{DOMAIN} with LMTP id SKEWED; "
                              f"{email.utils.format_datetime(when)}")

    # What ends a wait. Each first waits until there is a message that waits.

    def wait_until_held(self):
        self.wait_for_queue("receiving", "hold")

    def release(self):
        self.wait_until_held()
        self.control("receiving", "postsuper", "-H", "ALL")
        self.control("receiving", "postqueue", "-f")

    def wait_until_deferred(self):
        self.wait_for_queue("sending", "deferred")

    def retry(self):
        """Ends defer() and tries again what has been deferred."""
        self.wait_until_deferred()
        self.deliver()
        self.control("sending", "postqueue", "-f")

    def wait_for_queue(self, name, queue):
        folder = self.folder / name / "queue" / queue
        wait_until(lambda: any(path.is_file() for path in folder.rglob("*")),
                   f"a message in the queue {queue}", SECONDS_MAX)

    def control(self, name, program, *arguments):
        config = str(self.folder / name / "postfix")
        self.output_of(f"/usr/sbin/{program}", "-c", config, *arguments)

    def output_of(self, *command):
        done = subprocess.run([*self.machine.inside, *command], capture_output=True, check=False)
        if done.returncode != 0:
            raise AssertionError(f"{command[0]}: {done.stderr.decode()}")
        return done.stdout.decode()

    # Mailboxes.

    def stop_mailboxes(self):
        """Nothing listens on the ports of IMAP and POP3; mail is delivered as before."""
        self.doveadm("stop", of="mailboxes")
        self.mailboxes.wait()
        self.servers.remove(self.mailboxes)

    def start_mailboxes(self, lacking=()):
        """`lacking`: capabilities that IMAP does not announce."""
        self.mailboxes = self.keep(self.dovecots.mailboxes(lacking))

    def doveadm(self, *arguments, of="delivery"):
        """The output of doveadm, the oracle of what is in a mailbox."""
        config = str(self.folder / of / "dovecot.conf")
        return self.output_of("/usr/bin/doveadm", "-c", config, *arguments)

    def messages(self, user, mark):
        """The messages of a user that have `mark` somewhere, as (mailbox, headers). It has an octet
        that base64 has not: a short word can stand in any signature."""
        rows = json.loads(self.doveadm("-f", "json", "fetch", "-u", user, "mailbox hdr", "mailbox",
                                       "*", "text", mark))
        return [(row["mailbox"], row["hdr"]) for row in rows]

    def wait_for(self, user, mark, count=1):
        """Waits until there are so many of these messages, and returns them."""
        wait_until(lambda: len(self.messages(user, mark)) >= count, f"{mark!r} to come",
                   SECONDS_MAX)
        return self.messages(user, mark)


class MailPlaceTest(RealTest):
    """A test with a mail place that all tests of its class share."""

    SERVERS = SERVERS
    HAS_LOG = True

    @classmethod
    def setUpClass(cls):
        if why_impossible():
            raise unittest.SkipTest(why_impossible())
        super().setUpClass()
        cls.place = MailPlace(cls.machine, cls.shared, cls.authority)
        cls.addClassCleanup(cls.place.end)

    def setUp(self):
        super().setUp()
        self.place.deliver()

    def tearDown(self):
        for server in self.place.servers:
            self.kept.setdefault(server, 0)  # Its log must have no complaint about us.
        super().tearDown()
