#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`mxsweep probe`: one server, or the servers of a mail domain, with output for a user, a program
or a monitoring system."""

import json
import os
import re
import unittest

from mail_domains import MailDomainTest, ending
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
        lines = re.findall(r"^ *\d+\.\d{3} ms  (.*)$", stdout.decode("ascii"), re.MULTILINE)
        return lines, stdout.decode("ascii")

    def fleet(self, persona, *flags):
        """A fleet of servers with this persona."""
        expect = {"outcome": "ok", "phase": "quit", "cause": "none"}
        code, personas, _ = self.run_program("sink", "--print-personas")
        self.assertEqual(code, RAN_TO_ITS_END)
        fleet = json.loads(personas)
        fleet["personas"] = [{"name": "ours", "weight": 1, "expect": expect} | persona]
        path = self.write("personas.json", json.dumps(fleet))
        return self.sink("--personas", str(path), *flags)

    def personas(self, greeting):
        """A fleet of servers with this greeting."""
        return self.fleet({"greeting": greeting})

    def certified(self, kind):
        """A fleet with this kind of certificate, and the flag that trusts its authority."""
        authority = str(self.path(kind + ".pem"))
        sink = self.fleet({"tls": {"certificate": kind}}, "--ca-out", authority)
        return sink, ("--ca-file", authority)

    def test_the_transcript_has_both_directions_and_the_verdict(self):
        """Lines with direction and time, then the outcome in words with phase, cause and times."""
        sink = self.sink(*PLAIN)
        lines, whole = self.transcript(f"127.0.0.1:{sink.port}", "--tls", "off")
        self.assertEqual([line for line in lines if line[0] != "<"], [
            f"* connecting to 127.0.0.1 port {sink.port}", "* connected",
            f"> EHLO {HELO}", "> QUIT", "* the server closed the connection"])
        received = [line for line in lines if line[0] == "<"]
        self.assertEqual(received[0], "< 220 mail.sink.test ESMTP Postfix")
        self.assertIn("< 250-STARTTLS", received)
        self.assertEqual(received[-1], "< 221 2.0.0 Bye")
        self.assertLess(lines.index(received[0]), lines.index(f"> EHLO {HELO}"),
                        "EHLO was sent before the greeting")
        self.assertIn("\nok: the conversation went as far as requested.\n", whole)
        self.assertIn("It ended in phase quit, cause none. STARTTLS offered: yes.\n", whole)
        self.assertIn("\nSoftware: Postfix; certain, by its greeting.\n", whole)
        self.assertRegex(whole, r"Times: connect \d+\.\d{3} ms, .*total \d+\.\d{3} ms\.\n$")
        self.assertEqual(sink.stop()["out_of_turn"], 0)

    def test_a_table_of_fingerprints_is_searched_before_the_built_in_one(self):
        """A product of one's own; and a table that cannot be used is refused, with its entry."""
        sink = self.sink(*PLAIN)
        target = f"127.0.0.1:{sink.port}"
        sign = {"in": "ehlo", "text": "^mail.sink.test", "confidence": "possible"}
        table = {"products": [{"product": "Ours", "signs": [sign]}]}
        path = self.write("ours.json", json.dumps(table))
        code, stdout, _ = self.probe(target, "--tls", "off", "--json", "--fingerprints", str(path))
        self.assertEqual(code, RAN_TO_ITS_END)
        record = record_of(stdout)
        self.assertEqual(record["software"], {"product": "Ours", "evidence": "ehlo",
                                              "confidence": "possible"})
        del sign["confidence"]
        path = self.write("wrong.json", json.dumps(table))
        code, stdout, stderr = self.probe(target, "--fingerprints", str(path))
        self.assertEqual((code, stdout), (WRONG_USAGE, b""))
        self.assertIn("line 1, entry 1 (Ours): a sign has no \"confidence\"", stderr)
        self.assertEqual(sink.stop()["conversations"], 1)

    def test_the_transcript_goes_on_under_tls_and_ends_with_the_chain(self):
        """Both EHLOs in clear text, the negotiated parameters, the certificate's names and days."""
        ca = str(self.path("ca.pem"))
        sink = self.sink(*PLAIN, "--ca-out", ca)
        lines, whole = self.transcript(f"127.0.0.1:{sink.port},mx.sink.test", "--ca-file", ca)
        mine = [line for line in lines if line[0] == ">"]
        self.assertEqual(mine, [f"> EHLO {HELO}", "> STARTTLS", f"> EHLO {HELO}", "> QUIT"])
        secured = [line for line in lines if line.startswith("* secured: ")]
        self.assertEqual(len(secured), 1)
        self.assertRegex(secured[0], r"TLSv1\.3, TLS_\w+, X25519, ecdsa_secp256r1_sha256$")
        self.assertEqual(lines[-1], "< 221 2.0.0 Bye")
        self.assertIn("Certificate: valid for mx.sink.test.\n", whole)
        self.assertRegex(whole, r"Days left: \d+\.\n  0 CN=sink\.test\n    for       sink\.test, ")
        self.assertIn("  1 CN=mxsweep sink intermediate\n", whole)
        _, whole = self.transcript(f"127.0.0.1:{sink.port},mx.elsewhere.test", "--ca-file", ca)
        self.assertIn("\nok: the conversation went as far as requested.\n"
                      "But the certificate is for another name, not for mx.elsewhere.test.\n",
                      whole)
        self.assertIn("\nCertificate: certificate-host-mismatch.\n", whole)
        self.assertEqual(sink.stop()["out_of_turn"], 0)

    def test_the_transcript_shows_the_failure(self):
        """A closed port by its errno, a silent server by its deadline; the exit code stays 0."""
        lines, whole = self.transcript("127.0.0.1:1")
        self.assertEqual(lines[-1], "* Connection refused (ECONNREFUSED)")
        self.assertIn("\nfailed: nothing listens on that port.\n", whole)
        sink = self.sink("--only", "silent")
        lines, whole = self.transcript(f"127.0.0.1:{sink.port}", "--greeting-timeout", "200ms")
        self.assertEqual(lines[-1], "* timed out")
        self.assertIn("cause protocol.silent", whole)

    def check_no_line_twice(self, whole):
        end = whole[whole.index("\n\n"):].strip().splitlines()
        self.assertEqual(len(end), len(set(end)), whole)
        for one in end:
            for other in end:
                if one is not other and len(one) > 20:
                    self.assertNotIn(one.rstrip("."), other)

    COMPLAINTS = {
        "expired": r"the certificate has expired, on \d{4}-\d\d-\d\d",
        "not_yet_valid": r"the certificate is not valid yet, only from \d{4}-\d\d-\d\d",
        "self_signed": r"the certificate was issued by itself: no authority vouches for it",
        "untrusted": r"the authority that issued the certificate, CN=an unknown root, is not "
                     r"trusted here",
        "no_intermediate": r"the server does not send the intermediate certificate that issued "
                           r"its own, CN=mxsweep sink intermediate \([^)]+\)",
        "wrong_name": r"the certificate is for another name, not for mx\.sink\.test",
    }

    def test_a_bad_certificate_is_reported_below_the_verdict(self):
        """Each fault has its own words, below ok; with --require-valid they replace it."""
        for kind, words in self.COMPLAINTS.items():
            with self.subTest(kind):
                sink, trust = self.certified(kind)
                target = f"127.0.0.1:{sink.port},mx.sink.test"
                _, whole = self.transcript(target, *trust)
                self.assertRegex(whole, rf"\nok: [^\n]+\.\nBut {words}\.\nIt ended in phase quit")
                self.check_no_line_twice(whole)
                _, whole = self.transcript(target, *trust, "--require-valid")
                self.assertRegex(whole, rf"\ndegraded: {words}\.\nIt ended in phase tls")
                self.check_no_line_twice(whole)
                sink.stop()

    def test_two_faults_of_a_certificate_are_two_lines(self):
        """Expired and for another name."""
        sink, trust = self.certified("not_yet_valid")
        _, whole = self.transcript(f"127.0.0.1:{sink.port},mx.elsewhere.test", *trust)
        self.assertRegex(whole, r"\nok: [^\n]+\.\nBut the certificate is not valid yet, [^\n]+\.\n"
                                r"But the certificate is for another name, not for mx\.elsewhere")
        self.assertNotIn("has expired", whole)

    def test_an_unknown_reply_is_referred_to(self):
        """The verdict never claims that a reply with a text gives no reason."""
        for reply in ("554 The moon is full", "421 The moon is full", "221 The moon is full"):
            with self.subTest(reply):
                sink = self.fleet({"ehlo": [{"send": reply + "\r\n"}],
                                   "helo": [{"send": reply + "\r\n"}]})
                lines, whole = self.transcript(f"127.0.0.1:{sink.port}")
                self.assertIn("< " + reply, lines)
                self.assertNotIn("does not say why", whole)
                sink.stop()

    def test_our_name_repeated_by_a_server_is_not_read_as_a_cause(self):
        """A blocklist's name counts only if it is not just our own EHLO name."""
        for name, cause in (("zen.spamhaus.org", "tempfail.unspecified"),
                            ("ratelimit.test", "blocked.scanner_ip")):
            with self.subTest(name):
                sink = self.fleet({"ehlo": [{"send": "421 zen.spamhaus.org: not now, '"
                                                     "EHLO ratelimit.test' zen.spamhaus.org\r\n"}]})
                code, stdout, _ = self.run_program("probe", f"127.0.0.1:{sink.port}", "--helo",
                                                   name, "--json")
                self.assertEqual((code, record_of(stdout)["cause"]), (RAN_TO_ITS_END, cause))
                sink.stop()

    def test_json_is_the_record_and_nothing_else(self):
        """One line, valid by the schema, without a line number because there is no list."""
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
                          rf"SMTP OK - [^|]+ \(quit, none\) \| time={SECONDS} days=\d+;; "
                          rf"connect={SECONDS} "
                          rf"greeting={SECONDS} ehlo={SECONDS} starttls={SECONDS} "
                          rf"tls={SECONDS} ehlo_tls={SECONDS} quit={SECONDS}")
        self.check_nagios(f"{at['busy_421']}:{sink.port}", 1,
                          r"SMTP WARNING - [^|]+ \(greeting, resources\.overload\) \| "
                          rf"time={SECONDS} connect={SECONDS} greeting={SECONDS}.*")
        self.check_nagios("127.0.0.1:1", 2, r"SMTP CRITICAL - [^|]+ \(connect, net\.refused\) \| "
                                            rf"time={SECONDS} connect={SECONDS}")
        self.check_nagios("rubbish rubbish", 3, r"SMTP UNKNOWN - 'rubbish rubbish': [^|]+")
        self.check_nagios("127.0.0.1:1", 3, r"SMTP UNKNOWN - --helo a b: [^|]+", "a b")

    def nagios(self, target, *flags):
        code, stdout, stderr = self.probe(target, "--nagios", *flags)
        self.assertEqual(stderr, "")
        self.assertEqual(stdout.count(b"\n"), 1, stdout)
        return code, stdout.decode()

    def test_nagios_has_thresholds_for_seconds(self):
        """If exceeded they set the state and are reported; performance data always has them."""
        sink = self.sink(*PLAIN, "--delay", "300")
        target = f"127.0.0.1:{sink.port}"
        for flags, code, word, data in (
                (("-w", "60", "-c", "100.5"), 0, "OK", "60;100.5"),
                (("--warning", "0.2", "--critical", "60"), 1, "WARNING", "0.2;60"),
                (("-c", "0.1"), 2, "CRITICAL", ";0.1"),
                (("-w", "0.1"), 1, "WARNING", "0.1;")):
            with self.subTest(flags=flags):
                found, line = self.nagios(target, *flags)
                self.assertEqual(found, code, line)
                self.assertRegex(line, rf"^SMTP {word} - ")
                self.assertRegex(line, rf" \| time=0\.\d{{6}}s;{re.escape(data)};0 ")
                if code:
                    self.assertRegex(line, r"- it took 0\.\d+ s, more than 0\.[12] \(quit, none\)")

    def test_nagios_has_thresholds_for_the_days_of_the_certificate(self):
        """Performance data has them; a server without a certificate is a warning."""
        sink, trust = self.certified("good")
        target = f"127.0.0.1:{sink.port},mx.sink.test"
        for warning, critical, code in ((21, 7, 0), (1000, 7, 1), (2000, 1000, 2)):
            found, line = self.nagios(target, *trust, "--warning-days", str(warning),
                                      "--critical-days", str(critical))
            self.assertEqual(found, code, line)
            self.assertRegex(line, rf" \| time=\S+ days=\d+;{warning};{critical} connect=")
            if code:
                self.assertRegex(line, r"- the certificate has \d+ days left, fewer than 1000 ")
        self.assertRegex(self.nagios(target, *trust)[1], r" days=\d+;; ")
        code, line = self.nagios(target, "--tls", "off", "--critical-days", "7")
        self.assertEqual(code, 1, line)
        self.assertIn("no certificate", line)
        self.assertNotIn("days=", line)

    def test_nagios_reports_an_expired_certificate_as_critical(self):
        """Without any threshold, and with or without --require-valid."""
        for kind in ("expired", "not_yet_valid"):
            sink, trust = self.certified(kind)
            for flags in ((), ("--require-valid",)):
                code, line = self.nagios(f"127.0.0.1:{sink.port},mx.sink.test", *trust, *flags)
                self.assertEqual(code, 2, line)
                self.assertRegex(line, rf"^SMTP CRITICAL - {self.COMPLAINTS[kind]} \(")
            sink.stop()

    def test_nagios_shows_the_reply_that_declined(self):
        """Text of the reply cannot be mistaken for performance data."""
        sink = self.personas([{"send": "554 go away | now=1\r\n"}])
        code, line = self.nagios(f"127.0.0.1:{sink.port}")
        self.assertEqual(code, 1, line)
        self.assertIn(", '554 go away / now=1' (greeting, blocked.unspecified) | time=", line)

    def test_nagios_gets_wrong_usage_as_unknown(self):
        """On standard output, with exit code 3, for any usage error."""
        for flags in (("--bogus",), ("-w", "x"), ("-w", "-1"), ("-w", "nan"), ("-w",),
                      ("-w", "5", "-c", "2"), ("--critical-days", "1.5"), ("--depth", "deep"),
                      ("--warning-days", "7", "--critical-days", "21"), ("--mx",), ("--json",),
                      ("--ca-file", "/nonexistent"), ("127.0.0.2:1",)):
            with self.subTest(flags=flags):
                code, line = self.nagios("127.0.0.1:1", *flags)
                self.assertEqual(code, 3, line)
                self.assertRegex(line, "^SMTP UNKNOWN - .")
        code, stdout, stderr = self.run_program("probe", "--nagios")
        self.assertEqual((code, stderr), (3, ""))
        self.assertRegex(stdout.decode(), "^SMTP UNKNOWN - .*target.*\n$")
        for flag in ("-w", "-c", "--warning-days", "--critical-days"):
            code, _, stderr = self.probe("127.0.0.1:1", flag, "1")
            self.assertEqual(code, WRONG_USAGE)
            self.assertIn("--nagios", stderr)

    def test_a_target_that_cannot_be_read_is_wrong_usage(self):
        """The message names it, and nothing is sent."""
        for target in ("rubbish rubbish", "127.0.0.1:0", "127.0.0.1/40", "",
                       "# 127.0.0.1"):
            with self.subTest(target=target):
                code, stdout, stderr = self.probe(target)
                self.assertEqual((code, stdout), (WRONG_USAGE, b""))
                self.assertIn(f"'{target}'", stderr)

    def test_more_than_one_target_is_wrong_usage(self):
        """A range, two lines, several ports: the first is not probed silently. Scan takes them."""
        sink = self.sink(*PLAIN)
        port = str(sink.port)
        for target in ("127.2.0.0/24", "127.2.0.0/31", "127.2.0.1-127.2.0.2",
                       "127.0.0.1\n127.0.0.2", "127.0.0.1\n", "\n127.0.0.1",
                       "127.0.0.1\nrubbish rubbish", '{"target":"127.2.0.0/31"}',
                       f'{{"ip":"127.0.0.1","ports":[{{"port":{port}}},{{"port":1}}]}}'):
            with self.subTest(target=target):
                code, stdout, stderr = self.probe(target, "-p", port)
                self.assertEqual((code, stdout), (WRONG_USAGE, b""))
                self.assertRegex(stderr, "^mxsweep: '.*' .*probe takes one.*scan takes .*\n$")
                code, stdout, _ = self.probe(target, "-p", port, "--nagios")
                self.assertEqual(code, 3)
                self.assertRegex(stdout.decode(), "^SMTP UNKNOWN - '.*' .*scan takes .*\n$")
        code, _, stderr = self.probe("127.0.0.1", "127.0.0.2", "-p", port)
        self.assertEqual(code, WRONG_USAGE)
        self.assertIn("probe takes one target; scan takes several", stderr)
        self.assertEqual(sink.stop()["conversations"], 0)

    def test_one_target_in_any_form_is_probed(self):
        """Also forms that are not an address."""
        sink = self.sink(*PLAIN)
        for target in ("127.2.0.1/32", "127.2.0.1-127.2.0.1", " 127.2.0.1 ", "127.2.0.1 # ours",
                       '{"target":"127.2.0.1"}', "::ffff:127.2.0.1"):
            with self.subTest(target=target):
                code, stdout, stderr = self.probe(target, "-p", str(sink.port), "--json")
                self.assertEqual((code, stderr), (RAN_TO_ITS_END, ""))
                self.assertEqual(record_of(stdout)["ip"], "127.2.0.1")

    def test_text_that_is_not_a_target_is_wrong_usage(self):
        """No text, blanks, a comment, several ports, lines that a list skips."""
        for target in ("", " ", "\t", "#x", "# 127.0.0.1", "[", "]", ",", "127.0.0.1:25,465",
                       "127.0.0.1:25:465", "127.0.0.1,25,465", "127.0.0.1 127.0.0.2", "-"):
            with self.subTest(target=target):
                code, stdout, stderr = self.probe(target)
                self.assertEqual((code, stdout), (WRONG_USAGE, b""), stderr)
                self.assertRegex(stderr, "^mxsweep: '.*'.*\n$")
                code, stdout, _ = self.probe(target, "--nagios")
                self.assertEqual(code, 3)
                self.assertRegex(stdout.decode(), "^SMTP UNKNOWN - '.*'.*\n$")

    def test_a_server_cannot_control_the_terminal(self):
        """Escape sequences, 8-bit controls and a lone CR are shown, not passed on."""
        sink = self.personas([{"send": "220 \u001b]0;owned\u0007 \u001b[2Jmx\rESMTP "},
                              {"hex": "9b33316d"}, {"send": "\r\n"}])
        target = f"127.0.0.1:{sink.port}"
        lines, whole = self.transcript(target)
        self.assertIn(r"< 220 \x1b]0;owned\x07 \x1b[2Jmx\x0dESMTP \x9b31m", lines)
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
        """Not in a file or a pipe, and not on a terminal if the user has disabled it."""
        sink = self.sink(*PLAIN)
        _, whole = self.transcript(f"127.0.0.1:{sink.port}")
        self.assertNotIn("\033", whole)
        process, terminal = self.start_on_terminal(
            "probe", f"127.0.0.1:{sink.port}", "--helo", HELO, streams=("stdout",),
            env={**os.environ, "NO_COLOR": "1"})
        self.assertNotIn(b"\033", terminal.read_all())
        self.assertEqual(process.wait(), RAN_TO_ITS_END)


