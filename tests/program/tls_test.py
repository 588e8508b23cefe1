#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Sweeps under TLS: effects of flags, content of the file of certificates, and early stops."""

import hashlib
import json
import signal
import ssl
import unittest

from program import RAN_TO_ITS_END, STOPPED_EARLY, ProgramTest, Swept, record_of, wait_until

try:
    from jsonschema import Draft202012Validator
except ImportError:
    Draft202012Validator = None

TARGETS = "127.1.0.0/25"


class Tls(ProgramTest):
    def fleet(self, *flags):
        """A fleet, and a list of its addresses with their names."""
        authority = str(self.path("authority.pem"))
        sink = self.sink("--ca-out", authority, *flags)
        _, lines, _ = self.run_program("sink", *flags, "--expect", TARGETS)
        self.expected = {line["ip"]: line for line in map(record_of, lines.splitlines())}
        named = [f"{ip},{line['host']}\n" for ip, line in self.expected.items()]
        return sink, ("--ca-file", authority, "-p", str(sink.port)), "".join(named)

    def test_the_engine_keeps_conversations_apart_at_full_load(self):
        """128 handshakes at once on one worker: each record is its own server's, all verified."""
        sink, flags, targets = self.fleet("--only", "plain")
        swept = self.scan(targets, *flags, "-j", "1")
        self.check_ended(swept)
        for record in swept.records:
            self.assertEqual((record["outcome"], record["tls"]["verified"]), ("ok", True), record)
            self.assertEqual(record["name"], self.expected[record["ip"]]["host"])
            self.assertEqual(record["starttls"], {"offered": "yes", "code": 220})
            self.assertNotIn("STARTTLS", record["ehlo_tls"]["extensions"])
        tls = swept.summary["tls"]
        self.assertEqual((tls["handshakes"], tls["verified"], tls["not_verified"]), (128, 128, 0))
        self.assertEqual(tls["versions"]["TLSv1.3"], 128)
        self.assertEqual(sink.stop()["out_of_turn"], 0)

    def test_every_mode_of_tls_makes_a_valid_record(self):
        """STARTTLS and implicit TLS against the whole fleet, each record valid by the schema."""
        if Draft202012Validator is None:
            self.skipTest("the validator (Debian: python3-jsonschema) is not installed")
        validator = Draft202012Validator(json.loads(self.run_program("schema")[1]))
        for mode in ((), ("--implicit-tls",)):
            sink, flags, targets = self.fleet(*mode)
            swept = self.scan(targets, *flags, *(("--tls", "implicit") if mode else ()),
                              "--greeting-timeout", "7s", "--command-timeout", "2s",
                              "--tls-timeout", "3s")
            self.check_ended(swept)
            for record in swept.records:
                self.assertEqual(list(validator.iter_errors(record)), [], record)
                expected = self.expected[record["ip"]]
                self.assertEqual({key: record[key] for key in ("outcome", "phase", "cause")},
                                 {key: expected[key] for key in ("outcome", "phase", "cause")},
                                 record)
            self.assertEqual(sink.stop()["out_of_turn"], 0)

    def test_each_certificate_is_written_once(self):
        """Keyed by its digest, with its PEM; the records carry digests only."""
        sink, flags, targets = self.fleet("--only", "plain,rsa_key,certificate_long_chain")
        certificates = self.path("certificates")
        swept = self.scan(targets, *flags, "--chain", "digest", "--certs", str(certificates))
        self.check_ended(swept)
        kept = list(map(record_of, certificates.read_bytes().splitlines()))
        self.assertEqual(swept.summary["certificates_written"], len(kept))
        digests = [certificate["sha256"] for certificate in kept]
        self.assertEqual(len(digests), len(set(digests)), "each once, whichever worker saw it")
        for certificate in kept:
            der = ssl.PEM_cert_to_DER_cert(certificate["pem"])
            self.assertEqual(hashlib.sha256(der).hexdigest(), certificate["sha256"])
        seen = set()
        for record in swept.records:
            for link in record["tls"]["chain"]:
                self.assertEqual(set(link), {"sha256", "spki_sha256"})
                seen.add(link["sha256"])
        self.assertEqual(seen, set(digests))
        sink.stop()

    def test_an_invalid_certificate_is_degraded_only_with_require_valid(self):
        """Without the fleet's authority nothing is trusted, which is not a failure by itself."""
        sink, flags, targets = self.fleet("--only", "plain,certificate_expired")
        own, strange = flags, flags[2:]
        for more, causes in ((own, {"none"}), (strange, {"none"}),
                             ((*own, "--require-valid"), {"none", "certificate-expired"}),
                             ((*strange, "--require-valid"),
                              {"certificate-not-trusted", "certificate-expired"})):
            swept = self.scan(targets, *more)
            self.check_ended(swept)
            self.assertEqual({record["cause"] for record in swept.records}, causes, more)
        sink.stop()

    def test_limits_on_versions_and_ciphers_refuse_what_the_default_accepts(self):
        """--tls-min and --ciphers."""
        sink, flags, targets = self.fleet("--only", "tls_1_0_only")
        for more, ending in (((), ("ok", "quit", "none")),
                             (("--tls-min", "1.2"), ("degraded", "tls", "tls.version")),
                             (("--ciphers", "LEGACY:-VERS-ALL:+VERS-TLS1.0"),
                              ("ok", "quit", "none"))):
            swept = self.scan(targets, *flags, *more)
            self.check_ended(swept)
            self.assertEqual({(r["outcome"], r["phase"], r["cause"]) for r in swept.records},
                             {ending}, more)
        sink.stop()

    def test_ctrl_c_during_handshakes_leaves_whole_records(self):
        """Twice: open conversations are cut off, including handshakes that wait for their turn."""
        sink, flags, _ = self.fleet("--only", "plain")
        self.write("list", "127.16.0.0/12\n")
        scan = self.start_scan("-f", str(self.path("list")), "-o", str(self.path("records")),
                               *flags, "-c", "500")
        wait_until(self.written, "the first record")
        scan.send(signal.SIGINT)
        scan.send(signal.SIGINT)
        swept = Swept(scan.wait(), scan.stderr, self.path("records").read_bytes(), self.summary())
        self.assertEqual(swept.code, STOPPED_EARLY, swept.stderr)
        self.check_counts(swept)
        endings = {(r["outcome"], r["cause"]) for r in swept.records}
        self.assertLessEqual(endings, {("ok", "none"), ("local", "local.interrupted")})
        self.assertEqual(sink.stop()["out_of_turn"], 0)

    def test_a_full_disk_for_the_certificates_file_stops_the_sweep(self):
        """The message names the file, and the written records are complete."""
        sink, flags, targets = self.fleet("--only", "plain")
        swept = self.scan(targets, *flags, "--certs", "/dev/full")
        self.assertEqual(swept.code, STOPPED_EARLY)
        self.assertIn("/dev/full: No space left on device", swept.stderr)
        self.check_counts(swept)
        sink.stop()


if __name__ == "__main__":
    unittest.main()
