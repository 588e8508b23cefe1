#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The simulated fleet on its own, as an independent implementation of TLS and SMTP sees it."""

import json
import smtplib
import socket
import ssl
import time
import unittest

import visit_log
from program import (RAN_TO_ITS_END, STOPPED_EARLY, WAIT_SECONDS_MAX, WRONG_USAGE, ProgramTest,
                     record_of, whole_lines)

ADDRESS = "127.1.2.3"
NAME = "mx-127-1-2-3.sink.test"


class Trust(ProgramTest):
    def start_fleet(self, *flags):
        """A fleet, and a context that trusts its authority, whose file exists once it is ready."""
        authority = self.path("authority.pem")
        sink = self.sink("--ca-out", str(authority), *flags)
        return sink, ssl.create_default_context(cafile=authority)

    def shake_hands_in_clear(self, sink, context):
        """STARTTLS as smtplib does it, except for the name that the certificate must have."""
        with smtplib.SMTP(ADDRESS, sink.port, timeout=WAIT_SECONDS_MAX) as client:
            client._host = NAME  # The name that starttls() uses for SNI and for the check.
            client.starttls(context=context)
            client.ehlo("client.test")
            return client.sock.version(), client.has_extn("starttls")

    def test_a_good_certificate_is_trusted_through_starttls(self):
        """Under TLS STARTTLS is no longer offered."""
        sink, context = self.start_fleet("--only", "plain")
        self.assertEqual(self.shake_hands_in_clear(sink, context), ("TLSv1.3", False))
        self.assertEqual(sink.stop()["out_of_turn"], 0)

    def test_a_good_certificate_is_trusted_under_implicit_tls(self):
        """The greeting is under TLS."""
        sink, context = self.start_fleet("--only", "rsa_key", "--implicit-tls")
        with smtplib.SMTP(timeout=WAIT_SECONDS_MAX) as client:
            client._get_socket = lambda host, port, timeout: context.wrap_socket(
                socket.create_connection((host, port), timeout), server_hostname=NAME)
            code, _ = client.connect(ADDRESS, sink.port)
            self.assertEqual(code, 220)
            self.assertEqual(client.ehlo("client.test")[0], 250)
        self.assertEqual(sink.stop()["conversations"], 1)

    def test_each_bad_certificate_is_refused_for_its_own_reason(self):
        """As reported by OpenSSL."""
        reasons = {
            "certificate_expired": "certificate has expired",
            "certificate_not_yet_valid": "certificate is not yet valid",
            "certificate_self_signed": "self-signed certificate",
            "certificate_untrusted": "unable to get local issuer certificate",
            "certificate_wrong_name": "Hostname mismatch",
        }
        for persona, reason in reasons.items():
            with self.subTest(persona):
                sink, context = self.start_fleet("--only", persona)
                with self.assertRaises(ssl.SSLCertVerificationError) as refused:
                    self.shake_hands_in_clear(sink, context)
                self.assertIn(reason, refused.exception.verify_message)
                sink.end()


class Counts(ProgramTest):
    def test_the_number_of_addresses_and_the_most_visits_of_one_are_reported(self):
        """In the file and in the line for the user."""
        sink = self.sink("--only", "close_at_connect", "--threads", "2")
        for address in (ADDRESS, ADDRESS, ADDRESS, "127.0.0.1", "127.255.255.254"):
            with socket.create_connection((address, sink.port), WAIT_SECONDS_MAX) as client:
                self.assertEqual(client.recv(1), b"")
        counts = sink.stop()
        reported = [counts[key]
                    for key in ("conversations", "addresses", "address_conversations_max")]
        self.assertEqual(reported, [5, 3, 3])
        self.assertIn("5 conversations at 3 addresses, 3 at most at one,", sink.stderr)


