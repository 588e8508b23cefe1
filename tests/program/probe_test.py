#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`mxsweep probe`: one server, for a person, for a program, and for a monitoring system."""

import json
import os
import re
import unittest

from program import HELO, RAN_TO_ITS_END, WRONG_USAGE, ProgramTest, record_of

try:
    from jsonschema import Draft202012Validator
except ImportError:
    Draft202012Validator = None

PLAIN = ("--only", "plain")
SECONDS = r"\d+\.\d{6}s;;;0"


class Probe(ProgramTest):
    def probe(self, target, *flags, **more):
        return self.run_program("probe", target, "--helo", HELO, *flags, **more)

    def transcript(self, target, *flags):
        code, stdout, stderr = self.probe(target, *flags)
        self.assertEqual((code, stderr), (RAN_TO_ITS_END, ""))
        # Each line of the transcript begins with its time.
        said = re.findall(r"^ *\d+\.\d{3} ms  (.*)$", stdout.decode("ascii"), re.MULTILINE)
        return said, stdout.decode("ascii")

    def personas(self, greeting):
        """A fleet of servers that greet like this."""
        expect = {"outcome": "ok", "phase": "quit", "cause": "none"}
        code, personas, _ = self.run_program("sink", "--print-personas")
        self.assertEqual(code, RAN_TO_ITS_END)
        fleet = json.loads(personas)
        fleet["personas"] = [{"name": "ours", "weight": 1, "expect": expect, "greeting": greeting}]
        return self.sink("--personas", str(self.write("personas.json", json.dumps(fleet))))

    def test_the_transcript_has_both_directions_and_the_verdict(self):
        """Who said what and when, then the outcome in words with phase, cause and times."""
        sink = self.sink(*PLAIN)
        said, whole = self.transcript(f"127.0.0.1:{sink.port}", "--tls", "off")
        self.assertEqual([line for line in said if line[0] != "<"], [
            f"* connecting to 127.0.0.1 port {sink.port}", "* connected",
            f"> EHLO {HELO}", "> QUIT", "* the server closed the connection"])
        heard = [line for line in said if line[0] == "<"]
        self.assertEqual(heard[0], "< 220 mail.sink.test ESMTP Postfix")
        self.assertIn("< 250-STARTTLS", heard)
        self.assertEqual(heard[-1], "< 221 2.0.0 Bye")
        self.assertLess(said.index(heard[0]), said.index(f"> EHLO {HELO}"), "not before our turn")
        self.assertIn("\nok: the conversation went as far as it was asked to.\n", whole)
        self.assertIn("It ended in phase quit, cause none. STARTTLS offered: yes.\n", whole)
        self.assertRegex(whole, r"Times: connect \d+\.\d{3} ms, .*total \d+\.\d{3} ms\.\n$")
        self.assertEqual(sink.stop()["out_of_turn"], 0)

    def test_the_transcript_goes_on_under_tls_and_ends_with_the_chain(self):
        """Both EHLOs in clear text, what was negotiated, whom the certificate is for, the days."""
        ca = str(self.path("ca.pem"))
        sink = self.sink(*PLAIN, "--ca-out", ca)
        said, whole = self.transcript(f"127.0.0.1:{sink.port},mx.sink.test", "--ca-file", ca)
        mine = [line for line in said if line[0] == ">"]
        self.assertEqual(mine, [f"> EHLO {HELO}", "> STARTTLS", f"> EHLO {HELO}", "> QUIT"])
        secured = [line for line in said if line.startswith("* secured: ")]
        self.assertEqual(len(secured), 1)
        self.assertRegex(secured[0], r"TLSv1\.3, TLS_\w+, X25519, ecdsa_secp256r1_sha256$")
        self.assertEqual(said[-1], "< 221 2.0.0 Bye")
        self.assertIn("Certificate: valid for mx.sink.test.\n", whole)
        self.assertRegex(whole, r"Days left: \d+\.\n  0 CN=sink\.test\n    for       sink\.test, ")
        self.assertIn("  1 CN=mxsweep sink intermediate\n", whole)
        _, whole = self.transcript(f"127.0.0.1:{sink.port},mx.elsewhere.test", "--ca-file", ca)
        self.assertIn("Certificate: certificate-host-mismatch, the certificate is for another name",
                      whole)
        self.assertEqual(sink.stop()["out_of_turn"], 0)

    def test_the_transcript_says_what_went_wrong(self):
        """A closed port by its errno, a silent server by its deadline; the exit code stays 0."""
        said, whole = self.transcript("127.0.0.1:1")
        self.assertEqual(said[-1], "* Connection refused (ECONNREFUSED)")
        self.assertIn("\nfailed: nothing listens on that port.\n", whole)
        sink = self.sink("--only", "silent")
        said, whole = self.transcript(f"127.0.0.1:{sink.port}", "--greeting-timeout", "200ms")
        self.assertEqual(said[-1], "* waited long enough")
        self.assertIn("cause protocol.silent", whole)

    def test_json_is_the_record_and_nothing_else(self):
        """One line, valid by the schema, without a line number, as there is no list."""
        sink = self.sink(*PLAIN)
        code, stdout, stderr = self.probe("127.0.0.1", "-p", str(sink.port), "--json")
        self.assertEqual((code, stderr), (RAN_TO_ITS_END, ""))
        self.assertEqual(stdout.count(b"\n"), 1)
        record = record_of(stdout)
        self.assertEqual((record["ip"], record["port"]), ("127.0.0.1", sink.port))
        self.assertEqual((record["outcome"], record["phase"]), ("ok", "quit"))
        self.assertNotIn("line", record)
        if Draft202012Validator is None:
            self.skipTest("the validator (Debian: python3-jsonschema) is not installed")
        _, schema, _ = self.run_program("schema")
        self.assertEqual(list(Draft202012Validator(json.loads(schema)).iter_errors(record)), [])

    def check_nagios(self, target, code, words, helo=HELO):
        found, stdout, stderr = self.run_program("probe", target, "--nagios", "--helo", helo)
        self.assertEqual((found, stderr), (code, ""), stdout)
        self.assertRegex(stdout.decode(), f"^{words}\n$")

    def test_nagios_reads_the_state_from_the_exit_code(self):
        """0 OK, 1 WARNING, 2 CRITICAL with performance data; 3 UNKNOWN without."""
        fleet = ("--only", "plain,busy_421")
        sink = self.sink(*fleet)
        _, lines, _ = self.run_program("sink", *fleet, "--expect", "127.0.0.0/24")
        at = {record["persona"]: record["ip"] for record in map(record_of, lines.splitlines())}
        self.check_nagios(f"{at['plain']}:{sink.port}", 0,
                          rf"SMTP OK - [^|]+ \(quit, none\) \| time={SECONDS} connect={SECONDS} "
                          rf"greeting={SECONDS} ehlo={SECONDS} starttls={SECONDS} "
                          rf"tls={SECONDS} ehlo_tls={SECONDS} quit={SECONDS}")
        self.check_nagios(f"{at['busy_421']}:{sink.port}", 1,
                          r"SMTP WARNING - [^|]+ \(greeting, resources\.overload\) \| "
                          rf"time={SECONDS} connect={SECONDS} greeting={SECONDS}.*")
        self.check_nagios("127.0.0.1:1", 2, r"SMTP CRITICAL - [^|]+ \(connect, net\.refused\) \| "
                                            rf"time={SECONDS} connect={SECONDS}")
        self.check_nagios("rubbish rubbish", 3, r"SMTP UNKNOWN - 'rubbish rubbish': [^|]+")
        self.check_nagios("127.0.0.1:1", 3, r"SMTP UNKNOWN - --helo a b: [^|]+", "a b")

    def test_a_target_that_cannot_be_read_is_wrong_usage(self):
        """The complaint names it, and nothing is sent."""
        for target in ("rubbish rubbish", "127.0.0.1:0", "127.0.0.1/40", "",
                       "# 127.0.0.1"):
            with self.subTest(target=target):
                code, stdout, stderr = self.probe(target)
                self.assertEqual((code, stdout), (WRONG_USAGE, b""))
                self.assertIn(f"'{target}'", stderr)

    def test_a_server_cannot_rule_the_terminal(self):
        """Escape sequences, 8-bit controls and a lone CR are shown, not passed on."""
        sink = self.personas([{"send": "220 \u001b]0;owned\u0007 \u001b[2Jmx\rESMTP "},
                              {"hex": "9b33316d"}, {"send": "\r\n"}])
        target = f"127.0.0.1:{sink.port}"
        said, whole = self.transcript(target)
        self.assertIn(r"< 220 \x1b]0;owned\x07 \x1b[2Jmx\x0dESMTP \x9b31m", said)
        self.assertEqual(re.findall(r"[^\x20-\x7e\n]", whole), [])
        code, stdout, _ = self.probe(target, "--json")
        self.assertEqual(code, RAN_TO_ITS_END)
        self.assertEqual(re.findall(rb"[^\x20-\x7e\n]", stdout), [])
        self.assertIn("\u001b]0;owned\u0007", record_of(stdout)["greeting"]["text"][0])

        process, terminal = self.start_on_terminal("probe", target, "--helo", HELO,
                                                   streams=("stdout",))
        shown = terminal.read_all()
        self.assertEqual(process.wait(), RAN_TO_ITS_END)
        for theirs in (b"\x1b]0;", b"\x07", b"\x1b[2J", b"\x9b"):
            self.assertNotIn(theirs, shown)
        self.assertIn(b"\x1b[1;32mok\x1b[0m", shown, "our own colours")

    def test_colour_is_for_terminals_only(self):
        """None into a file or a pipe, and none on a terminal whose user wants none."""
        sink = self.sink(*PLAIN)
        _, whole = self.transcript(f"127.0.0.1:{sink.port}")
        self.assertNotIn("\033", whole)
        process, terminal = self.start_on_terminal(
            "probe", f"127.0.0.1:{sink.port}", "--helo", HELO, streams=("stdout",),
            env={**os.environ, "NO_COLOR": "1"})
        self.assertNotIn(b"\033", terminal.read_all())
        self.assertEqual(process.wait(), RAN_TO_ITS_END)


if __name__ == "__main__":
    unittest.main()
