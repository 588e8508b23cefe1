# SPDX-License-Identifier: MIT
"""A DNS server of the tests' own, on loopback: a dictionary that answers over UDP."""

import ipaddress
import socket
import struct
import threading
import time

A, NS, AAAA = 1, 2, 28
SERVFAIL, NXDOMAIN, REFUSED = 2, 3, 5
TTL = 300


def encoded(name):
    labels = [label for label in name.rstrip(".").split(".") if label]
    return b"".join(bytes([len(label)]) + label.encode() for label in labels) + b"\0"


class NameServer:
    """`zone`: a name to its addresses as text, or to an RCODE. A name that is missing is NXDOMAIN;
    one whose value is None gets no answer. `delay`: seconds before each answer. Counts what was
    asked."""

    def __init__(self, zone, port=0, delay=0):
        self.zone = zone
        self.delay = delay
        self.asked = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", port))
        self.address = "127.0.0.1:%d" % self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def stop(self):
        self.socket.sendto(b"", self.socket.getsockname())
        self.thread.join()
        self.socket.close()

    def serve(self):
        while True:
            query, client = self.socket.recvfrom(4096)
            if not query:
                return
            answer = self.answer(query)
            if answer is not None:
                time.sleep(self.delay)
                self.socket.sendto(answer, client)

    def answer(self, query):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode())
            at += 1 + query[at]
        question = query[12:at + 5]
        kind = struct.unpack(">H", query[at + 1:at + 3])[0]
        name = ".".join(labels).lower()
        self.asked.append((name, kind))
        known = self.zone.get(name, NXDOMAIN) if name else []
        if known is None:
            return None
        code = known if isinstance(known, int) else 0
        records = []
        for text in [] if code else known:
            address = ipaddress.ip_address(text)
            if (A if address.version == 4 else AAAA) == kind:
                records.append(address.packed)
        header = query[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, len(records), 0, 0)
        body = b"".join(b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, TTL, len(data)) + data
                        for data in records)
        return header + question + body