class VisitLog(ProgramTest):
    def fleet(self, *flags, **more):
        self.log = self.path("visits")
        return self.sink("--visits", str(self.log), *flags, **more)

    def connect(self, sink, address):
        client = socket.create_connection((address, sink.port), WAIT_SECONDS_MAX)
        self.addCleanup(client.close)
        self.assertEqual(client.recv(3), b"220")
        return client

    def finish(self, client):
        client.sendall(b"QUIT\r\n")
        while client.recv(4096):
            pass

    def test_each_connection_is_a_line_with_both_ends_and_moments(self):
        """Also one that is still open when the fleet ends."""
        sink = self.fleet("--only", "plain", "--threads", "2")
        before = time.monotonic_ns()
        clients = [self.connect(sink, address) for address in (ADDRESS, "127.0.0.1", ADDRESS)]
        opened = time.monotonic_ns()
        self.finish(clients[0])
        sink.stop()
        after = time.monotonic_ns()
        lines = [record_of(line) for line in whole_lines(self.log.read_bytes())]
        self.assertEqual({(line["peer"], line["local"]) for line in lines},
                         {tuple("{}:{}".format(*name) for name in
                                (client.getsockname(), client.getpeername()))
                          for client in clients})
        for line in lines:
            self.assertLessEqual(before, line["opened"])
            self.assertLessEqual(line["opened"], opened)
            self.assertLessEqual(line["opened"], line["closed"])
            self.assertLessEqual(line["closed"], after)

    def test_an_ipv6_address_is_in_brackets(self):
        """As in a list of targets."""
        try:
            sink = self.fleet("--only", "plain", listen="[::1]")
        except AssertionError as failed:
            self.skipTest(f"no IPv6 here: {failed}")
        self.finish(self.connect(sink, "::1"))
        sink.stop()
        line = record_of(self.log.read_bytes())
        self.assertEqual(line["local"], f"[::1]:{sink.port}")
        self.assertTrue(line["peer"].startswith("[::1]:"))

    def test_connections_at_once_and_the_pause_between_visits_can_be_computed(self):
        """For each address and each group of addresses."""
        sink = self.fleet("--only", "plain")
        first = self.connect(sink, "127.0.1.1")
        others = [self.connect(sink, address) for address in ("127.0.1.1", "127.0.1.2")]
        for client in (first, *others):
            self.finish(client)
        pause = 0.2
        time.sleep(pause)
        self.finish(self.connect(sink, "127.0.1.2"))
        self.finish(self.connect(sink, "127.0.2.1"))
        sink.stop()
        visits = visit_log.read_visits(self.log)
        self.assertEqual(len(visits), 5)
        self.assertEqual(visit_log.most_at_once(visits), 2)
        self.assertEqual(visit_log.most_at_once(visits, visit_log.prefix_of), 3)
        self.assertEqual(visit_log.most_at_once(visits, {"127.0.2.1": "other.test"}.get), 1)
        self.assertLess(visit_log.least_pause(visits), 0)
        last = [visit for visit in visits if visit.address == "127.0.1.2"]
        self.assertGreaterEqual(visit_log.least_pause(last), pause * 0.9)

    def test_a_log_that_cannot_be_written_is_reported(self):
        """Before the start if it can be known then; otherwise at the end."""
        code, _, stderr = self.run_program("sink", "--listen", "127.0.0.1:0",
                                           "--visits", str(self.path("no such folder") / "visits"))
        self.assertEqual(code, WRONG_USAGE)
        self.assertIn("No such file or directory", stderr)
        sink = self.sink("--only", "plain", "--visits", "/dev/full")
        self.finish(self.connect(sink, ADDRESS))
        sink.process.terminate()
        self.assertEqual(sink.wait(), STOPPED_EARLY)
        self.assertIn("/dev/full: No space left on device", sink.stderr)


class VisitSums(unittest.TestCase):
    """The sums themselves, over visits made up for this."""

    def visits(self, *moments):
        return [visit_log.Visit("127.0.0.1", 25, *moment) for moment in moments]

    def test_one_that_begins_as_another_ends_is_not_open_at_once_with_it(self):
        self.assertEqual(visit_log.most_at_once(self.visits((0, 1), (1, 2))), 1)
        self.assertEqual(visit_log.most_at_once(self.visits((0, 1), (0.5, 2))), 2)
        self.assertEqual(visit_log.most_at_once(self.visits((1, 1), (1, 1))), 2)
        self.assertEqual(visit_log.most_at_once([]), 0)

    def test_a_long_visit_counts_for_the_pause_after_a_shorter_one(self):
        self.assertEqual(visit_log.least_pause(self.visits((0, 9), (1, 2), (12, 13))), -8)
        self.assertEqual(visit_log.least_pause(self.visits((0, 9), (12, 13))), 3)
        self.assertIsNone(visit_log.least_pause(self.visits((0, 9))))

    def test_a_burst_is_what_began_within_a_span(self):
        visits = self.visits((0, 1), (0.1, 1), (0.2, 1), (1, 2))
        self.assertEqual(visit_log.most_within(visits, 0.1), 1)
        self.assertEqual(visit_log.most_within(visits, 0.15), 2)
        self.assertEqual(visit_log.most_within(visits, 0.9), 3)

    def test_a_prefix_is_a_24_or_a_48(self):
        self.assertEqual(visit_log.prefix_of("127.0.1.2"), "127.0.1.0/24")
        self.assertEqual(visit_log.prefix_of("2001:db8:1:2::3"), "2001:db8:1::/48")
        self.assertEqual(visit_log.prefix_of_ipv4("127.0.1.2"), "127.0.1")


