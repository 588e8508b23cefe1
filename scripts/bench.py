# SPDX-License-Identifier: MIT
"""The measuring part of scripts/bench, which calls it: runs pairs and prints medians."""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile

from bench_checks import checks
from bench_compare import compare as compare_with_others
from bench_dns import dns_lookups, dns_rate, dns_shared
from bench_fleet import fleet
from bench_latency import latency
from bench_roundtrip import roundtrip
from bench_tools import OK, Neighbour, PORT, PORT_WITHOUT_LISTENER, Sink, on_core, prepare_namespace
from bench_tools import run_scan, softirq_seconds, write_personas, write_targets
from bench_http import watch_http
from bench_watch import watch_compare, watch_load

# QUIT is never answered, so the conversation stays open with greeting and EHLO reply in memory.
HOLDING_PERSONA = {"name": "holding", "weight": 1, "expect": OK, "quit": [{"do": "hang"}]}
# Each has a key and a chain of its own.
CHAINS = 100
CHAIN_PERSONAS = [
    {"name": f"chain{n}", "weight": 1, "expect": OK, "tls": {"identity": n}} for n in range(CHAINS)
]
SILENT_PERSONA = {
    "name": "silent",
    "weight": CHAINS // 4,
    "expect": {"outcome": "failed", "phase": "greeting", "cause": "protocol.silent"},
    "greeting": [{"do": "hang"}],
}


def run_floor(build, count, in_flight, port=PORT):
    command = [build / "bench/floor", "--to", "127.1.0.0", "--hosts", count, "--port", port]
    command += ["--count", count, "--in-flight", in_flight]
    softirq = softirq_seconds(1)
    out = subprocess.run(
        on_core(1, [str(word) for word in command]), check=True, capture_output=True, text=True
    )
    softirq = softirq_seconds(1) - softirq
    result = json.loads(out.stdout)
    expected_failures = count if port == PORT_WITHOUT_LISTENER else 0
    if result["failures"] != expected_failures:
        raise SystemExit(f"the yardstick failed: {result}")
    return {
        "cpu_us": result["cpu_us"],
        "with_softirq_us": result["cpu_us"] + softirq * 1e6 / count,
        "per_second": result["per_second"],
        "p50_ms": result["p50_ms"],
        "p99_ms": result["p99_ms"],
    }


def run_handshakes(build, beside=False):
    """The TLS library's bare client handshake, in memory: TLS 1.3, P-256, leaf and intermediate.
    `beside`: with the same program running on the other core, as the fleet does while mxsweep is
    measured: two cores of a virtual machine may share one physical core."""
    command = [str(build / "bench/tls_libraries"), "--library", "gnutls", "--server", "tls1.3"]
    command += ["--leaf", "p256", "--held", "100", "--handshakes"]
    neighbour = None
    if beside:
        endless = on_core(0, [*command, "1000000"])
        neighbour = subprocess.Popen(endless, stdout=subprocess.DEVNULL)
    try:
        mine = on_core(1, [*command, "2000"])
        out = subprocess.run(mine, check=True, capture_output=True, text=True)
    finally:
        if neighbour:
            neighbour.kill()
            neighbour.wait()
    return json.loads(out.stdout)


