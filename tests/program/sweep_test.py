#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Whole sweeps, from a list to its records, of a fleet whose expected results are known."""

import collections
import json
import os
import subprocess
import unittest

from name_server import NameServer
from program import RAN_TO_ITS_END, ProgramTest, record_of, wait_until

try:
    from jsonschema import Draft202012Validator
except ImportError:
    Draft202012Validator = None


class MixedFleet(ProgramTest):
    PREFIX = "127.1.0.0/21"

    def personas(self):
        """The built-in personas. The one that resets right after the connect waits long enough for
        even a slow build to see the connect succeed; otherwise connect() itself would fail."""
        code, text, _ = self.run_program("sink", "--print-personas")
        self.assertEqual(code, RAN_TO_ITS_END)
        fleet = json.loads(text)
        for persona in fleet["personas"]:
            for step in persona.get("greeting", []):
                if step.get("do") == "reset":
                    step["after_ms"] = 2000
        return ("--personas", str(self.write("personas.json", json.dumps(fleet))))

    def expected(self, fleet):
        code, lines, _ = self.run_program("sink", *fleet, "--expect", self.PREFIX)
        self.assertEqual(code, RAN_TO_ITS_END)
        return {line["ip"]: line for line in map(record_of, lines.splitlines())}

    def validator(self):
        code, schema, _ = self.run_program("schema")
        self.assertEqual(code, RAN_TO_ITS_END)
        schema = record_of(schema)
        Draft202012Validator.check_schema(schema)
        return Draft202012Validator(schema)

    def check_records(self, expected, records):
        self.assertEqual(len(records), len(expected))
        wrong = []
        for record in records:
            right = expected.pop(record["ip"])
            for word in ("outcome", "phase", "cause"):
                if record[word] != right[word]:
                    wrong.append((right["persona"], record))
                    break
        self.assertEqual(wrong, [])
        self.assertEqual(expected, {}, "addresses without a record")

    def check_schema(self, records):
        if Draft202012Validator is None:
            self.skipTest("the validator (Debian: python3-jsonschema) is not installed")
        validator = self.validator()
        for record in records:
            for error in validator.iter_errors(record):
                self.fail(f"{error.json_path}: {error.message}: {record}")

    def test_every_persona_is_recorded_as_the_fleet_expects(self):
        """2048 servers of every kind: each has its outcome, phase and cause, in a valid record."""
        fleet = self.personas()
        sink = self.sink(*fleet)
        expected = self.expected(fleet)
        personas = collections.Counter(line["persona"] for line in expected.values())
        swept = self.scan(self.PREFIX, "-p", str(sink.port), "-c", "2000",
                          "--greeting-timeout", "12s", "--command-timeout", "5s")
        stats = sink.stop()
        self.check_ended(swept)
        self.assertEqual(stats["out_of_turn"], 0)
        self.assertEqual(stats["conversations"], len(expected))
        self.assertEqual(stats["personas"], personas, "every persona has its servers")
        self.assertEqual(swept.summary["targets"], len(expected))
        self.assertEqual(swept.summary["probes"], len(expected))
        self.check_records(expected, swept.records)
        self.check_schema(swept.records)


