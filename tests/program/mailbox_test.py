#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Sweeps of simulated IMAP and POP3 servers, whose expected results are known."""

import json
import unittest

from program import RAN_TO_ITS_END, ProgramTest, main, record_of


class MailboxFleets(ProgramTest):
    PREFIX = "127.1.0.0/23"

    def expected(self, *fleet):
        code, lines, _ = self.run_program("sink", *fleet, "--expect", self.PREFIX)
        self.assertEqual(code, RAN_TO_ITS_END)
        return {line["ip"]: line for line in map(record_of, lines.splitlines())}

    def check_fleet(self, protocol, *fleet):
        """Each server of a fleet has its outcome, phase and cause, in a valid record."""
        fleet = ("--protocol", protocol, *fleet)
        sink = self.sink(*fleet)
        expected = self.expected(*fleet)
        tls = "implicit" if "--implicit-tls" in fleet else "auto"
        swept = self.scan(self.PREFIX, "-p", str(sink.port), "--protocol", protocol, "--tls", tls,
                          "-c", "500", "--greeting-timeout", "8s", "--command-timeout", "8s")
        stats = sink.stop()
        self.check_ended(swept)
        self.assertEqual(stats["out_of_turn"], 0)
        words = ("outcome", "phase", "cause")
        wrong = [(expected[record["ip"]]["persona"], record) for record in swept.records
                 if any(record[word] != expected[record["ip"]][word] for word in words)]
        self.assertEqual(wrong, [])
        self.assertEqual(len(swept.records), len(expected))
        self.assertEqual({record["protocol"] for record in swept.records}, {protocol})
        return swept.records

    def test_every_imap_persona_is_recorded_as_the_fleet_expects(self):
        records = self.check_fleet("imap")
        under_tls = [record for record in records if "ehlo_tls" in record]
        self.assertGreater(len(under_tls), len(records) / 2)
        for record in under_tls:
            self.assertEqual(record["ehlo"]["verb"], "CAPABILITY")
            self.assertEqual(record["ehlo_tls"]["extensions"]["AUTH"], "PLAIN LOGIN")
            self.assertEqual(record["starttls"], {"offered": "yes", "status": "OK"})

    def test_every_pop3_persona_is_recorded_as_the_fleet_expects(self):
        records = self.check_fleet("pop3")
        under_tls = [record for record in records if "ehlo_tls" in record]
        self.assertGreater(len(under_tls), len(records) / 2)
        for record in under_tls:
            self.assertEqual(record["ehlo"]["verb"], "CAPA")
            self.assertEqual(record["ehlo_tls"]["extensions"]["SASL"], "PLAIN LOGIN")
            self.assertEqual(record["starttls"], {"offered": "yes", "status": "+OK"})

    def test_tls_from_the_start(self):
        for protocol in ("imap", "pop3"):
            with self.subTest(protocol):
                sink = self.sink("--protocol", protocol, "--only", "plain", "--implicit-tls")
                swept = self.scan("127.0.0.1", "-p", str(sink.port), "--protocol", protocol,
                                  "--tls", "implicit")
                self.check_ended(swept)
                record, = swept.records
                self.assertEqual(record["outcome"], "ok")
                self.assertIn("chain", record["tls"])
                self.assertIn("extensions", record["ehlo"])
                self.assertNotIn("starttls", record)
                sink.stop()

    def test_a_target_names_its_protocol(self):
        """By the key of a JSON line, or the scheme of a URL; else the flag or the port decides."""
        sink = self.sink("--protocol", "imap", "--only", "plain")
        lines = [json.dumps({"target": f"127.0.0.1:{sink.port}", "protocol": "imap"}),
                 f"imap://127.0.0.2:{sink.port}", f"127.0.0.3:{sink.port}"]
        swept = self.scan("\n".join(lines), "--greeting-timeout", "20s")
        self.check_ended(swept)
        seen = {record["ip"]: (record.get("protocol"), record["cause"])
                for record in swept.records}
        self.assertEqual(seen, {"127.0.0.1": ("imap", "none"), "127.0.0.2": ("imap", "none"),
                                "127.0.0.3": (None, "protocol.not_smtp")})

    def test_a_protocol_that_contradicts_the_url_is_a_bad_line(self):
        line = json.dumps({"target": "pop3://127.0.0.1", "protocol": "imap"})
        record, = self.scan(line).records
        self.assertEqual(record["outcome"], "invalid")
        self.assertEqual(record["input"]["key"], "protocol")


if __name__ == "__main__":
    main()
