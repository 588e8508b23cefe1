# SPDX-License-Identifier: MIT
"""mxsweep beside other programs that hold SMTP conversations. Part of scripts/bench.

All programs run on the second core and visit the same servers of the simulated fleet. The fleet
runs on the first core, and so does the driver of a program that cannot read a list itself. The CPU
time of the program's processes is measured. A conversation is greeting, EHLO, QUIT; with TLS it is
greeting, EHLO, STARTTLS, handshake, EHLO, QUIT. A program that is not installed is skipped."""

import asyncio
import json
import os
import pathlib
import re
import shutil
import socket
import statistics
import subprocess
import time

from bench_tools import HELO, PORT, Sink, address, on_core, run_scan, write_personas

SERVER_NAME = "mx.sink.test"  # Every certificate of the fleet is for *.sink.test.
TARGETS = 4000
IN_FLIGHT = 100
CHAINS = 100  # Keys and certificate chains of the fleet.
PLUGIN_TARGETS = 1000  # Fewer, because each conversation is a process.
PLUGIN_IN_FLIGHT = 8
EXPORTER_PORT = 9115
EXPORTER_READY_SECONDS_MAX = 20

# The steps of a conversation in blackbox_exporter's configuration. It appends LF to what it sends.
GREET = [{"expect": "^220 "}, {"send": f"EHLO {HELO}\r"}, {"expect": "^250 "}]
UPGRADE = [{"send": "STARTTLS\r"}, {"expect": "^220 "}, {"starttls": True},
           {"send": f"EHLO {HELO}\r"}, {"expect": "^250 "}]
LEAVE = [{"send": "QUIT\r"}, {"expect": "^221 "}]


class Fleet(Sink):
    """Well-behaved servers with many keys and chains."""

    def __init__(self, build, folder):
        self.authority = folder / "authority.pem"
        common = {"weight": 1, "expect": {"outcome": "ok", "phase": "quit", "cause": "none"}}
        personas = write_personas(build, folder, [
            {"name": f"chain{number}", **common, "tls": {"identity": number}}
            for number in range(CHAINS)])
        super().__init__(build / "mxsweep", "--personas", str(personas),
                         "--ca-out", str(self.authority))


class Mxsweep:
    name = "mxsweep"
    targets = TARGETS

    def __init__(self, build, folder, fleet):
        self.build, self.folder, self.fleet = build, folder, fleet
        self.list = folder / "targets-with-names"
        self.list.write_text("".join(f"{address(n)},{SERVER_NAME}\n" for n in range(TARGETS)))

    def run(self, secure):
        # --require-valid: a chain that does not verify is not "ok", and ends the benchmark.
        trust = ["--ca-file", self.fleet.authority, "--require-valid"]
        flags = trust if secure else ["--tls", "off"]
        return run_scan(self.build, self.folder, self.list, IN_FLIGHT, "-j", 1, *flags)

    def stop(self):
        pass


