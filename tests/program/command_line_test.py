#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The command line for a user and a shell: flags, exit codes, the plan, progress."""

import json
import pathlib
import re
import shlex
import signal
import subprocess
import tomllib
import unittest

from program import (HELO, NO_RESOLVER, RAN_TO_ITS_END, STOPPED_EARLY, WRONG_USAGE, ProgramTest,
                     whole_lines)


class Flags(ProgramTest):
    def test_wrong_usage_is_reported_and_nothing_is_begun(self):
        """Exit 2, a message on stderr, nothing on stdout."""
        helo = ("--helo", HELO)
        for arguments in (
                (), ("sweep",), ("scan", "--nonsense"),
                ("scan", *helo, "-p", "0"), ("scan", *helo, "-p", "25,65536"),
                ("scan", *helo, "-c", "0"), ("scan", *helo, "-j", "0"), ("scan", *helo, "-r", "-1"),
                ("scan", *helo, "-r", "nan"), ("scan", *helo, "-r", "inf"),
                ("scan", *helo, "--greeting-timeout", "0s"),
                ("scan", *helo, "--greeting-timeout", "5x"),
                ("scan", *helo, "--drain", "-1s"),
                ("scan", *helo, "--depth", "data"), ("scan", *helo, "--tls", "sometimes"),
                ("scan", *helo, "--tls-min", "1.4"),
                ("scan", *helo, "--ciphers", "NORMAL:+NONE-SUCH"),
                ("scan", *helo, "--ca-file", "/nonexistent"),
                ("scan", *helo, "--ca-file", "/dev/null"),
                ("scan", *helo, "--ca-path", "/nonexistent"), ("scan", *helo, "--chain", "half"),
                ("scan", *helo, "--certs", "/nonexistent/certs"),
                ("scan", *helo, "--mx", "--domain-summary", "/nonexistent/domains"),
                ("scan", *helo, "--domain-summary", "d"),
                ("scan", *helo, "--no-share", "--share-memory", "1"),
                ("scan", *helo, "--check-name", "example.org"),
                ("scan", *helo, "--share-memory", "0"), ("scan", *helo, "--share-memory", "-1"),
                ("scan", "--helo", "two words"), ("scan", "--helo", "a.b\r\nMAIL FROM:<>"),
                ("probe",), ("probe", *helo, "--json", "-w", "1", "127.0.0.1"),
                ("probe", *helo, "--mx", "127.0.0.1"),
                ("probe", *helo, "--allow-private", "a.test"),
                ("roundtrip",), ("roundtrip", "--server", "a.test"),
                ("roundtrip", "--server", "imap://a.test", "--from", "a@b.test", "--to",
                 "a@b.test"),
                ("roundtrip", "--server", "a.test", "--from", "a", "--to", "a@b.test"),
                ("roundtrip", "--server", "a.test", "--from", "a@b.test", "--to", "a@b.test",
                 "--auth", "CRAM-MD5"),
                ("roundtrip", "--server", "a.test", "--from", "a@b.test", "--to", "a@b.test",
                 "--fetch", "imaps://a.test"),
                ("roundtrip", *helo, "--script", "/nonexistent"),
                ("sink", "--listen", "192.0.2.1:2525"), ("sink", "--listen", "0.0.0.0:2525"),
                ("sink", "--only", "nobody"), ("sink", "--personas", "/dev/null"),
                ("sink", "--expect", "127.0.0.0/33")):
            with self.subTest(arguments=arguments):
                code, stdout, stderr = self.run_program(*arguments)
                self.assertEqual((code, stdout), (WRONG_USAGE, b""), stderr)
                self.assertNotEqual(stderr, "")

    def refused(self, *arguments):
        """The message with which a command line is refused."""
        code, stdout, stderr = self.run_program(*arguments)
        self.assertEqual((code, stdout), (WRONG_USAGE, b""), stderr)
        return stderr

    def test_the_bare_program_names_its_subcommands(self):
        for arguments in ((), ("sweep",), ("--nonsense",), ("-f", "list", "scan")):
            stderr = self.refused(*arguments)
            for word in ("scan", "probe", "sink", "schema", "--help"):
                self.assertRegex(stderr, rf"(?m)(^  |mxsweep ){word} ", arguments)

    def test_a_misspelt_word_is_answered_with_a_suggestion(self):
        for arguments, meant in (
                (("scna",), "scan"), (("prob", "127.0.0.1"), "probe"),
                (("scan", "--rat", "5"), "--rate"), (("scan", "--input_file=x"), "--input-file"),
                (("scan", "--conc", "5"), "--concurrency"),
                (("scan", "--conect-timeout", "5s"), "--connect-timeout"),
                (("scan", "--tls", "start-tls"), "starttls"),
                (("probe", "--jsno", "127.0.0.1"), "--json"),
                (("sink", "--person", "x"), "--personas"), (("sink", "--only", "plian"), "plain")):
            with self.subTest(arguments=arguments):
                self.assertIn(f"; did you mean {meant}?", self.refused(*arguments))
        for arguments in (("scan", "--nonsense"), ("nonsense",), ("scan", "-x")):
            self.assertNotIn("did you mean", self.refused(*arguments))
        # A flag of another subcommand is no misspelling, and unprintable text is escaped.
        self.assertNotIn("did you mean", self.refused("sink", "--concurrency", "5"))
        self.assertIn(r"unknown option --\x1b[31m", self.refused("scan", "--\x1b[31m"))

    def test_a_list_of_values_may_have_none_empty_and_none_twice(self):
        for flag, text in (("-p", "25,,26"), ("-p", ",25"), ("-p", "25,"), ("-p", ","), ("-p", ""),
                           ("--resolver", "127.0.0.1,,127.0.0.2"), ("--resolver", "127.0.0.1,")):
            self.assertIn(f"'{text}': there is nothing before or after a comma",
                          self.refused("scan", flag, text))
        self.assertIn("'plain,': there is nothing", self.refused("sink", "--only", "plain,"))
        for values in (("-p", "25,26,25"), ("-p", "25", "-p", "025")):
            self.assertIn("25 is given twice", self.refused("scan", *values))
        self.assertIn("127.0.0.1 is given twice",
                      self.refused("scan", "--resolver", "127.0.0.1,127.0.0.1"))

    def test_an_empty_value_is_no_file_and_no_name(self):
        """It may come from an unset shell variable, and must not mean the default."""
        for flag in ("-f", "-o", "--summary", "--certs", "--helo", "--ca-file"):
            self.assertIn("an empty text is not a ", self.refused("scan", flag, ""))

    def test_durations_are_written_as_people_write_them(self):
        for text, shown in (("90", "90s"), ("1.5s", "1500ms"), ("250ms", "250ms"), ("2h", "7200s"),
                           ("1m30s", "90s"), ("5m", "300s")):
            code, plan, stderr = self.run_program(
                "scan", "--check", "--helo", HELO, "--resolver", NO_RESOLVER,
                "--greeting-timeout", text, "--session-timeout", "24h")
            self.assertEqual(code, RAN_TO_ITS_END, stderr)
            self.assertIn(f"greeting {shown}, ".encode(), plan)
        for flag in ("--connect-timeout", "--greeting-timeout", "--command-timeout",
                     "--tls-timeout", "--session-timeout"):
            for text in ("0", "-1s", "nan", "inf", "1e3", "5x", "1s1m", "25h", "9" * 30 + "ms"):
                self.assertIn("write 250ms, 1.5s, 90 (seconds), 1m30s or 2h, from 1ms to 24h",
                              self.refused("scan", "--helo", HELO, f"{flag}={text}"))

    def test_explain_has_every_word_of_the_record(self):
        """Each cause with its outcome and what to do; a word that is misspelt is not far away."""
        _, schema, _ = self.run_program("schema")
        definitions = json.loads(schema)
        words = (definitions["$defs"]["cause"]["enum"]
                 + definitions["properties"]["anomalies"]["items"]["enum"]
                 + definitions["$defs"]["dns"]["properties"]["findings"]["items"]["enum"]
                 + definitions["$defs"]["check_findings"]["items"]["properties"]["id"]["enum"])
        code, listed, stderr = self.run_program("explain")
        self.assertEqual((code, stderr), (RAN_TO_ITS_END, ""))
        self.assertEqual([line.split()[0] for line in listed.decode().splitlines()
                          if line and not line.endswith(":")], words)
        code, explained, stderr = self.run_program("explain", *words)
        self.assertEqual((code, stderr), (RAN_TO_ITS_END, ""))
        self.assertEqual([re.split("[ :]", part)[0] for part in explained.decode().split("\n\n")],
                         words)
        code, full, _ = self.run_program("explain", "resources.storage")
        for part in ("outcome  refused", "group    resources", "blame    target", "to do    ",
                     '"disk full"'):
            self.assertIn(part, full.decode())
        self.assertIn("do you mean 'resources.storage'?",
                      self.refused("explain", "resources.store"))

    def test_help_names_every_default(self):
        """Exit 0; each flag that takes a value has its default, if there is one."""
        code, stdout, stderr = self.run_program("scan", "--help")
        self.assertEqual((code, stderr), (RAN_TO_ITS_END, ""))
        options = stdout.decode().split("\nOptions:\n")[1].split("\n\n")[0]
        defaults = {}
        for words in re.split(r"\n {2,6}(?=-)", "\n" + options)[1:]:
            flag = re.search(r"--([a-z0-9-]+)( [A-Z]\S*)?", words)
            default = re.search(r"\[([^][]+)\]$", " ".join(words.split()))
            if flag[2]:  # It takes a value.
                defaults[flag[1]] = default[1] if default else None
        for optional in ("domain-summary", "certs", "summary", "check-name", "rotate", "checkpoint",
                         "resume", "own", "exclude", "shard", "canary", "metrics",
                         "rcpt-to", "relay-test", "sni", "checks", "spf-from"):
            self.assertIsNone(defaults.pop(optional))
        self.assertEqual(defaults, {
            "input-file": "-", "output-file": "-", "format": "mxsweep", "port": "25", "rate": "500",
            "order": "shuffled", "seed": "drawn at the start",
            "concurrency": "1000, or as many as the limit on open files allows",
            "threads": "one for each processor", "helo": "the machine's own name",
            "protocol": "auto",
            "depth": "tls", "mail-size": "10240", "tls": "auto", "tls-min": "1.0", "chain": "full",
            "ciphers": "everything that the library supports", "ca-file": "the system's store",
            "ca-path": "the system's store",
            "fingerprints": "the built-in one alone", "resolver": "the system's",
            "share-memory": "256", "drain": "10s", "compress": "none", "max-runtime": "no end",
            "checkpoint-every": "2s",
            "per-ip": "1", "per-prefix": "4", "per-operator": "8", "ip-interval": "30s",
            "retries": "1, and 0 for your own targets",
            "retry-delay": "15m after a reply, 2m after a reset, 1m after no answer",
            "source-ip": "as the routes say", "checks-queries-max": "64", "role": "both",
            "resolver-validates": "auto",
            "connect-timeout": "10s", "greeting-timeout": "60s", "command-timeout": "30s",
            "tls-timeout": "15s", "session-timeout": "120s"})

    def flags_of_all_commands(self):
        """Taken from the completions, which are generated from the same texts as help."""
        code, completions, _ = self.run_program("manual", "bash")
        self.assertEqual(code, RAN_TO_ITS_END)
        return set(re.findall(r"(?<!\S)'?(--[a-z0-9-]+)", completions.decode()))

    def test_the_pages_name_no_flag_that_does_not_exist(self):
        """README, docs, and help itself in its notes and descriptions."""
        known = self.flags_of_all_commands()
        self.assertIn("--concurrency", known)
        root = pathlib.Path(__file__).resolve().parents[2]
        pages = {path.name: path.read_text(encoding="utf-8")
                 for path in (root / "README.md", *sorted((root / "docs").glob("*.md")))}
        for command in ("scan", "checks", "probe", "roundtrip", "watch", "ctl", "sink", "schema"):
            pages[command] = self.run_program(command, "--help")[1].decode()
        pages["manual"] = self.manual_page()
        for name, page in pages.items():
            # Flags of other programs and of the scripts.
            page = re.sub(r"(cmake|jq|scripts/\w+|bench/tls_libraries|\w+_bench|zgrab2|docker|"
                          r"parallel) [^`|\n]*", "", page)
            if name in ("from-zgrab2.md", "roundtrip.md"):
                # The first column of their tables has flags of zgrab2 and swaks.
                page = re.sub(r"(?m)^\|[^|]*\|", "|", page)
            named = set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]+", page))
            self.assertEqual(named - known, set(), name)

    def manual_page(self):
        """Its source, without the marks of hyphens, and each command on one line."""
        code, page, _ = self.run_program("manual", "man")
        self.assertEqual(code, RAN_TO_ITS_END)
        return re.sub(r"\\e\n *", "", page.decode().replace("\\-", "-"))

    def test_the_manual_page_has_its_sections_and_every_command_and_flag(self):
        page = self.manual_page()
        self.assertEqual(re.findall(r'^\.SH "?([A-Z ]+)', page, flags=re.M), [
            "NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "TARGETS", "RECORD", "EXIT STATUS",
            "ENVIRONMENT", "FILES", "EXAMPLES", "SEE ALSO"])
        self.assertEqual(re.findall(r"^\.SS (\w+)", page, flags=re.M),
                         ["scan", "checks", "probe", "roundtrip", "watch", "ctl", "sink", "schema",
                          "explain"])
        self.assertEqual(re.findall(r"(?m)^@.*@", page), [])
        flags = re.findall(r"^\.B (?:-\w,)?(--[\w-]+)", page, flags=re.M)
        self.assertEqual(set(flags) | {"--help"}, self.flags_of_all_commands() - {"--version"})

    def test_the_manual_page_of_the_configuration_has_every_key_of_the_example(self):
        code, page, _ = self.run_program("manual", "watch")
        self.assertEqual(code, RAN_TO_ITS_END)
        page = page.decode().replace("\\-", "-")
        self.assertEqual(re.findall(r"(?m)^@.*@", page), [])
        described = {}
        for heading, keys in re.findall(r'(?ms)^\.SS "([^"]*)"\n(.*?)(?=^\.S[SH])', page):
            described[heading] = re.findall(r"(?m)^\\fB([a-z_]+)\\fR = ", keys)
        root = pathlib.Path(__file__).resolve().parents[2]
        example = (root / "src/config/watch.toml.example").read_text(encoding="utf-8")
        seen = set()
        for name, content in tomllib.loads(example).items():
            several = isinstance(content, list)
            heading = f"[[{name}]]" if several else f"[{name}]"
            for section in content if several else [content]:
                seen.update((heading, key) for key in section)
        self.assertGreater(len(seen), 60)
        for heading, key in sorted(seen):
            self.assertIn(key, described[heading], heading)

    def test_the_examples_are_command_lines(self):
        """No example in README, docs, the manual page and help is refused."""
        root = pathlib.Path(__file__).resolve().parents[2]
        pages = [path.read_text(encoding="utf-8")
                 for path in (root / "README.md", *sorted((root / "docs").glob("*.md")))]
        pages += [self.run_program(command, "--help")[1].decode() for command in ("scan", "sink")]
        pages.append(self.manual_page())
        for name in ("list.txt", "domains.txt", "optout.txt", "list.csv"):
            self.write(name, "127.0.0.1\n" if name.startswith("list") else "example.org\n")
        self.sink("--only", "plain", "--ca-out", str(self.path("ca.pem")))
        examples = set()
        for page in pages:
            examples.update(re.findall(r"(?m)^(?:  |\$ )?mxsweep (scan [^|\n]+)",
                                       page.replace(" \\\n", " ")))
        self.assertGreaterEqual(len(examples), 7, examples)
        for example in examples:
            if "--resume" in example:  # It needs the checkpoint of a sweep that was stopped.
                continue
            with self.subTest(example=example):
                code, _, stderr = self.run_program(
                    *shlex.split(example), "--check", "--resolver", NO_RESOLVER, cwd=self.folder)
                self.assertEqual(code, RAN_TO_ITS_END, stderr)

    def test_every_command_explains_itself(self):
        """--help and --version exit with 0."""
        for arguments in (("--help",), ("--version",), ("probe", "--help"), ("sink", "--help"),
                          ("schema", "--help")):
            code, stdout, stderr = self.run_program(*arguments)
            self.assertEqual((code, stderr), (RAN_TO_ITS_END, ""), arguments)
            self.assertIn(b"mxsweep", stdout)

    def test_files_that_cannot_be_opened_are_wrong_usage(self):
        """A missing list, a directory, an output in a missing directory: the path is named."""
        missing, folder, output = (str(self.path(name)) for name in ("missing", "", "records"))
        for flags, named in (
                (("-f", missing, "-o", output), f"{missing}: No such file or directory"),
                (("-f", folder, "-o", output), f"{folder}: is a directory"),
                (("-o", missing + "/records"), f"{missing}/records: No such file or directory")):
            with self.subTest(flags=flags):
                code, stdout, stderr = self.run_program("scan", "--helo", HELO, *flags)
                self.assertEqual((code, stdout), (WRONG_USAGE, b""))
                self.assertIn(named, stderr)
                self.assertFalse(self.path("records").exists())

    def test_a_list_is_not_overwritten_by_its_own_records(self):
        """The same file as list and output is a mistake that would destroy the list."""
        both = str(self.write("list", "127.0.0.1:1\n"))
        code, _, stderr = self.run_program("scan", "--helo", HELO, "-f", both, "-o", both)
        self.assertEqual(self.path("list").read_bytes(), b"127.0.0.1:1\n")
        self.assertEqual(code, WRONG_USAGE, stderr)


