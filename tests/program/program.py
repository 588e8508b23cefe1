# SPDX-License-Identifier: MIT
"""Shared by the tests of the whole program: a fleet and a sweep, started and ended by process id.

MXSWEEP names the program under test. Every wait is bounded, by a limit far beyond what any test
needs, even under a sanitizer: it ends a hang and measures nothing."""

import contextlib
import fcntl
import functools
import json
import os
import pathlib
import pty
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unittest

try:
    from jsonschema import Draft202012Validator
except ImportError:  # Debian: python3-jsonschema.
    Draft202012Validator = None

MXSWEEP = os.environ.get("MXSWEEP") or sys.exit("MXSWEEP must name the program under test")
SUPPRESSIONS = pathlib.Path(__file__).with_name("thread_sanitizer.supp")
HELO = "scanner.example.net"
WAIT_SECONDS_MAX = 120
POLL_SECONDS = 0.02
POLL_SECONDS_MAX = 1

# The documented exit codes.
RAN_TO_ITS_END = 0
STOPPED_EARLY = 1
WRONG_USAGE = 2
NO_RESOLVER = "127.0.0.1:1"  # No test may query the machine's own resolver.
CANNOT_RUN_HERE = 3
# The fleets of the tests are at loopback addresses, which a sweep visits only if they are its own.
OWN = ("--own", "127.0.0.0/8", "--own", "::1")

SKIPPED = 77  # The exit code that means to ctest: none of the tests could run here.


def sanitized():
    """Whether the program under test is built with a sanitizer, which needs terabytes of address
    space and uses memory differently."""
    with open(MXSWEEP, "rb") as program:
        octets = program.read()
    return b"__asan_init" in octets or b"__tsan_init" in octets


def libraries_of(servers):
    """For LD_LIBRARY_PATH: the libraries that scripts/servers has fetched with its programs."""
    folders = pathlib.Path(servers, "usr/lib").iterdir()
    return ":".join(str(path) for path in sorted(folders) if path.is_dir())


def wait_until(true, what, seconds_max=WAIT_SECONDS_MAX):
    """Waits until `true()` returns a true value, and returns that. A question that starts a program
    is asked less often than one that reads a file, so that it takes a fifth of the processor."""
    give_up = time.monotonic() + seconds_max
    while (asked := time.monotonic()) < give_up:
        answer = true()
        if answer:
            return answer
        took = time.monotonic() - asked
        time.sleep(min(max(POLL_SECONDS, 4 * took), POLL_SECONDS_MAX))
    raise AssertionError(f"waited {seconds_max} s in vain: {what}")


def record_of(line):
    """One line of the output. It must be an object, alone on its line, without a key twice."""

    def members(pairs):
        if len(dict(pairs)) != len(pairs):
            raise ValueError("a key stands there twice")
        return dict(pairs)

    return json.loads(line.decode("utf-8"), object_pairs_hook=members)


def whole_lines(octets):
    """The lines of an output, which must end with a line end."""
    if octets and not octets.endswith(b"\n"):
        raise AssertionError(f"torn: the output ends in {octets[-80:]!r}")
    return octets.splitlines()


@functools.cache
def schema_validator(definition=None):
    schema = json.loads(subprocess.run([MXSWEEP, "schema"], check=True, capture_output=True).stdout)
    if definition:
        schema = {"$defs": schema["$defs"], "$ref": f"#/$defs/{definition}"}
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


WORDS = ("outcome", "phase", "cause", "offered", "tls", "verb", "code", "version", "verify_error")


def shape_of(value, key=""):
    """What the schema checks, approximately: keys, types, and values of enumerations."""
    if isinstance(value, dict):
        free = key in ("extensions", "meta")
        return "free" if free else tuple((k, shape_of(v, k)) for k, v in value.items())
    if isinstance(value, list):
        return frozenset(shape_of(element, key) for element in value)
    return value if key in WORDS or isinstance(value, bool) else type(value).__name__


def expect_valid(records, definition=None):
    """Every record is valid by the program's own schema, or by a definition of it. Checks one
    record of each shape."""
    if Draft202012Validator is None:
        return
    for record in {shape_of(record): record for record in records}.values():
        for error in schema_validator(definition).iter_errors(record):
            raise AssertionError(f"{error.json_path}: {error.message[:500]}: {record}")


def wait_for_state(process, letters):
    """Waits until the process is in one of these states of proc(5), or gone."""

    def reached():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            stat = pathlib.Path(f"/proc/{process}/stat").read_bytes()
            return stat.rpartition(b")")[2].split()[0] in letters
        return True

    wait_until(reached, f"process {process} to be in one of the states {letters}")


