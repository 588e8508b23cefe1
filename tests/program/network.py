# SPDX-License-Identifier: MIT
"""Two network namespaces and a link between them that loses, delays, reorders and filters packets
as a test wants it to. It needs root, and /dev/net/tun.

The sweep runs in the near namespace, at 10.0.0.1. The fleet runs in the far one, which has all of
198.18.0.0/15, the network for benchmarks. The link is a thread of the test that passes IP packets
from one TUN device to the other, so that no module of the kernel is needed for the faults."""

import concurrent.futures
import contextlib
import ctypes
import fcntl
import heapq
import os
import random
import select
import shutil
import struct
import subprocess
import threading
import time

NEAR = "10.0.0.1"
FLEET = "198.18.0.0/15"

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
CLONE_NEWNET = 0x40000000
PACKET_OCTETS_MAX = 65536
ICMP, TCP = 1, 6
SYN, RST, ACK = 0x02, 0x04, 0x10
UNREACHABLE, HOST_UNREACHABLE = 3, 1
WAIT_SECONDS = 30


def why_impossible():
    """Why no such network can be made here; empty: it can."""
    if os.geteuid() != 0:
        return "not root"
    for tool in ("ip", "nsenter", "unshare"):
        if shutil.which(tool) is None:
            return f"there is no {tool}"
    try:
        os.close(os.open("/dev/net/tun", os.O_RDWR))
    except OSError as error:
        return f"/dev/net/tun: {error.strerror}"
    made = subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False)
    return "" if made.returncode == 0 else made.stderr.decode().strip()


def run_within(path, function, *arguments):
    """The result of the function in the network namespace at `path`: the sockets that it opens stay
    there. Only a thread can enter, so one does."""
    def enter():
        with open(path, "rb") as namespace:
            if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns", path)

    with concurrent.futures.ThreadPoolExecutor(1, initializer=enter) as thread:
        return thread.submit(function, *arguments).result()


class Namespace:
    """A network namespace, kept by a process that sleeps in it."""

    def __init__(self):
        # A shell that waits for the end of its input, so that it never outlives the test.
        self.keeper = subprocess.Popen(["unshare", "--net", "sh", "-c", "echo; read end"],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.keeper.stdout.readline()
        self.path = f"/proc/{self.keeper.pid}/ns/net"
        self.within = ("nsenter", f"--net={self.path}")

    def ip(self, *arguments):
        subprocess.run([*self.within, "ip", *arguments], check=True, timeout=WAIT_SECONDS)

    def open_tun(self, name):
        """A TUN device in the namespace."""
        def open_one():
            tun = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK)
            fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
            return tun

        return run_within(self.path, open_one)

    def close(self):
        self.keeper.stdin.close()
        self.keeper.stdout.close()
        self.keeper.wait(WAIT_SECONDS)


def sum_of(octets):
    if len(octets) % 2:
        octets += b"\0"
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ip_packet(protocol, source, target, payload):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 0, 0, 64, protocol, 0,
                       source, target)
    return head[:10] + struct.pack("!H", sum_of(head)) + head[12:] + payload


class Packet:
    """What a filter sees of an IPv4 packet."""

    def __init__(self, octets):
        self.octets = octets
        head = (octets[0] & 15) * 4
        self.source, self.target = octets[12:16], octets[16:20]
        self.tcp = octets[head:] if octets[9] == TCP else b""

    @property
    def is_syn(self):
        return bool(self.tcp) and self.tcp[13] & (SYN | ACK) == SYN

    def reset(self):
        """The answer of a port without a listener, or of a filter that rejects like one."""
        source, target, number = struct.unpack("!HHI", self.tcp[:8])
        tcp = struct.pack("!HHIIBBHHH", target, source, 0, number + 1 & 0xFFFFFFFF, 0x50,
                          RST | ACK, 0, 0, 0)
        pseudo = self.target + self.source + struct.pack("!BBH", 0, TCP, len(tcp))
        tcp = tcp[:16] + struct.pack("!H", sum_of(pseudo + tcp)) + tcp[18:]
        return ip_packet(TCP, self.target, self.source, tcp)

    def unreachable(self):
        """The answer of a router that knows no way, or of a filter that rejects like one."""
        icmp = struct.pack("!BBHI", UNREACHABLE, HOST_UNREACHABLE, 0, 0) + self.octets[:28]
        icmp = icmp[:2] + struct.pack("!H", sum_of(icmp)) + icmp[4:]
        return ip_packet(ICMP, self.target, self.source, icmp)


