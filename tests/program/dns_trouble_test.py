#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The checks of domains while DNS fails: of each question the answer is late, lost or SERVFAIL at
random. What is reported is then unknown, or what it is without the trouble; nothing is missing."""

import concurrent.futures
import json
import random
import select
import socket
import struct
import subprocess
import threading
import time
import unittest

from program import MXSWEEP, main
from signed_zone import SignedNames, SignedZones, temporary_folder

RUNS = 6
SERVFAIL = 0x8182  # With the flags of a response.
LATE_SECONDS = 0.4
SECONDS_MAX = 120
DOMAINS = 12
# Findings that say of a failure that there was one.
OF_FAILURES = {"spf.dns_failed", "rdns.temperror", "dane.unavailable"}


def records():
    """Domains of every kind: complete, with a part of it, and with mistakes."""
    lines = [f'spf.test. TXT "v=spf1 ip4:198.18.0.0/24 include:more.spf.test ~all"',
             'more.spf.test. TXT "v=spf1 a:mx.spf.test -all"', "mx.spf.test. A 127.9.1.1",
             '*._report._dmarc.reports.test. TXT "v=DMARC1"', "reports.test. A 127.9.1.2"]
    for number in range(DOMAINS):
        name, host = f"d{number}.test.", f"mx{number}.test."
        kind = number % 4
        spf = {0: "v=spf1 include:spf.test mx -all", 1: "v=spf1 include:no-such.test -all",
               2: "v=spf1 redirect=spf.test", 3: "v=spf1 a mx:spf.test ptr ?all"}[kind]
        lines += [f"{name} MX 10 {host}", f"{host} A 127.9.2.{number}", f'{name} TXT "{spf}"',
                  f"{number}.2.9.127.in-addr.arpa. PTR {host}"]
        if kind != 1:
            lines += [f'_dmarc.{name} TXT "v=DMARC1; p=reject; rua=mailto:a@reports.test"',
                      f"_25._tcp.{host} TLSA 3 1 1 {'ab' * 32}"]
        if kind in (0, 3):
            lines += [f'_mta-sts.{name} TXT "v=STSv1; id=1"',
                      f'_smtp._tls.{name} TXT "v=TLSRPTv1; rua=mailto:t@reports.test"',
                      f's1._domainkey.{name} TXT "v=DKIM1; p="']
        if kind == 2:
            lines += [f"{name} MX 20 second.{host}", f"second.{host} A 127.9.3.{number}"]
    return "".join(line + "\n" for line in lines)


class TroubledResolver:
    """Between a program and a resolver. A question's fate is the same however often it is asked;
    that of the root, by which the resolver shows that it validates, is always good."""

    def __init__(self, place, seed):
        self.seed = seed
        self.near = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.near.bind(("127.0.0.1", 0))
        self.far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.far.connect(place)
        self.asked = {}  # By the id of our own query: who asked, its id, and its fate.
        self.late = []  # Answers, with the moment when each is sent, and to whom.
        self.address = "127.0.0.1:%d" % self.near.getsockname()[1]
        self.closing, self.closed = socket.socketpair()
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def fate(self, question):
        if self.seed is None or question[0] == 0:
            return "good"
        chance = random.Random(f"{self.seed} {question.hex()}").random()
        return ("servfail" if chance < 0.1 else "lost" if chance < 0.12
                else "late" if chance < 0.2 else "good")

    def serve(self):
        while True:
            timeout = max(0, self.late[0][0] - time.monotonic()) if self.late else None
            ready, _, _ = select.select([self.near, self.far, self.closed], [], [], timeout)
            if self.closed in ready:
                return
            if self.near in ready:
                self.ask()
            if self.far in ready:
                self.answer()
            while self.late and self.late[0][0] <= time.monotonic():
                self.near.sendto(*self.late.pop(0)[1:])

    def ask(self):
        query, asker = self.near.recvfrom(4096)
        question = query[12:query.index(b"\0", 12) + 5]
        fate = self.fate(question)
        if fate == "servfail":
            answer = query[:2] + struct.pack(">HHHHH", SERVFAIL, 1, 0, 0, 0) + question
            self.near.sendto(answer, asker)
        elif fate != "lost":
            own = struct.pack(">H", len(self.asked))
            self.asked[own] = asker, query[:2], fate
            self.far.send(own + query[2:])

    def answer(self):
        answer = self.far.recv(65535)
        asker, its_id, fate = self.asked[answer[:2]]
        answer = its_id + answer[2:]
        if fate == "late":
            self.late.append((time.monotonic() + LATE_SECONDS, answer, asker))
        else:
            self.near.sendto(answer, asker)

    def close(self):
        self.closing.send(b"x")
        self.thread.join()
        for one in (self.near, self.far, self.closing, self.closed):
            one.close()


class DnsTroubleTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = temporary_folder(cls)
        zones = SignedZones(folder / "zones", records())
        cls.names = SignedNames(folder, zones.all)
        cls.addClassCleanup(cls.names.end)

    def checks(self, seed):
        """The lines of all domains, by name."""
        resolver = TroubledResolver(self.names.place, seed)
        try:
            ran = subprocess.run(
                [MXSWEEP, "checks", "--own", "127.0.0.0/8", "--quiet", "--checks",
                 "policy,dkim:s1", "--resolver", resolver.address,
                 *[f"d{number}.test" for number in range(DOMAINS)]],
                capture_output=True, check=False, timeout=SECONDS_MAX)
        finally:
            resolver.close()
        self.assertEqual(ran.returncode, 0, ran.stderr)
        return {line["domain"]: line for line in map(json.loads, ran.stdout.splitlines())}

    def expect(self, what, value, clean, *unknown):
        self.assertIn(value, (clean, *unknown), what)
        self.same += value == clean
        self.unknown += value != clean

    def compare(self, clean, seen):
        policies = ["spf", "dmarc", "mta_sts", "tls_rpt"]
        pairs = [(name, clean[name], seen[name]) for name in policies]
        pairs += [("dkim", *both) for both in zip(clean["dkim"], seen["dkim"], strict=True)]
        for name, right, got in pairs:
            self.expect(name, got["present"], right["present"], "unknown")
            self.expect(name, got["verdict"], right["verdict"], "temperror")
        self.expect("dnssec", seen["dnssec"]["mx"], clean["dnssec"]["mx"], "unknown")
        servers = {server["ip"]: server["checks"] for server in clean["servers"]}
        for server in seen.get("servers", []):
            right, got = servers[server["ip"]], server["checks"]
            self.expect("rdns", got["rdns"]["verdict"], right["rdns"]["verdict"], "temperror")
            self.expect("dane", got["dane"]["verdict"], right["dane"]["verdict"], "unavailable",
                        "unknown")
            self.check_findings(right, got)
        self.check_findings(clean, seen)

    def check_findings(self, clean, seen):
        right, got = ({finding["id"] for finding in checks["findings"]} for checks in (clean, seen))
        self.assertLessEqual(got - right, OF_FAILURES)

    def test_trouble_makes_things_unknown_and_never_missing(self):
        clean = self.checks(None)
        self.assertEqual(len(clean), DOMAINS)
        with concurrent.futures.ThreadPoolExecutor(RUNS) as threads:
            runs = list(threads.map(self.checks, range(RUNS)))
        self.same = self.unknown = 0
        for seed, lines in enumerate(runs):
            self.assertEqual(set(lines), set(clean))
            for domain, line in lines.items():
                with self.subTest(domain, seed=seed):
                    self.compare(clean[domain]["checks"], line["checks"])
                    self.assertIn(line["cause"], ("none", "dns.servfail", "dns.timeout"))
        # The trouble was seen, and most of what is reported does not depend on it.
        self.assertGreater(self.unknown, 20)
        self.assertGreater(self.same, 3 * self.unknown)


if __name__ == "__main__":
    main()
