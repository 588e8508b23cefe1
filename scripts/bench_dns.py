# SPDX-License-Identifier: MIT
"""The DNS benchmarks: NSD as the authority and Unbound as the resolver, both from scripts/servers
and on the fleet's core, with zones of a hundred thousand mail domains."""

import json
import os
import pathlib
import re
import shutil
import socket
import statistics
import subprocess
import time

from bench_tools import PORT_OF_AUTHORITY, PORT_OF_RESOLVER, Sink, address, on_core, run_scan
from bench_tools import write_targets

DOMAINS = 100_000
SERVERS = 1000
NAMES = ("--mx", "--resolver", f"127.0.0.1:{PORT_OF_RESOLVER}")
START_SECONDS_MAX = 60
MX = 15

AUTHORITY = """
server:
  ip-address: 127.0.0.1@{authority}
  username: ""
  chroot: ""
  pidfile: ""
  database: ""
  zonesdir: "{folder}"
  xfrdfile: "{folder}/xfrd.state"
  xfrdir: "{folder}"
  zonelistfile: "{folder}/zone.list"
  logfile: "{folder}/nsd.log"
  rrl-ratelimit: 0
remote-control:
  control-enable: no
zone:
  name: "."
  zonefile: "root.zone"
"""

# Caches large enough for a whole benchmark, and more simultaneous queries than a sweep sends. By
# default Unbound answers NXDOMAIN for all names below "test", as RFC 6761 requires.
RESOLVER = """
server:
  interface: 127.0.0.1
  port: {resolver}
  do-daemonize: no
  username: ""
  chroot: ""
  pidfile: ""
  use-syslog: no
  directory: "{folder}"
  logfile: "{folder}/unbound.log"
  module-config: "iterator"
  do-not-query-localhost: no
  do-ip6: no
  so-rcvbuf: 4m
  msg-cache-size: 256m
  rrset-cache-size: 512m
  outgoing-range: 4096
  num-queries-per-thread: 2048
  local-zone: "test." nodefault
stub-zone:
  name: "."
  stub-addr: 127.0.0.1@{authority}
"""

ZONE = """$ORIGIN .
$TTL 86400
@ SOA ns.sweep. admin.sweep. 1 3600 600 86400 86400
@ NS ns.sweep.
ns.sweep. A 127.0.0.1
"""


def is_answered(port, name):
    """Whether a server answers with the MX of a name."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    query = b"\x12\x34\x01\x00\x00\x01" + bytes(6) + labels + b"\x00" + bytes([0, MX, 0, 1])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(1)
        try:
            client.connect(("127.0.0.1", port))
            client.send(query)
            response = client.recv(4096)
        except OSError:
            return False
    code, answers = response[3] & 15, int.from_bytes(response[6:8], "big")
    return (response[:2], code, answers) == (query[:2], 0, 1)


class Names:
    """A resolver and the authority for the root zone, until the end of the block. `records`: lines
    of the zone; `known`: a name in it that has an MX."""

    def __init__(self, folder, records, known):
        servers = os.environ.get("MXSWEEP_SERVERS", "")
        self.programs = pathlib.Path(servers, "usr")
        if not servers or not (self.programs / "sbin/unbound").exists():
            raise SystemExit("NSD and Unbound are missing: scripts/servers fetches them")
        self.folder = pathlib.Path(folder, "names")
        self.folder.mkdir(exist_ok=True)
        self.records, self.known = records, known
        self.processes = []

    def __enter__(self):
        with (self.folder / "root.zone").open("w") as file:
            file.write(ZONE)
            file.writelines(self.records)
        try:
            # In this order, or the resolver would cache that the authority did not answer.
            self.start("nsd", AUTHORITY, PORT_OF_AUTHORITY)
            self.start("unbound", RESOLVER, PORT_OF_RESOLVER)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.terminate()
            process.wait()

    def start(self, name, configuration, port):
        path = self.folder / f"{name}.conf"
        path.write_text(configuration.format(
            folder=self.folder, authority=PORT_OF_AUTHORITY, resolver=PORT_OF_RESOLVER))
        libraries = ":".join(str(path) for path in (self.programs / "lib").iterdir())
        command = [str(self.programs / "sbin" / name), "-d", "-c", str(path)]
        process = subprocess.Popen(
            on_core(0, command), env={**os.environ, "LD_LIBRARY_PATH": libraries})
        self.processes.append(process)
        give_up = time.monotonic() + START_SECONDS_MAX
        while not is_answered(port, self.known):
            if process.poll() is not None or time.monotonic() > give_up:
                log = self.folder / f"{name}.log"
                raise SystemExit(f"{name}: {log.read_text() if log.exists() else 'no word'}")
            time.sleep(0.05)


def shared_records(domains):
    """Domains that share a few servers, whose names match their certificates."""
    hosts = ["mx-" + address(number).replace(".", "-") + ".sink.test." for number in range(SERVERS)]
    for number, host in enumerate(hosts):
        yield f"{host} A {address(number)}\n"
    for number in range(domains):
        yield f"d{number}.bench.test. MX 10 {hosts[number % SERVERS]}\n"


def own_records(domains, servers):
    """Domains with an MX host each; the hosts' addresses are those of `servers` servers."""
    for number in range(domains):
        yield f"d{number}.bench.test. MX 10 mx.d{number}.bench.test.\n"
        yield f"mx.d{number}.bench.test. A {address(number % servers)}\n"


