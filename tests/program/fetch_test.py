#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The fetcher against an HTTPS server: what each kind of answer and certificate comes to."""

import json
import os
import subprocess
import sys
import threading

from policy_server import BEHAVIOURS, PATH, POLICY, PolicyServer, policy_host
from program import SKIPPED, Process, ProgramTest, main, wait_until

DRIVER = os.environ.get("MXSWEEP_FETCH")
GENEROUS_MS = 60_000
NEVER_REACHED = "127.0.0.2"  # Nothing listens there.


class Driver(Process):
    """The driver of the fetcher. `answers`: what it has printed, by ticket."""

    def __init__(self, folder, server, connect_ms=GENEROUS_MS, whole_ms=GENEROUS_MS, ca_file=None,
                 **more):
        command = [DRIVER, str(server.port), str(ca_file or server.ca_file), str(connect_ms),
                   str(whole_ms)]
        super().__init__(command, folder / "fetch.err", stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE, **more)
        self.answers = {}
        self.stopped = False
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            answer = json.loads(line)
            if "stopped" in answer:
                self.stopped = True
            else:
                answer["body"] = bytes.fromhex(answer["body"])
                self.answers[answer["ticket"]] = answer

    def write(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def begin(self, ticket, host, addresses="127.0.0.1", path=PATH):
        self.write(f"{ticket} {host} {path} {addresses}")

    def wait_for(self, count):
        wait_until(lambda: len(self.answers) >= count or not self.running(), "the answers")
        if len(self.answers) < count:
            raise AssertionError("the fetcher ended: " + self.stderr)

    def fetch(self, persona, **more):
        ticket = len(self.answers) + 1
        self.begin(ticket, policy_host(persona), **more)
        self.wait_for(ticket)
        return self.answers[ticket]

    def end(self):
        super().end()
        self.reader.join()


class Fetch(ProgramTest):
    def setUp(self):
        super().setUp()
        self.server = PolicyServer(self.folder)
        self.addCleanup(self.server.close)

    def driver(self, **more):
        driver = Driver(self.folder, self.server, **more)
        self.addCleanup(driver.end)
        return driver

    def expect(self, answer, **members):
        self.assertEqual({key: answer[key] for key in members}, members, answer)

    def test_a_policy_is_fetched_as_it_was_sent(self):
        driver = self.driver()
        for persona, body, kind in (
                ("good", POLICY, "text/plain"),
                ("charset", POLICY, "text/plain; charset=utf-8"),
                ("no-type", POLICY, ""),
                ("bom", b"\xef\xbb\xbf" + POLICY, "text/plain"),
                ("crlf", POLICY.replace(b"\n", b"\r\n"), "text/plain"),
                ("empty", b"", "text/plain"),
                ("chunks", POLICY, "text/plain"),
                ("interim", POLICY, "text/plain"),
                ("largest", b"#" * 65536, "text/plain"),
                ("html", b"<html>parked</html>", "text/html; charset=utf-8")):
            with self.subTest(persona):
                self.expect(driver.fetch(persona), outcome="ok", status=200, body=body,
                            content_type=kind, why="", address="127.0.0.1")
        host, lines = self.server.requests[0]
        self.assertEqual(host, policy_host("good"))
        self.assertEqual(lines[0], f"GET {PATH} HTTP/1.1")
        self.assertIn(f"Host: {host}:{self.server.port}", lines)
        self.assertIn("User-Agent: mxsweep", lines)

    def test_no_redirect_is_followed(self):
        driver = self.driver()
        for persona, status, why in (
                ("moved", 301, f"redirects to https://{policy_host('good')}{PATH}"),
                ("found", 302, f"redirects to http://{policy_host('good')}{PATH}"),
                ("moved-to-here", 308, f"redirects to {PATH}"),
                ("moved-nowhere", 301, "redirects")):
            with self.subTest(persona):
                self.expect(driver.fetch(persona), outcome="redirect", status=status, body=b"",
                            why=f"HTTP {status} {why}")
        self.assertEqual(len(self.server.requests), 4)

    def test_another_status_has_no_body(self):
        driver = self.driver()
        for persona, status in (("not-found", 404), ("not-found-slow", 404), ("no-content", 204),
                                ("broken", 500)):
            with self.subTest(persona):
                self.expect(driver.fetch(persona), outcome="http_status", status=status, body=b"",
                            why=f"HTTP {status}")

    def test_a_large_body_is_cut_off(self):
        driver = self.driver()
        for persona in ("huge", "huge-chunks", "one-more"):
            with self.subTest(persona):
                self.expect(driver.fetch(persona), outcome="too_large", status=200, body=b"",
                            why="more than 65536 octets")

    def test_an_answer_that_is_not_whole_or_no_http_is_no_policy(self):
        driver = self.driver()
        for persona, outcome in (("cut", "closed"), ("cut-chunk", "closed"), ("nothing", "closed"),
                                 ("reset", "closed"), ("not-http", "malformed"),
                                 ("long-header", "malformed")):
            with self.subTest(persona):
                self.expect(driver.fetch(persona), outcome=outcome, body=b"")

    def test_a_certificate_must_be_valid_for_the_name(self):
        driver = self.driver()
        for persona, why in (
                ("expired", "the certificate has expired"),
                ("unknown-ca", "the certificate is not of a trusted authority"),
                ("wrong-name", "SSL: certificate subject name (www.sts.test) does not match target "
                               f"host name '{policy_host('wrong-name')}'")):
            with self.subTest(persona):
                answer = driver.fetch(persona, addresses=f"127.0.0.1,{NEVER_REACHED}")
                self.expect(answer, outcome="tls", status=0, body=b"", address="127.0.0.1")
                # Later versions of libcurl write "hostname".
                self.assertEqual(answer["why"].replace("hostname", "host name"), why)
        self.assertEqual(self.server.requests, [])

    def test_a_slow_answer_ends_in_time(self):
        driver = self.driver(whole_ms=500)
        for persona in ("silent", "trickle"):
            with self.subTest(persona):
                answer = driver.fetch(persona)
                self.expect(answer, outcome="timeout", body=b"")
                self.assertGreaterEqual(answer["took_us"], 250_000)

    def test_the_next_address_is_tried_when_one_refuses(self):
        answer = self.driver().fetch("good", addresses=f"{NEVER_REACHED},127.0.0.1")
        self.expect(answer, outcome="ok", body=POLICY, address="127.0.0.1")

    def test_no_proxy_of_the_environment_is_used(self):
        proxy = f"http://127.0.0.1:{self.server.port}"
        environment = {**os.environ, "https_proxy": proxy, "ALL_PROXY": proxy}
        self.expect(self.driver(env=environment).fetch("good"), outcome="ok", body=POLICY)

    def test_missing_certificates_are_this_machines_matter(self):
        driver = self.driver(ca_file=self.path("no-such-file"))
        self.expect(driver.fetch("good"), outcome="local", status=0)

    def test_a_provider_gets_two_connections_at_once(self):
        driver = self.driver()
        names = ("good", "charset", "chunks", "html", "not-found", "moved")
        for ticket in range(100):
            driver.begin(ticket, policy_host(names[ticket % len(names)]))
        driver.wait_for(100)
        self.assertEqual(self.server.waiting_most, 2)
        for ticket in range(0, 100, len(names)):
            self.expect(driver.answers[ticket], outcome="ok", body=POLICY)

    def test_a_stop_waits_for_nothing(self):
        driver = self.driver()
        for ticket in range(100):
            driver.begin(ticket, policy_host(BEHAVIOURS[ticket % 2]))
        wait_until(lambda: len(self.server.requests) == 2, "two requests")
        driver.write("stop")
        wait_until(lambda: driver.stopped, "the stop")
        self.assertEqual(driver.answers, {})


if __name__ == "__main__":
    if not DRIVER:
        print("MXSWEEP_FETCH must name the driver of the fetcher", file=sys.stderr)
        sys.exit(SKIPPED)
    main()