class Words(ProgramTest):
    def expected(self, *flags):
        code, lines, stderr = self.run_program("sink", "--expect", ADDRESS, *flags)
        self.assertEqual(code, RAN_TO_ITS_END, stderr)
        return record_of(lines)

    def test_what_is_expected_of_tls_is_printed(self):
        """With the server's name, for a list of ADDRESS,HOST; absent if nothing is expected."""
        self.assertEqual(self.expected("--only", "certificate_wrong_name"), {
            "ip": ADDRESS, "host": NAME, "persona": "certificate_wrong_name",
            "outcome": "ok", "phase": "quit", "cause": "none",
            "tls": {"offered": "yes", "version": "TLSv1.3", "verified": False,
                    "verify_error": "certificate-host-mismatch", "name_match": False}})
        self.assertEqual(self.expected("--only", "plaintext_after_220")["anomalies"],
                         ["plaintext_after_starttls"])
        self.assertNotIn("tls", self.expected("--only", "silent"))
        implicit = self.expected("--only", "alert_internal_error", "--implicit-tls")
        self.assertEqual([implicit[word] for word in ("outcome", "phase", "cause")],
                         ["failed", "tls", "tls.alert"])

    def test_an_authority_that_cannot_be_written_is_reported_at_once(self):
        """No fleet starts if its certificates cannot be trusted by any client."""
        path = self.path("no such folder") / "authority.pem"
        code, _, stderr = self.run_program("sink", "--listen", "127.0.0.1:0", "--ca-out", str(path))
        self.assertEqual(code, WRONG_USAGE)
        self.assertEqual(stderr, f"mxsweep sink: {path}: No such file or directory\n")

    def test_ciphers_that_no_server_can_have_are_wrong_usage(self):
        """The message names the file and the persona."""
        code, text, _ = self.run_program("sink", "--print-personas")
        self.assertEqual(code, RAN_TO_ITS_END)
        fleet = record_of(text)
        fleet["personas"] = [dict(fleet["personas"][0], tls={"ciphers": "RUBBISH"})]
        path = self.write("personas.json", json.dumps(fleet))
        code, _, stderr = self.run_program("sink", "--listen", "127.0.0.1:0",
                                           "--personas", str(path))
        self.assertEqual(code, WRONG_USAGE)
        self.assertIn(f"{path}: plain.tls: ", stderr)


class Controlled(ProgramTest):
    def command(self, path, *lines):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(WAIT_SECONDS_MAX)
            client.connect(str(path))
            client.sendall("".join(line + "\n" for line in lines).encode())
            with client.makefile() as answers:
                return [answers.readline().strip() for _ in lines]

    def greeting(self, port):
        with socket.create_connection((ADDRESS, port), WAIT_SECONDS_MAX) as client:
            with client.makefile("rb") as stream:
                try:
                    return stream.readline()[:3]
                except ConnectionResetError:
                    return b""

    def test_a_network_goes_down_and_comes_back_while_the_fleet_runs(self):
        path = self.path("control.sock")
        sink = self.sink("--only", "plain", "--control", str(path))
        self.assertEqual(self.greeting(sink.port), b"220")
        self.assertEqual(self.command(path, "127.1.2.0/24 close_at_connect"), ["ok"])
        self.assertEqual(self.greeting(sink.port), b"")
        answers = self.command(path, "nonsense", "127.1.2.0/24 original")
        self.assertTrue(answers[0].startswith("error: "), answers)
        self.assertEqual(answers[1], "ok")
        self.assertEqual(self.greeting(sink.port), b"220")
        sink.stop()
        self.assertFalse(path.exists())


if __name__ == "__main__":
    unittest.main()