class MailDomain(MailDomainTest):
    """`mxsweep probe --mx`."""

    GOOD, BUSY, CLOSED = "127.3.0.1", "127.3.0.2", "127.3.0.3"
    ZONE = {"d.test": [("MX", 20, "mx2.sink.test"), ("MX", 10, "mx1.sink.test")],
            "mx1.sink.test": [GOOD], "mx2.sink.test": [BUSY],
            "pair.test": [("MX", 10, "mx2.sink.test"), ("MX", 10, "mx1.sink.test")],
            "backup.test": [("MX", 10, "mx2.sink.test"), ("MX", 20, "mx1.sink.test")],
            "alias.test": [("CNAME", "d.test")],
            "itself.sink.test": [GOOD],
            "null.test": [("MX", 0, ".")],
            "half.test": [("MX", 5, "gone.test"), ("MX", 10, "mx1.sink.test")]}

    def setUp(self):
        super().setUp()
        prefix = "127.0.0.0/16"
        addresses = self.personas(prefix, "--only", "plain,busy_421")
        good, busy = addresses["plain"][0], addresses["busy_421"][0]
        self.fleet, self.trust = self.secure_fleet("--only", "plain,busy_421")
        self.zone = {name: [{self.GOOD: good, self.BUSY: busy}.get(item, item) for item in known]
                     for name, known in self.ZONE.items()}
        self.good, self.busy = good, busy
        self.server = self.resolver(self.zone)

    def probe(self, domain, *flags):
        return self.run_program("probe", domain, "--helo", HELO, *self.trust,
                                *self.mx_flags(self.server.address, self.fleet, *flags))

    def report(self, domain, *flags):
        code, stdout, stderr = self.probe(domain, *flags)
        self.assertEqual((code, stderr), (RAN_TO_ITS_END, ""))
        return stdout.decode("ascii")

    def test_the_lookups_are_shown_and_then_each_server_by_preference(self):
        """Questions, answers and their times; a verdict for each server, and a summary line."""
        whole = self.report("d.test")
        lookups = whole[:whole.index("\n\n")].splitlines()
        for line in lookups:
            self.assertRegex(line, r"^ *\d+\.\d{3} ms  [?=] \S+ (MX|A|AAAA)")
        words = [line.split("ms  ")[1] for line in lookups]
        self.assertEqual(words[:2], ["? d.test MX",
                                     "= d.test MX: 20 mx2.sink.test, 10 mx1.sink.test"])
        for line in ("? mx1.sink.test A", f"= mx1.sink.test A: {self.good}",
                     "? mx2.sink.test AAAA", "= mx2.sink.test AAAA: no_data"):
            self.assertIn(line, words)
        heads = re.findall(r"^(\d+ \S+, \S+)$", whole, re.MULTILINE)
        self.assertEqual(heads,
                         [f"10 mx1.sink.test, {self.good}", f"20 mx2.sink.test, {self.busy}"])
        self.assertLess(whole.index(heads[0]), whole.index("\nok: "))
        self.assertLess(whole.index("\nok: "), whole.index(heads[1]))
        self.assertLess(whole.index(heads[1]), whole.index("\nrefused: "))
        self.assertEqual(whole.splitlines()[-1],
                         "d.test: 1 ok, 1 refused of 2 servers; STARTTLS on all.")
        self.assertEqual(self.fleet.stop()["conversations"], 2)

    def test_a_domain_without_a_server_gets_its_verdict(self):
        """NXDOMAIN, a null MX: no connection is made."""
        for domain, cause in (("gone.test", "dns.nxdomain"),
                              ("null.test", "config.null_mx_or_no_mail")):
            whole = self.report(domain)
            self.assertIn(f"It ended in phase dns, cause {cause}.", whole)
            self.assertTrue(whole.endswith(f"\n{domain}: no server to visit.\n"), whole)
        self.assertIn("= null.test MX: 0 .\n", whole)
        whole = self.report("half.test")
        self.assertIn("\n5 gone.test\n\nfailed: ", whole)
        self.assertEqual(whole.splitlines()[-1],
                         "half.test: 1 ok, 1 failed of 2 servers; STARTTLS on all.")
        self.assertEqual(self.fleet.stop()["conversations"], 1)

    def test_dns_findings_are_shown(self):
        """The findings of a record, and the aliases of an answer."""
        self.assertIn("\nDNS findings: implicit_mx.\n", self.report("itself.sink.test"))
        whole = self.report("alias.test")
        self.assertIn("= alias.test MX: alias d.test, 20 mx2.sink.test, 10 mx1.sink.test\n", whole)
        self.assertIn("\nDNS findings: domain_is_alias.\n", whole)

    def test_json_is_a_record_for_each_server(self):
        """The same records as in a sweep, in the order of preference, and no other output."""
        code, stdout, stderr = self.probe("d.test", "--json")
        self.assertEqual((code, stderr), (RAN_TO_ITS_END, ""))
        records = [record_of(line) for line in stdout.splitlines()]
        self.check_valid(records)
        self.assertEqual([(r["domain"], r["mx"], r["name"], r["ip"], ending(r)) for r in records], [
            ("d.test", {"host": "mx1.sink.test", "preference": 10}, "mx1.sink.test", self.good,
             ("ok", "quit", "none")),
            ("d.test", {"host": "mx2.sink.test", "preference": 20}, "mx2.sink.test", self.busy,
             ("refused", "greeting", "resources.overload"))])

    def test_nagios_follows_the_preferred_servers(self):
        """OK if all are; the best of them sets the state; another one with a fault is a warning."""
        for domain, code, words in (
                ("itself.sink.test", 0, "SMTP OK - itself.sink.test: 1 of 1 server OK"),
                ("d.test", 1, "SMTP WARNING - d.test: 1 of 2 servers OK; WARNING mx2.sink.test "),
                ("pair.test", 1, "SMTP WARNING - pair.test: 1 of 2 servers OK; WARNING mx2."),
                ("backup.test", 1, "SMTP WARNING - backup.test: 1 of 2 servers OK; WARNING mx2."),
                ("half.test", 2, "SMTP CRITICAL - half.test: 1 of 2 servers OK; CRITICAL gone."),
                ("gone.test", 2, "SMTP CRITICAL - gone.test: 0 of 1 server OK; CRITICAL: "),
                ("null.test", 1, "SMTP WARNING - null.test: 0 of 1 server OK; WARNING: ")):
            found, stdout, stderr = self.probe(domain, "--nagios", "-w", "60")
            self.assertEqual((found, stderr), (code, ""), stdout)
            line = stdout.decode()
            self.assertTrue(line.startswith(words), line)
            self.assertRegex(line, r" \| time=\d+\.\d{6}s;60;;0 (days=\d+;; )?"
                                   r"servers=\d;;;0 servers_ok=\d;;;0\n$")

    def test_an_address_is_no_mail_domain(self):
        """Wrong usage; no query is sent."""
        code, stdout, stderr = self.probe("127.0.0.1")
        self.assertEqual((code, stdout), (WRONG_USAGE, b""))
        self.assertIn("'127.0.0.1' is an address", stderr)
        self.assertEqual(self.server.asked, [])

    def test_private_addresses_are_visited_with_a_flag_only(self):
        """As in a sweep."""
        code, stdout, _ = self.run_program("probe", "d.test", "--mx", "--helo", HELO, "--json",
                                           "--resolver", self.server.address)
        self.assertEqual(code, RAN_TO_ITS_END)
        self.assertEqual({ending(record_of(line)) for line in stdout.splitlines()},
                         {("failed", "dns", "config.mx_private_ip")})
        self.assertEqual(self.fleet.stop()["conversations"], 0)


if __name__ == "__main__":
    unittest.main()
