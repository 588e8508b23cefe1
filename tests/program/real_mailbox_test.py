#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A real Dovecot on the four ports of IMAP and POP3, by the protocol of each port."""

import os
import unittest

from program import main
from real_certificates import NAME
from real_servers import SERVERS, RealTest, dovecot_mailboxes

ADDRESS = "127.0.0.2"


class Mailboxes(RealTest):
    SERVERS = SERVERS

    @classmethod
    def setUpClass(cls):
        if not SERVERS or not os.path.exists(f"{SERVERS}/usr/lib/dovecot/imap-login"):
            raise unittest.SkipTest("MXSWEEP_SERVERS has no Dovecot with IMAP: scripts/servers")
        if os.geteuid() != 0:
            raise unittest.SkipTest("mail servers change users, which takes root")
        super().setUpClass()
        cls.certificate = cls.authority.issue("mailboxes", key="RSA:2048")
        cls.keep(dovecot_mailboxes(cls.machine, cls.shared, ADDRESS, cls.certificate))

    def test_all_four_ports(self):
        swept = self.scan(f"{ADDRESS},{NAME}", "-p", "143,993,110,995", "--ca-file",
                          str(self.authority.root.certificate), within=self.machine.network)
        self.check_ended(swept)
        records = {record["port"]: record for record in swept.records}
        self.assertEqual(set(records), {143, 993, 110, 995})
        for port, record in records.items():
            with self.subTest(port):
                self.assertEqual((record["outcome"], record["cause"]), ("ok", "none"))
                self.assertEqual(record["protocol"], "imap" if port in (143, 993) else "pop3")
                self.assertNotIn("anomalies", record)
                self.assertTrue(record["tls"]["verified"])
                self.assertEqual(record["tls"]["chain"][0]["sha256"],
                                 self.certificate.facts()[0]["sha256"])
        self.assertEqual(records[143]["starttls"]["offered"], "yes")
        self.assertEqual(records[110]["starttls"]["offered"], "yes")
        self.assertIn("AUTH", records[143]["ehlo_tls"]["extensions"])
        self.assertIn("AUTH", records[993]["ehlo"]["extensions"])
        self.assertIn("SASL", records[110]["ehlo_tls"]["extensions"])
        self.assertIn("SASL", records[995]["ehlo"]["extensions"])


if __name__ == "__main__":
    main()
