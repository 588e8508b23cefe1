# SPDX-License-Identifier: MIT
"""What a mail place has beside its servers: what its Postfix asks about each recipient, where its
Dovecot asks about tokens, and a proxy that keeps news from those who wait for them."""

import contextlib
import json
import re
import select
import socket
import ssl
import urllib.parse

from talking_server import TalkingServer


NEWS = re.compile(rb"^\* \d+ (EXISTS|RECENT)\r\n", re.MULTILINE)


def lines_of(connection):
    with connection.makefile("rb") as stream:
        yield from stream


class Policy(TalkingServer):
    """A policy service of Postfix. `action`: the answer about `recipient`, with or without an
    extension, in the words of Postfix's access(5). All others are let pass."""

    def __init__(self, recipient):
        self.recipient = recipient
        self.action = "DUNNO"
        super().__init__(self.answer)

    def answer(self, connection):
        connection.settimeout(None)
        asked = {}
        for line in lines_of(connection):
            name, _, value = line.decode().rstrip("\n").partition("=")
            asked[name] = value
            if line == b"\n":
                ours = re.sub(r"\+[^@]*", "", asked["recipient"]) == self.recipient
                action = self.action if ours else "DUNNO"
                connection.sendall(f"action={action}\n\n".encode())


class Introspection(TalkingServer):
    """Tells of one token that it is active, and whose it is (RFC 7662)."""

    def __init__(self, token, owner):
        self.token, self.owner = token, owner
        super().__init__(self.answer)
        self.url = f"http://127.0.0.1:{self.port}/?token="

    def answer(self, connection):
        head = iter(lines_of(connection).__next__, b"\r\n")
        target = list(head)[0].split()[1].decode()
        asked = urllib.parse.parse_qs(urllib.parse.urlsplit(target).query).get("token")
        active = asked == [self.token]
        body = json.dumps({"active": active, **({"email": self.owner} if active else {})}).encode()
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                           b"Connection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))


class QuietProxy(TalkingServer):
    """IMAP with TLS at once, in front of a server without TLS. Who waits in IDLE is not told about
    new messages. `kept_back`: how often."""

    def __init__(self, machine, server, certificate):
        self.machine, self.server = machine, server
        self.kept_back = 0
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.load_cert_chain(certificate.chain, certificate.key)
        super().__init__(self.pass_on)

    def pass_on(self, connection):
        with self.context.wrap_socket(connection, server_side=True) as client, \
                self.machine.run(socket.create_connection, self.server) as server:
            idling, kept = False, b""
            while True:
                ready = [client] if client.pending() else select.select([client, server], [], [])[0]
                octets = ready[0].recv(1 << 16)
                if not octets:
                    break
                if ready[0] is client:
                    idling = re.fullmatch(rb"\S+ IDLE\r\n", octets, re.IGNORECASE)
                    server.sendall(octets)
                    continue
                lines, end, kept = (kept + octets).rpartition(b"\n")
                lines += end
                if idling:
                    lines, dropped = NEWS.subn(b"", lines)
                    self.kept_back += dropped
                client.sendall(lines)
            with contextlib.suppress(OSError):
                client.unwrap()
