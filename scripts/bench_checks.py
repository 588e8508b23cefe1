# SPDX-License-Identifier: MIT
"""What the checks of domains cost: mxsweep checks, and a sweep with them, against NSD and Unbound
on the fleet's core. The domains are like those of a registry: two MX hosts of a provider, an SPF
record that includes a mailer's, which includes others, and DMARC with reports to another domain."""

import collections
import contextlib
import os
import pathlib
import socket
import statistics
import subprocess
import time

import bench_dns
from bench_dns import DOMAINS, NAMES, Names, write_domains
from bench_tools import (HELO, PORT, PORT_OF_AUTHORITY, PORT_OF_RESOLVER, Sink, address, on_core,
                         run_scan)

PROVIDERS = 200
MAILERS = 20
PORT_OF_SILENCE = PORT_OF_AUTHORITY + 7
DEAD_ONE_IN = 50
SWEPT = 10_000  # Servers, one of each domain.
SWEPT_RATE = 800


def provider_records():
    for number in range(PROVIDERS):
        host = f"mx{number}.provider.test."
        reverse = ".".join(reversed(address(number).split(".")))
        yield f"{host} A {address(number)}\n"
        yield f"{reverse}.in-addr.arpa. PTR {host}\n"
    yield 'provider.test._report._dmarc.provider.test. TXT "v=DMARC1"\n'
    yield "*._report._dmarc.provider.test. TXT \"v=DMARC1\"\n"
    yield "provider.test. MX 10 mx0.provider.test.\n"
    for number in range(MAILERS):
        name = f"mailer{number}.test."
        yield f'{name} TXT "v=spf1 include:a.{name} include:b.{name} ~all"\n'
        yield f'a.{name} TXT "v=spf1 ip4:8.{number}.0.0/16 ip4:9.{number}.0.0/16 ~all"\n'
        yield f'b.{name} TXT "v=spf1 ip6:2600:{number}::/32 ~all"\n'


def domain_records(domains):
    yield from provider_records()
    for number in range(domains):
        name = f"d{number}.bench.test."
        mailer = f"mailer{number % MAILERS}.test"
        yield f"{name} MX 10 mx{number % PROVIDERS}.provider.test.\n"
        yield f"{name} MX 20 mx{(number + 1) % PROVIDERS}.provider.test.\n"
        yield f'{name} TXT "v=spf1 include:{mailer} mx -all"\n'
        yield f'_dmarc.{name} TXT "v=DMARC1; p=reject; rua=mailto:r@provider.test"\n'


def run_checks(build, folder, targets, *flags):
    """One run of mxsweep checks on core 1: its lines, CPU and wall seconds, and greatest memory."""
    output = folder / "checks.jsonl"
    command = [str(build / "mxsweep"), "checks", "--quiet", "--resolver",
               f"127.0.0.1:{PORT_OF_RESOLVER}", "--resolver-validates", "no", "--own",
               "127.0.0.0/8", "-o", str(output), *flags, "-f", str(targets)]
    begin = time.monotonic()
    process = subprocess.Popen(on_core(1, command))
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"mxsweep checks ended with {os.waitstatus_to_exitcode(status)}")
    with output.open("rb") as file:
        lines = sum(1 for _ in file)
    return {"lines": lines, "cpu": usage.ru_utime + usage.ru_stime,
            "wall": time.monotonic() - begin, "memory": usage.ru_maxrss * 1024}


def report(run, what):
    print(f"  {what}: {run['lines']} domains, {run['lines'] / run['cpu']:.0f} a CPU second, "
          f"{run['lines'] / run['wall']:.0f} a second, {run['memory'] / 1e6:.0f} MB", flush=True)


def warm_rates(build, folder, pairs):
    targets = write_domains(folder, DOMAINS)
    with Names(folder, domain_records(DOMAINS), "provider.test"):
        print(f"all checks of {DOMAINS} domains by DNS, a warm resolver on the other core")
        report(run_checks(build, folder, targets), "warm-up")
        runs = []
        for number in range(pairs):
            runs.append(run_checks(build, folder, targets))
            report(runs[-1], number + 1)
        bare = run_checks(build, folder, targets, "--checks", "spf")
        report(bare, "spf alone")
        rates = [run["lines"] / run["cpu"] for run in runs]
        print(f"  CHECKS   {statistics.median(rates):.0f} domains a CPU second "
              f"({min(rates):.0f} to {max(rates):.0f}); the bar is 3,000")
        with Sink(build / "mxsweep", "--only", "plain"):
            flags = (1000, *NAMES, "-j", 1, "--tls", "off", "--resolver-validates", "no")
            plain = run_scan(build, folder, targets, *flags)
            checked = run_scan(build, folder, targets, *flags, "--checks", "policy")
        print(f"  a sweep of them: {plain['cpu_us']:.1f} us of CPU a record without checks, "
              f"{checked['cpu_us']:.1f} with; memory {plain['memory'] / 1e6:.0f} and "
              f"{checked['memory'] / 1e6:.0f} MB")


