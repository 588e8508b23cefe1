#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Machines that give little: few descriptors, few local ports, no io_uring."""

import ctypes
import errno
import os
import re
import resource
import struct
import subprocess
import unittest

from program import (CANNOT_RUN_HERE, HELO, MXSWEEP, NO_RESOLVER, RAN_TO_ITS_END, Process,
                     ProgramTest, as_root_of, record_of)

DESCRIPTORS = 256


def few_descriptors():
    resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))


class Descriptors(ProgramTest):
    """`ulimit -n 256`, with a number of workers that does not depend on the machine."""

    def scan_with_few(self, targets, *flags, threads=2, **more):
        return self.scan(targets, "-j", str(threads), *flags, preexec_fn=few_descriptors, **more)

    def connections_that_fit(self, *flags, threads=2):
        code, plan, stderr = self.run_program("scan", "--check", "--helo", HELO,
                                              "--resolver", NO_RESOLVER, "-j", str(threads), *flags,
                                              preexec_fn=few_descriptors)
        self.assertEqual(code, RAN_TO_ITS_END, stderr)
        return int(re.search(rb"so (\d+) connections fit", plan)[1])

    def check_all_ok(self, swept, count):
        self.check_ended(swept)
        self.assertEqual(swept.summary["outcomes"]["ok"], count, swept.summary["outcomes"])
        self.assertEqual(len({r["ip"] for r in swept.records}), count)

    def test_the_default_is_lowered_with_a_note(self):
        """A sweep of 2000 servers is whole, and one line says how many fit at once."""
        sink = self.sink("--only", "plain", "--delay", "20")
        fit = self.connections_that_fit()
        swept = self.scan_with_few("127.6.0.0/21", "-p", str(sink.port))
        self.check_all_ok(swept, 2048)
        self.assertIn(f"only {fit} connections at once fit in the limit on open files "
                      f"(ulimit -n {DESCRIPTORS})", swept.stderr)
        self.assertLessEqual(swept.summary["in_flight_peak"], fit)
        self.assertEqual(swept.summary["local_shortages"], 0)

    def test_what_does_not_fit_is_refused_with_the_cure(self):
        """An explicit --concurrency is not lowered behind its user's back."""
        self.write("records", "from the last sweep\n")
        code, _, stderr = self.run_program(
            "scan", "--helo", HELO, "-c", "1000", "-o", str(self.path("records")),
            preexec_fn=few_descriptors)
        self.assertEqual(code, CANNOT_RUN_HERE, stderr)
        self.assertIn("--concurrency 1000", stderr)
        self.assertIn("cure: raise the limit (ulimit -n)", stderr)
        self.assertEqual(self.path("records").read_bytes(), b"from the last sweep\n")

    def test_a_sweep_at_exactly_the_limit_ends(self):
        """3000 servers with as many connections at once as --check says fit: all are ok."""
        sink = self.sink("--only", "plain", "--delay", "300")
        fit = self.connections_that_fit()
        targets = "127.7.0.0/21\n127.7.8.0/22\n"
        swept = self.scan_with_few(targets, "-p", str(sink.port), "-c", str(fit))
        self.check_all_ok(swept, 3072)
        self.assertEqual(swept.summary["in_flight_peak"], fit)
        self.assertEqual(swept.summary["local_shortages"], 0)

    def test_descriptors_that_others_left_open_brake_the_sweep(self):
        """With 60 inherited descriptors fewer connections fit than planned, and all are ok."""
        sink = self.sink("--only", "plain", "--delay", "300")
        fit = self.connections_that_fit(threads=1)
        inherited = [open("/dev/null", "rb") for _ in range(60)]
        for file in inherited:
            self.addCleanup(file.close)
        swept = self.scan_with_few("127.8.0.0/22", "-p", str(sink.port), "-c", str(fit), threads=1,
                                   pass_fds=[file.fileno() for file in inherited])
        self.check_all_ok(swept, 1024)
        self.assertGreater(swept.summary["local_shortages"], 0)

    def test_exceed_nofile_holds_more_than_the_limit(self):
        """A thousand connections to silent servers are open at once, on both sides' count."""
        sink = self.sink("--only", "silent")
        swept = self.scan_with_few("127.9.0.0/22\n127.9.4.0/24\n", "-p", str(sink.port),
                                   "-c", "1000", "--exceed-nofile", "--greeting-timeout", "3s")
        self.check_ended(swept)
        self.assertEqual(swept.summary["causes"], {"protocol.silent": 1280})
        self.assertGreaterEqual(swept.summary["in_flight_peak"], 1000)
        self.assertEqual(swept.summary["local_shortages"], 0)
        self.assertGreaterEqual(sink.stop()["held_peak"], 1000)

    def test_full_descriptor_tables_do_not_hang(self):
        """--exceed-nofile with exactly what two tables hold: 3000 servers, all are ok."""
        sink = self.sink("--only", "plain", "--delay", "300")
        fit = self.connections_that_fit("--exceed-nofile", "-c", "2")
        targets = "127.10.0.0/21\n127.10.8.0/22\n"
        swept = self.scan_with_few(targets, "-p", str(sink.port), "--exceed-nofile",
                                   "-c", str(2 * fit))
        self.check_all_ok(swept, 3072)
        self.assertEqual(swept.summary["in_flight_peak"], 2 * fit)
        self.assertEqual(swept.summary["local_shortages"], 0)


