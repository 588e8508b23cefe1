#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: scripts/bench_kill.py [--targets N] [--kills N] [--seed N] PROGRAM [TRIAL...]

Kills a sweep with SIGKILL at random moments and resumes it each time, on loopback, and counts the
records of each target at its end. TRIAL: plain, mx, zstd (default: all three). Exit status 1: a
target has not exactly its records."""

import argparse
import collections
import json
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests" / "program"))
from name_server import NameServer  # noqa: E402

HELO = "scanner.example.net"
OWN = ("--own", "127.0.0.0/8")
SERVERS = 1000  # Of the mail domains.
SECONDS = 60  # That a sweep of all targets takes without kills, by its rate.


def start_sink(program):
    sink = subprocess.Popen([program, "sink", "--listen", "127.0.0.0/8:0", "--only", "plain"],
                            stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    for line in sink.stderr:
        if "ready on port " in line:
            return sink, line.split("ready on port ")[1].split()[0]
    sys.exit("the fleet did not start")


def address(number):
    return f"127.{64 + number // 65536}.{number // 256 % 256}.{number % 256}"


def plain_list(count):
    """Targets, and the records that each must have."""
    lines = [address(i) for i in range(1, count + 1)]
    return lines, {line: {(None, line): 1} for line in lines}, ()


def mail_list(count, rng):
    zone = {f"mx{i}.test": [address(i + 1)] for i in range(SERVERS)}
    lines, expected = [], {}
    for i in range(count):
        name = f"d{i}.test"
        hosts = rng.sample(range(SERVERS), 1 + i % 3)
        zone[name] = [("MX", 10 * k, f"mx{host}.test") for k, host in enumerate(hosts)]
        lines.append(name)
        expected[name] = {(f"mx{host}.test", address(host + 1)): 1 for host in hosts}
    return lines, expected, zone


def records_of(folder, zstd):
    for path in sorted(folder.glob("out*")):
        command = ["zstd", "-dc", str(path)] if zstd else ["cat", str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as reading:
            for line in reading.stdout:
                yield json.loads(line)
        if reading.returncode != 0:
            sys.exit(f"{path}: is not whole")


def wrong_targets(folder, zstd, expected):
    seen = collections.defaultdict(collections.Counter)
    count = 0
    for record in records_of(folder, zstd):
        count += 1
        seen[record["target"]][record.get("mx", {}).get("host"), record["ip"]] += 1
    wrong = [target for target, its in expected.items() if seen.get(target) != its]
    return count, wrong + [target for target in seen if target not in expected]


def run_trial(options, trial, rng, port):
    zstd = trial == "zstd"
    lines, expected, zone = (mail_list(options.targets, rng) if trial == "mx"
                             else plain_list(options.targets))
    with tempfile.TemporaryDirectory(prefix="mxsweep-kill-") as name:
        folder = pathlib.Path(name)
        (folder / "list").write_text("\n".join(lines) + "\n", encoding="ascii")
        output = folder / ("out.jsonl.zst" if zstd else "out.jsonl")
        visits = SERVERS if zone else options.targets
        command = [options.program, "scan", *OWN, "--helo", HELO, "-f", str(folder / "list"), "-p",
                   port, "-o", str(output), "--checkpoint", str(folder / "state"), "--quiet",
                   "--rate", str(visits / SECONDS), "--depth", "ehlo"]
        if zstd:
            command += ["--rotate", "1MB"]
        server = NameServer(zone) if zone else None
        if server:
            command += ["--mx", "--allow-private", "--resolver", server.address]
        begun = time.monotonic()
        kills = 0
        while True:
            sweep = subprocess.Popen(command)
            command = [options.program, "scan", "--resume", str(folder / "state"), "--quiet"]
            left = kills < options.kills
            # Some moments come before the first checkpoint of a run.
            moment = rng.uniform(0, 2 * SECONDS / (options.kills + 1)) if left else None
            try:
                code = sweep.wait(timeout=moment)
                break
            except subprocess.TimeoutExpired:
                sweep.send_signal(signal.SIGKILL)
                sweep.wait()
                kills += 1
        if server:
            server.stop()
        seconds = time.monotonic() - begun
        count, wrong = wrong_targets(folder, zstd, expected)
        runs = json.loads((folder / "state").read_text(encoding="utf-8").splitlines()[0])["runs"]
    print(f"{trial}: {options.targets} targets, {kills} kills, {runs} runs in {seconds:.0f} s, "
          f"exit status {code}: {count} records, {len(wrong)} targets without exactly theirs",
          flush=True)
    for target in wrong[:5]:
        print(f"  {target}")
    return code == 0 and not wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[2])
    parser.add_argument("program")
    parser.add_argument("trials", nargs="*", metavar="TRIAL")
    parser.add_argument("--targets", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    print(f"seed {options.seed}")
    sink, port = start_sink(options.program)
    try:
        good = [run_trial(options, trial, rng, port)
                for trial in options.trials or ("plain", "mx", "zstd")]
    finally:
        sink.terminate()
        sink.wait()
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
