# SPDX-License-Identifier: MIT
"""A scriptable DNS server on loopback: a dictionary of names to answers, silence or false data."""

import contextlib
import ipaddress
import select
import socket
import struct
import threading
import time

from ports import open_pair

A, NS, CNAME, PTR, MX, AAAA = 1, 2, 5, 12, 15, 28
SERVFAIL, NXDOMAIN, REFUSED = 2, 3, 5
RESPONSE, CUT, AUTHENTIC = 0x8180, 0x0200, 0x0020
TTL = 300
ALIASES_MAX = 8  # A longer chain is returned incomplete, as resolvers do.
RECEIVE_OCTETS = 1 << 20  # A thousand questions may come at once.


def encoded(name):
    labels = [label for label in name.rstrip(".").split(".") if label]
    return b"".join(bytes([len(label)]) + label.encode() for label in labels) + b"\0"


def record(owner, kind, data):
    return encoded(owner) + struct.pack(">HHIH", kind, 1, TTL, len(data)) + data


def values_of(item, kind):
    """The data of a zone's item, if it has that type."""
    if isinstance(item, str):
        address = ipaddress.ip_address(item)
        return [address.packed] if kind == (A if address.version == 4 else AAAA) else []
    if item[0] == "PTR" and kind == PTR:
        return [encoded(item[1])]
    if item[0] == "MX" and kind == MX:
        return [struct.pack(">H", item[1]) + encoded(item[2])]
    return []


class NameServer:
    """`zone` maps a name to a list of its records: addresses as text, ("MX", 10,
    "mx.example.test"), ("CNAME", "other.test"), ("PTR", "host.test"); or to an RCODE; or to None,
    for no answer; or to octets, which then replace the answer's records. A name that is missing is
    NXDOMAIN.

    `delay`: seconds before each answer. `authentic`: names whose answers have AD set. `cut`: names
    whose answers do not fit into a datagram; they are whole over TCP. `asked`: the questions
    received over UDP. While `silent` is set, no question is answered."""

    def __init__(self, zone, port=0, delay=0, authentic=(), cut=()):
        self.zone = zone
        self.delay = delay
        self.authentic = authentic
        self.cut = cut
        self.silent = False
        self.asked = []
        if port == 0:
            self.datagrams, streams = open_pair()
            self.sockets = [self.datagrams, streams]
        else:
            self.datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.datagrams.bind(("127.0.0.1", port))
            self.sockets = [self.datagrams]
        self.datagrams.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_OCTETS)
        self.port = self.datagrams.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def stop(self):
        if self.thread.is_alive():
            self.datagrams.sendto(b"", self.datagrams.getsockname())
            self.thread.join()

    def serve(self):
        with contextlib.ExitStack() as owned:
            listening = [owned.enter_context(each) for each in self.sockets]
            while True:
                for ready in select.select(self.sockets, [], [])[0]:
                    if ready is self.datagrams:
                        if not self.serve_datagram():
                            return
                    elif ready in listening:
                        self.sockets.append(owned.enter_context(ready.accept()[0]))
                    elif not self.serve_stream(ready):
                        self.sockets.remove(ready)
                        ready.close()

    def serve_datagram(self):
        """False: the datagram was empty, which means to stop."""
        query, client = self.datagrams.recvfrom(4096)
        if not query:
            return False
        answer = self.answer(query, over_udp=True)
        if answer is not None:
            time.sleep(self.delay)
            self.datagrams.sendto(answer, client)
        return True

    def serve_stream(self, stream):
        """False: the client has closed the connection."""
        try:
            size = stream.recv(2, socket.MSG_WAITALL)
            if len(size) < 2:
                return False
            query = stream.recv(struct.unpack(">H", size)[0], socket.MSG_WAITALL)
            answer = self.answer(query, over_udp=False)
            if answer is not None:
                stream.sendall(struct.pack(">H", len(answer)) + answer)
        except ConnectionError:
            return False
        return True

    def answer(self, query, over_udp):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode())
            at += 1 + query[at]
        question = query[12:at + 5]
        kind = struct.unpack(">H", query[at + 1:at + 3])[0]
        name = ".".join(labels).lower()
        if over_udp:
            self.asked.append((name, kind))
        known = self.zone.get(name, NXDOMAIN) if name else []
        if known is None or self.silent:
            return None
        flags, count, records = RESPONSE, 1, known
        if over_udp and name in self.cut:
            flags, count, records = flags | CUT, 0, b""
        elif not isinstance(known, bytes):
            code, found = self.records(name, kind, known)
            flags, count, records = flags | code, len(found), b"".join(found)
        if name in self.authentic:
            flags |= AUTHENTIC
        return query[:2] + struct.pack(">HHHHH", flags, 1, count, 0, 0) + question + records

    def records(self, name, kind, known):
        """Returns the RCODE, and the records of a name and of its aliases' targets."""
        found = []
        for _ in range(ALIASES_MAX):
            if isinstance(known, int):
                return known, found
            alias = next((item[1] for item in known if item[0] == "CNAME"), None)
            if alias is None:
                found += [record(name, kind, value)
                          for item in known for value in values_of(item, kind)]
                break
            found.append(record(name, CNAME, encoded(alias)))
            name, known = alias, self.zone.get(alias, NXDOMAIN)
        return 0, found