class Lists(ProgramTest):
    def test_every_line_yields_its_records(self):
        """Comments and blank lines yield none, a bad line one, a target one for each port."""
        sink = self.sink("--only", "plain")
        server = NameServer({})
        self.addCleanup(server.stop)
        meta = rb'{"rack" : "b7", "n":[1.50e3,-0 ], "caf\u00e9":"caf' + "é".encode() + rb'"}'
        swept = self.scan(
            b"\xef\xbb\xbf127.2.0.1\r\n"                                  # 1
            b"# a comment\r\n"
            b"\r\n"
            b"   \t\n"
            b"127.2.0.2:1   # a port of its own\n"                         # 5
            b"rubbish rubbish\n"
            b"mx1.example.net\n"                                           # 7
            b'{"target":"127.2.0.3","meta":' + meta + b',"name":"mx3.example.net"}\n'
            b"127.2.0.4/30\n"                                              # 9
            b"127.2.0.8:65536\n"
            b'{"target":"127.2.0.9","prot":25}\n'                          # 11
            b'{"target":\n'
            b"127.2.0.10/33\n"                                             # 13
            b"caf\xe9.example.net\n"
            b"127.2.0.11,mx11.example.net",                                # 15, without an end
            "-p", f"1,{sink.port}", "--resolver", server.address)
        self.check_ended(swept)
        refused = ("failed", "connect", "net.refused")
        ok = ("ok", "quit", "none")
        name = ("failed", "dns", "dns.nxdomain")
        open_port = sink.port

        def both(line, ip):
            return [(line, ip, 1, *refused), (line, ip, open_port, *ok)]

        def bad(line, cause):
            return (line, None, None, "invalid", "input", cause)

        right = [
            *both(1, "127.2.0.1"),
            (5, "127.2.0.2", 1, *refused),
            bad(6, "input.syntax"),
            (7, None, 1, *name), (7, None, open_port, *name),
            *both(8, "127.2.0.3"),
            *(row for last in range(4, 8) for row in both(9, f"127.2.0.{last}")),
            bad(10, "input.port"),
            bad(11, "input.unknown_key"),
            bad(12, "input.json"),
            bad(13, "input.prefix"),
            bad(14, "input.not_text"),
            *both(15, "127.2.0.11"),
        ]
        found = [tuple(record.get(key) for key in
                       ("line", "ip", "port", "outcome", "phase", "cause"))
                 for record in swept.records]
        self.assertCountEqual(found, right)
        self.assertEqual(swept.summary["lines_read"], 15)
        self.assertEqual(swept.summary["lines_skipped"], 3)
        self.assertEqual(swept.summary["lines_invalid"], 6)
        with_meta = [line for line in swept.lines if b'"line":8,' in line]
        self.assertEqual(len(with_meta), 2)
        for line in with_meta:
            self.assertIn(b'"meta":' + meta + b",", line, "passed on octet for octet")
            self.assertEqual(record_of(line)["name"], "mx3.example.net")
        self.assertEqual(sink.stop()["conversations"], 7)

    def test_a_conversation_begins_and_ends_within_its_sweep(self):
        """No time of a record is before the sweep's start or after its end."""
        sink = self.sink("--only", "plain")
        swept = self.scan("127.5.0.0/26", "-p", str(sink.port))
        self.check_ended(swept)
        # RFC 3339 in UTC with microseconds: the order of texts is the order of times.
        start, end = swept.summary["start"], swept.summary["end"]
        outside = [r["at"] for r in swept.records if not start <= r["at"] <= end]
        self.assertEqual(outside, [], f"outside of {start} to {end}")
        longest = 1000 * swept.summary["elapsed_seconds"] + 1  # It has three digits of a second.
        self.assertLessEqual(max(r["ms"]["total"] for r in swept.records), longest)

    def test_an_empty_list_is_a_sweep_of_nothing(self):
        """No line, no record, no error."""
        swept = self.scan("")
        self.check_ended(swept)
        self.assertEqual(swept.octets, b"")

    def test_ipv6_is_swept_like_ipv4(self):
        """A target in brackets, and one without them on the default port."""
        try:
            sink = self.sink("--only", "plain", listen="[::1]")
        except AssertionError as error:
            self.skipTest(f"no IPv6 loopback here: {error}")
        swept = self.scan(f"[::1]:{sink.port}\n::1\n", "-p", str(sink.port))
        self.check_ended(swept)
        self.assertEqual([(r["ip"], r["outcome"]) for r in swept.records], [("::1", "ok")] * 2)

    def test_a_record_appears_while_the_pipe_of_targets_is_open(self):
        """No record waits for the end of the list, neither at its start nor in a later pause."""
        sink = self.sink("--only", "plain")
        scan = self.start_scan("-p", str(sink.port), "-o", str(self.path("records")),
                               stdin=subprocess.PIPE)
        for count in (1, 2, 3):
            os.write(scan.process.stdin.fileno(), f"127.3.0.{count}\n".encode())
            wait_until(lambda: self.written().count(b"\n") == count, "a record")
            self.assertTrue(scan.running())
        scan.process.stdin.close()
        self.assertEqual(scan.wait(), RAN_TO_ITS_END, scan.stderr)
        self.assertEqual(self.summary()["records_written"], 3)

    def test_twenty_thousand_closed_ports_are_all_refused(self):
        """Each is net.refused with its errno, and none is lost or counted twice."""
        addresses = [f"127.4.{i // 250}.{i % 250 + 1}" for i in range(20_000)]
        swept = self.scan("".join(f"{address}:1\n" for address in addresses))
        self.check_ended(swept)
        found = collections.Counter(
            (r["outcome"], r["phase"], r["cause"], r["errno"]) for r in swept.records)
        self.assertEqual(found, {("failed", "connect", "net.refused", "ECONNREFUSED"): 20_000})
        self.assertCountEqual([r["ip"] for r in swept.records], addresses)


if __name__ == "__main__":
    unittest.main()
