#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Lists as users and other programs write them, swept unchanged."""

import bz2
import contextlib
import gzip
import lzma
import os
import subprocess
import unittest

from name_server import NameServer
from program import (HELO, NO_RESOLVER, RAN_TO_ITS_END, STOPPED_EARLY, WRONG_USAGE, ProgramTest,
                     expect_valid, record_of, whole_lines)


class TargetsOnTheCommandLine(ProgramTest):
    def run_scan(self, *words, **more):
        """Exit code, records by line, stderr."""
        code, stdout, stderr = self.run_program(
            "scan", "--helo", HELO, "--resolver", NO_RESOLVER, *words, **more)
        records = [record_of(line) for line in whole_lines(stdout)]
        expect_valid(records)
        return code, sorted(records, key=lambda r: (r["line"], r.get("ip", ""))), stderr

    def test_they_are_treated_as_lines_of_a_list(self):
        """In order, in every form, among the flags and after "--"; a bad one has its record and
        does not end the sweep; a list on standard input is not read."""
        port = str(self.sink("--only", "plain").port)
        words = ("127.0.1.1", f"127.0.1.2:{port}", "[::1]:1", "127.0.1.4/31", "a b",
                 f'{{"target":"127.0.1.6","port":{port},"meta":{{"rack":"b7"}}}}',
                 "127.0.1.7,mx.example.net")
        for arguments in ((*words, "-p", port), ("-p", port, *words), ("-p", port, "--", *words),
                          (*words[:3], "-p", port, *words[3:])):
            with self.subTest(arguments=arguments), \
                    open(self.write("stdin", "127.0.9.9\n"), "rb") as stdin:
                code, records, stderr = self.run_scan(*arguments, stdin=stdin)
                self.assertEqual(code, RAN_TO_ITS_END, stderr)
                self.assertEqual(stdin.tell(), 0)
                self.assertEqual([(r["line"], r["target"], r.get("ip"), r["cause"])
                                  for r in records], [
                    (1, words[0], "127.0.1.1", "none"), (2, words[1], "127.0.1.2", "none"),
                    (3, words[2], "::1", "net.refused"), (4, words[3], "127.0.1.4", "none"),
                    (4, words[3], "127.0.1.5", "none"), (5, "a b", None, "input.syntax"),
                    (6, "127.0.1.6", "127.0.1.6", "none"), (7, words[6], "127.0.1.7", "none")])
                self.assertEqual(records[6]["meta"], {"rack": "b7"})

    def test_the_first_word_is_a_target_and_never_a_header_row(self):
        """A host may have the name of a subcommand or of a column."""
        server = NameServer({})
        self.addCleanup(server.stop)
        for word in ("host", "ip", "domain", "scan", "probe", "sink"):
            with self.subTest(word=word):
                code, stdout, _ = self.run_program(
                    "scan", "--helo", HELO, "--resolver", server.address, word)
                self.assertEqual((code, [(r["target"], r["cause"])
                                         for r in map(record_of, whole_lines(stdout))]),
                                 (RAN_TO_ITS_END, [(word, "dns.nxdomain")]))

    def test_none_of_them_can_be_read(self):
        """Exit 2, as for such a list, with their records; a word that looks like a flag must follow
        "--"."""
        code, records, stderr = self.run_scan("--", "-x", "a b")
        self.assertEqual(code, WRONG_USAGE)
        self.assertEqual([(r["line"], r["target"], r["outcome"]) for r in records],
                         [(1, "-x", "invalid"), (2, "a b", "invalid")])
        self.assertIn("the command line: no line of it can be read", stderr)

    def test_a_word_that_is_not_exactly_one_line_is_wrong_usage(self):
        """No text, blanks, a comment: an unset shell variable must not pass silently."""
        for word in ("", " ", "#x", "[", "]", ",", "127.0.0.1\n127.0.0.2", "127.0.0.1\n"):
            for words in ((word,), ("127.0.0.1:1", word)):
                with self.subTest(words=words):
                    code, records, stderr = self.run_scan(*words)
                    self.assertEqual((code, records), (WRONG_USAGE, []))
                    self.assertRegex(stderr,
                                     r"^mxsweep: '.*' (is not a target|contains a line end)")
        self.assertIn(r"'\x1b[31m\x0a' contains", self.run_scan("\x1b[31m\n")[2])

    def test_standard_input_is_a_list_of_that_name(self):
        path = str(self.write("list", "127.0.0.1:1\n"))
        for words in (("-",), ()):
            with self.subTest(words=words), open(path, "rb") as stdin:
                code, records, _ = self.run_scan(*words, stdin=stdin)
                self.assertEqual((code, [r["ip"] for r in records]),
                                 (RAN_TO_ITS_END, ["127.0.0.1"]))
        code, records, stderr = self.run_scan("-", "-f", "-")
        self.assertEqual((code, records), (WRONG_USAGE, []))
        self.assertIn("standard input ('-') is given twice", stderr)

    def test_check_and_strict_read_them(self):
        code, stdout, stderr = self.run_program(
            "scan", "--helo", HELO, "--resolver", NO_RESOLVER, "--check", "127.0.0.1", "a b",
            "127.0.0.0/30")
        self.assertEqual((code, stderr), (RAN_TO_ITS_END, ""))
        self.assertIn(b"list          the command line\n"
                      b"holds         3 lines, 0 skipped, 1 unreadable; 5 targets\n"
                      b"unreadable    line 2: input.syntax: a b\n", stdout)
        code, records, stderr = self.run_scan("--strict", "127.0.0.1", "a b")
        self.assertEqual((code, records), (WRONG_USAGE, []))
        self.assertIn("the command line:2: input.syntax: a b", stderr)
        code, records, stderr = self.run_scan("--strict", "127.0.0.1:1")
        self.assertEqual((code, len(records)), (RAN_TO_ITS_END, 1), stderr)


