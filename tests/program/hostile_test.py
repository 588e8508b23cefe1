#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Sweeps of servers that do anything, over sockets: each is recorded as it is in memory.

MXSWEEP_HOSTILE_CONVERSATIONS is their number, MXSWEEP_HOSTILE_FIRST the seed of the first."""

import ipaddress
import os
import subprocess
import unittest

from program import ProgramTest, record_of, sanitized

FLEET = os.environ.get("MXSWEEP_HOSTILE_FLEET")
CONVERSATIONS = int(os.environ.get("MXSWEEP_HOSTILE_CONVERSATIONS", 512 if sanitized() else 2048))
FIRST = int(os.environ.get("MXSWEEP_HOSTILE_FIRST", "1"))
PERSONAS = 1000  # As many as a file may have; no more than there are servers.
SERVERS_MOST = 8192  # Of a fleet.
# Of a server that sends no more; all others answer within a tenth of it. Where many run, a machine
# has other work beside: a moment without the processor must not look like silence.
TIMEOUT_SECONDS = 5 if CONVERSATIONS <= 2048 else 20
# So few at once that a busy machine is far from the timeout, too; a handshake takes milliseconds.
AT_ONCE = 1024
AT_ONCE_UNDER_TLS = 64
SHARE_UNDER_TLS = 16
# Far below what the conversations at once would need if each was as large as its limits allow.
MEMORY_OCTETS_MOST = 200 << 20
# What comes after the last reply is raced by our own end.
OF_THE_END = {"no_221", "no_close", "no_close_notify", "unsolicited_octets"}
# Whether a handshake after other octets has a line end among its random ones, what stands behind
# that, and whether a reply takes 10 s on a machine with other work beside.
OF_CHANCE = {"plaintext_after_starttls", "trickled"}
OF_CHANCE_BEHIND_TEXT = {"tls.malformed": "tls.not_tls"}


def verdict(line):
    anomalies = set(line.get("anomalies", [])) - OF_THE_END
    cause = line["cause"]
    if CONVERSATIONS > 2048:
        if "plaintext_after_starttls" in anomalies:
            cause = OF_CHANCE_BEHIND_TEXT.get(cause, cause)
        anomalies -= OF_CHANCE
    return line["outcome"], line["phase"], cause, sorted(anomalies)


@unittest.skipIf(FLEET is None, "MXSWEEP_HOSTILE_FLEET does not name the program of the personas")
class HostileServers(ProgramTest):
    def sweep(self, first, servers, *, implicit):
        prefix = ipaddress.ip_network(f"127.64.0.0/{33 - servers.bit_length()}")
        words = [FLEET, str(first), str(min(PERSONAS, servers)), str(TIMEOUT_SECONDS)]
        personas = subprocess.run(words + ["implicit"] * implicit, check=True, capture_output=True)
        flags = ["--personas", str(self.write("personas.json", personas.stdout))]
        flags += ["--implicit-tls"] * implicit
        code, lines, complaint = self.run_program("sink", *flags, "--expect", str(prefix))
        self.assertEqual(code, 0, complaint)
        expected = {line["ip"]: line for line in map(record_of, lines.splitlines())}
        self.assertEqual(len(expected), servers)
        sink = self.sink(*flags)
        timeout = f"{TIMEOUT_SECONDS}s"
        at_once = AT_ONCE_UNDER_TLS if implicit else AT_ONCE
        swept = self.scan(f"{prefix}\n", "-p", str(sink.port), "-c", str(at_once),
                          "--depth", "rcpt", "--rcpt-to", "postmaster@mx.test",
                          "--relay-test", "elsewhere.test", "--greeting-timeout", timeout,
                          "--command-timeout", timeout, "--tls-timeout", timeout,
                          *(["--tls", "implicit"] * implicit))
        sink.end()
        return expected, swept

    def check(self, first, expected, swept):
        """One record each, with the verdict that the same server gets in memory."""
        self.check_ended(swept)
        self.assertEqual(len(swept.records), len(expected))
        wrong, compared = [], 0
        for record in swept.records:
            right = expected.pop(record["ip"])
            if right["persona"].startswith("any-"):
                continue
            compared += 1
            if "anomalies" not in right:
                record.pop("anomalies", None)
            elif "other_name" in right["anomalies"]:  # The sweep has addresses, without names.
                right["anomalies"].remove("other_name")
                record.setdefault("anomalies", [])
            if verdict(record) != verdict(right):
                wrong.append((right, record))
        self.assertEqual(wrong[:5], [], f"{len(wrong)} differ; the first seed is {first}")
        self.assertGreater(compared, 0.9 * len(swept.records))
        if not sanitized():
            self.assertLess(swept.summary["memory_peak_octets"], MEMORY_OCTETS_MOST)

    def test_each_hostile_server_has_the_record_that_it_has_in_memory(self):
        """Of those that begin in clear text, one in ten offers STARTTLS; beside each of these
        fleets a smaller one begins with TLS."""
        servers = 1 << min(SERVERS_MOST, CONVERSATIONS).bit_length() - 1
        for number in range(-(-CONVERSATIONS // servers)):
            first = FIRST + number * PERSONAS
            for implicit in False, True:
                share = servers // SHARE_UNDER_TLS if implicit else servers
                with self.subTest(first=first, servers=share, implicit=implicit):
                    self.check(first, *self.sweep(first, share, implicit=implicit))


if __name__ == "__main__":
    unittest.main()
