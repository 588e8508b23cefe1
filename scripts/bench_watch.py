# SPDX-License-Identifier: MIT
"""The benchmark of the monitor: what 100,000 monitors cost beside the bare engine, how late probes
are, how soon and how often an outage of 10,000 servers is told, and what happens when our own
network fails. It counts the messages that a program of the channel has received."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time

import bench_compare
from bench_tools import FIRST_HOST, HELO, PORT, address, on_core

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "tests/program"))

MEBI = 1 << 20
MONITORS = 100_000
DOWN = 10_000  # In whole /24 of 250 monitors each.
PER_PREFIX = 250
READY_SECONDS = 120
# Before each greeting: about what a server elsewhere needs. On loopback without it, only two
# conversations are open at a time, and each completion wakes the monitor by itself.
DELAY_MS = int(os.environ.get("MXSWEEP_WATCH_DELAY_MS", "50"))
TICKS = os.sysconf("SC_CLK_TCK")

rows = []


def report(what, bar, measured, holds):
    rows.append((what, bar, measured, holds))
    print(f"  {what}: {measured} (bar: {bar}){'' if holds else '  OVER THE BAR'}", flush=True)


def host(number):
    """The address of a monitor: 250 in each /24, so that an outage of prefixes is exact."""
    part = FIRST_HOST + number // PER_PREFIX * 256 + number % PER_PREFIX + 1
    return ".".join(str(part >> shift & 255) for shift in (24, 16, 8, 0))


def hosts(count):
    return map(host, range(count))


def prefixes(count):
    for number in range(0, count, PER_PREFIX):
        yield host(number).rsplit(".", 1)[0] + ".0/24"


class Fleet:
    """A simulated fleet that is changed while it runs."""

    def __init__(self, mxsweep, folder, within=(), listen="127.0.0.0/8", only=("plain",),
                 delay=0):
        self.control = folder / "fleet.sock"
        self.process = subprocess.Popen(
            [*within, *on_core(0, [mxsweep, "sink", "--listen", f"{listen}:{PORT}",
                                   *(["--only", *only] if only else []),
                                   "--control", self.control, "--delay", str(delay),
                                   "--ca-out", folder / "authority.pem", "--quiet"])],
            stderr=subprocess.PIPE, text=True)
        ready = self.process.stderr.readline()
        if "ready on port" not in ready:
            raise SystemExit(f"the fleet did not start: {ready}")

    def change(self, ranges, persona):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(60)
            client.connect(str(self.control))
            with client.makefile("rw") as stream:
                for part in ranges:
                    stream.write(f"{part} {persona}\n")
                    stream.flush()
                    answer = stream.readline().strip()
                    if answer != "ok":
                        raise SystemExit(f"the fleet does not obey: {answer}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=120)


CONFIG = """[watch]
state_dir = "{folder}/state"
helo = "{helo}"
interval = "{interval}"
tls_every = "{tls_every}"
resolver = "127.0.0.1:1"
ca_file = "{folder}/authority.pem"
[control]
socket = "{folder}/watch.sock"
{vantage}
[[group]]
name = "fleet"
targets = "{folder}/list"
ports = [{port}]
[[channel]]
name = "log"
kind = "exec"
command = ["/bin/sh", "-c", "exec cat >> {folder}/messages"]
[[route]]
to = ["log"]
{more}"""


class Watch:
    """The monitor, pinned to the second core. `hosts`: its list."""

    def __init__(self, mxsweep, folder, hosts, interval="60s", tls_every="15m", vantage="",
                 within=(), more=""):
        self.folder, self.mxsweep = folder, mxsweep
        shutil.rmtree(folder / "state", ignore_errors=True)
        (folder / "state").mkdir()
        (folder / "messages").write_text("")
        (folder / "events").unlink(missing_ok=True)
        with open(folder / "list", "w", encoding="ascii") as lines:
            lines.writelines(host + "\n" for host in hosts)
        (folder / "watch.toml").write_text(CONFIG.format(
            folder=folder, helo=HELO, interval=interval, tls_every=tls_every, port=PORT,
            vantage=vantage, more=more), encoding="utf-8")
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            [*within, *on_core(1, [mxsweep, "watch", "-c", folder / "watch.toml", "--quiet",
                                   "--events", folder / "events"])])

    def status(self):
        answer = subprocess.run([self.mxsweep, "ctl", "-s", self.folder / "watch.sock", "status",
                                 "--json"], capture_output=True, text=True, check=False)
        return json.loads(answer.stdout) if answer.returncode == 0 and answer.stdout else None

    def wait(self, true, what, seconds=READY_SECONDS):
        give_up = time.monotonic() + seconds
        while time.monotonic() < give_up:
            if self.process.poll() is not None:
                raise SystemExit("the monitor has ended")
            status = self.status()
            if status is not None and true(status):
                return status
            time.sleep(0.5)
        raise SystemExit(f"waited {seconds} s in vain: {what}: {self.status()}")

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1]
        return sum(int(field) for field in fields.split()[11:13]) / TICKS

    def memory(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        return 0

    def messages(self):
        """Each is a line of JSON."""
        text = (self.folder / "messages").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines() if line.strip()]

    def events(self, kind):
        path = self.folder / "events"
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        return [event for event in map(json.loads, text.splitlines()) if event["event"] == kind]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(120)


def load(mxsweep, folder, seconds):
    """100,000 monitors for some minutes, and an outage of 10,000 at their end."""
    with Fleet(mxsweep, folder, delay=DELAY_MS) as fleet, Watch(
            mxsweep, folder, hosts(MONITORS)) as watch:
        watch.wait(lambda status: status["monitors"]["unknown"] == 0
                   and status["monitors"]["watched"] == MONITORS, "the first round")
        first = time.monotonic() - watch.began
        report("first full round", "60 s after the start", f"{first:.1f} s", first <= 62)
        time.sleep(30)
        cpu, memory, began = watch.cpu_seconds(), watch.memory(), time.monotonic()
        before = watch.status()["probes"]["results"]
        time.sleep(seconds)
        spent, took = watch.cpu_seconds() - cpu, time.monotonic() - began
        status = watch.status()
        probes = status["probes"]["results"] - before
        share, grown = spent / took, watch.memory() - memory
        report("CPU, 100,000 at 60 s with TLS every 15 min", "20 % of a core",
               f"{share:.1%}, {spent / probes * 1e6:.1f} µs a probe", share <= 0.20)
        report("memory there", "150 MB", f"{watch.memory() / 1e6:.0f} MB", watch.memory() <= 150e6)
        report(f"memory over {seconds} s", "flat", f"{grown / MEBI:+.1f} MiB", grown < 4 * MEBI)
        lag = status["probes"]["lag_ms"]
        report("schedule lag, p99", "250 ms", f"{lag['p99']:.1f} ms", lag["p99"] <= 250)
        outage(fleet, watch)


def outage(fleet, watch):
    watch.messages()
    fleet.change(prefixes(DOWN), "close_at_connect")
    watch.wait(lambda status: status["monitors"]["down"] == DOWN, "the outage", 300)
    time.sleep(15)
    confirmed = watch.events("confirmed")[-1]["at"]
    told = watch.events("told")
    count = len(watch.messages())
    report("10,000 servers down: messages", "1", str(count), count == 1)
    if told:
        late = seconds_between(confirmed, told[0]["at"])
        report("... after the last confirmation", "10 s", f"{late:.1f} s", late <= 10)
    fleet.change(prefixes(DOWN), "original")
    watch.wait(lambda status: status["monitors"]["down"] == 0, "the recovery", 300)
    time.sleep(15)
    report("... and of their recovery", "1", str(len(watch.messages()) - count),
           len(watch.messages()) - count == 1)


def seconds_between(first, second):
    read = [time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S") for text in (first, second)]
    parts = [float("0" + text[19:].rstrip("Z")) for text in (first, second)]
    return time.mktime(read[1]) - time.mktime(read[0]) + parts[1] - parts[0]


def own_link(mxsweep, folder):
    """Our own link loses everything for a minute: a monitor and its fleet in two namespaces."""
    import network  # pylint: disable=import-outside-toplevel
    impossible = network.why_impossible()
    if impossible:
        print(f"  own link: skipped: {impossible}")
        return
    with contextlib.ExitStack() as stack:
        net = stack.enter_context(contextlib.closing(network.Network(1)))
        stack.enter_context(Fleet(mxsweep, folder, net.far.within, "198.18.0.0/15"))
        vantage = ('[vantage]\ncanaries = ["198.19.0.1:%d", "198.19.0.2:%d"]\nquorum = 1'
                   % (PORT, PORT))
        watch = stack.enter_context(
            Watch(mxsweep, folder, (f"198.18.{n // 250}.{n % 250 + 1}" for n in range(5000)),
                  "10s", "15m", vantage, net.near.within))
        watch.wait(lambda status: status["monitors"]["up"] == 5000, "the first round")
        net.link.cut = True
        time.sleep(60)
        about = [message["incident"]["kind"] for message in watch.messages()]
        report("own link down: messages about servers", "0",
               str(len([kind for kind in about if kind != "blind"])),
               all(kind == "blind" for kind in about))
        report("own link down: messages about us", "1", str(about.count("blind")),
               about.count("blind") == 1)
        net.link.cut = False
        watch.wait(lambda status: status["sight"] == "clear", "the sight", 120)
        time.sleep(30)
        kinds = [(message["kind"], message["incident"]["kind"]) for message in watch.messages()]
        report("own link up again: messages", "1 about us, closing",
               str(kinds[len(about):]), kinds[len(about):] == [("closing", "blind")])


def healthy(mxsweep, folder):
    """A server of each kind that a sweep of the fleet calls well, under a monitor."""
    expected = subprocess.check_output([mxsweep, "sink", "--expect", "127.1.0.0/20"], text=True)
    kinds = {}
    for line in map(json.loads, expected.splitlines()):
        if line["outcome"] == "ok":
            kinds.setdefault(line["persona"], f"{line['ip']},{line['host']}")
    with Fleet(mxsweep, folder, only=()), Watch(
            mxsweep, folder, kinds.values(), "30s", "always") as watch:
        status = watch.wait(lambda status: status["monitors"]["unknown"] == 0, "all results", 240)
        down = status["monitors"]["down"]
        report("healthy servers called down", "0", f"{down} of {len(kinds)} kinds", down == 0)


class Monitors:
    """The monitor in place of a sweep, for bench_compare: each of its targets once in five seconds,
    the history and the state written as well."""

    name = "mxsweep watch"
    targets = bench_compare.TARGETS
    rounds = 2

    def __init__(self, build, folder, _fleet):
        self.mxsweep, self.folder = build / "mxsweep", folder

    def run(self, secure):
        names = (f"{address(n)},{bench_compare.SERVER_NAME}" for n in range(self.targets))
        with Watch(self.mxsweep, self.folder, names, "5s", "always" if secure else "24h") as watch:
            watch.wait(lambda status: status["monitors"]["up"] == self.targets, "the first round")
            before, cpu, began = watch.status(), watch.cpu_seconds(), time.monotonic()
            time.sleep(5 * self.rounds)
            after, spent = watch.status(), watch.cpu_seconds() - cpu
            elapsed = time.monotonic() - began
            results = after["probes"]["results"] - before["probes"]["results"]
            if after["monitors"]["up"] != self.targets:
                raise SystemExit(f"not all are up: {after['monitors']}")
            return {"cpu_us": spent * 1e6 / results, "per_second": results / elapsed,
                    "memory": watch.memory()}

    def stop(self):
        pass


def watch_load(build, folder, _pairs):
    """`scripts/bench watch`. MXSWEEP_WATCH_SECONDS: how long the load is measured."""
    mxsweep = build / "mxsweep"
    load(mxsweep, folder, int(os.environ.get("MXSWEEP_WATCH_SECONDS", "180")))
    own_link(mxsweep, folder)
    healthy(mxsweep, folder)


def watch_compare(build, folder, pairs):
    """The same comparison as `scripts/bench compare`, with the monitor in place of the sweep."""
    bench_compare.compare(build, folder, pairs, Monitors)
