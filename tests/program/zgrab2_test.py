#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Sweeps with --format zgrab2: every record is one that zgrab2's own smtp module could write."""

import base64
import hashlib
import json
import pathlib
import sys
import unittest

from name_server import NameServer
from program import RAN_TO_ITS_END, WRONG_USAGE, ProgramTest, record_of, whole_lines

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from zgrab2_table import Table  # noqa: E402 (its folder is not that of the tests)

PREFIX = "127.1.0.0/22"

# The status that the cause of a persona's expected verdict has; those of other causes follow from
# its outcome.
STATUSES = {
    "net.closed_early": "connection-closed",
    "net.reset": "connection-closed",
    "protocol.silent": "io-timeout",
    "protocol.tarpit": "io-timeout",
    "protocol.flood": "protocol-error",
    "protocol.not_smtp": "protocol-error",
    "protocol.tls_first": "protocol-error",
    "tls.not_tls": "protocol-error",
    "tls.malformed": "protocol-error",
    "tls.bad_certificate": "protocol-error",
    "tls.version": "unknown-error",
    "tls.handshake_failure": "unknown-error",
    "tls.client_certificate": "unknown-error",
    "tls.alert": "unknown-error",
    "config.tls_unavailable": "application-error",
    "config.tls_advertised_but_refused": "application-error",
}


def smtp_of(record):
    return record["data"]["smtp"]


