#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Real Dovecot, Courier and Cyrus on the four ports of IMAP and POP3, by the protocol of each port:
what they offer, their certificate, and whether their logs show no complaint about us."""

import os
import unittest

import real_mailboxes
from program import main
from real_certificates import NAME
from real_servers import SERVERS, RealTest

ADDRESS = "127.0.0.2"
IMAP_PORTS, IMPLICIT_PORTS = (143, 993), (993, 995)


class Mailboxes:
    """The same for each server. `PROGRAM`: of its packages. `GREETING`: a part of it, by
    protocol. `ANOMALIES`: of each conversation."""

    SERVERS = SERVERS
    HAS_LOG = True
    ANOMALIES = ()

    @classmethod
    def setUpClass(cls):
        if not SERVERS or not os.path.exists(f"{SERVERS}/usr/{cls.PROGRAM}"):
            raise unittest.SkipTest(f"MXSWEEP_SERVERS has no {cls.__name__}: scripts/servers")
        if os.geteuid() != 0:
            raise unittest.SkipTest("mail servers change users, which takes root")
        super().setUpClass()
        cls.certificate = cls.authority.issue("mailboxes", key="RSA:2048")
        cls.begin(cls.machine, cls.shared, ADDRESS, cls.certificate)

    def visit(self):
        """Sweeps all ports at once: records by port."""
        swept = self.scan(f"{ADDRESS},{NAME}", "-p", "143,993,110,995", "--ca-file",
                          str(self.authority.root.certificate), within=self.machine.network)
        self.check_ended(swept)
        records = {record["port"]: record for record in swept.records}
        self.assertEqual(set(records), {143, 993, 110, 995})
        return records

    def test_all_four_ports(self):
        for port, record in self.visit().items():
            with self.subTest(port):
                protocol = "imap" if port in IMAP_PORTS else "pop3"
                self.check_polite(record, *self.ANOMALIES)
                self.assertEqual(record["protocol"], protocol)
                self.assertEqual(record["greeting"]["status"],
                                 "OK" if protocol == "imap" else "+OK")
                self.assertIn(self.GREETING[protocol], " ".join(record["greeting"]["text"]))
                self.assertTrue(record["tls"]["verified"])
                self.assertEqual(record["tls"]["chain"], self.certificate.facts())
                self.check_offers(record, protocol, port in IMPLICIT_PORTS)
        self.check_farewell()

    def check_offers(self, record, protocol, implicit):
        """A login is offered under TLS, and STARTTLS before."""
        login, upgrade = ("AUTH", "STARTTLS") if protocol == "imap" else ("SASL", "STLS")
        before, under_tls = record["ehlo"], record["ehlo" if implicit else "ehlo_tls"]
        self.assertEqual(under_tls["verb"], "CAPABILITY" if protocol == "imap" else "CAPA")
        self.assertIn("PLAIN", under_tls["extensions"][login].split())
        if implicit:
            self.assertNotIn("starttls", record)
            self.assertNotIn("ehlo_tls", record)
        else:
            self.assertEqual(record["starttls"],
                             {"offered": "yes", "status": "OK" if protocol == "imap" else "+OK"})
            self.assertIn(upgrade, before["extensions"])
            self.assertNotIn(upgrade, under_tls["extensions"])

    def check_farewell(self):
        """The servers have seen us leave as one should, and nothing else that they mention."""
        for server, (mark, times) in self.farewells.items():
            server.log_with(mark, times=times)
            self.assertNotRegex(server.log_text().lower(), "error|warning")


class Dovecot(Mailboxes, RealTest):
    PROGRAM = "lib/dovecot/imap-login"
    GREETING = {"imap": "Dovecot", "pop3": "Dovecot"}

    @classmethod
    def begin(cls, *place):
        server = cls.keep(real_mailboxes.dovecot(*place))
        cls.farewells = {server: (" rip=", 4)}

    def check_farewell(self):
        super().check_farewell()
        server, = self.farewells
        for line in server.log_text().splitlines():
            if " rip=" in line:
                self.assertRegex(line, "Aborted login by logging out|Login aborted: Logged out")


class Courier(Mailboxes, RealTest):
    PROGRAM = "sbin/couriertcpd"
    GREETING = {"imap": "Courier-IMAP ready", "pop3": "Hello there"}

    @classmethod
    def begin(cls, *place):
        cls.farewells = {cls.keep(server): ("LOGOUT, ", 1)
                         for server in real_mailboxes.courier(*place)}


class Cyrus(Mailboxes, RealTest):
    PROGRAM = "lib/cyrus/bin/master"
    GREETING = {"imap": f"{NAME} Cyrus IMAP", "pop3": f"{NAME} Cyrus POP3"}
    # It closes the connection after its reply to the farewell, without the end of TLS.
    ANOMALIES = ("no_close_notify",)

    @classmethod
    def begin(cls, *place):
        server = cls.keep(real_mailboxes.cyrus(*place))
        cls.farewells = {server: ("starttls: TLSv1.3 ", 4)}


if __name__ == "__main__":
    main()
