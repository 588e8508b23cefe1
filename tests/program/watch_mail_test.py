#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A monitor's messages by mail: what Postfix's smtp-sink receives of an outage, a Postfix with
STARTTLS and login as the relay, relays that refuse, and mail servers that are themselves what is
down."""

import email
import email.policy
import os
import unittest

import hostile_server
from ports import free_port
from program import Process, libraries_of, main, wait_until
from real_servers import SERVERS, RealTest, dovecot, postfix
from together import together
from watching import HELO, WatchTest, kinds, section, wait_for_kinds

PATIENT = "127.1.2.1"
RELAY, SUBMISSION, FINAL = "127.0.1.1", "127.0.2.1", ("127.0.3.1", 2525)
PASSWORD = "s3cret-word"


def read_mail(octets):
    return email.message_from_bytes(octets, policy=email.policy.default)


def mail_channel(*relays, name="mail", **more):
    return section("[[channel]]", **{"name": name, "kind": "mail", "to": ["ops@example.test"],
                                     "relays": list(relays), **more})

load_tests = together


class SmtpSink(Process):
    """Postfix's smtp-sink, which writes each mail to a file of its own."""

    def __init__(self, folder, place, within=()):
        self.folder = folder
        folder.mkdir()
        flags = ["-u", "root"] if os.geteuid() == 0 else []
        command = [*within, os.path.join(SERVERS, "usr/sbin/smtp-sink"), *flags, "-d",
                   f"{folder}/mail.%M.", place, "100"]
        super().__init__(command, folder / "smtp-sink.err",
                         env={**os.environ, "LD_LIBRARY_PATH": libraries_of(SERVERS)})

    def mails(self):
        """In the order of their Date, the opening of an incident before its end."""
        paths = sorted(self.folder.glob("mail.*"), key=lambda path: path.stat().st_mtime_ns)
        return [mail for mail in (read_mail(path.read_bytes()) for path in paths)
                if mail["X-Mxsweep-Incident"] and mail.get_content().strip()]


class Threads(WatchTest):
    def fleet_flags(self):
        personas = self.write("personas.json", hostile_server.persona_file())
        return ("--personas", str(personas), "--only", "plain")

    def check_thread(self, mails):
        """The opening and the end of one incident, as a mail program sorts and shows them."""
        opening, closing = mails
        for mail in mails:
            self.assertEqual(mail.defects, [])
            self.assertEqual(mail["Auto-Submitted"], "auto-generated")
            self.assertEqual(mail["From"].addresses[0].addr_spec, f"mxsweep@{HELO}")
            self.assertEqual(mail["To"].addresses[0].addr_spec, "ops@example.test")
            self.assertEqual(mail.get_content_type(), "text/plain")
            self.assertEqual(mail.get_content_charset(), "utf-8")
            self.assertIn("naïve", mail.get_content())
            self.assertIn(PATIENT, mail["Subject"])
            self.assertIn(f"@{HELO}>", mail["Message-ID"])
            self.assertEqual(len(mail.get_all("Subject")), 1)
            self.assertEqual((mail["Bcc"], mail["X-Injected"]), (None, None))
        self.assertTrue(opening["Subject"].startswith("[DOWN] "))
        self.assertTrue(closing["Subject"].startswith("[UP after "))
        self.assertNotEqual(opening["Message-ID"], closing["Message-ID"])
        root = opening["References"]
        self.assertEqual([mail[name] for mail in mails for name in ("References", "In-Reply-To")],
                         [root] * 4)
        self.assertEqual((opening["Importance"], closing["Importance"]), ("high", None))

    def test_smtp_sink_gets_an_outage_and_its_end_as_one_thread(self):
        if not SERVERS or not os.path.exists(os.path.join(SERVERS, "usr/sbin/smtp-sink")):
            self.skipTest("MXSWEEP_SERVERS has no smtp-sink")
        place = f"127.0.0.1:{free_port()}"
        sink = SmtpSink(self.path("received"), place)
        self.addCleanup(sink.end)
        self.configure([PATIENT], mail_channel(place),
                       group={"page_on": ["net.closed_early"], "depth": "tls"})
        watch = self.watch()
        self.wait_for(up=31)
        self.take_down(PATIENT, persona=hostile_server.NAME)
        wait_until(lambda: sink.mails() or not sink.running(), "the opening")
        self.assertTrue(sink.running(), sink.stderr)
        self.bring_up(PATIENT)
        wait_until(lambda: "by mail: closing" in watch.stderr, "the end")
        self.end(watch)
        self.check_thread(sink.mails())


