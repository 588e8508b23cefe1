#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A command's files: none overwrites another, and none is changed before all have been checked."""

import errno
import json
import os
import stat
import subprocess
import unittest

from program import (CANNOT_RUN_HERE, HELO, NO_RESOLVER, RAN_TO_ITS_END, WRONG_USAGE, ProgramTest)
from system_call_filter import refusing

LIST = b"127.0.0.1:1\n"
OLD = b"from the last sweep\n"
IO_URING_SETUP = 425
UNSHARE = {"x86_64": 272}.get(os.uname().machine, 97)


class Files(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write("list", LIST)
        self.write("old", OLD)

    def scan_in_folder(self, *flags, **more):
        return self.run_program("scan", "--helo", HELO, "--tls", "off", "--resolver", NO_RESOLVER,
                                *flags, cwd=self.folder, **more)

    def check_refused(self, *flags, code=WRONG_USAGE, **more):
        """With and without --check: existing files are unchanged, and no new ones are left."""
        before = {path.name: path.read_bytes() for path in self.folder.iterdir()
                  if path.is_file() and not path.name.startswith("program.")}
        message = ""
        for check in ((), ("--check",)):
            got, _, message = self.scan_in_folder(*flags, *check, **more)
            self.assertEqual(got, code, message)
            after = {path.name: path.read_bytes() for path in self.folder.iterdir()
                     if path.is_file() and not path.name.startswith("program.")}
            self.assertEqual(after, before)
        return message

    def test_no_output_may_be_the_list(self):
        """Whether by its name, another spelling, or links of both kinds."""
        self.path("symbolic").symlink_to("list")
        os.link(self.path("list"), self.path("hard"))
        for name in ("list", "./list", "symbolic", "hard"):
            for flags in (("-o", name), ("-o", "r", "--certs", name),
                          ("-o", "r", "--mx", "--domain-summary", name),
                          ("-o", "r", "--summary", name)):
                with self.subTest(flags=flags):
                    message = self.check_refused("-f", "list", *flags)
                    self.assertIn("is the list itself", message)

    def test_a_list_on_standard_input_is_not_overwritten_either(self):
        for flags in (("-o", "list"), ("-o", "r", "--summary", "list")):
            with self.subTest(flags=flags), open(self.path("list"), "rb") as stdin:
                self.check_refused(*flags, stdin=stdin)

    def test_records_are_not_appended_to_the_list_that_is_read(self):
        """`mxsweep scan -f list >>list` would read its own records for ever."""
        with open(self.path("list"), "ab") as stdout:
            process = self.start("scan", "--helo", HELO, "-f", str(self.path("list")),
                                 stdin=subprocess.DEVNULL, stdout=stdout)
            self.assertEqual(process.wait(), WRONG_USAGE, process.stderr)
        self.assertEqual(self.path("list").read_bytes(), LIST)

    def test_two_outputs_may_not_be_the_same_file(self):
        """Whether it exists already or not, and however it is spelled."""
        (self.folder / "sub").mkdir()
        self.path("dangling").symlink_to("new")
        for one, other in (("old", "old"), ("new", "new"), ("new", "sub/../new"),
                           ("new", "./new"), ("new", "dangling"), ("dangling", "new")):
            for flags in (("-o", one, "--certs", other), ("-o", one, "--summary", other),
                          ("-o", "r", "--certs", one, "--summary", other),
                          ("-o", "r", "--mx", "--certs", one, "--domain-summary", other)):
                with self.subTest(flags=flags):
                    message = self.check_refused("-f", "list", *flags)
                    self.assertIn("is the same file for", message)
                    self.assertTrue(self.path("dangling").is_symlink())

    def test_no_output_may_be_the_file_of_authorities(self):
        self.run_program("sink", "--ca-out", str(self.path("ca.pem")), "--expect", "127.0.0.1")
        self.write("ca.pem", subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-subj", "/CN=a", "-keyout", "/dev/null"],
            capture_output=True, check=True).stdout)
        message = self.check_refused("-f", "list", "--ca-file", "ca.pem", "-o", "ca.pem")
        self.assertIn("is an input itself", message)

    def test_devices_and_pipes_may_be_shared(self):
        code, _, stderr = self.scan_in_folder("-f", "list", "-o", "/dev/null", "--certs",
                                              "/dev/null", "--summary", "/dev/null")
        self.assertEqual(code, RAN_TO_ITS_END, stderr)

    def test_an_output_that_cannot_be_written_costs_no_other_its_content(self):
        missing = "missing/file"
        for flags in (("-o", "old", "--certs", missing), ("-o", "old", "--summary", missing),
                      ("-o", "old", "--mx", "--domain-summary", missing),
                      ("-o", missing), ("-o", "."), ("-o", "old", "--summary", "."),
                      ("-o", "old", "--certs", "old/file")):
            with self.subTest(flags=flags):
                self.check_refused("-f", "list", *flags)

    def test_a_machine_that_does_not_fit_costs_no_output_its_content(self):
        """No ring, too small a descriptor table, or no threads."""
        for number, error, flags in ((IO_URING_SETUP, errno.EPERM, ()),
                                     (UNSHARE, errno.EPERM, ("--exceed-nofile",))):
            with self.subTest(call=number):
                self.write("certs", OLD)
                code, _, stderr = self.scan_in_folder(
                    "-f", "list", "-o", "old", "--certs", "certs", *flags,
                    preexec_fn=refusing(number, error))
                self.assertEqual(code, CANNOT_RUN_HERE, stderr)
                self.assertIn("cure: ", stderr)
                self.assertEqual(self.path("old").read_bytes(), OLD)
                self.assertEqual(self.path("certs").read_bytes(), OLD)

    def test_check_tests_files_without_changing_them(self):
        self.write("certs", OLD)
        code, stdout, stderr = self.scan_in_folder(
            "--check", "-f", "list", "-o", "old", "--certs", "certs", "--summary", "new")
        self.assertEqual(code, RAN_TO_ITS_END, stderr)
        self.assertIn(b"summary       new", stdout)
        self.assertEqual(self.path("old").read_bytes(), OLD)
        self.assertEqual(self.path("certs").read_bytes(), OLD)
        self.assertFalse(self.path("new").exists())

    def test_check_does_not_disturb_a_fifo(self):
        """It does not wait for a reader, and a reader gets no end of file."""
        os.mkfifo(self.path("fifo"))
        code, _, stderr = self.scan_in_folder("--check", "-f", "list", "-o", "fifo", "--summary",
                                              "fifo")
        self.assertEqual(code, RAN_TO_ITS_END, stderr)


