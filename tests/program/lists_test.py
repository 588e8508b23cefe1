#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Lists as people and other programs write them, swept as they are."""

import bz2
import contextlib
import gzip
import lzma
import os
import subprocess
import unittest

from program import HELO, NO_RESOLVER, RAN_TO_ITS_END, WRONG_USAGE, ProgramTest


class Lists(ProgramTest):
    def swept(self, text, *flags):
        sink = self.sink("--only", "plain")
        swept = self.scan(text.replace("PORT", str(sink.port)), "-p", str(sink.port), *flags)
        self.check_ended(swept)
        return sink, swept

    def check_visited(self, swept, *addresses):
        self.assertEqual([(r["ip"], r["outcome"]) for r in
                          sorted(swept.records, key=lambda r: (r["line"], r["ip"]))],
                         [(ip, "ok") for ip in addresses])

    def test_the_lists_of_other_scanners(self):
        for text in ("127.0.1.1 , mx.example.net\n127.0.1.2,,,PORT\n",
                     "saddr,sport\n127.0.1.1,PORT\n127.0.1.2,PORT\n",
                     '"ip","port"\n"127.0.1.1","PORT"\n"127.0.1.2","PORT"\n',
                     "smtp://127.0.1.1:PORT\n127.0.1.2\n",
                     "127.0.1.1-127.0.1.2\n",
                     '{"saddr":"127.0.1.1","sport":PORT,"ttl":52}\n'
                     '{"saddr":"127.0.1.2","sport":PORT,"ttl":52}\n',
                     '[\n{ "ip": "127.0.1.1", "timestamp": "1", "ports": [ {"port": PORT, '
                     '"proto": "tcp", "status": "open"} ] },\n{ "ip": "127.0.1.2", "timestamp": '
                     '"1", "ports": [ {"port": PORT, "proto": "tcp", "status": "open"} ] }\n]\n',
                     "open tcp PORT 127.0.1.1 1700000000\nopen tcp PORT 127.0.1.2 1700000000\n"):
            with self.subTest(text=text):
                _, swept = self.swept(text)
                self.check_visited(swept, "127.0.1.1", "127.0.1.2")

    def test_our_own_records_lead_to_the_same_servers_again(self):
        targets = ('{"target":"127.0.1.1","name":"MX1.example.net","meta":{"rack":"b7"}}\n'
                   "127.0.1.2,mx2.example.net\n")
        _, first = self.swept(targets)
        self.check_visited(first, "127.0.1.1", "127.0.1.2")
        again = self.scan(first.octets.decode())
        self.check_ended(again)

        def known(swept):
            return [{key: record.get(key) for key in ("ip", "port", "name", "meta", "outcome")}
                    for record in sorted(swept.records, key=lambda r: r["ip"])]

        self.assertEqual(known(again), known(first))
        self.assertEqual(known(again)[0]["name"], "mx1.example.net")

    def test_addresses_that_no_remote_host_can_have_are_not_connected_to(self):
        bad = ("0.0.0.0", "::", "224.0.0.1", "ff02::1", "255.255.255.255", "240.0.0.1")
        _, swept = self.swept("\n".join(bad) + "\n::ffff:127.0.1.1\n")
        causes = {record["target"]: record["cause"] for record in swept.records}
        self.assertEqual({causes[target] for target in bad}, {"input.address"})
        mapped = [r for r in swept.records if r["target"] == "::ffff:127.0.1.1"]
        self.assertEqual([(r["ip"], r["outcome"]) for r in mapped], [("127.0.1.1", "ok")])

    def test_what_looks_like_a_range_or_a_prefix_and_is_none_is_not_taken_for_something_else(self):
        _, swept = self.swept("127.0.0.1/08\n192.0.2.8-9\n127.0.1.1\n")
        self.assertEqual([record["cause"] for record in
                          sorted(swept.records, key=lambda r: r["line"])],
                         ["input.prefix", "input.syntax", "none"])

    def test_a_list_of_which_nothing_can_be_read_is_wrong_usage(self):
        """As when a picture is given for a list; each line still has its record."""
        swept = self.scan("rubbish rubbish\n!!\n")
        self.assertEqual(swept.code, WRONG_USAGE)
        self.assertIn("no line of it can be read as a target", swept.stderr)
        self.assertEqual([record["outcome"] for record in swept.records], ["invalid"] * 2)
        self.check_counts(swept)
        empty = self.scan("# nothing yet\n")
        self.assertEqual(empty.code, RAN_TO_ITS_END, empty.stderr)

    def check(self, text, *flags):
        self.write("list", text)
        return self.run_program("scan", "--check", "--helo", HELO, "--resolver", NO_RESOLVER,
                                "-f", str(self.path("list")), *flags)

    def test_check_says_what_the_list_holds(self):
        code, plan, stderr = self.check("# ours\n127.0.1.0/24\nrubbish rubbish\n127.0.1.1:25\n",
                                        "-p", "25,587")
        self.assertEqual(code, RAN_TO_ITS_END, stderr)
        self.assertIn(b"holds         4 lines, 1 skipped, 1 unreadable; 513 targets", plan)
        self.assertIn(b"line 3: input.syntax: rubbish rubbish", plan)
        self.assertNotIn(b"huge", plan)

    def test_check_warns_of_a_huge_prefix_and_reads_a_sample(self):
        code, plan, _ = self.check("2001:db8::/32\n" + "127.0.0.1\n" * 20_000)
        self.assertEqual(code, RAN_TO_ITS_END)
        self.assertIn(b"in the first 10000 lines", plan)
        self.assertIn(b"line 1, 2001:db8::/32, is more than a million million targets", plan)

    def foreign_lists(self):
        text = b"127.0.1.1:1\n127.0.1.2:1\n"
        return {"gzip data": gzip.compress(text), "bzip2 data": bz2.compress(text),
                "xz data": lzma.compress(text), "zstd data": b"\x28\xb5\x2f\xfd\x04\x58" + text,
                "UTF-16 text": text.decode().encode("utf-16"),
                "UTF-32 text": text.decode().encode("utf-32"),
                "zip archive": b"PK\x03\x04\x14\x00" + text}

    def test_a_compressed_list_is_refused_by_name_with_what_to_do(self):
        """No record, exit 2; of a file before any output is touched; plain, --strict, --check."""
        for name, octets in self.foreign_lists().items():
            path = str(self.write("list", octets))
            for flags in ((), ("--strict",), ("--check", "--resolver", NO_RESOLVER)):
                with self.subTest(name=name, flags=flags):
                    records = self.write("records", "from the last sweep\n")
                    scan = self.start_scan(*flags, "-f", path, "-o", str(records),
                                           stdout=subprocess.DEVNULL)
                    self.assertEqual(scan.wait(), WRONG_USAGE, scan.stderr)
                    self.assertRegex(scan.stderr, rf"list: is .*{name}.* FILE \| mxsweep scan")
                    self.assertEqual(records.read_bytes(), b"from the last sweep\n")
                    self.assertIsNone(self.summary())

    def test_a_compressed_list_on_standard_input_is_refused_too(self):
        """From a file and, cut anywhere, from a pipe: no record of what is none of its lines."""
        for name, octets in self.foreign_lists().items():
            with self.subTest(name=name), open(self.write("list", octets), "rb") as stdin:
                code, stdout, stderr = self.run_program("scan", "--helo", HELO, stdin=stdin)
                self.assertEqual((code, stdout), (WRONG_USAGE, b""))
                self.assertRegex(stderr, rf"standard input: is .*{name}")
            with self.subTest(name=name, pipe=True):
                scan = self.start_scan("-o", str(self.path("records")), stdin=subprocess.PIPE)
                with contextlib.suppress(BrokenPipeError):  # It need not read to the end.
                    for octet in octets:
                        os.write(scan.process.stdin.fileno(), bytes([octet]))
                scan.process.stdin.close()
                self.assertEqual(scan.wait(), WRONG_USAGE, scan.stderr)
                self.assertRegex(scan.stderr, rf"standard input: is .*{name}")
                self.assertEqual(self.path("records").read_bytes(), b"")

    def test_a_byte_order_mark_of_utf_8_is_tolerated(self):
        _, swept = self.swept("\ufeff127.0.1.1\n")
        self.check_visited(swept, "127.0.1.1")
        self.assertEqual(swept.records[0]["target"], "127.0.1.1")

    def test_an_object_that_is_wrong_says_which_key_and_keeps_its_meta(self):
        swept = self.scan('{"target":"127.0.1.1","port":"25","meta":{"rack":"b7"}}\n'
                          '{"target":"127.0.1.1","prot":25,"meta":[1]}\n'
                          '{"target":"127.0.1.1","meta":}\n')
        self.assertEqual([(r["cause"], r.get("input"), r.get("meta")) for r in swept.records], [
            ("input.json", {"key": "port", "why": "not an integer"}, {"rack": "b7"}),
            ("input.unknown_key", {"key": "prot"}, [1]),
            ("input.json", {"key": "meta", "why": "not well-formed JSON"}, None)])
        self.check_counts(swept)
        code, plan, _ = self.check('{"target":"127.0.1.1","port":"25"}\n')
        self.assertIn(b'line 1: input.json: port: not an integer: {"target"', plan)
        self.assertEqual(code, RAN_TO_ITS_END)

    def test_check_refuses_a_list_that_is_not_there(self):
        code, _, stderr = self.run_program("scan", "--check", "--helo", HELO, "--resolver",
                                           NO_RESOLVER, "-f", str(self.path("nothing")))
        self.assertEqual(code, WRONG_USAGE)
        self.assertIn("nothing: No such file or directory", stderr)


if __name__ == "__main__":
    unittest.main()
