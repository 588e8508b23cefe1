#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: scripts/soak.py --program MXSWEEP [--seconds N]

A long sweep with everything on: shuffled, with retries, a checkpoint, rotation, certificates and a
canary, with SIGUSR1 and SIGHUP now and then. As root, over a link that loses packets and is cut now
and then; otherwise on loopback. At the end each target must have exactly one record, memory must
have stayed flat, and the program, built with sanitizers, must have nothing to report.

scripts/check --long runs it for ten minutes."""

import argparse
import collections
import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "tests/program"))

RATE = 150  # New connections a second: as many as the link passes under a sanitizer.
PERSONAS = "plain,slow_greeting,busy_421,close_at_connect,silent,certificate_expired,rsa_key"
STATUS_EVERY, REOPEN_EVERY, CUT_EVERY, CUT_SECONDS = 7, 23, 60, 6
GROWTH_MAX = 16 << 20
PATIENCE_SECONDS = 180  # For the last targets and their retries.
POLL_SECONDS = 0.5


def fail(why):
    sys.exit(f"soak: {why}")


def resident(pid):
    with contextlib.suppress(OSError):
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    return 0


def scan_flags(program, folder, port, canary):
    """All flags that this build has, of those that a long sweep would use."""
    known = subprocess.check_output([program, "scan", "--help"], text=True)
    flags = ["scan", "-f", folder / "list", "-p", port, "-o", folder / "records.jsonl", "--rate",
             RATE, "--helo", "scanner.example.net", "--connect-timeout", "3s",
             "--greeting-timeout", "4s", "--command-timeout", "4s", "--tls-timeout", "8s",
             "--resolver", "127.0.0.1:1", "--certs", folder / "certs.jsonl",
             "--summary", folder / "summary.json", "--canary", canary]
    for flag, *values in (("--own", "127.0.0.0/8"), ("--own", "198.18.0.0/15"),
                          ("--retries", "1"), ("--retry-delay", "5s"), ("--rotate", "4MB"),
                          ("--order", "shuffled"), ("--seed", "7"),
                          ("--checkpoint", folder / "checkpoint"), ("--allow-no-fcrdns",)):
        if flag in known:
            flags += [flag, *values]
        else:
            print(f"soak: this build has no {flag}")
    return [str(flag) for flag in flags]


def disturb(process, network, seconds):
    """Signals and cuts while the sweep runs. Returns samples of its resident memory."""
    samples = []
    began = time.monotonic()
    due = {"status": STATUS_EVERY, "reopen": REOPEN_EVERY, "cut": CUT_EVERY / 2}
    while process.running():
        passed = time.monotonic() - began
        if passed > seconds + PATIENCE_SECONDS:
            fail("the sweep did not end in time")
        if passed >= due["status"]:
            process.process.send_signal(signal.SIGUSR1)
            due["status"] += STATUS_EVERY
        if passed >= due["reopen"]:
            process.process.send_signal(signal.SIGHUP)
            due["reopen"] += REOPEN_EVERY
        if network is not None:
            network.link.cut = passed >= due["cut"]
            if passed >= due["cut"] + CUT_SECONDS:
                due["cut"] += CUT_EVERY
        samples.append(resident(process.process.pid))
        time.sleep(POLL_SECONDS)
    return [sample for sample in samples if sample]


def check_records(folder, targets):
    counts = collections.Counter()
    for path in folder.glob("records*.jsonl"):
        octets = path.read_bytes()
        if octets and not octets.endswith(b"\n"):
            fail(f"{path.name}: a torn line")
        counts.update(json.loads(line)["line"] for line in octets.splitlines())
    twice = sum(count > 1 for count in counts.values())
    if len(counts) != targets or twice:
        fail(f"{len(counts)} of {targets} targets have a record, {twice} more than one")


def soak(program, seconds, folder, network):
    from program import Process, Sink  # It needs MXSWEEP.

    within = network.near.within if network else ()
    if network:
        network.link.loss, network.link.delay = 0.01, 0.02
        listen, port, third = "198.18.0.0/15", 25, "198.18"
        sink = Sink(folder, "--only", PERSONAS, listen=listen, port=port,
                    within=network.far.within)
    else:
        third = "127.18"
        sink = Sink(folder, "--only", PERSONAS)
        port = sink.port
    # One whose persona answers: the fleet itself says which.
    expected = subprocess.check_output([program, "sink", "--only", PERSONAS, "--expect",
                                        f"{third}.255.0/24"], text=True)
    canary = next(line["ip"] for line in map(json.loads, expected.splitlines())
                  if line["persona"] == "plain")
    targets = RATE * seconds
    with open(folder / "list", "w", encoding="ascii") as lines:
        for number in range(targets):
            lines.write(f"{third}.{number // 250 % 250}.{1 + number % 250}\n")
    process = Process([*within, program, *scan_flags(program, folder, port, f"{canary}:{port}"),
                       "--no-share"], folder / "scan.err", stdin=subprocess.DEVNULL)
    try:
        samples = disturb(process, network, seconds)
    finally:
        process.end()
        sink.end()
    stderr = process.stderr
    if process.process.returncode != 0 or "Sanitizer" in stderr:
        print(stderr[-20_000:])
        fail(f"the sweep ended with {process.process.returncode}")
    check_records(folder, targets)
    fifth = max(len(samples) // 5, 1)
    growth = max(samples[-fifth:]) - max(samples[fifth:2 * fifth] or samples)
    summary = json.loads((folder / "summary.json").read_text())
    print(f"soak: {targets} targets, each with one record; {summary['pauses']} pauses, "
          f"{summary['paused_seconds']:.0f} s, {summary['visited_again']} visits made again; "
          f"memory {max(samples) / (1 << 20):.0f} MiB at most, {growth / (1 << 20):+.1f} MiB "
          f"in the last fifth against the second")
    if growth > GROWTH_MAX:
        fail("memory is not flat")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=pathlib.Path, required=True)
    parser.add_argument("--seconds", type=int, default=600)
    flags = parser.parse_args()
    os.environ["MXSWEEP"] = str(flags.program)
    import network

    why = network.why_impossible()
    if why:
        print(f"soak: on loopback, without faults of the network: {why}")
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as undone:
        made = None
        if not why:
            made = network.Network()
            undone.callback(made.close)
        soak(flags.program, flags.seconds, pathlib.Path(folder), made)


if __name__ == "__main__":
    main()