class SeveralLists(ProgramTest):
    def run_scan(self, *words, **more):
        """Exit code; list, line and target of each record in their order; stderr."""
        if "--resolver" not in words:
            words += ("--resolver", NO_RESOLVER)
        code, stdout, stderr = self.run_program("scan", "--helo", HELO, *words, **more)
        records = [record_of(line) for line in whole_lines(stdout)]
        expect_valid(records)
        return code, sorted((r.get("list", ""), r["line"], r["target"]) for r in records), stderr

    def test_each_record_has_its_list_and_the_line_in_it(self):
        """Lists of -f, files and targets as arguments, and standard input, all at once."""
        a = str(self.write("a", "saddr,sport\n127.0.1.1,1\n"))
        b = str(self.write("b", "127.0.1.2:1\nrubbish rubbish"))
        with open(self.write("stdin", "127.0.1.3:1\n"), "rb") as stdin:
            code, records, stderr = self.run_scan("127.0.1.4:1", "-f", a, b, "-", "127.0.1.5:1",
                                                  "-f", a, stdin=stdin)
        self.assertEqual(code, RAN_TO_ITS_END, stderr)
        self.assertEqual(records, sorted([
            (a, 2, "127.0.1.1"), (a, 2, "127.0.1.1"),
            (b, 1, "127.0.1.2:1"), (b, 2, "rubbish rubbish"),
            ("standard input", 1, "127.0.1.3:1"), ("the command line", 1, "127.0.1.4:1"),
            ("the command line", 2, "127.0.1.5:1")]))

    def test_one_list_needs_no_name(self):
        path = str(self.write("list", "127.0.1.1:1\n"))
        for words in ((path,), ("-f", path), ("127.0.1.1:1",)):
            self.assertEqual(self.run_scan(*words)[:2],
                             (RAN_TO_ITS_END, [("", 1, "127.0.1.1:1")]), words)

    def test_the_name_of_a_list_may_be_any_octets(self):
        path = os.fsencode(self.folder) + b"/\xff"
        with open(path, "wb") as file:
            file.write(b"127.0.1.1:1\n")
        code, records, stderr = self.run_scan(path, "127.0.1.2:1")
        self.assertEqual(code, RAN_TO_ITS_END, stderr)
        self.assertIn((f"{self.folder}/\xff", 1, "127.0.1.1:1"), records)

    def test_a_word_that_names_a_file_is_a_list(self):
        """Any other word is a target. The user sees it, unless a slash shows that a file is
        meant."""
        self.write("example.test", "127.0.1.1:1\n")
        note = "mxsweep: 'example.test' is a file here, and is read as a list of targets\n"
        for word, notes in (("example.test", True), ("./example.test", False),
                            (str(self.path("example.test")), False)):
            with self.subTest(word=word):
                code, records, stderr = self.run_scan(word, cwd=self.folder)
                self.assertEqual((code, records), (RAN_TO_ITS_END, [("", 1, "127.0.1.1:1")]))
                self.assertEqual(note in stderr, notes)
        server = NameServer({})
        self.addCleanup(server.stop)
        code, records, _ = self.run_scan('{"target":"example.test"}', "--resolver", server.address,
                                         cwd=self.folder)
        self.assertEqual((code, records), (RAN_TO_ITS_END, [("", 1, "example.test")]))
        (self.folder / "127.0.1.2").mkdir()
        code, records, _ = self.run_scan("127.0.1.2:1", cwd=self.folder)
        self.assertEqual((code, records), (RAN_TO_ITS_END, [("", 1, "127.0.1.2:1")]))

    def test_a_pipe_has_a_path_too(self):
        """As a shell's <(...) gives it."""
        reading, writing = os.pipe()
        self.addCleanup(os.close, reading)
        os.write(writing, b"127.0.1.1:1\n")
        os.close(writing)
        code, records, stderr = self.run_scan(f"/dev/fd/{reading}", "127.0.1.2:1",
                                              pass_fds=(reading,))
        self.assertEqual((code, records), (RAN_TO_ITS_END, [
            (f"/dev/fd/{reading}", 1, "127.0.1.1:1"), ("the command line", 1, "127.0.1.2:1")]),
            stderr)

    def test_each_list_is_checked_before_the_start(self):
        """No record, whichever list is at fault; --strict and --check name it."""
        good = str(self.write("good", "127.0.1.1:1\n"))
        bad = str(self.write("bad", "rubbish rubbish\n"))
        foreign = str(self.write("foreign", bz2.compress(b"127.0.1.1:1\n")))
        for words, why in (((good, "-f", str(self.path("none"))), "none: No such file"),
                           ((good, foreign), "foreign: is bzip2 data"),
                           ((good, str(self.folder)), "is a directory"),
                           (("--strict", good, bad), "bad:1: input.syntax: rubbish rubbish")):
            with self.subTest(words=words):
                code, records, stderr = self.run_scan(*words)
                self.assertEqual((code, records), (WRONG_USAGE, []))
                self.assertIn(why, stderr)
        code, plan, stderr = self.run_program("scan", "--check", "--helo", HELO, "--resolver",
                                              NO_RESOLVER, good, bad, "127.0.1.0/30")
        self.assertEqual((code, stderr), (RAN_TO_ITS_END, ""))
        for text in (f"list          {good}\nholds         1 line, 0 skipped, 0 unreadable; 1 ",
                     f"list          {bad}\nholds         1 line, 0 skipped, 1 unreadable; 0 ",
                     "list          the command line\nholds         1 line, "):
            self.assertIn(text.encode(), plan)

    def test_no_output_may_overwrite_any_of_them(self):
        a = str(self.write("a", "127.0.1.1:1\n"))
        b = str(self.write("b", "127.0.1.2:1\n"))
        code, _, stderr = self.run_scan(a, b, "-o", b)
        self.assertEqual(code, WRONG_USAGE)
        self.assertIn(f"{b}: is the list itself", stderr)


