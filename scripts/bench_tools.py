# SPDX-License-Identifier: MIT
"""Shared parts of the benchmarks: the fleet, a sweep and its results, and the network namespace."""

import functools
import json
import os
import pathlib
import resource
import signal
import subprocess

PORT = 2525
PORT_WITHOUT_LISTENER = 2526
PORT_OF_RESOLVER = 2527
PORT_OF_AUTHORITY = 2528
HELO = "scanner.example.net"
# The fleets are on loopback, which a sweep visits only if it is its own.
OWN = ("--own", "127.0.0.0/8", "--own", "::1")
FIRST_HOST = 127 << 24 | 1 << 16  # 127.1.0.0
OK = {"outcome": "ok", "phase": "quit", "cause": "none"}


def softirq_seconds(core):
    """CPU time of the kernel thread that processes a core's packets under load (ksoftirqd). It is
    charged to no process, so work that moves there would appear to be saved."""
    name = f"ksoftirqd/{sorted(os.sched_getaffinity(0))[core]}"
    for process in pathlib.Path("/proc").iterdir():
        try:
            if process.name.isdigit() and (process / "comm").read_text().strip() == name:
                fields = (process / "stat").read_text().rsplit(")", 1)[1].split()
                return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        except OSError:
            continue  # The process has ended.
    return 0.0


def on_core(core, command):
    """The command, pinned to a core of this machine."""
    cores = sorted(os.sched_getaffinity(0))
    return ["taskset", "-c", str(cores[core % len(cores)]), *command]


def prepare_namespace():
    """Sets loopback up, makes all ports available and disables TIME_WAIT."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    settings = {
        "ip_local_port_range": "1024 65535",
        "ip_local_reserved_ports": f"{PORT}-{PORT_OF_AUTHORITY}",
        "tcp_max_tw_buckets": "0",
    }
    for name, value in settings.items():
        pathlib.Path("/proc/sys/net/ipv4", name).write_text(value)


class Sink:
    """The simulated fleet, on the first core."""

    def __init__(self, mxsweep, *flags):
        self.process = subprocess.Popen(
            on_core(0, [mxsweep, "sink", "--listen", f"127.0.0.0/8:{PORT}", *flags]),
            stderr=subprocess.PIPE,
            text=True,
        )
        ready = self.process.stderr.readline()
        if "ready on port" not in ready:
            raise SystemExit(f"the fleet did not start: {ready}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        output = self.process.communicate(timeout=120)[1].strip()
        print(f"  fleet: {output.splitlines()[-1] if output else 'no output'}")


class Neighbour:
    """A program on the first core that uses up memory bandwidth."""

    def __init__(self, build):
        self.process = subprocess.Popen(on_core(0, [build / "bench/neighbour"]))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def user_and_system():
    """CPU seconds in user space and in the kernel, of all children that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime, usage.ru_stime


def write_personas(build, folder, personas):
    path = folder / "personas.json"
    fleet = json.loads(subprocess.check_output([build / "mxsweep", "sink", "--print-personas"]))
    path.write_text(json.dumps({**fleet, "personas": personas}))
    return path


@functools.cache
def own_flags(program):
    """None for a build of the time before a sweep had to own its loopback targets."""
    known = subprocess.check_output([program, "scan", "--help"], text=True)
    return OWN if "--own" in known else ()


def run_scan(build, folder, targets, in_flight, *flags, outcome="ok", cause="none",
             port=PORT, under=(), program=None):
    """Runs a sweep and returns its measurements. `under`: a command that runs and observes it.
    `program`: another program instead of the build's."""
    summary_path = folder / "summary.json"
    command = [program or build / "mxsweep", "scan", "-f", targets, "-o", folder / "records"]
    command += own_flags(command[0])
    command += ["-p", port]
    command += ["-c", in_flight, "--rate", 0, "--helo", HELO, "--quiet", "--summary", summary_path]
    softirq = softirq_seconds(1)
    words = [str(word) for word in [*under, *command, *flags]]
    user, system = user_and_system()
    subprocess.run(on_core(1, words), check=True)
    user, system = (after - before for after, before in zip(user_and_system(), (user, system)))
    softirq = softirq_seconds(1) - softirq
    summary = json.loads(summary_path.read_text())
    records = summary["records_written"]
    counted = summary["outcomes"].get(outcome), summary["causes"].get(cause)
    as_expected = outcome is None or counted == (records, records)
    if not summary["agrees"] or not as_expected:
        raise SystemExit(f"unexpected results of the sweep: {summary}")
    total = summary["ms"]["total"]
    return {
        "cpu_us": summary["cpu_seconds"] * 1e6 / records,
        "with_softirq_us": (summary["cpu_seconds"] + softirq) * 1e6 / records,
        "per_second": records / summary["elapsed_seconds"],
        "p50_ms": total["p50"],
        "p99_ms": total["p99"],
        "user_share": user / (user + system),
        "memory": summary["memory_peak_octets"],
        "peak": summary["in_flight_peak"],
        "records": records,
        "late_ms": summary["deadline_late_ms_max"],
        "handshakes": summary["tls"]["handshakes"],
        "summary": summary,
    }


def address(number):
    """The address of the fleet's server with this number."""
    host = FIRST_HOST + number
    return f"{host >> 24}.{host >> 16 & 255}.{host >> 8 & 255}.{host & 255}"


def write_targets(folder, count):
    """Plain address lines, each address once."""
    path = folder / f"targets-{count}"
    if not path.exists():
        with path.open("w") as file:
            for number in range(count):
                file.write(address(number) + "\n")
    return path
