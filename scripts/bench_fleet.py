# SPDX-License-Identifier: MIT
"""The fleet-scale benchmark: what politeness, exclusion, order and checkpoints cost, whether memory
stays flat, and whether caps and rates hold, as the simulated fleet's log of visits shows them."""

import itertools
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import time

from bench_tools import HELO, OWN, PORT, PORT_WITHOUT_LISTENER, Sink, address, on_core, run_scan
from bench_tools import write_targets

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "tests/program"))
import visit_log  # noqa: E402

MEBI = 1 << 20
SECONDS_MAX = 600
EXCLUDED = 1_000_000
RATES = (10, 100, 1000, 5000, 15_000)
RATE_SECONDS = 10
TICK = 0.01  # As long as pace/rate.h keeps unused tokens for a worker that had nothing to begin.
CAPS = {"address": 1, "prefix": 4, "operator": 8}
INTERVAL = 1.0

rows = []


def report(what, bar, measured, holds):
    rows.append((what, bar, measured, holds))
    print(f"  {what}: {measured} (bar: {bar}){'' if holds else '  OVER THE BAR'}", flush=True)


def known_flags(program):
    return subprocess.check_output([program, "scan", "--help"], text=True)


def all_known(program, *names):
    """Whether the program has these flags; otherwise says what is skipped."""
    missing = [name for name in names if name not in known_flags(program)]
    if missing:
        print(f"  skipped: this build has no {', '.join(missing)}")
    return not missing


def write_excluded(folder):
    """A million prefixes, none of them loopback."""
    path = folder / "excluded"
    with open(path, "w", encoding="ascii") as lines:
        for number in range(EXCLUDED):
            part = 20 << 24 | number << 4
            lines.write(f"{part >> 24}.{part >> 16 & 255}.{part >> 8 & 255}.{part & 255}/28\n")
    return path


def scan_command(build, *flags):
    """A sweep of addresses that are someone else's, in several threads, not pinned."""
    command = [build / "mxsweep", "scan", "--helo", HELO, "--quiet", "--allow-private"]
    if "--allow-no-fcrdns" in known_flags(command[0]):
        command.append("--allow-no-fcrdns")
    return [str(word) for word in [*command, "-p", PORT, "--rate", 0, "--tls", "off", *flags]]


def cost(build, folder, pairs, count):
    """CPU of everything that keeps a long sweep polite and safe, against none of it."""
    program = build / "mxsweep"
    excluded = write_excluded(folder)
    everything = ["--exclude", excluded]
    nothing = []
    if all_known(program, "--order"):
        nothing += ["--order", "input"]
    checkpoint = folder / "checkpoint"
    if all_known(program, "--checkpoint"):
        everything += ["--checkpoint", checkpoint]
    targets = write_targets(folder, count)
    ratios = []
    with Sink(program, "--only", "plain"):
        for number in range(-1, pairs):  # The first is the warm-up.
            costs = {}
            for name in ("all", "none")[:: 1 if number % 2 == 0 else -1]:
                checkpoint.unlink(missing_ok=True)
                (folder / "records").unlink(missing_ok=True)
                flags = everything if name == "all" else nothing
                run = run_scan(build, folder, targets, 1000, "-j", 1, "--tls", "off", *flags)
                costs[name] = run["cpu_us"]
            if number >= 0:
                ratios.append(costs["all"] / costs["none"])
                print(f"  {number + 1}: {costs['all']:.2f} us of CPU with all, "
                      f"{costs['none']:.2f} us without, ratio {ratios[-1]:.3f}", flush=True)
    ratio = statistics.median(ratios)
    report(f"CPU for politeness, {EXCLUDED:,} exclusions, order and checkpoint, {count:,} targets",
           "<= 5 %", f"{100 * (ratio - 1):+.1f} % ({min(ratios):.3f} to {max(ratios):.3f})",
           ratio <= 1.05)