class SummaryFile(ProgramTest):
    def sweep(self, summary, **more):
        self.write("list", LIST)
        return self.run_program("scan", "--helo", HELO, "--quiet", "-f", str(self.path("list")),
                                "-o", str(self.path("records")), "--summary", str(summary), **more)

    def test_it_is_replaced_as_a_whole(self):
        """A reader that has the last one open reads it to its end; its permissions stay."""
        self.write("summary", OLD)
        self.path("summary").chmod(0o640)
        with open(self.path("summary"), "rb") as last:
            code, _, stderr = self.sweep(self.path("summary"))
            self.assertEqual((code, stderr), (RAN_TO_ITS_END, ""))
            self.assertEqual(last.read(), OLD)
        self.assertTrue(json.loads(self.path("summary").read_bytes())["agrees"])
        self.assertEqual(stat.S_IMODE(self.path("summary").stat().st_mode), 0o640)
        names = {path.name for path in self.folder.iterdir()}
        self.assertEqual(names, {"list", "records", "summary", "program.err", "program.out"})

    def test_a_link_stays_a_link(self):
        self.write("summary", OLD)
        self.path("link").symlink_to("summary")
        self.assertEqual(self.sweep(self.path("link"))[0], RAN_TO_ITS_END)
        self.assertTrue(self.path("link").is_symlink())
        self.assertTrue(json.loads(self.path("summary").read_bytes())["agrees"])

    def test_minus_is_standard_error(self):
        """And so is /dev/stderr, where earlier output is kept."""
        for path in ("-", "/dev/stderr", "/dev/fd/2", "/proc/self/fd/2"):
            with self.subTest(path=path):
                code, stdout, stderr = self.sweep(path)
                self.assertEqual((code, stdout), (RAN_TO_ITS_END, b""))
                self.assertTrue(json.loads(stderr)["agrees"])

    def test_descriptors_and_fifos_are_written_to(self):
        os.mkfifo(self.path("fifo"))
        reader = os.open(self.path("fifo"), os.O_RDONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, reader)
        self.assertEqual(self.sweep(self.path("fifo"))[0], RAN_TO_ITS_END)
        self.assertTrue(json.loads(os.read(reader, 65536))["agrees"])
        with open(self.path("other"), "wb") as other:
            other.write(OLD)
            other.flush()
            code, _, stderr = self.sweep(f"/dev/fd/{other.fileno()}", pass_fds=(other.fileno(),))
            self.assertEqual(code, RAN_TO_ITS_END, stderr)
        self.assertTrue(self.path("other").read_bytes().startswith(OLD + b'{"v":1,'))

    def test_one_that_cannot_be_written_is_found_before_the_sweep(self):
        sink = self.sink("--only", "plain")
        self.write("targets", f"127.0.0.1:{sink.port}\n")
        for path in ("/nonexistent/summary", str(self.folder), f"{self.path('targets')}/summary"):
            with self.subTest(path=path):
                code, stdout, stderr = self.run_program(
                    "scan", "--helo", HELO, "-f", str(self.path("targets")), "--summary", path)
                self.assertEqual((code, stdout), (WRONG_USAGE, b""), stderr)
                self.assertIn(path + ": ", stderr)
        self.assertEqual(sink.stop()["conversations"], 0)


class FleetFiles(ProgramTest):
    def test_a_fleet_that_does_not_start_leaves_the_others_authority_alone(self):
        """The port is in use by a fleet that has written its authority to the same file."""
        sink = self.sink("--only", "plain", "--ca-out", str(self.path("ca.pem")))
        before = self.path("ca.pem").read_bytes()
        code, _, stderr = self.run_program("sink", "--listen", f"127.0.0.0/8:{sink.port}",
                                           "--ca-out", str(self.path("ca.pem")))
        self.assertNotEqual(code, RAN_TO_ITS_END)
        self.assertIn("cannot listen on port", stderr)
        self.assertEqual(self.path("ca.pem").read_bytes(), before)

    def test_no_file_of_a_fleet_overwrites_another(self):
        personas = self.run_program("sink", "--print-personas")[1]
        self.write("personas", personas)
        for flags in (("--personas", "personas", "--ca-out", "./personas"),
                      ("--personas", "personas", "--stats", "personas"),
                      ("--ca-out", "new", "--stats", "./new"),
                      ("--ca-out", "missing/file"), ("--stats", "missing/file")):
            with self.subTest(flags=flags):
                code, _, stderr = self.run_program("sink", "--listen", "127.0.0.0/8:0", *flags,
                                                   cwd=self.folder)
                self.assertEqual(code, WRONG_USAGE, stderr)
                self.assertEqual(self.path("personas").read_bytes(), personas)
                self.assertFalse(self.path("new").exists())


if __name__ == "__main__":
    unittest.main()