def with_dead_servers(build, folder, _pairs):
    """One domain in fifty is delegated to a server that never answers."""
    targets = folder / "domains-dead"
    targets.write_text("".join(
        f"d{number}.{'dead' if number % DEAD_ONE_IN == 0 else 'bench'}.test\n"
        for number in range(DOMAINS)))
    resolver = bench_dns.RESOLVER
    bench_dns.RESOLVER = resolver + ('stub-zone:\n  name: "dead.test."\n'
                                     f"  stub-addr: 127.0.0.1@{PORT_OF_SILENCE}\n")
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind(("127.0.0.1", PORT_OF_SILENCE))
            with Names(folder, domain_records(DOMAINS), "provider.test"):
                print("the same, 2 % of them with a name server that never answers")
                report(run_checks(build, folder, targets), "cold")
                report(run_checks(build, folder, targets), "again")
    finally:
        bench_dns.RESOLVER = resolver


def own_server_records(domains):
    """Domains with a server each, so that a sweep of them has as many conversations."""
    yield from provider_records()
    for number in range(domains):
        name = f"d{number}.bench.test."
        yield f"{name} MX 10 mx.{name}\n"
        yield f"mx.{name} A 127.10.{number // 256}.{number % 256}\n"
        yield f'{name} TXT "v=spf1 include:mailer{number % MAILERS}.test mx -all"\n'
        yield f'_dmarc.{name} TXT "v=DMARC1; p=reject; rua=mailto:r@provider.test"\n'


def thread_seconds(process):
    """The CPU of each thread of a process, until it ends, by the thread's name."""
    ticks = os.sysconf("SC_CLK_TCK")
    seen = {}
    while process.poll() is None:
        for task in pathlib.Path(f"/proc/{process.pid}/task").iterdir():
            with contextlib.suppress(OSError):
                words = (task / "stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
                name = (task / "comm").read_text(encoding="ascii").strip()
                seen[task.name] = name, (int(words[11]) + int(words[12])) / ticks
        time.sleep(0.02)
    seconds = collections.Counter()
    for name, spent in seen.values():
        seconds[name] += spent
    return seconds


def beyond_dns(build, folder, _pairs):
    """What the checks cost a sweep beside the questions: in all threads but that of the resolver,
    at an equal rate."""
    targets = write_domains(folder, SWEPT)
    flags = ("--own", "127.0.0.0/8", "-p", str(PORT), "--rate", str(SWEPT_RATE), "--helo", HELO,
             "--quiet", *NAMES, "-j", "1", "--tls", "off", "--resolver-validates", "no",
             "-o", str(folder / "records.jsonl"), "-f", str(targets))
    with Names(folder, own_server_records(SWEPT), "provider.test"), \
            Sink(build / "mxsweep", "--only", "plain"):
        spent = {}
        for what, more in (("warm-up", ()), ("without", ()), ("with", ("--checks", "policy"))):
            command = [str(build / "mxsweep"), "scan", *flags, *more]
            spent[what] = thread_seconds(subprocess.Popen(on_core(1, command)))
    without, checked = ({name: seconds * 1e6 / SWEPT for name, seconds in spent[what].items()}
                        for what in ("without", "with"))
    rest = [sum(costs.values()) - costs["feeder"] for costs in (without, checked)]
    print(f"a sweep of {SWEPT} servers in clear text, {SWEPT_RATE} a second: beside the resolver's "
          f"thread {rest[0]:.1f} us a record without checks, {rest[1]:.1f} with; that thread "
          f"{without['feeder']:.1f} and {checked['feeder']:.1f}")
    print(f"  BEYOND DNS  {rest[1] / rest[0]:.2f}; the bar is 1.3")


def checks(build, folder, pairs):
    warm_rates(build, folder, pairs)
    with_dead_servers(build, folder, pairs)
    beyond_dns(build, folder, pairs)