def sanitized():
    """Whether the program under test needs terabytes of address space, as under a sanitizer."""
    with open(MXSWEEP, "rb") as program:
        octets = program.read()
    return b"__asan_init" in octets or b"__tsan_init" in octets


@unittest.skipIf(sanitized(), "a sanitizer needs more address space than any limit here")
class LittleMemory(ProgramTest):
    """`ulimit -v` of some megabytes: too little is said, with the cure."""

    CURE = "cure: raise the limit of this process's memory"

    def check_with(self, megabytes, *flags):
        limit = megabytes * 1_000_000
        return self.run_program(
            "scan", "--check", "--helo", HELO, "-j", "1", "-c", "10", *flags,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))

    def test_whatever_the_limit_it_ends_in_words(self):
        """From less than the loader needs to more than enough, a megabyte at a time."""
        for megabytes in range(12, 33):
            with self.subTest(megabytes=megabytes):
                code, _, stderr = self.check_with(megabytes, "--resolver", NO_RESOLVER)
                self.assertGreaterEqual(code, 0, stderr)  # Not a signal.
                self.assertTrue(stderr or code == RAN_TO_ITS_END)

    def test_authorities_that_do_not_fit_are_refused(self):
        """A --ca-file of 1,500 certificates in 40 MB: cannot run here, and what to do."""
        authority = self.path("ca.pem")
        self.sink("--only", "exim", "--ca-out", str(authority))
        many = self.write("many.pem", authority.read_text() * 1500)
        code, _, stderr = self.check_with(40, "--ca-file", str(many), "--resolver", NO_RESOLVER)
        self.assertEqual(code, CANNOT_RUN_HERE, stderr)
        self.assertIn("not enough memory for the authorities to trust", stderr)
        self.assertIn(self.CURE, stderr)
        limit = 40_000_000
        code, _, stderr = self.run_program(
            "probe", "--helo", HELO, "--ca-file", str(many), "127.0.0.1:1",
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
        self.assertEqual(code, CANNOT_RUN_HERE, stderr)
        self.assertIn(self.CURE, stderr)


class NoRing(ProgramTest):
    """A seccomp filter refuses io_uring_setup, as the defaults of container engines do."""

    IO_URING_SETUP = 425  # The same on every architecture that has it.
    PR_SET_NO_NEW_PRIVS = 38
    PR_SET_SECCOMP = 22
    SECCOMP_MODE_FILTER = 2

    def refusing(self, error):
        """Returns what has to run in the child: io_uring_setup(2) fails there with `error`."""
        load_word, jump_if_equal, answer = 0x20, 0x15, 0x06
        allow, fail = 0x7FFF0000, 0x00050000
        program = b"".join(struct.pack("HBBI", *row) for row in (
            (load_word, 0, 0, 0),  # The number of the system call.
            (jump_if_equal, 0, 1, self.IO_URING_SETUP),
            (answer, 0, 0, fail | error),
            (answer, 0, 0, allow)))
        code = ctypes.create_string_buffer(program, len(program))
        head = ctypes.create_string_buffer(
            struct.pack("HP", len(program) // 8, ctypes.addressof(code)))
        libc = ctypes.CDLL(None, use_errno=True)

        def install():
            assert code  # `head` points to it.
            if libc.prctl(self.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 or libc.prctl(
                    self.PR_SET_SECCOMP, self.SECCOMP_MODE_FILTER, head, 0, 0) != 0:
                raise OSError(ctypes.get_errno(), "no seccomp filter here")

        return install

    def check_refused(self, error, cause, cure):
        records, targets = str(self.path("records")), str(self.write("list", "127.0.0.1\n"))
        self.write("records", "from the last sweep\n")
        for command in (("scan", "--helo", HELO, "-f", targets, "-o", records),
                        ("scan", "--check", "--helo", HELO, "-o", records, "--resolver",
                         NO_RESOLVER),
                        ("probe", "--helo", HELO, "127.0.0.1:1"),
                        ("sink", "--listen", "127.0.0.0/8:0")):
            with self.subTest(command=command[:2]):
                code, stdout, stderr = self.run_program(*command, preexec_fn=self.refusing(error))
                self.assertEqual(code, CANNOT_RUN_HERE, stderr)
                self.assertEqual(stdout, b"")
                self.assertIn(cause, stderr)
                self.assertRegex(stderr, "cure: .*" + re.escape(cure))
        self.assertEqual(self.path("records").read_bytes(), b"from the last sweep\n")

    def test_io_uring_that_is_forbidden_is_told_with_the_cure(self):
        """EPERM under a filter: the cause names seccomp, the cure its profile."""
        self.check_refused(errno.EPERM, "blocked by a seccomp filter", "seccomp profile")

    def test_io_uring_that_is_hidden_is_told_with_the_cure(self):
        """ENOSYS: an old kernel, an emulator, or a filter."""
        self.check_refused(errno.ENOSYS, "has no io_uring", "Linux 6.1 or newer")


class LocalPorts(ProgramTest):
    """A network of the test's own, in which clients have 20 ports in all."""

    def own_network(self):
        script = ("ip link set lo up && echo 40000 40019 >/proc/sys/net/ipv4/ip_local_port_range"
                  " && echo 0 >/proc/sys/net/ipv4/tcp_max_tw_buckets && echo ready && cat")
        holder = Process([*as_root_of("net"), "sh", "-c", script], self.path("network.err"),
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(holder.end)
        if holder.process.stdout.readline() != b"ready\n":
            self.skipTest(f"no network of our own here: {holder.stderr.strip()}")
        user = [] if os.geteuid() == 0 else ["--user", "--preserve-credentials"]
        return ["nsenter", "--target", str(holder.process.pid), "--net", *user]

    def test_a_want_of_local_ports_is_never_the_targets_fault(self):
        """200 conversations with one server: who found no port is tried again, and all are ok."""
        within = self.own_network()
        sink = self.sink("--only", "plain", "--delay", "100", port=2525, within=within)
        swept = self.scan("127.0.0.9:2525\n" * 200, "-c", "100", "--no-share", within=within)
        self.check_ended(swept)
        self.assertEqual(swept.summary["causes"], {"none": 200})
        self.assertGreater(swept.summary["local_shortages"], 0)
        self.assertIn("for want of local resources", swept.stderr)
        self.assertEqual(sink.stop()["conversations"], 200)

    def test_who_waits_for_a_port_waits_while_others_go_on(self):
        """A silent server holds all ports to it; two more targets on it outlast 2000 quick ones."""
        within = self.own_network()
        fleet = ("--only", "plain,silent", "--delay", "20")
        _, lines, _ = self.run_program("sink", *fleet, "--expect", "127.11.0.0/21")
        expected = [record_of(line) for line in lines.splitlines()]
        silent = next(line["ip"] for line in expected if line["persona"] == "silent")
        plain = [line["ip"] for line in expected if line["persona"] == "plain"]
        self.sink(*fleet, port=2525, within=within)
        targets = "".join(f"{ip}\n" for ip in [silent] * 22 + plain)
        swept = self.scan(targets, "-p", "2525", "-j", "1", "-c", "40", "--greeting-timeout", "4s",
                          "--no-share", within=within)
        self.check_ended(swept)
        self.assertGreater(swept.summary["local_shortages"], 0)
        # 20 of ours were open to that address at once: the last of them may well be our own burst.
        causes = swept.summary["causes"]
        self.assertEqual(causes.pop("protocol.silent") + causes.pop("local.burst"), 22)
        self.assertEqual(causes, {"none": len(plain)})


if __name__ == "__main__":
    unittest.main()