def resident(process):
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


def memory(build, folder, count):
    """Resident memory over a sweep of many lines, each a target that refuses."""
    targets = write_targets(folder, count)
    program = build / "mxsweep"
    command = [program, "scan", "-f", targets, "-o", os.devnull, *OWN, "-p", PORT_WITHOUT_LISTENER,
               "-c", 1000, "-j", 2, "--rate", 0, "--helo", HELO, "--quiet", "--share-memory", 16]
    samples = []
    began = time.monotonic()
    with subprocess.Popen([str(word) for word in command]) as process:
        while process.poll() is None and time.monotonic() < began + SECONDS_MAX:
            octets = resident(process)
            if octets:
                samples.append(octets)
            time.sleep(0.5)
        if process.poll() is None:
            process.kill()
            raise SystemExit("the sweep did not end in time")
        if process.returncode != 0:
            raise SystemExit(f"the sweep failed: {process.returncode}")
    tenth = max(len(samples) // 10, 1)
    early, late = max(samples[:2 * tenth]), max(samples[-2 * tenth:])
    print(f"  {time.monotonic() - began:.0f} s, {len(samples)} samples")
    report(f"memory of a sweep of {count:,} lines, 1000 in flight", "<= 64 MiB",
           f"{max(samples) / MEBI:.1f} MiB at most", max(samples) <= 64 * MEBI)
    report("its growth after the first fifth", "flat (<= 4 MiB)",
           f"{(late - early) / MEBI:+.1f} MiB", late - early <= 4 * MEBI)


def caps(build, folder):
    """Foreign servers that are visited several times each, by four workers."""
    program = build / "mxsweep"
    if not all_known(program, "--per-ip", "--per-prefix", "--per-operator", "--ip-interval"):
        return
    operators, visits = {}, 4
    for number in range(400):
        operators[f"127.{64 + number % 3}.{number // 3 % 16}.{1 + number // 48}"] = number % 12
    lines = [f"{target},mx.operator{operator}.net\n"
             for _ in range(visits) for target, operator in operators.items()]
    targets, log = folder / "foreign", folder / "visits"
    targets.write_text("".join(lines))
    with Sink(program, "--only", "plain", "--delay", "100", "--visits", log):
        subprocess.run(scan_command(build, "-f", targets, "-o", os.devnull, "-j", 4, "--no-share",
                                    "--ip-interval", f"{INTERVAL:.0f}s"),
                       check=True, timeout=SECONDS_MAX)
    seen = visit_log.read_visits(log)
    if len(seen) != len(lines):
        raise SystemExit(f"{len(seen)} visits instead of {len(lines)}")
    keys = {"address": str, "prefix": visit_log.prefix_of_ipv4, "operator": operators.get}
    for name, key in keys.items():
        most = visit_log.most_at_once(seen, key)
        report(f"most connections at once for one {name}", f"<= {CAPS[name]}", str(most),
               most <= CAPS[name])
    pause = visit_log.least_pause(seen)
    report("least pause between visits of an address", f">= {INTERVAL:.0f} s", f"{pause:.3f} s",
           pause >= INTERVAL)


def rate(build, folder, per_second):
    count = per_second * RATE_SECONDS + 1
    targets, log = write_targets(folder, count), folder / "visits"
    command = [build / "mxsweep", "scan", "-f", targets, "-o", os.devnull, *OWN, "-p", PORT,
               "-c", 4000, "--rate", per_second, "--helo", HELO, "--quiet", "--tls", "off",
               "-j", 1, "--depth", "greeting", "--no-share"]
    with Sink(build / "mxsweep", "--only", "plain", "--visits", log):
        subprocess.run(on_core(1, [str(word) for word in command]), check=True,
                       timeout=SECONDS_MAX)
    seen = visit_log.read_visits(log)
    took = seen[-1].opened - seen[0].opened
    error = (len(seen) - 1) / took / per_second - 1
    report(f"rate of {per_second:,} a second over {RATE_SECONDS} s", "within 2 %",
           f"{100 * error:+.2f} %", abs(error) <= 0.02)
    burst, most = visit_log.most_within(seen, TICK), 1 + 2 * TICK * per_second
    report(f"most in {TICK * 1000:.0f} ms at {per_second:,} a second",
           f"<= {most:.0f} (its share and that of one tick)", str(burst), burst <= most)


def time_of_others(build, targets, count):
    """Seconds until all `count` records that are not the large operator's are there."""
    # Slow servers, and enough connections for all of the others: what is measured is whether these
    # wait for the operator, and not that a sweep of more servers and lines takes longer.
    command = scan_command(build, "-f", targets, "-c", 1000, "-j", 2, "--drain", "0s")
    began = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        others = (line for line in process.stdout if b"mx.large.net" not in line)
        seen = sum(1 for _ in itertools.islice(others, count))
        took = time.monotonic() - began
        process.send_signal(signal.SIGINT)
        for _ in process.stdout:
            pass
    if seen != count:
        raise SystemExit(f"{count - seen} records are missing")
    return took


def one_large_operator(build, folder, pairs):
    """100,000 domains on 1,000 servers, with and without the 40 % that are one operator's."""
    if not all_known(build / "mxsweep", "--per-operator"):
        return
    servers, domains = 1000, 100_000
    large, others = [], []
    for domain in range(domains):
        server = domain * 7919 % servers
        # A /24 each, so that only the operators' caps matter.
        where = f"127.{100 + server // 250}.{server % 250}.1"
        if server % 5 < 2:
            large.append((domain, f"{where},mx.large.net\n"))
        else:
            others.append((domain, f"{where},mx.operator{server}.net\n"))
    with_large, without = folder / "with", folder / "without"
    with_large.write_text("".join(line for _, line in sorted(large + others)))
    without.write_text("".join(line for _, line in others))
    ratios = []
    with Sink(build / "mxsweep", "--only", "plain", "--delay", "3000"):
        for number in range(pairs):
            alone = time_of_others(build, without, len(others))
            beside = time_of_others(build, with_large, len(others))
            ratios.append(beside / alone)
            print(f"  {number + 1}: {alone:.2f} s alone, {beside:.2f} s beside the large operator")
    ratio = statistics.median(ratios)
    report("time of the others' domains beside an operator of 40 %", "within 10 %",
           f"{100 * (ratio - 1):+.1f} %", ratio <= 1.1)


def kills(build):
    script = ROOT / "scripts/bench_kill.py"
    if not script.exists() or not all_known(build / "mxsweep", "--checkpoint", "--resume"):
        print("  skipped: no kill -9 trials in this build")
        return
    ended = subprocess.run([sys.executable, "-B", str(script), str(build / "mxsweep")], check=False,
                           timeout=3 * SECONDS_MAX)
    report("every input exactly once after kill -9", "all trials", f"exit {ended.returncode}",
           ended.returncode == 0)


def fleet(build, folder, pairs):
    rows.clear()
    scale = int(os.environ.get("MXSWEEP_BENCH_PART", "1"))  # Only a part of the targets: a try-out.
    print(f"fleet scale: {address(0)} and on")
    for measure in (lambda: caps(build, folder),
                    lambda: [rate(build, folder, per_second) for per_second in RATES],
                    lambda: one_large_operator(build, folder, pairs),
                    lambda: memory(build, folder, 10_000_000 // scale),
                    lambda: cost(build, folder, pairs, 1_000_000 // scale),
                    lambda: kills(build)):
        measure()
    width = max(len(what) for what, *_ in rows)
    print(f"\n  {'what':{width}}  {'bar':>24}  measured")
    for what, bar, measured, holds in rows:
        print(f"  {what:{width}}  {bar:>24}  {measured}{'' if holds else '  OVER THE BAR'}")