def compare(title, pairs, floor, scan):
    print(f"{title}\n  warm-up", flush=True)
    floor()
    scan()
    floors, scans, ratios = [], [], []
    for number in range(pairs):
        # A B, then B A, so that any drift affects both alike.
        if number % 2 == 0:
            a, b = floor(), scan()
        else:
            b = scan()
            a = floor()
        floors.append(a)
        scans.append(b)
        ratios.append(b["cpu_us"] / a["cpu_us"])
        print(
            f"  pair {number + 1}: floor {a['cpu_us']:.2f} us, mxsweep {b['cpu_us']:.2f} us, "
            f"ratio {ratios[-1]:.3f}",
            flush=True,
        )

    def median(runs, key):
        return statistics.median(run[key] for run in runs)

    for name, runs in (("floor", floors), ("mxsweep", scans)):
        print(
            f"  {name:8} {median(runs, 'per_second'):8.0f} conversations/s, "
            f"{median(runs, 'cpu_us'):6.2f} us of CPU each, "
            f"p50 {median(runs, 'p50_ms'):.1f} ms, p99 {median(runs, 'p99_ms'):.1f} ms"
        )
    print(
        f"  added    p50 {median(scans, 'p50_ms') - median(floors, 'p50_ms'):+.1f} ms, "
        f"p99 {median(scans, 'p99_ms') - median(floors, 'p99_ms'):+.1f} ms"
    )
    print(f"  memory   {median(scans, 'memory') / 1e6:.1f} MB resident at most")
    print(f"  user     {median(scans, 'user_share') * 100:.1f} % of mxsweep's CPU in user space")
    print(
        f"  RATIO    {statistics.median(ratios):.3f} of the floor "
        f"({min(ratios):.3f} to {max(ratios):.3f})"
    )
    whole = [b["with_softirq_us"] / a["with_softirq_us"] for a, b in zip(floors, scans)]
    print(
        f"  with the core's softirq thread: {median(floors, 'with_softirq_us'):.2f} us, "
        f"{median(scans, 'with_softirq_us'):.2f} us, ratio {statistics.median(whole):.3f}"
    )


def plain(build, folder, pairs):
    count = 100_000
    targets = write_targets(folder, count)
    with Sink(build / "mxsweep", "--only", "plain"):
        compare(
            "plain conversations, 1000 in flight",
            pairs,
            lambda: run_floor(build, count, 1000),
            lambda: run_scan(build, folder, targets, 1000, "-j", 1, "--tls", "off"),
        )


def mailbox(build, folder, pairs):
    """IMAP and POP3 conversations in clear text, against those of SMTP."""
    targets = write_targets(folder, 100_000)
    costs = {protocol: [] for protocol in ("smtp", "imap", "pop3")}
    for number in range(-1, pairs):  # The first is the warm-up.
        for protocol, runs in costs.items():
            with Sink(build / "mxsweep", "--protocol", protocol, "--only", "plain"):
                run = run_scan(build, folder, targets, 1000, "-j", 1, "--tls", "off",
                               "--protocol", protocol)
            if number >= 0:
                runs.append(run["cpu_us"])
    for protocol, runs in costs.items():
        ratio = statistics.median(run / smtp for run, smtp in zip(runs, costs["smtp"]))
        print(f"  {protocol}: {statistics.median(runs):.2f} us of CPU a conversation, "
              f"ratio {ratio:.3f} (bar: <= 1.3)", flush=True)


def many(build, folder, pairs):
    count = 150_000
    targets = write_targets(folder, count)
    with Sink(build / "mxsweep", "--only", "plain", "--delay", "200", "--threads", "2"):
        compare(
            "plain conversations, 19,000 in flight, greetings 200 ms late",
            pairs,
            lambda: run_floor(build, count, 19_000),
            lambda: run_scan(build, folder, targets, 19_000, "-j", 1, "--tls", "off"),
        )


def refused(build, folder, pairs):
    count = 1_000_000
    targets = write_targets(folder, count)
    compare(
        "refused ports, 1000 in flight",
        pairs,
        lambda: run_floor(build, count, 1000, PORT_WITHOUT_LISTENER),
        lambda: run_scan(
            build, folder, targets, 1000, "-j", 1,
            outcome="failed", cause="net.refused", port=PORT_WITHOUT_LISTENER,
        ),
    )


def memory(build, folder, _pairs):
    count = 38_000
    targets = write_targets(folder, count)
    personas = write_personas(build, folder, [HOLDING_PERSONA])
    print(f"memory with {count} open conversations, greeting and EHLO reply in memory")
    with Sink(build / "mxsweep", "--personas", str(personas), "--threads", "4"):
        idle = run_scan(build, folder, write_targets(folder, 1), 1, "--tls", "off")
        run = run_scan(
            build, folder, targets, 38_400, "-j", 2, "--exceed-nofile", "--tls", "off"
        )
    print(f"  {run['peak']} at once, {run['memory'] / 1e6:.1f} MB resident at most")
    print(f"  a sweep of one target: {idle['memory'] / 1e6:.1f} MB")
    print(f"  PER CONVERSATION {run['memory'] / run['peak']:.0f} octets, the whole process")


