#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""DANE as a sweep judges it, against Postfix: the same signed zones, the same servers, and what
posttls-finger says of each."""

import concurrent.futures
import hashlib
import itertools
import re
import subprocess
import unittest

from program import MXSWEEP, RAN_TO_ITS_END, Sink, main, record_of
from real_certificates import openssl
from real_servers import SERVERS, RealTest
from signed_zone import SignedNames, SignedZones, tool

PEM = re.compile(b"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", re.DOTALL)
DIGESTS = {1: hashlib.sha256, 2: hashlib.sha512}
SECONDS_MAX = 60
AT_ONCE = 8  # Runs of posttls-finger, which waits two seconds at its end.

# Of the fleet: a case talks to the server that has its persona.
PERSONAS = ["plain", "certificate_expired", "certificate_self_signed", "certificate_wrong_name",
            "certificate_long_chain", "no_starttls"]


class Shown:
    """The certificates that a server sends, the leaf first, and then the root of the fleet."""

    def __init__(self, pems, root):
        self.certificates = [*pems, root]

    def record(self, usage, selector, matching, place=0):
        """The data of a record that matches the certificate at `place`."""
        pem = self.certificates[place]
        octets = openssl("x509", "-outform", "DER", octets=pem)
        if selector == 1:
            key = openssl("x509", "-noout", "-pubkey", octets=pem)
            octets = openssl("pkey", "-pubin", "-outform", "DER", octets=key)
        data = octets if matching == 0 else DIGESTS[matching](octets).digest()
        return f"{usage} {selector} {matching} {data.hex()}"


ROOT = -1
WRONG = "3 1 1 " + "5a" * 32
LONG_WRONG = "3 1 2 " + "5a" * 64


class Case:
    """One domain with one server. `records`: from what the server has shown, its TLSA records.
    `host`: in sink.test, which the fleet's certificates are for, unless it is said otherwise.
    `alias`: the host is a CNAME, whose end has the records. `forged`: their signature is wrong."""

    def __init__(self, label, verdict, records=None, persona="plain", *, host="{}.sink.test",
                 domain="{}.test", alias=False, forged=False):
        number = next(self.NUMBERS)
        self.label = label
        self.verdict = verdict
        self.records = records or (lambda shown: [])
        self.persona = persona
        self.domain = domain.format(f"d{number}")
        self.host = host.format(f"h{number}")
        self.end = f"e{number}.sink.test" if alias else self.host
        self.forged = forged

    NUMBERS = itertools.count()

    @property
    def tlsa_name(self):
        return f"_25._tcp.{self.end}."

    def lines_of_path(self):
        """What leads to the host, as lines of a zone file."""
        lines = f"{self.domain}. MX 10 {self.host}.\n"
        if self.end != self.host:
            lines += f"{self.host}. CNAME {self.end}.\n"
        return lines

    def lines_of_host(self, ip, shown):
        return f"{self.end}. A {ip}\n" + "".join(f"{self.tlsa_name} TLSA {data}\n"
                                                for data in self.records(shown))


CASES = [
    Case("the key of the leaf", "pass", lambda it: [it.record(3, 1, 1)]),
    Case("the leaf itself", "pass", lambda it: [it.record(3, 0, 1)]),
    Case("the key by SHA-512", "pass", lambda it: [it.record(3, 1, 2)]),
    Case("the leaf, whole", "pass", lambda it: [it.record(3, 0, 0)]),
    Case("the key, whole", "pass", lambda it: [it.record(3, 1, 0)]),
    Case("another key", "fail", lambda it: [WRONG]),
    Case("a key to come beside the key", "pass", lambda it: [WRONG, it.record(3, 1, 1)]),
    Case("a wrong SHA-512 beside the right SHA-256", "fail",
         lambda it: [LONG_WRONG, it.record(3, 1, 1)]),
    Case("an expired leaf's key", "pass", lambda it: [it.record(3, 1, 1)], "certificate_expired"),
    Case("a leaf for another name", "pass", lambda it: [it.record(3, 1, 1)],
         "certificate_wrong_name"),
    Case("a leaf that signs itself", "pass", lambda it: [it.record(3, 1, 1)],
         "certificate_self_signed"),
    Case("the authority that is sent", "pass", lambda it: [it.record(2, 0, 1, 1)]),
    Case("the key of the authority that is sent", "pass", lambda it: [it.record(2, 1, 1, 1)]),
    Case("the authority two above the leaf", "pass", lambda it: [it.record(2, 0, 1, 2)],
         "certificate_long_chain"),
    Case("the digest of a root that is not sent", "fail", lambda it: [it.record(2, 0, 1, ROOT)]),
    Case("a root that is not sent, whole", "pass", lambda it: [it.record(2, 0, 0, ROOT)]),
    Case("the authority of an expired leaf", "fail", lambda it: [it.record(2, 0, 1, 1)],
         "certificate_expired"),
    Case("the authority, for another host", "fail", lambda it: [it.record(2, 0, 1, 1)],
         host="{}.other.test"),
    Case("the authority, for another host and the domain", "pass",
         lambda it: [it.record(2, 0, 1, 1)], host="{}.other.test", domain="{}.sink.test"),
    Case("usages for the Web alone", "unusable", lambda it: [it.record(1, 1, 1),
                                                             it.record(0, 0, 1, 1)]),
    Case("a usage for the Web beside the key", "pass", lambda it: [it.record(1, 1, 1),
                                                                   it.record(3, 1, 1)]),
    Case("an unknown selector", "unusable", lambda it: ["3 7 1 " + "5a" * 32]),
    Case("an unknown digest", "unusable", lambda it: ["3 1 9 " + "5a" * 32]),
    Case("a digest that is too short", "unusable", lambda it: ["3 1 1 5a5a"]),
    Case("no record", "none"),
    Case("a host in a zone without signatures", "insecure", lambda it: [WRONG],
         host="{}.insecure.test"),
    Case("a signature that is wrong", "unavailable", lambda it: [it.record(3, 1, 1)], forged=True),
    Case("an alias of a host with a record", "pass", lambda it: [it.record(3, 1, 1)], alias=True),
    Case("STARTTLS is not offered", "fail", lambda it: [WRONG], "no_starttls"),
]


def verdicts_of(words):
    """The verdicts that agree with what posttls-finger said at the level "dane"."""
    if "TLSA lookup error" in words:
        return {"unavailable"}
    if "Verified TLS connection established" in words:
        return {"pass"}
    if "TLSA records unusable" in words:
        return {"unusable"}
    if "DNSSEC-signed TLSA record" in words:
        return {"fail"}
    return {"unusable"} if "unsupported TLSA certificate usage" in words else {"none", "insecure"}


@unittest.skipIf(SERVERS is None, "MXSWEEP_SERVERS does not name the real servers")
class DaneTest(RealTest):
    SERVERS = SERVERS

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Without files of its own it would read the system's.
        (cls.shared / "main.cf").write_text("compatibility_level = 3.6\n", encoding="ascii")
        cls.finger = ["env", f"MAIL_CONFIG={cls.shared}", tool("posttls-finger")[-1]]
        cls.root = cls.shared / "root.pem"
        only = ("--only", ",".join(PERSONAS))
        sink = Sink(cls.shared, *only, "--ca-out", str(cls.root), port=25,
                    within=cls.machine.network)
        cls.addClassCleanup(sink.end)
        expected = subprocess.run([MXSWEEP, "sink", *only, "--expect", "127.20.0.0/24"], check=True,
                                  capture_output=True).stdout
        ips = {line["persona"]: line["ip"] for line in map(record_of, expected.splitlines())}
        shown = {persona: cls.shown_at(ips[persona]) for persona in PERSONAS}
        signed = unsigned = ""
        for case in CASES:
            signed += case.lines_of_path()
            lines = case.lines_of_host(ips[case.persona], shown[case.persona])
            if case.end.endswith(".insecure.test"):
                unsigned += lines
            else:
                signed += lines
        zones = SignedZones(cls.shared / "zones", signed, unsigned)
        for case in CASES:
            if case.forged:
                zones.root.forge(case.tlsa_name, "TLSA", WRONG)
        cls.names = SignedNames(cls.shared, zones.all, cls.machine)
        cls.addClassCleanup(cls.names.end)

    @classmethod
    def shown_at(cls, ip):
        command = [*cls.machine.network, "openssl", "s_client", "-starttls", "smtp", "-connect",
                   f"{ip}:25", "-showcerts"]
        said = subprocess.run(command, input=b"QUIT\n", capture_output=True, check=False,
                              timeout=SECONDS_MAX).stdout
        return Shown(PEM.findall(said), cls.root.read_bytes())

    def postfix_says(self, case):
        command = [*self.machine.inside, *self.finger, "-c", "-a", "ipv4", "-l", "dane", "-L",
                   "summary,verbose", "-o", "smtp_dns_support_level=dnssec", case.domain]
        ran = subprocess.run(command, capture_output=True, check=False, timeout=SECONDS_MAX)
        return (ran.stdout + ran.stderr).decode()

    def sweep(self):
        """The verdict of each domain."""
        swept = self.scan("".join(case.domain + "\n" for case in CASES), "--mx", "--checks", "dane",
                          "-p", "25", "--ca-file", str(self.root), "--resolver",
                          self.names.address, within=self.machine.network)
        self.assertEqual(swept.code, RAN_TO_ITS_END, swept.stderr)
        return {record["domain"]: record["checks"]["dane"]["verdict"] for record in swept.records}

    def test_a_sweep_and_postfix_say_the_same_of_every_server(self):
        verdicts = self.sweep()
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as threads:
            said = list(threads.map(self.postfix_says, CASES))
        self.assertEqual(len(verdicts), len(CASES))
        for case, words in zip(CASES, said):
            with self.subTest(case.label):
                self.assertEqual(verdicts[case.domain], case.verdict)
                self.assertIn(case.verdict, verdicts_of(words), words)


if __name__ == "__main__":
    main()
