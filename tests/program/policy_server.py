# SPDX-License-Identifier: MIT
"""An HTTPS server of MTA-STS policies on loopback. The persona that answers is the second label of
the name that the client asks for (SNI): mta-sts.moved.sts.test is `moved`."""

import socket
import ssl
import struct
import threading

from real_certificates import Authority
from talking_server import SECONDS_MAX, TalkingServer

ZONE = "sts.test"
PATH = "/.well-known/mta-sts.txt"
POLICY = b"version: STSv1\nmode: enforce\nmx: mx1.sts.test\nmx: *.mail.sts.test\nmax_age: 604800\n"
HUGE_OCTETS = 10_000_000
PLAIN = "text/plain"
BEHAVIOURS = ("silent", "trickle", "reset")  # What is more than an answer.


def policy_host(persona):
    return f"mta-sts.{persona}.{ZONE}"


def persona_of(host):
    return host.split(".")[1] if host.endswith("." + ZONE) else ""


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def response(body=POLICY, status="200 OK", kind=PLAIN, headers=(), length=None):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}"]
    lines += [f"Content-Type: {kind}"] if kind else []
    return "\r\n".join([*lines, *headers, "", ""]).encode() + body


def chunked(octets=b""):
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {PLAIN}\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head.encode() + (b"%x\r\n%s\r\n" % (len(octets), octets) if octets else b"")


def location(place):
    return [f"Location: {place}"]


ANSWERS = {
    "good": response(),
    "expired": response(),
    "wrong-name": response(),
    "unknown-ca": response(),
    "charset": response(kind="text/plain; charset=utf-8"),
    "html": response(b"<html>parked</html>", kind="text/html; charset=utf-8"),
    "no-type": response(kind=None),
    "bom": response(b"\xef\xbb\xbf" + POLICY),
    "crlf": response(POLICY.replace(b"\n", b"\r\n")),
    "empty": response(b""),
    "chunks": chunked(POLICY[:20]) + b"%x\r\n%s\r\n0\r\n\r\n" % (len(POLICY) - 20, POLICY[20:]),
    "interim": b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" + response(),
    "moved": response(b"moved", "301 Moved Permanently",
                      headers=location(f"https://{policy_host('good')}{PATH}")),
    "found": response(b"found", "302 Found",
                      headers=location(f"http://{policy_host('good')}{PATH}")),
    "moved-to-here": response(b"", "308 Permanent Redirect", headers=location(PATH)),
    "moved-nowhere": response(b"", "301 Moved Permanently"),
    "not-found": response(b"<html>no such page</html>", "404 Not Found", "text/html"),
    "not-found-slow": response(b"", "404 Not Found", "text/html", length=1000),
    "no-content": b"HTTP/1.1 204 No Content\r\n\r\n",
    "broken": response(b"oops", "500 Internal Server Error"),
    "huge": response(POLICY + b"#" * HUGE_OCTETS),
    "huge-chunks": chunked(POLICY) + b"".join([chunked(b"#" * 65536)[-65545:]] * 160),
    "largest": response(b"#" * 65536),
    "one-more": response(b"#" * 65537),
    "cut": response(length=len(POLICY) + 1),
    "cut-chunk": chunked(POLICY),
    "not-http": b"220 mail.sts.test ESMTP\r\n",
    "long-header": response(headers=[f"X-{number}: {'x' * 1000}" for number in range(100)]),
    "nothing": b"",
}


class PolicyServer:
    """`answers`: of more personas, or others. `requests` has the host and the lines of each
    request; `waiting_most` is the largest number of connections without an answer at one time."""

    def __init__(self, folder, answers=None):
        self.answers = {**ANSWERS, **(answers or {})}
        self.requests = []
        self.lock = threading.Lock()
        self.waiting = self.waiting_most = 0
        self.released = threading.Event()
        self.make_contexts(folder)
        self.server = TalkingServer(self.talk)
        self.port = self.server.port

    def make_contexts(self, folder):
        ours, others = folder / "policy-ca", folder / "unknown-ca"
        ours.mkdir()
        others.mkdir()
        authority = Authority(ours)
        self.ca_file = authority.root.certificate

        def context(label, *names, by=authority, **more):
            issued = by.issue(label, f"/CN={names[0]}", [f"DNS:{name}" for name in names], **more)
            made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            made.load_cert_chain(issued.chain, issued.key)
            return made

        hosts = [policy_host(persona) for persona in {*self.answers, *BEHAVIOURS}]
        self.context = context("valid", *sorted(hosts))
        self.other_contexts = {
            "expired": context("expired", policy_host("expired"), days=(-90, -1)),
            "wrong-name": context("wrong-name", "www.sts.test"),
            "unknown-ca": context("unknown", policy_host("unknown-ca"), by=Authority(others)),
        }

    def talk(self, connection):
        with self.lock:
            self.waiting += 1
            self.waiting_most = max(self.waiting_most, self.waiting)
        self.converse(connection)

    def converse(self, connection):
        asked = []

        def choose(secured, name, _):
            asked.append(name or "")
            secured.context = self.other_contexts.get(persona_of(name or ""), self.context)

        first = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        first.sni_callback = choose
        try:
            connection = first.wrap_socket(connection, server_side=True)
        except (OSError, ssl.SSLError):
            return
        with connection:
            self.answer(connection, asked[0])

    def answer(self, connection, host):
        with connection.makefile("rb") as stream:
            lines = list(iter(lambda: stream.readline().decode("latin-1").strip(), ""))
        persona = persona_of(host)
        with self.lock:
            self.waiting -= 1
            if not lines:
                return  # The client refuses the certificate.
            self.requests.append((host, lines))
        if persona == "silent":
            self.released.wait(SECONDS_MAX)
        elif persona == "trickle":
            connection.sendall(chunked())
            while not self.released.wait(0.01):
                connection.sendall(b"1\r\n#\r\n")
        elif persona == "reset":
            reset(connection)
        else:
            connection.sendall(self.answers[persona])
            if persona == "not-found-slow":
                self.released.wait(SECONDS_MAX)

    def close(self):
        self.released.set()
        self.server.close()