class Zgrab2(ProgramTest):
    def sweep(self, targets, *flags):
        """The records of a sweep in zgrab2's format, checked field by field."""
        self.write("list", targets)
        process = self.start_scan("-f", str(self.path("list")), "-o", str(self.path("records")),
                                  "--format", "zgrab2", *flags)
        self.assertEqual(process.wait(), RAN_TO_ITS_END, process.stderr)
        records = [record_of(line) for line in whole_lines(self.path("records").read_bytes())]
        summary = self.summary()
        self.assertTrue(summary["agrees"], summary)
        self.assertEqual(summary["records_written"], len(records))
        table = Table()
        for record in records:
            self.assertEqual(list(table.faults(record)), [], record)
        return records

    def fleet(self, *flags):
        sink = self.sink(*flags)
        code, lines, _ = self.run_program("sink", *flags, "--expect", PREFIX)
        self.assertEqual(code, RAN_TO_ITS_END)
        return sink, {line["ip"]: line for line in map(record_of, lines.splitlines())}

    def personas(self):
        """The built-in personas. The one that resets right after the connect waits long enough for
        even a slow build to see the connect succeed."""
        fleet = json.loads(self.run_program("sink", "--print-personas")[1])
        for persona in fleet["personas"]:
            for step in persona.get("greeting", []):
                if step.get("do") == "reset":
                    step["after_ms"] = 2000
        return ("--personas", str(self.write("personas.json", json.dumps(fleet))))

    def check_verdicts(self, records, expected):
        for record in records:
            right, response = expected.pop(record["ip"]), smtp_of(record)
            self.assertEqual(response["protocol"], "smtp")
            default = "application-error" if right["outcome"] == "refused" else "success"
            self.assertEqual(response["status"], STATUSES.get(right["cause"], default), record)
            if response["status"] == "success":
                self.assertNotIn("error", response)
                self.assertIn("ehlo" if "ehlo" in response["result"] else "helo",
                              response["result"])
            else:
                self.assertEqual(response["error"], f"{right['phase']}: {right['cause']}")
        self.assertEqual(expected, {}, "addresses without a record")

    def check_handshake(self, record):
        """What zgrab2 always logs of a handshake that was completed."""
        log = smtp_of(record)["result"]["tls"]["handshake_log"]
        hello = log["server_hello"]
        self.assertEqual(set(hello["cipher_suite"]), {"hex", "name", "value"}, record)
        self.assertEqual(int(hello["cipher_suite"]["hex"], 16), hello["cipher_suite"]["value"])
        self.assertIn(hello["version"]["value"], (0x301, 0x302, 0x303))
        certificates = log["server_certificates"]
        for certificate in (certificates["certificate"], *certificates.get("chain", ())):
            digest = hashlib.sha256(base64.b64decode(certificate["raw"])).hexdigest()
            parsed = certificate["parsed"]
            self.assertEqual(parsed["fingerprint_sha256"], digest)
            for key in ("version", "serial_number", "validity", "subject_dn", "issuer_dn",
                        "subject_key_info", "signature_algorithm"):
                self.assertIn(key, parsed)
        self.assertIn("browser_trusted", certificates["validation"])

    def test_every_persona_is_recorded_as_zgrab2_would(self):
        """A thousand servers of every kind, with STARTTLS where it is offered."""
        sink, expected = self.fleet(*self.personas())
        records = self.sweep(PREFIX, "-p", str(sink.port), "-c", "1100",
                             "--greeting-timeout", "12s", "--command-timeout", "5s")
        self.assertEqual(sink.stop()["out_of_turn"], 0)
        handshakes = 0
        for record in records:
            result = smtp_of(record).get("result", {})
            if smtp_of(record)["status"] == "success" and "tls" in result:
                self.check_handshake(record)
                self.assertTrue(result["starttls"].startswith("220"), record)
                handshakes += 1
        self.assertGreater(handshakes, 100)
        self.check_verdicts(records, expected)

    def test_implicit_tls_is_recorded_with_the_greeting_that_came_under_it(self):
        """zgrab2's --smtps."""
        sink, expected = self.fleet("--implicit-tls", "--only", "plain,rsa_key,tls_1_0_only")
        records = self.sweep(PREFIX, "-p", str(sink.port), "--tls", "implicit", "-c", "1100")
        self.assertEqual(len(records), len(expected))
        for record in records:
            self.check_handshake(record)
            result = smtp_of(record)["result"]
            self.assertTrue(result["banner"].startswith("220"))
            self.assertTrue(result["ehlo"].startswith("250"))
            self.assertNotIn("starttls", result)
        sink.stop()

    def test_replies_are_texts_with_their_line_ends(self):
        """A greeting of several lines is one text, with CRLF, as it was sent."""
        sink, _ = self.fleet("--only", "multi_line_greeting")
        for record in self.sweep("127.1.0.0/28", "-p", str(sink.port)):
            banner = smtp_of(record)["result"]["banner"]
            self.assertRegex(banner, r"^(?:220-[^\r\n]*\r\n)+220 [^\r\n]*\r\n$")
        sink.stop()

    def test_octets_that_are_not_text_are_replaced(self):
        """As zgrab2 does, each by U+FFFD."""
        sink, _ = self.fleet("--only", "eight_bit")
        for record in self.sweep("127.1.0.0/28", "-p", str(sink.port)):
            banner = smtp_of(record)["result"]["banner"]
            self.assertIn("ESMTP Gr\ufffd\ufffd Gott\r\n", banner)
        sink.stop()

    def test_lines_without_a_conversation_have_a_record_too(self):
        """zgrab2 logs an error for a line that it cannot read; here each has its record."""
        server = NameServer({})
        self.addCleanup(server.stop)
        records = self.sweep("127.2.0.1:1\nrubbish rubbish\nmx1.example.net\n127.0.0.1,mx.test\n",
                             "-p", "1", "--resolver", server.address)
        found = {(record.get("ip"), record.get("domain"), smtp_of(record)["status"],
                  smtp_of(record)["error"]) for record in records}
        self.assertEqual(found, {
            ("127.2.0.1", None, "connection-refused", "connect: net.refused"),
            (None, "rubbish rubbish", "unknown-error", "input: input.syntax"),
            (None, "mx1.example.net", "unknown-error", "dns: dns.nxdomain"),
            ("127.0.0.1", "mx.test", "connection-refused", "connect: net.refused")})
        for record in records:
            self.assertNotIn("result", smtp_of(record))

    def test_digests_alone_have_no_place_in_the_format(self):
        code, _, words = self.run_program("scan", "--helo", "scanner.example.net", "--format",
                                          "zgrab2", "--chain", "digest", "127.0.0.1")
        self.assertEqual(code, WRONG_USAGE)
        self.assertIn("--chain digest", words)


if __name__ == "__main__":
    unittest.main()