def held(build, folder, _pairs):
    count = 1_000_000
    targets = write_targets(folder, count)
    print(f"{count} connections held open at once")
    with Sink(build / "mxsweep", "--only", "silent", "--threads", "56"):
        run = run_scan(
            build, folder, targets, 1_100_000, "--exceed-nofile",
            "--greeting-timeout", "180s", "--session-timeout", "300s",
            outcome="failed", cause="protocol.silent",
        )
    print(f"  {run['peak']} AT ONCE, {run['memory'] / 2**30:.2f} GiB resident at most")


def tls(build, folder, pairs):
    """STARTTLS conversations against the sum of their parts: the same conversation in clear and the
    library's handshake."""
    count, in_flight = 20_000, 1000
    targets = write_targets(folder, count)
    personas = write_personas(build, folder, CHAIN_PERSONAS)
    ratios, floors, alone, loops, scans = [], [], [], [], []
    print(f"STARTTLS conversations, {in_flight} in flight, {CHAINS} chains: TLS 1.3, P-256 leaf")
    with Sink(build / "mxsweep", "--personas", str(personas)):
        run_scan(build, folder, targets, in_flight, "-j", 1)
        for number in range(pairs):
            floors.append(run_floor(build, count, in_flight)["cpu_us"])
            alone.append(run_handshakes(build)["cpu_us"])
            loops.append(run_handshakes(build, beside=True)["cpu_us"])
            run = run_scan(build, folder, targets, in_flight, "-j", 1)
            if run["handshakes"] != count:
                raise SystemExit(f"only {run['handshakes']} handshakes")
            scans.append(run["cpu_us"])
            ratios.append(scans[-1] / (floors[-1] + loops[-1]))
            print(
                f"  {number + 1}: in clear {floors[-1]:.1f} us, handshake {loops[-1]:.1f} us "
                f"({alone[-1]:.1f} us alone), mxsweep {scans[-1]:.1f} us, ratio {ratios[-1]:.3f}",
                flush=True,
            )
    print(f"  mxsweep  {statistics.median(scans):.1f} us of CPU a conversation")
    print(f"  RATIO    {statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})")
    quiet = statistics.median(scan / (f + a) for scan, f, a in zip(scans, floors, alone))
    print(f"  against the handshake on a machine that does nothing else: {quiet:.3f}")
    command = [str(build / "bench/tls_bench"), "--benchmark_filter=chain|judge"]
    subprocess.run(on_core(1, [*command, "--benchmark_min_time=0.2"]), check=True)


def tls_memory(build, folder, _pairs):
    count = 10_000
    personas = write_personas(build, folder, [HOLDING_PERSONA])
    print(f"memory with {count} open TLS conversations, all handshakes done")
    with Sink(build / "mxsweep", "--personas", str(personas), "--threads", "2"):
        idle = run_scan(build, folder, write_targets(folder, 1), 1)
        run = run_scan(
            build, folder, write_targets(folder, count), count, "-j", 2,
            "--command-timeout", "120s", "--session-timeout", "300s",
        )  # fmt: skip
    print(f"  {run['peak']} at once, {run['memory'] / 1e6:.1f} MB resident at most")
    print(f"  a sweep of one target: {idle['memory'] / 1e6:.1f} MB")
    print(f"  the library's session by itself: {run_handshakes(build)['session_octets']} octets")
    print(f"  PER CONVERSATION {run['memory'] / run['peak']:.0f} octets, the whole process")