class Check(ProgramTest):
    def test_check_prints_the_plan_and_sends_nothing(self):
        """What would be used, how many fit, and what would be sent; the fleet receives nothing."""
        sink = self.sink("--only", "plain")
        self.write("list", "127.12.0.0/24\n")
        code, stdout, stderr = self.run_program(
            "scan", "--check", "--helo", HELO, "-f", str(self.path("list")), "-p", str(sink.port),
            "-o", str(self.path("records")), "-c", "100", "-j", "2", "-r", "50",
            "--greeting-timeout", "90s", "--resolver", NO_RESOLVER)
        self.assertEqual((code, stderr), (RAN_TO_ITS_END, ""))
        plan = dict(line.split(None, 1) for line in stdout.decode().splitlines())
        self.assertRegex(plan["io_uring"], "^usable: .*EXT_ARG")
        self.assertEqual(plan["workers"], "2, 100 connections at once in all, up to 100 on one")
        self.assertRegex(plan["descriptors"], r"limited to \d+, so \d+ connections fit")
        self.assertRegex(plan["memory"], r"\d+ MB")
        self.assertEqual(plan["rate"], "50 new connections a second")
        self.assertEqual(plan["sends"], f"EHLO {HELO}")
        self.assertIn("greeting 90s", plan["timeouts"])
        self.assertRegex(plan["resolver"], f"^{NO_RESOLVER}: does NOT answer")
        self.assertEqual(plan["list"], str(self.path("list")))
        self.assertFalse(self.path("records").exists())
        self.assertEqual(sink.stop()["conversations"], 0)