def leads_a_group(process):
    with contextlib.suppress(ProcessLookupError):
        return os.getpgid(process) == process
    return False


class Process:
    """A process started by a test, and ended by its id in every case. Its stderr goes to a file,
    unless the caller passes another one."""

    def __init__(self, command, stderr_path, **more):
        self.stderr_path = stderr_path
        environment = dict(more.pop("env", os.environ))
        options = environment.get("TSAN_OPTIONS", "")
        environment["TSAN_OPTIONS"] = f"{options}:suppressions={SUPPRESSIONS}".lstrip(":")
        with open(stderr_path, "wb") as file:
            self.process = subprocess.Popen(command, **{"stderr": file, **more}, env=environment)

    @property
    def stderr(self):
        return self.stderr_path.read_text(encoding="utf-8")

    def running(self):
        return self.process.poll() is None

    def wait(self):
        return self.process.wait(timeout=WAIT_SECONDS_MAX)

    def has_socket(self):
        with contextlib.suppress(OSError):
            for descriptor in pathlib.Path(f"/proc/{self.process.pid}/fd").iterdir():
                with contextlib.suppress(OSError):
                    if os.readlink(descriptor).startswith("socket:"):
                        return True
        return False

    def send(self, number):
        """Sends a signal and waits until it was received, because two pending ones become one."""
        self.process.send_signal(number)
        status = pathlib.Path(f"/proc/{self.process.pid}/status")

        def taken():
            if not self.running():
                return True
            pending = 0
            for line in status.read_text(encoding="ascii").splitlines():
                if line.startswith(("SigPnd:", "ShdPnd:")):
                    pending |= int(line.split()[1], 16)
            return not pending & (1 << (number - 1))

        wait_until(taken, "a signal to be taken notice of")

    def programs(self):
        """The children that lead a process group. It is stopped first, and so starts no more."""
        self.process.send_signal(signal.SIGSTOP)
        wait_for_state(self.process.pid, b"TtZX")
        found = []
        for children in pathlib.Path(f"/proc/{self.process.pid}").glob("task/*/children"):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                found += map(int, children.read_text(encoding="ascii").split())
        return [child for child in found if leads_a_group(child)]

    def end(self):
        """Kills it, and the programs that it has started: each leads a process group of its own,
        and would still write to the test's folder when that is removed."""
        if self.running():
            programs = self.programs()
            self.process.kill()
            for program in programs:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(program, signal.SIGKILL)
                wait_for_state(program, b"ZX")
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()


class Sink(Process):
    """A simulated fleet that is ready. `within`: a command to start it with, such as nsenter."""

    def __init__(self, folder, *flags, port=0, listen="127.0.0.0/8", within=(), **more):
        self.stats_path = folder / "stats.json"
        command = [*within, MXSWEEP, "sink", "--listen", f"{listen}:{port}"]
        command += ["--stats", str(self.stats_path), *flags]
        super().__init__(command, folder / "sink.err", stdout=subprocess.DEVNULL, **more)
        mark = "ready on port "
        try:
            wait_until(lambda: mark in self.stderr or not self.running(), "the fleet to be ready")
            words = self.stderr
            if mark not in words or not words.endswith("\n"):
                raise AssertionError("the fleet did not start: " + words)
        except AssertionError:
            self.end()
            raise
        self.port = int(words.split(mark)[1].split()[0])

    def stop(self):
        """Ends the fleet and returns its counts."""
        self.process.send_signal(signal.SIGTERM)
        if self.wait() != 0:
            raise AssertionError("the fleet ended badly: " + self.stderr)
        return json.loads(self.stats_path.read_text(encoding="utf-8"))


class Terminal:
    """A terminal of 200 columns: a process writes to `writing`, and its output is collected."""

    def __init__(self):
        self.reading, self.writing = pty.openpty()
        fcntl.ioctl(self.writing, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 200, 0, 0))
        self.octets = b""

    def close_writing(self):
        """Afterwards only the processes that were started with it can write."""
        os.close(self.writing)

    def read(self):
        """Waits for more output. False: all writers have closed it."""
        if not select.select([self.reading], [], [], WAIT_SECONDS_MAX)[0]:
            raise AssertionError(f"the terminal stays silent after {self.octets!r}")
        try:
            self.octets += os.read(self.reading, 65536)
        except OSError:  # EIO, which is Linux's end of file here.
            return False
        return True

    def read_until(self, mark):
        while mark not in self.octets:
            if not self.read():
                raise AssertionError(f"no {mark!r} in {self.octets!r}")

    def read_all(self):
        while self.read():
            pass
        return self.octets

    def close(self):
        os.close(self.reading)


