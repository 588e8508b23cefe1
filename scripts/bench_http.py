# SPDX-License-Identifier: MIT
"""The benchmark of the status page of a monitor of 100,000: what a page costs it, and what 1,000
slow clients and hostile requests do to other clients and to the probes."""

import contextlib
import itertools
import os
import re
import socket
import statistics
import threading
import time

from bench_watch import (DELAY_MS, MEBI, MONITORS, Fleet, Watch, hosts, report)

HTTP_PORT = 18025
SLOW_CLIENTS = 1000
SLOW_ADDRESSES = 20
PAGES = 200
ABUSE_SECONDS = int(os.environ.get("MXSWEEP_HTTP_SECONDS", "60"))
TIMEOUT = 30
SECTION = f"""[http]
listen = "127.0.0.1:{HTTP_PORT}"
public = "all"
"""


def ask(request, source="127.0.0.1", patience=TIMEOUT):
    """Sends octets, and returns what came back until the end of the connection."""
    with socket.create_connection(("127.0.0.1", HTTP_PORT), patience, (source, 0)) as client:
        with contextlib.suppress(ConnectionError):
            client.sendall(request)
        octets = bytearray()
        with contextlib.suppress(ConnectionError):
            while part := client.recv(1 << 16):
                octets += part
    return bytes(octets)


def get(path, source="127.0.0.1"):
    began = time.monotonic()
    answer = ask(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{HTTP_PORT}\r\n"
                 "Connection: close\r\n\r\n".encode(), source)
    head, _, body = answer.partition(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1]) if head.startswith(b"HTTP/1.1 ") else 0
    return status, body, time.monotonic() - began


def cost(watch, paths):
    """CPU of the monitor for each of these pages, beside that of its probes."""
    span = PAGES * 0.05
    before = watch.cpu_seconds()
    time.sleep(span)
    rest = (watch.cpu_seconds() - before) / span
    before, began = watch.cpu_seconds(), time.monotonic()
    octets = 0
    for number in range(PAGES):
        status, body, _ = get(next(paths))
        if status != 200:
            raise SystemExit(f"the page is {status}: {body[:200]}")
        octets = max(octets, len(body))
        time.sleep(max(0, began + number * 0.05 - time.monotonic()))
    took = time.monotonic() - began
    return (watch.cpu_seconds() - before - rest * took) / PAGES, octets


def pages(watch):
    # A page is kept for a second; a parameter makes each of these a page of its own.
    numbers = itertools.cycle(range(5, 3600))
    for name, path, bar in (("overview", "/?refresh={}", 5e-3),
                            ("group", "/group/fleet?refresh={}", None),
                            ("metrics (kept for a second)", "/metrics", None),
                            ("1,000 monitors of the API",
                             "/api/v1/monitors?limit=1000&cursor={:016x}", None)):
        distinct = (path.format(next(numbers)) for _ in itertools.count())
        spent, octets = cost(watch, distinct)
        holds = bar is None or (spent <= bar and octets <= 100_000)
        report(f"{name}: CPU, octets", "5 ms, 100 KB" if bar else "-",
               f"{spent * 1e3:.2f} ms, {octets / 1e3:.1f} KB", holds)
    before = watch.cpu_seconds(), time.monotonic()
    for _ in range(2000):
        get("/")
    took = time.monotonic() - before[1]
    report("2,000 times the same overview", "rebuilt once a second",
           f"{(watch.cpu_seconds() - before[0]) / 2000 * 1e3:.2f} ms of CPU each in {took:.1f} s",
           True)


class SlowClients:
    """Half-sent requests, and some that drip one octet a second; each is begun again when it is
    closed."""

    def __init__(self, stop):
        self.stop = stop
        self.opened = self.closed = 0
        self.threads = [threading.Thread(target=self.run, args=(number,))
                        for number in range(SLOW_ADDRESSES)]
        for thread in self.threads:
            thread.start()

    def run(self, number):
        source = f"127.0.1.{number + 1}"
        clients = []
        while not self.stop.is_set():
            while len(clients) < SLOW_CLIENTS // SLOW_ADDRESSES and not self.stop.is_set():
                try:
                    client = socket.create_connection(("127.0.0.1", HTTP_PORT), 5, (source, 0))
                    client.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: ")
                except OSError:
                    break
                client.settimeout(0)
                clients.append(client)
                self.opened += 1
            self.stop.wait(1)
            for client in list(clients):
                try:
                    client.send(b"a")
                    gone = not client.recv(10)
                except BlockingIOError:
                    gone = False
                except OSError:
                    gone = True
                if gone:
                    client.close()
                    clients.remove(client)
                    self.closed += 1
        for client in clients:
            client.close()

    def join(self):
        for thread in self.threads:
            thread.join()