class Exporter:
    """Prometheus' blackbox_exporter: a server that makes one probe for each HTTP request. Its start
    is not measured."""

    name = "blackbox_exporter"
    targets = TARGETS
    programs = ("blackbox_exporter", "prometheus-blackbox-exporter")

    def __init__(self, _build, folder, fleet):
        program = next(filter(None, map(shutil.which, self.programs)), None)
        if not program:
            raise LookupError("it is not installed (Debian: prometheus-blackbox-exporter)")
        config = folder / "exporter.json"  # JSON is YAML.
        config.write_text(json.dumps({"modules": {
            "clear": self.module(GREET + LEAVE, fleet),
            "starttls": self.module(GREET + UPGRADE + LEAVE, fleet)}}))
        self.process = subprocess.Popen(
            on_core(1, [program, f"--config.file={config}", "--log.level=error",
                        f"--web.listen-address=127.0.0.1:{EXPORTER_PORT}"]))
        self.wait_until_ready()

    @staticmethod
    def module(steps, fleet):
        trust = {"ca_file": str(fleet.authority), "server_name": SERVER_NAME}
        return {"prober": "tcp", "timeout": "30s",
                "tcp": {"preferred_ip_protocol": "ip4", "tls_config": trust,
                        "query_response": steps}}

    def wait_until_ready(self):
        give_up = time.monotonic() + EXPORTER_READY_SECONDS_MAX
        while time.monotonic() < give_up and self.process.poll() is None:
            with socket.socket() as connection:
                if connection.connect_ex(("127.0.0.1", EXPORTER_PORT)) == 0:
                    return
            time.sleep(0.05)
        self.stop()
        raise SystemExit(f"{self.name} did not start")

    def cpu_seconds(self):
        stat = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text()
        fields = stat.rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    async def ask(self, numbers, module):
        """One HTTP connection, which requests one probe after the other."""
        reader, writer = await asyncio.open_connection("127.0.0.1", EXPORTER_PORT)
        for number in numbers:
            target = f"{address(number)}:{PORT}"
            writer.write(f"GET /probe?module={module}&target={target} HTTP/1.1\r\n"
                         "Host: 127.0.0.1\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
            if length:
                body = await reader.readexactly(int(length[1]))
            else:
                body = await self.read_chunks(reader)
            if b"\nprobe_success 1\n" not in body:
                raise SystemExit(f"{self.name} did not reach {target}: {body.decode()}")
        writer.close()

    @staticmethod
    async def read_chunks(reader):
        body = b""
        while True:
            size = int(await reader.readline(), 16)
            body += (await reader.readexactly(size + 2))[:-2]
            if size == 0:
                return body

    async def ask_all(self, module):
        numbers = iter(range(self.targets))
        await asyncio.gather(*(self.ask(numbers, module) for _ in range(IN_FLIGHT)))

    def run(self, secure):
        before, began = self.cpu_seconds(), time.monotonic()
        with_affinity(0, lambda: asyncio.run(self.ask_all("starttls" if secure else "clear")))
        elapsed = time.monotonic() - began
        cpu = self.cpu_seconds() - before
        return {"cpu_us": cpu * 1e6 / self.targets, "per_second": self.targets / elapsed,
                "memory": memory_peak_octets(self.process.pid)}

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Nodemailer:
    """nodemailer, a mail client library: its verify() makes such a conversation."""

    name = "nodemailer"
    targets = TARGETS
    script = pathlib.Path(__file__).with_name("bench_nodemailer.cjs")

    def __init__(self, _build, folder, fleet):
        self.folder, self.fleet = folder, fleet
        self.node = shutil.which("node") or shutil.which("nodejs")
        if not self.node:
            raise LookupError("there is no node here")
        found = subprocess.run([self.node, "-e", "require('nodemailer')"], capture_output=True,
                               check=False)
        if found.returncode != 0:
            raise LookupError("it is not installed (npm install nodemailer; NODE_PATH names its "
                              "node_modules)")

    def run(self, secure):
        wanted = {"first": "127.1.0.0", "targets": self.targets, "inFlight": IN_FLIGHT,
                  "port": PORT, "name": HELO, "serverName": SERVER_NAME,
                  "authority": str(self.fleet.authority) if secure else None}
        out = subprocess.run(on_core(1, [self.node, str(self.script), json.dumps(wanted)]),
                             check=True, capture_output=True, text=True)
        return json.loads(out.stdout)

    def stop(self):
        pass


class Plugin:
    """check_smtp of the monitoring plugins: a process for each conversation. Without STARTTLS it
    sends HELO instead of EHLO, and it does not verify the certificate chain."""

    name = "check_smtp"
    targets = PLUGIN_TARGETS
    program = "/usr/lib/nagios/plugins/check_smtp"

    def __init__(self, _build, _folder, _fleet):
        self.program = shutil.which("check_smtp") or self.program
        if not os.access(self.program, os.X_OK):
            raise LookupError("it is not installed (Debian: monitoring-plugins-basic)")

    def start(self, number, secure):
        words = [self.program, "-H", address(number), "-p", str(PORT), "-F", HELO]
        return os.posix_spawn(self.program, words + ["-S"] * secure, os.environ,
                              file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])

    def end_of_one(self):
        """Waits for one of the processes; returns its CPU seconds."""
        _, status, usage = os.wait4(-1, 0)
        if status != 0:
            raise SystemExit(f"{self.name} ended with {status}")
        return usage.ru_utime + usage.ru_stime

    def run_all(self, secure):
        """The CPU seconds of all processes."""
        seconds = 0.0
        for number in range(self.targets):
            if number >= PLUGIN_IN_FLIGHT:
                seconds += self.end_of_one()
            self.start(number, secure)
        return seconds + sum(self.end_of_one() for _ in range(PLUGIN_IN_FLIGHT))

    def memory(self, secure):
        """The peak memory of one process. ru_maxrss would include that of the forking process."""
        pid, peak = self.start(0, secure), 0
        while os.waitpid(pid, os.WNOHANG) == (0, 0):
            peak = max(peak, memory_peak_octets(pid))
        return peak

    def run(self, secure):
        began = time.monotonic()
        seconds = with_affinity(1, lambda: self.run_all(secure))
        elapsed = time.monotonic() - began
        return {"cpu_us": seconds * 1e6 / self.targets, "per_second": self.targets / elapsed,
                "memory": max(self.memory(secure) for _ in range(10))}

    def stop(self):
        pass


def memory_peak_octets(pid):
    """0 when the process has ended."""
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    peak = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(peak[1]) * 1024 if peak else 0


def with_affinity(core, work):
    """Calls `work()` with this process and its children on one core."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {sorted(cores)[core % len(cores)]})
    try:
        return work()
    finally:
        os.sched_setaffinity(0, cores)


def run_pairs(ours, other, secure, pairs):
    runs = {ours: [], other: []}
    for number in range(-1, pairs):  # The first is the warm-up.
        for tool in (ours, other) if number % 2 == 0 else (other, ours):
            run = tool.run(secure)
            if number >= 0:
                runs[tool].append(run)
    return runs


def compare(build, folder, pairs, ours=Mxsweep):
    print(f"other clients, {IN_FLIGHT} conversations in flight ({Plugin.name} {PLUGIN_IN_FLIGHT}), "
          f"{CHAINS} certificate chains")
    with Fleet(build, folder) as fleet:
        ours = ours(build, folder, fleet)
        for kind in (Exporter, Nodemailer, Plugin):
            try:
                other = kind(build, folder, fleet)
            except LookupError as why:
                print(f"  {kind.name}: not measured, {why}")
                continue
            try:
                for secure in (False, True):
                    report(run_pairs(ours, other, secure, pairs), secure)
            finally:
                other.stop()


def report(runs, secure):
    def median(tool, key):
        return statistics.median(run[key] for run in runs[tool])

    ours, other = runs
    print(f"  {'STARTTLS' if secure else 'in clear'}: {ours.name} beside {other.name}")
    for tool in runs:
        print(f"    {tool.name:18} {median(tool, 'cpu_us'):7.1f} us of CPU each, "
              f"{median(tool, 'per_second'):6.0f} a second, "
              f"{median(tool, 'memory') / 1e6:6.1f} MB resident at most, {tool.targets} targets")
    ratios = [b["cpu_us"] / a["cpu_us"] for a, b in zip(runs[ours], runs[other])]
    print(f"    RATIO {statistics.median(ratios):.1f} ({min(ratios):.1f} to {max(ratios):.1f})",
          flush=True)