class TheOrder(ProgramTest):
    def order(self, *flags):
        """The lines in the order of their visits, which are one after the other."""
        swept = self.scan(self.targets, "-c", "1", "-j", "1", *flags)
        self.check_ended(swept)
        return [record["line"] for record in swept.records], swept

    def test_a_seed_repeats_the_order_of_a_sweep(self):
        port = self.sink("--only", "plain").port
        self.targets = "".join(f"127.0.1.{i}:{port}\n" for i in range(1, 41))
        lines = list(range(1, 41))
        order, swept = self.order()
        seed = swept.summary["seed"]
        self.assertIn(f", seed {seed}\n", swept.stderr)
        self.assertNotEqual(order, lines)
        self.assertEqual(sorted(order), lines)
        again, _ = self.order("--seed", str(seed))
        self.assertEqual(again, order)
        another, _ = self.order("--seed", str(seed + 1), "--order", "shuffled")
        self.assertNotEqual(another, order)
        unchanged, swept = self.order("--order", "input")
        self.assertEqual(unchanged, lines)
        self.assertNotIn("seed", swept.summary)
        self.assertNotIn("seed", swept.stderr)

    def test_check_names_the_order(self):
        for flags, text in ((("--seed", "7"), b"order         shuffled, seed 7\n"),
                            (("--order", "input"), b"order         that of the lists\n")):
            code, plan, stderr = self.run_program("scan", "--check", "--helo", HELO, "--resolver",
                                                  NO_RESOLVER, "127.0.0.1", *flags)
            self.assertEqual((code, stderr), (RAN_TO_ITS_END, ""))
            self.assertIn(text, plan)

    def test_a_seed_without_an_order_to_draw_is_wrong_usage(self):
        code, _, stderr = self.run_program("scan", "--helo", HELO, "127.0.0.1", "--order", "input",
                                           "--seed", "7")
        self.assertEqual(code, WRONG_USAGE)
        self.assertIn("--seed has no meaning with --order input", stderr)


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

    def test_a_malformed_range_or_prefix_is_not_read_as_something_else(self):
        _, swept = self.swept("127.0.0.1/08\n192.0.2.8-9\n127.0.1.1\n")
        self.assertEqual([record["cause"] for record in
                          sorted(swept.records, key=lambda r: r["line"])],
                         ["input.prefix", "input.syntax", "none"])

    def test_a_list_without_any_readable_line_is_wrong_usage(self):
        """As with an image file as list; each line still has its record."""
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

    def test_check_reports_what_the_list_contains(self):
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
        return {"gzip data": gzip.compress(gzip.compress(text)), "bzip2 data": bz2.compress(text),
                "xz data": lzma.compress(text),
                "UTF-16 text": text.decode().encode("utf-16"),
                "UTF-32 text": text.decode().encode("utf-32"),
                "zip archive": b"PK\x03\x04\x14\x00" + text}

    def compressed_lists(self, text):
        whole = text.encode()
        zstd = subprocess.run(["zstd", "-c"], input=whole, check=True, capture_output=True).stdout
        return {"gzip": gzip.compress(whole[:7]) + gzip.compress(whole[7:]), "zstd": zstd}

    def test_a_list_of_gzip_or_zstd_is_read_as_it_is(self):
        """By its content, whatever its name; from a file, from standard input and from a pipe."""
        sink = self.sink("--only", "plain")
        for name, octets in self.compressed_lists("127.0.1.1\n127.0.1.2\n").items():
            path = self.write("list", octets)
            for stdin in (None, "file", "pipe"):
                with self.subTest(name=name, stdin=stdin):
                    flags = ("-p", str(sink.port), "-o", str(self.path("records")))
                    if stdin is None:
                        scan = self.start_scan(*flags, str(path))
                    elif stdin == "file":
                        with open(path, "rb") as file:
                            scan = self.start_scan(*flags, stdin=file)
                    else:
                        scan = self.start_scan(*flags, stdin=subprocess.PIPE)
                        for octet in octets:
                            os.write(scan.process.stdin.fileno(), bytes([octet]))
                        scan.process.stdin.close()
                    self.assertEqual(scan.wait(), RAN_TO_ITS_END, scan.stderr)
                    records = map(record_of, whole_lines(self.path("records").read_bytes()))
                    self.assertEqual(sorted((r["line"], r["ip"], r["outcome"]) for r in records),
                                     [(1, "127.0.1.1", "ok"), (2, "127.0.1.2", "ok")])
            with self.subTest(name=name, check=True):
                code, plan, _ = self.check(octets)
                self.assertEqual(code, RAN_TO_ITS_END)
                self.assertIn(b"holds         2 lines, 0 skipped, 0 unreadable; 2 targets", plan)

    def test_what_precedes_a_fault_of_a_compressed_list_is_swept(self):
        """But not the line that is cut off. Exit 1 with the list's name; with --strict and --check
        the sweep does not begin."""
        text = "".join(f"127.0.1.{i % 250 + 1}:1\n" for i in range(2000)) + "127.0.2.234:1\n"
        for name, octets in self.compressed_lists(text).items():
            with self.subTest(name=name):
                swept = self.scan(octets[:-9])
                self.assertEqual(swept.code, STOPPED_EARLY)
                self.assertRegex(swept.summary["stopped"], f"list: the {name} data is cut off$")
                self.check_counts(swept)
                lines = sorted(record["line"] for record in swept.records)
                self.assertEqual(lines, list(range(1, len(lines) + 1)))
                self.assertTrue({r["target"] for r in swept.records} <= set(text.split("\n")))
                path = str(self.path("list"))
                for flag in ("--strict", "--check"):
                    code, _, stderr = self.run_program("scan", "--helo", HELO, "--resolver",
                                                       NO_RESOLVER, flag, path)
                    self.assertEqual(code, WRONG_USAGE)
                    self.assertIn(f"list: the {name} data is cut off", stderr)

    def test_a_compressed_list_is_refused_with_its_format_and_the_remedy(self):
        """No record, exit 2; a file before any output is changed; plain, --strict, --check."""
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
        """From a file and, cut anywhere, from a pipe: without any record."""
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

    def test_the_record_of_a_bad_object_has_the_key_and_its_meta(self):
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

    def test_check_refuses_a_list_that_does_not_exist(self):
        code, _, stderr = self.run_program("scan", "--check", "--helo", HELO, "--resolver",
                                           NO_RESOLVER, "-f", str(self.path("nothing")))
        self.assertEqual(code, WRONG_USAGE)
        self.assertIn("nothing: No such file or directory", stderr)


if __name__ == "__main__":
    unittest.main()