class Strict(ProgramTest):
    GOOD = "127.13.0.0/30\n# a comment\n"

    def test_a_bad_line_ends_a_strict_sweep_before_it_begins(self):
        """File and line are named; no server is connected to, no output is changed."""
        sink = self.sink("--only", "plain")
        self.write("records", "from the last sweep\n")
        self.write("list", self.GOOD * 1000 + "rubbish rubbish\n" + self.GOOD)
        scan = self.start_scan("--strict", "-f", str(self.path("list")), "-p", str(sink.port),
                               "-o", str(self.path("records")))
        self.assertEqual(scan.wait(), WRONG_USAGE)
        self.assertIn(f"{self.path('list')}:2001: input.syntax: rubbish rubbish", scan.stderr)
        self.assertEqual(self.path("records").read_bytes(), b"from the last sweep\n")
        self.assertEqual(sink.stop()["conversations"], 0)

    def test_a_good_list_is_swept(self):
        """From a file, and from a file on standard input."""
        sink = self.sink("--only", "plain")
        swept = self.scan(self.GOOD, "--strict", "-p", str(sink.port))
        self.check_ended(swept)
        self.assertEqual(swept.summary["outcomes"]["ok"], 4)
        with open(self.path("list"), "rb") as stdin:
            scan = self.start_scan("--strict", "-p", str(sink.port), "-o", "/dev/null", stdin=stdin)
            self.assertEqual(scan.wait(), RAN_TO_ITS_END, scan.stderr)
        self.assertEqual(self.summary()["outcomes"]["ok"], 4)

    def test_a_pipe_cannot_be_read_twice(self):
        """Refused at once: the list would be used up before the sweep."""
        scan = self.start_scan("--strict", "-o", str(self.path("records")), stdin=subprocess.PIPE)
        self.assertEqual(scan.wait(), WRONG_USAGE)
        self.assertIn("standard input: cannot be read twice", scan.stderr)