class Link(threading.Thread):
    """Passes packets until close(). `loss`, `reordered`: parts of 1; `delay`: seconds. `cut`:
    nothing passes. `filter`: gets each packet of the near side, and returns None to let it pass,
    b"" to drop it, or the answer to send instead."""

    def __init__(self, near, far, seed):
        super().__init__(daemon=True)
        self.near, self.far = near, far
        self.random = random.Random(seed)
        self.loss = self.reordered = self.delay = 0
        self.cut = False
        self.filter = lambda packet: None
        self.passed = self.lost = 0
        self.waker, self.wake = os.pipe()
        self.queue = []
        self.number = 0

    def run(self):
        other = {self.near: self.far, self.far: self.near}
        while True:
            wait = max(self.queue[0][0] - time.monotonic(), 0) if self.queue else None
            readable, _, _ = select.select([*other, self.waker], [], [], wait)
            if self.waker in readable:
                return
            for tun in readable:
                self.receive(tun, other[tun])
            while self.queue and self.queue[0][0] <= time.monotonic():
                self.send(*heapq.heappop(self.queue)[2:])

    def receive(self, tun, onwards):
        with contextlib.suppress(BlockingIOError):
            for _ in range(64):
                octets = os.read(tun, PACKET_OCTETS_MAX)
                if octets[0] >> 4 == 4:
                    self.take(tun, onwards, octets)

    def take(self, tun, onwards, octets):
        if self.cut or self.random.random() < self.loss:
            self.lost += 1
            return
        answer = self.filter(Packet(octets)) if tun == self.near else None
        if answer == b"":
            self.lost += 1
        elif answer is not None:
            self.send(tun, answer)
        elif self.delay == 0 and self.reordered == 0:
            self.send(onwards, octets)
        else:
            # One that is overtaken waits twice as long as the others.
            late = self.delay if self.random.random() < self.reordered else 0
            self.number += 1
            due = time.monotonic() + self.delay + late
            heapq.heappush(self.queue, (due, self.number, onwards, octets))

    def send(self, tun, octets):
        self.passed += 1
        with contextlib.suppress(OSError):  # The device is down, or its queue is full.
            os.write(tun, octets)

    def close(self):
        os.write(self.wake, b"\0")
        self.join()
        for descriptor in (self.near, self.far, self.waker, self.wake):
            os.close(descriptor)


class Network:
    """Both namespaces, linked. `has_default`: the near one reaches the fleet by a default route."""

    def __init__(self, seed=1, has_default=False):
        self.near, self.far = Namespace(), Namespace()
        self.link = Link(self.near.open_tun("tun0"), self.far.open_tun("tun0"), seed)
        self.fleet_route = "default" if has_default else FLEET
        for namespace in (self.near, self.far):
            namespace.ip("link", "set", "lo", "up")
        self.near.ip("address", "add", f"{NEAR}/32", "dev", "lo")
        self.far.ip("link", "set", "tun0", "up")
        self.far.ip("route", "add", f"{NEAR}/32", "dev", "tun0")
        self.far.ip("route", "add", "local", FLEET, "dev", "lo")
        self.connect()
        self.link.start()

    def connect(self):
        """Brings the near end of the link up, with its route."""
        self.near.ip("link", "set", "tun0", "up")
        self.near.ip("route", "add", self.fleet_route, "dev", "tun0", "src", NEAR)

    def disconnect(self):
        """Takes the near end down, and the kernel its route away."""
        self.near.ip("link", "set", "tun0", "down")

    def close(self):
        self.link.close()
        self.near.close()
        self.far.close()