class Swept:
    """A sweep that has ended: its exit code, its stderr, its records and its summary."""

    def __init__(self, code, stderr, octets, summary):
        self.code = code
        self.stderr = stderr
        self.octets = octets
        self.summary = summary
        self.lines = whole_lines(octets)
        self.records = [record_of(line) for line in self.lines]


class ProgramTest(unittest.TestCase):
    """A test with a folder of its own; all processes that it starts are ended after it."""

    maxDiff = 4000

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="mxsweep-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def path(self, name):
        return self.folder / name

    def write(self, name, text):
        octets = text if isinstance(text, bytes) else text.encode()
        self.path(name).write_bytes(octets)
        return self.path(name)

    def written(self, name="records"):
        """The octets of an output up to now. A sweep tries out each output before it begins: the
        file exists for a moment, and then again from the start."""
        with contextlib.suppress(FileNotFoundError):
            return self.path(name).read_bytes()
        return b""

    def sink(self, *flags, **more):
        sink = Sink(self.folder, *flags, **more)
        self.addCleanup(sink.end)
        return sink

    def start(self, *arguments, within=(), own=OWN, **more):
        """Starts the program with any arguments, without waiting for its end. A sweep gets the
        flags `own` besides."""
        if arguments[:1] == ("scan",):
            arguments = ("scan", *own, *arguments[1:])
        process = Process([*within, MXSWEEP, *arguments], self.path("program.err"), **more)
        self.addCleanup(process.end)
        return process

    def start_on_terminal(self, *arguments, streams, **more):
        """Starts the program with some of its streams ("stdout", "stderr") on a terminal."""
        terminal = Terminal()
        self.addCleanup(terminal.close)
        more.update({stream: terminal.writing for stream in streams})
        try:
            process = self.start(*arguments, stdin=subprocess.DEVNULL, **more)
        finally:
            terminal.close_writing()
        return process, terminal

    def run_program(self, *arguments, **more):
        """Runs the program to its end: exit code, octets on stdout, text on stderr."""
        more.setdefault("stdin", subprocess.DEVNULL)
        with open(self.path("program.out"), "wb") as stdout:
            process = self.start(*arguments, stdout=stdout, **more)
            code = process.wait()
        return code, self.path("program.out").read_bytes(), process.stderr

    def scan_flags(self, *flags):
        summary = ("--summary", str(self.path("summary.json")))
        return ("scan", "--helo", HELO, "--rate", "0", *summary, *flags)

    def start_scan(self, *flags, **more):
        more.setdefault("stdin", subprocess.DEVNULL)
        return self.start(*self.scan_flags(*flags), **more)

    def summary(self):
        path = self.path("summary.json")
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None

    def scan(self, targets, *flags, **more):
        """Sweeps `targets`, the text of a list, to a file."""
        self.write("list", targets)
        process = self.start_scan("-f", str(self.path("list")), "-o", str(self.path("records")),
                                  *flags, **more)
        code = process.wait()
        swept = Swept(code, process.stderr, self.written(), self.summary())
        expect_valid(swept.records)
        return swept

    def check_counts(self, swept):
        """The summary agrees with the output, and no record is missing."""
        summary = swept.summary
        self.assertTrue(summary["agrees"], summary)
        self.assertEqual(summary["records_written"], len(swept.lines))
        self.assertEqual(summary["octets_written"], len(swept.octets))
        self.assertEqual(summary["targets"] + summary["lines_invalid"],
                         summary["records"] + summary["targets_not_started"])
        self.assertEqual(summary["records"],
                         summary["records_written"] + summary["records_unwritten"])
        for key, word in (("outcomes", "outcome"), ("causes", "cause")):
            counted = {}
            for record in swept.records:
                counted[record[word]] = counted.get(record[word], 0) + 1
            counts = {name: count for name, count in summary[key].items() if count > 0}
            self.assertEqual(counts, counted)

    def check_ended(self, swept):
        """The sweep ran to its end, and its counts agree."""
        self.assertEqual(swept.code, RAN_TO_ITS_END, swept.stderr)
        self.assertNotIn("stopped", swept.summary)
        self.assertEqual(swept.summary["targets_not_started"], 0)
        self.check_counts(swept)


def as_root_of(*namespaces):
    """The command prefix for new namespaces, in which the command has root's privileges."""
    flags = [f"--{namespace}" for namespace in namespaces]
    return ["unshare", *([] if os.geteuid() == 0 else ["--map-root-user"]), *flags]


def main():
    """Replaces unittest.main() if something that all tests need may be missing."""
    result = unittest.main(exit=False).result
    if not result.wasSuccessful():
        sys.exit(1)
    # A class whose setup is skipped counts as one skip and no test.
    sys.exit(SKIPPED if result.testsRun <= len(result.skipped) else 0)