def write_domains(folder, count):
    path = folder / f"domains-{count}"
    path.write_text("".join(f"d{number}.bench.test\n" for number in range(count)))
    return path


def print_shares(build, folder, targets, flags):
    """Where the CPU time goes, library by library."""
    if not shutil.which("perf"):
        print("  c-ares' share: unknown, perf is not installed")
        return
    data = folder / "perf.data"
    watch = ("perf", "record", "-q", "-e", "cpu-clock", "-F", "1999", "-o", data)
    run_scan(build, folder, targets, *flags, under=watch)
    report = subprocess.run(
        ["perf", "report", "-i", str(data), "--stdio", "--sort", "dso"],
        check=True, capture_output=True, text=True).stdout
    shares = re.findall(r"^ *([0-9.]+)% +(\S+)", report, re.MULTILINE)
    cares = sum(float(share) for share, library in shares if library.startswith("libcares"))
    largest = ", ".join(f"{library} {share} %" for share, library in shares if float(share) >= 1)
    print(f"  CPU time by library: {largest}")
    print(f"  C-ARES   {cares:.1f} % of the process's CPU time, without the kernel's part")


def dns_lookups(build, folder, pairs):
    """Queries MX and A of every domain and visits only a few servers. All CPU time of the process
    is counted as the cost of lookups, so the rate is a lower bound."""
    targets = write_domains(folder, DOMAINS)
    flags = (1000, *NAMES, "-4", "-j", 1, "--tls", "off")
    rates = []
    print(f"lookups: MX and A of {DOMAINS} domains with a host each, {SERVERS} servers in all")
    known = f"d{DOMAINS - 1}.bench.test"
    with Names(folder, own_records(DOMAINS, SERVERS), known), Sink(
        build / "mxsweep", "--only", "plain"
    ):
        print("  warm-up", flush=True)
        run_scan(build, folder, targets, *flags)
        for number in range(pairs):
            summary = run_scan(build, folder, targets, *flags)["summary"]
            lookups = summary["lookups"]
            if lookups["failed"] or lookups["sent"] < 2 * DOMAINS:
                raise SystemExit(f"the lookups went wrong: {lookups}")
            rates.append(lookups["sent"] / summary["cpu_seconds"])
            print(
                f"  {number + 1}: {lookups['asked']} asked, {lookups['sent']} sent, "
                f"{lookups['retried']} retried, {summary['cpu_seconds']:.2f} s of CPU, "
                f"{summary['elapsed_seconds']:.2f} s",
                flush=True,
            )
        print_shares(build, folder, targets, flags)
    print(
        f"  LOOKUPS  {statistics.median(rates):.0f} sent per CPU second, records included "
        f"({min(rates):.0f} to {max(rates):.0f}); the bar is 15,000"
    )
    print("  the resolver by itself, and a bare socket:", flush=True)
    subprocess.run([str(build / "bench/dns_bench"), "--benchmark_filter=lookups|socket"],
                   check=True)