class Progress(ProgramTest):
    def silent_sweep(self, *flags):
        """The command for a sweep of one silent server, which lasts until its deadline."""
        sink = self.sink("--only", "silent")
        self.write("list", "127.0.0.1\nrubbish rubbish\n")
        return ("scan", "--helo", HELO, "-f", str(self.path("list")), "-o", "/dev/null",
                "-p", str(sink.port), *flags)

    def test_quiet_is_silent(self):
        """Nothing on stderr for a sweep that succeeds; a failure is still reported."""
        for flags in (("--quiet",), ("--quiet", "--progress")):
            code, stdout, stderr = self.run_program(
                *self.silent_sweep("--greeting-timeout", "300ms", *flags))
            self.assertEqual((code, stdout, stderr), (RAN_TO_ITS_END, b"", ""))
        self.write("list", "127.0.0.1\n")
        code, _, stderr = self.run_program("scan", "--helo", HELO, "--quiet", "-p", "1",
                                           "-f", str(self.path("list")), "-o", "/dev/full")
        self.assertEqual(code, STOPPED_EARLY)
        self.assertIn("No space left on device", stderr)

    def test_progress_is_a_plain_line_at_intervals(self):
        """Every 10 s, without control characters, if stderr is not a terminal."""
        code, _, stderr = self.run_program(
            *self.silent_sweep("--greeting-timeout", "11s", "--progress"))
        self.assertEqual(code, RAN_TO_ITS_END)
        lines = stderr.splitlines()
        self.assertEqual(len(lines), 2, stderr)
        self.assertRegex(lines[0],
                         r"^mxsweep: 0:1\d 1 done, list read, 1 in flight, 0/s, invalid 1$")
        self.assertRegex(lines[1], "^mxsweep: 1 target, 1 unreadable line, 2 records ")

    def test_without_progress_only_the_summary_is_printed(self):
        """One line on stderr at the end, and only records on stdout."""
        sink = self.sink("--only", "plain")
        self.write("list", "127.0.0.0/28\n")
        code, stdout, stderr = self.run_program("scan", "--helo", HELO, "-p", str(sink.port),
                                                "-f", str(self.path("list")))
        self.assertEqual(code, RAN_TO_ITS_END)
        self.assertEqual(len(whole_lines(stdout)), 16)
        self.assertRegex(stderr, r"^mxsweep: 16 targets, 16 records \(ok 16\) in [^\n]*\n$")

    def test_a_terminal_shows_one_line_that_is_overwritten(self):
        """It shows how many are in flight and that the sweep is stopping; then it is erased."""
        scan, terminal = self.start_on_terminal(*self.silent_sweep(), streams=("stderr",))
        terminal.read_until(b"1 in flight")
        scan.process.send_signal(signal.SIGINT)
        terminal.read_until(b"stopping (once more to leave at once)")
        scan.process.send_signal(signal.SIGINT)
        shown = terminal.read_all()
        self.assertEqual(scan.wait(), STOPPED_EARLY)
        progress, summary = shown[:shown.rindex(b"\r\x1b[K")], shown[shown.rindex(b"\r\x1b[K"):]
        self.assertNotIn(b"\n", progress)
        self.assertRegex(summary, rb"^\r\x1b\[Kmxsweep: 1 target,.*STOPPED EARLY: a signal")

    def test_quiet_shows_nothing_on_a_terminal(self):
        """Neither progress nor summary."""
        scan, terminal = self.start_on_terminal(
            *self.silent_sweep("--quiet", "--greeting-timeout", "500ms"), streams=("stderr",))
        self.assertEqual(terminal.read_all(), b"")
        self.assertEqual(scan.wait(), RAN_TO_ITS_END)


if __name__ == "__main__":
    unittest.main()