class Relays(WatchTest):
    def test_the_first_relay_that_takes_it_is_enough_and_greylisting_passes(self):
        busy = self.mail({"greeting": "421 4.3.2 shutting down"})
        greylisting = self.mail({"RCPT": ["451 4.7.1 greylisted, try again later"] * 2})
        second = self.mail()
        self.configure(
            [PATIENT],
            mail_channel(f"127.0.0.1:{free_port()}", busy.place, second.place, name="several"),
            mail_channel(greylisting.place, name="greylisted"))
        watch = self.watch()
        self.wait_for(up=31)
        self.take_down(PATIENT)
        wait_until(lambda: second.mails and greylisting.mails, "both to get the opening")
        self.bring_up(PATIENT)
        wait_until(lambda: len(second.mails) > 1 and len(greylisting.mails) > 1, "the end")
        self.end(watch)
        for sink in (second, greylisting):
            subjects = [read_mail(mail["data"])["Subject"] for mail in sink.mails]
            self.assertEqual([subject.split()[0] for subject in subjects], ["[DOWN]", "[UP"])
        tries = [each for each in greylisting.commands if each.startswith("RCPT")]
        self.assertEqual(len(tries), 4)
        self.assertEqual(busy.mails, [])

    def test_a_relay_that_is_down_itself_is_reported_by_the_fallback_at_once(self):
        hook = self.http(200)
        other = self.mail()
        self.configure(
            [PATIENT, "127.1.3.1"],
            mail_channel(f"{PATIENT}:{self.fleet.port}", other.place, fallback="hook"),
            section("[[channel]]", name="hook", kind="webhook", url=hook.url + "/hook"),
            section("[[route]]", to=["mail"]))
        watch = self.watch()
        self.wait_for(up=32)
        self.take_down("127.1.3.1")
        wait_until(lambda: other.mails, "the mail about another server")
        self.take_down(PATIENT)
        wait_for_kinds(hook, ["opening"], PATIENT)
        self.bring_up(PATIENT, "127.1.3.1")
        wait_for_kinds(hook, ["opening", "closing"], PATIENT)
        wait_until(lambda: len(other.mails) >= 4, "all mails")
        self.end(watch)
        self.assertEqual(kinds(hook, "127.1.3.1"), [])


class RealRelay(WatchTest, RealTest):
    """A Postfix that demands STARTTLS and a login, which Dovecot checks, and that passes mail on to
    an smtp-sink."""

    SERVERS = SERVERS
    # Of the channel with the wrong password: the client hangs up when it is refused, and at the end
    # of the test Dovecot may be gone when Postfix asks it once more.
    TOLERATED = "lost connection after AUTH|Connection lost to authentication server"

    @classmethod
    def setUpClass(cls):
        if not SERVERS or not os.path.isdir(SERVERS):
            raise unittest.SkipTest("MXSWEEP_SERVERS is no folder that scripts/servers filled")
        if os.geteuid() != 0:
            raise unittest.SkipTest("mail servers change users, which takes root")
        super().setUpClass()
        cls.certificate = cls.authority.issue("relay", names=(f"IP:{RELAY}",))
        settings = {"smtpd_tls_chain_files": cls.certificate.all,
                    "smtpd_tls_security_level": "encrypt"}
        cls.postfix = cls.keep(postfix(cls.machine, cls.shared, {(RELAY, 587): settings},
                                       relayhost="[{}]:{}".format(*FINAL)))
        cls.dovecot = cls.keep(dovecot(cls.machine, cls.shared, SUBMISSION, cls.certificate,
                                       PASSWORD, cls.shared / "queue/private/auth"))
        cls.final = SmtpSink(cls.shared / "final", "{}:{}".format(*FINAL), cls.machine.inside)
        cls.addClassCleanup(cls.final.end)

    @property
    def within(self):
        return self.machine.network

    def test_a_postfix_takes_it_with_starttls_and_login_and_not_without(self):
        relay = f"starttls://{RELAY}:587"
        login = {"user": "watch", "ca_file": self.authority.root.certificate}
        self.configure([PATIENT], mail_channel(relay, password=PASSWORD, **login),
                       mail_channel(relay, name="wrong", password="wr0ng-word", **login))
        watch = self.watch()
        self.wait_for(up=31)
        self.take_down(PATIENT)
        wait_until(self.final.mails, "the opening")
        log = self.postfix.log_with("sasl_username=watch")
        self.assertIn("TLS connection established", log)
        wait_until(lambda: "535" in self.channel("wrong").get("last_error", ""), "the refusal")
        self.bring_up(PATIENT)
        wait_until(lambda: len(self.final.mails()) > 1, "the end")
        self.end(watch)
        self.assertNotIn("wr0ng-word", watch.stderr)
        subjects = [mail["Subject"].split()[0] for mail in self.final.mails()]
        self.assertEqual(subjects, ["[DOWN]", "[UP"])


if __name__ == "__main__":
    main()