def tls_many(build, folder, _pairs):
    """Ten thousand at once on one core, a fifth of them silent until their deadline."""
    count, in_flight = 30_000, 10_000
    personas = write_personas(build, folder, [*CHAIN_PERSONAS, SILENT_PERSONA])
    print(f"{in_flight} in flight on one core, all handshakes at once, one server in five silent")
    with Sink(build / "mxsweep", "--personas", str(personas)):
        run = run_scan(
            build, folder, write_targets(folder, count), in_flight, "-j", 1,
            "--greeting-timeout", "5s", "--tls-timeout", "60s", "--session-timeout", "120s",
            outcome=None,
        )  # fmt: skip
    print(f"  {run['peak']} at once, {run['handshakes']} handshakes of {count} conversations")
    print(f"  {run['memory'] / 1e6:.1f} MB resident at most")
    print(f"  LATEST DEADLINE {run['late_ms']:.1f} ms after its time")


class NoFleet:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


def before_and_after(build, before, folder, pairs, names):
    """Another build of the program and this one alternately, against one fleet of this build."""
    refusing = {"outcome": "failed", "cause": "net.refused", "port": PORT_WITHOUT_LISTENER}
    # Targets, in flight, the fleet's flags (None: no fleet), flags of scan, expected outcome.
    workloads = {
        "plain": (100_000, 1000, ["--only", "plain"], ["--tls", "off"], {}),
        "many": (100_000, 19_000, ["--only", "plain", "--delay", "200"], ["--tls", "off"], {}),
        "refused": (500_000, 1000, None, [], refusing),
        "tls": (10_000, 1000, ["--only", "plain"], [], {}),
    }
    programs = {"before": before, "after": build / "mxsweep"}
    for name in names:
        count, in_flight, fleet, flags, expected = workloads[name]
        targets = write_targets(folder, count)
        costs = {which: [] for which in programs}
        with Sink(build / "mxsweep", *fleet) if fleet else NoFleet():
            for number in range(-1, pairs):  # The first is the warm-up.
                order = list(programs)[:: 1 if number % 2 == 0 else -1]
                for which in order:
                    run = run_scan(build, folder, targets, in_flight, "-j", 1, *flags,
                                   program=programs[which], **expected)
                    if number >= 0:
                        costs[which].append(run["cpu_us"])
        ratios = [after / old for old, after in zip(costs["before"], costs["after"])]
        print(f"{name}: before {statistics.median(costs['before']):.1f} us of CPU each, after "
              f"{statistics.median(costs['after']):.1f} us, RATIO {statistics.median(ratios):.3f} "
              f"({min(ratios):.3f} to {max(ratios):.3f})", flush=True)


def micro(build, _folder, _pairs):
    for room in ("smtp", "core", "tls", "results", "targets"):
        command = [str(build / f"bench/{room}_bench"), "--benchmark_min_time=0.2"]
        subprocess.run(on_core(1, command), check=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--pairs", type=int, required=True)
    parser.add_argument("--own-network", action="store_true")
    parser.add_argument("--before", type=pathlib.Path)
    parser.add_argument("--neighbour", action="store_true")
    parser.add_argument("what", nargs="+")
    flags = parser.parse_args()
    if flags.own_network:
        prepare_namespace()
    kernel = os.uname()
    print(f"{kernel.sysname} {kernel.release}, {len(os.sched_getaffinity(0))} cores,", end=" ")
    print("own network namespace" if flags.own_network else "the machine's own network")
    benches = (plain, mailbox, many, refused, memory, held, tls, tls_memory, tls_many,
               latency, micro, fleet, dns_lookups, dns_shared, dns_rate)
    benches = {bench.__name__.replace("_", "-"): bench for bench in benches}
    benches["checks"] = checks
    benches["compare"] = compare_with_others
    benches["roundtrip"] = roundtrip
    benches["watch"] = watch_load
    benches["watch-compare"] = watch_compare
    benches["watch-http"] = watch_http
    with tempfile.TemporaryDirectory() as folder:
        if flags.before:
            folder = pathlib.Path(folder)
            before_and_after(flags.build, flags.before, folder, flags.pairs, flags.what)
            return
        for name in flags.what:
            benches[name](flags.build, pathlib.Path(folder), flags.pairs)
            if flags.neighbour:
                print("the same beside a neighbour that uses up memory bandwidth:")
                with Neighbour(flags.build):
                    benches[name](flags.build, pathlib.Path(folder), flags.pairs)


main()