def sweep_shared(build, folder, domains, *flags):
    """Sweeps so many domains, and fails unless each server was visited exactly once."""
    counts_path, authority = folder / "sink.json", folder / "authority.pem"
    with Sink(build / "mxsweep", "--only", "plain", "--stats", str(counts_path), "--ca-out",
              str(authority)):  # fmt: skip
        run = run_scan(
            build, folder, write_domains(folder, domains), 1000, *NAMES, "-j", 2,
            "--ca-file", authority, *flags,
        )  # fmt: skip
    counts = json.loads(counts_path.read_text())
    with (folder / "records").open("rb") as file:
        answered = {json.loads(line)["domain"] for line in file}
    seen = {
        "records": run["records"],
        "domains": len(answered),
        "shared": run["summary"]["shared"],
        "conversations": counts["conversations"],
        "addresses": counts["addresses"],
        "address_conversations_max": counts["address_conversations_max"],
    }
    expected = {
        "records": domains,
        "domains": domains,
        "shared": domains - SERVERS,
        "conversations": SERVERS,
        "addresses": SERVERS,
        "address_conversations_max": 1,
    }
    if seen != expected:
        raise SystemExit(f"not every server was visited once: {seen}, expected {expected}")
    print(
        f"  {domains} domains answered, {counts['addresses']} servers visited, "
        f"{counts['address_conversations_max']} time each; {run['memory'] / 1e6:.1f} MB resident "
        f"at most, {run['per_second']:.0f} records/s, {run['cpu_us']:.1f} us of CPU each",
        flush=True,
    )
    return run


def dns_shared(build, folder, _pairs):
    """Up to three times as many domains as the DNS cache holds, to see that memory is bounded."""
    most = 3 * DOMAINS
    print(f"domains that share {SERVERS} servers, each server visited once")
    with Names(folder, shared_records(most), f"d{most - 1}.bench.test"):
        runs = {
            domains: sweep_shared(build, folder, domains, "--tls", "off")
            for domains in (DOMAINS // 10, DOMAINS, most)
        }
        print("  the same under TLS", flush=True)
        secure = sweep_shared(build, folder, DOMAINS)
    if secure["handshakes"] != SERVERS:
        raise SystemExit(f"{secure['handshakes']} handshakes with {SERVERS} servers")
    memory = {domains: run["memory"] for domains, run in runs.items()}
    print(
        f"  MEMORY   {memory[DOMAINS] / memory[DOMAINS // 10]:.2f} times as much for 10 times the "
        f"domains, {memory[most] / memory[DOMAINS]:.2f} for another 3 times as many"
    )


def compare_rates(build, folder, pairs, count, in_flight):
    """Compares a sweep of mail domains with one of the addresses of the same servers."""
    flags = (in_flight, "-j", 1, "--tls", "off")
    domains, addresses = write_domains(folder, count), write_targets(folder, count)

    def by_name():
        return run_scan(build, folder, domains, *flags, *NAMES, "-4")

    def by_address():
        return run_scan(build, folder, addresses, *flags)

    by_name()
    ratios = []
    for number in range(pairs):
        if number % 2 == 0:
            a, b = by_address(), by_name()
        else:
            b = by_name()
            a = by_address()
        ratios.append(b["per_second"] / a["per_second"])
        print(
            f"  pair {number + 1}: addresses {a['per_second']:.0f}/s, {a['cpu_us']:.1f} us of CPU "
            f"each; domains {b['per_second']:.0f}/s, {b['cpu_us']:.1f} us; ratio {ratios[-1]:.3f}",
            flush=True,
        )
    return f"{statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})"


def dns_rate(build, folder, pairs):
    """Whether name resolution slows down a sweep."""
    count, in_flight = 20_000, 300
    with Names(folder, own_records(count, count), f"d{count - 1}.bench.test"):
        print(
            f"mail domains against addresses, {count} servers, a warm resolver: greetings delayed "
            f"by 100 ms, {in_flight} in flight"
        )
        with Sink(build / "mxsweep", "--only", "plain", "--delay", "100"):
            late = compare_rates(build, folder, pairs, count, in_flight)
        print(f"  RATIO    {late}; the bar is 0.9")
        print("the same with greetings at once, 1000 in flight: limited by CPU")
        with Sink(build / "mxsweep", "--only", "plain"):
            at_once = compare_rates(build, folder, pairs, count, 1000)
        print(f"  ratio    {at_once}; sweep, fleet and resolver share two cores")