HOST = f"Host: 127.0.0.1:{HTTP_PORT}\r\n"
HOSTILE = {
    "10,000 headers": ("GET / HTTP/1.1\r\n" + HOST + "".join(
        f"X-{n}: {n}\r\n" for n in range(10_000)) + "\r\n").encode(),
    "a body of 100 MB": ("POST /-/reload HTTP/1.1\r\n" + HOST +
                         "Content-Length: 100000000\r\n\r\n").encode() + b"x" * 1_000_000,
    "another Host": b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "no Host": b"GET / HTTP/1.1\r\n\r\n",
    "..": ("GET /../../etc/passwd HTTP/1.1\r\n" + HOST + "Connection: close\r\n\r\n").encode(),
    "%2e%2e%2f": ("GET /%2e%2e%2fetc/passwd HTTP/1.1\r\n" + HOST +
                  "Connection: close\r\n\r\n").encode(),
    "%00": ("GET /group/a%00b HTTP/1.1\r\n" + HOST + "Connection: close\r\n\r\n").encode(),
    "a target of 1 MB": ("GET /" + "a" * 1_000_000 + " HTTP/1.1\r\n" + HOST + "\r\n").encode(),
    "no HTTP": b"\x16\x03\x01\x02\x00" + bytes(range(256)),
}


def abuse(watch):
    lag = watch.status()["probes"]["lag_ms"]
    memory = watch.memory()
    stop = threading.Event()
    slow = SlowClients(stop)
    latencies, answers = [], {}
    give_up = time.monotonic() + ABUSE_SECONDS
    try:
        time.sleep(3)
        for name, request in itertools.cycle(HOSTILE.items()):
            if time.monotonic() > give_up:
                break
            answer = ask(request, "127.0.2.1", 15)
            found = re.match(rb"HTTP/1.[01] (\d+)", answer)
            answers.setdefault(name, set()).add(int(found[1]) if found else 0)
            status, _, took = get("/", "127.0.3.1")
            if status != 200:
                raise SystemExit(f"a good client got {status}")
            latencies.append(took)
            time.sleep(0.1)
    finally:
        stop.set()
        slow.join()
    for name, found in answers.items():
        report(f"  {name}", "refused", ", ".join(str(each or "closed") for each in sorted(found)),
               200 not in found)
    report(f"{slow.opened} slow clients, {slow.closed} closed: others' answers",
           "100 ms", f"p50 {statistics.median(latencies) * 1e3:.1f} ms, "
           f"p99 {statistics.quantiles(latencies, n=100)[98] * 1e3:.1f} ms, "
           f"max {max(latencies) * 1e3:.1f} ms of {len(latencies)}", max(latencies) <= 0.1)
    grown = watch.memory() - memory
    report("memory", "bounded", f"{grown / MEBI:+.1f} MiB", grown < 64 * MEBI)
    after = watch.status()["probes"]["lag_ms"]
    report("lag of the schedule, p99", "unchanged", f"{lag['p99']} ms before, {after['p99']} after",
           after["p99"] <= max(2 * lag["p99"], lag["p99"] + 5))


def watch_http(build, folder, _pairs):
    """`scripts/bench watch-http`. MXSWEEP_HTTP_SECONDS: how long the slow clients stay."""
    mxsweep = build / "mxsweep"
    with Fleet(mxsweep, folder, delay=DELAY_MS), Watch(
            mxsweep, folder, hosts(MONITORS), more=SECTION) as watch:
        watch.wait(lambda status: status["monitors"]["unknown"] == 0
                   and status["monitors"]["watched"] == MONITORS, "the first round")
        time.sleep(30)
        report("memory with 100,000 monitors and [http]", "-", f"{watch.memory() / 1e6:.0f} MB",
               True)
        pages(watch)
        abuse(watch)
