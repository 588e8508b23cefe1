# SPDX-License-Identifier: MIT
"""Receivers of messages on loopback: an HTTP server and a mail server that answer by a script, and
the courier itself, driven by orders as JSON lines."""

import base64
import contextlib
import json
import os
import socket
import ssl
import struct
import subprocess
import threading

from program import WAIT_SECONDS_MAX, Process, wait_until
from talking_server import TalkingServer

COURIER = os.environ.get("MXSWEEP_COURIER")


def server_context(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.chain, certificate.key)
    return context


class HttpSink:
    """Answers each request with the next of `answers`, the last one again and again: an HTTP
    status; (status, headers, body); "hang" or "reset"; or a function of the first line, the headers
    and the body that returns one of them."""

    def __init__(self, *answers, certificate=None):
        self.answers = list(answers)
        self.requests = []  # (first line, headers in lower case, body)
        self.lock = threading.Lock()
        self.released = threading.Event()
        self.context = server_context(certificate) if certificate else None
        self.server = TalkingServer(self.talk)
        self.url = f"{'https' if certificate else 'http'}://127.0.0.1:{self.server.port}"

    def talk(self, connection):
        if self.context:
            with contextlib.suppress(ssl.SSLError):
                connection = self.context.wrap_socket(connection, server_side=True)
        with connection, connection.makefile("rb") as stream:
            while self.serve_one(connection, stream):
                pass

    def serve_one(self, connection, stream):
        first = stream.readline().decode().strip()
        if not first:
            return False
        headers = {}
        for line in iter(lambda: stream.readline().decode().strip(), ""):
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = stream.read(int(headers.get("content-length", 0)))
        with self.lock:
            self.requests.append((first, headers, body))
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            if callable(answer):
                answer = answer(first, headers, body)
        if answer == "hang":
            self.released.wait(WAIT_SECONDS_MAX)
            return False
        if answer == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        status, more, text = answer if isinstance(answer, tuple) else (answer, {}, "{}")
        lines = [f"HTTP/1.1 {status} x", f"Content-Length: {len(text.encode())}"]
        lines += [f"{name}: {value}" for name, value in more.items()]
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n" + text).encode())
        return True

    def close(self):
        self.released.set()
        self.server.close()


class MailSink:
    """A mail server. `replies`: to a verb, or to a whole command, instead of the usual reply; a
    reply of 421 ends the connection; "hang" is none. `certificate`: offers STARTTLS, or with
    `implicit` speaks TLS from the start. `login`: (user, password) that AUTH PLAIN must have
    before MAIL."""

    def __init__(self, replies=None, certificate=None, implicit=False, login=None):
        self.replies = replies or {}
        self.context = server_context(certificate) if certificate else None
        self.implicit = implicit
        self.login = login
        self.mails = []  # Envelope and octets: {"from", "to", "data", "tls"}.
        self.commands = []
        self.released = threading.Event()
        self.server = TalkingServer(self.talk)
        self.port = self.server.port
        self.place = f"127.0.0.1:{self.port}"

    def talk(self, connection):
        with contextlib.ExitStack() as owned:
            self.converse(connection, owned)

    def converse(self, connection, owned):
        state = {"tls": self.implicit, "known": self.login is None}
        if self.implicit:
            connection = self.encrypted(connection, owned)
        self.reply(connection, "greeting", "220 sink.test ESMTP")
        stream = connection.makefile("rb")
        mail = {}
        while line := stream.readline():
            command = line.decode("latin-1").strip()
            self.commands.append(command)
            verb = command.split(" ")[0].split(":")[0].upper()
            if verb == "STARTTLS" and self.context and "STARTTLS" not in self.replies:
                self.reply(connection, "", "220 go")
                connection = self.encrypted(connection, owned)
                stream = connection.makefile("rb")
                state["tls"] = True
                continue
            if command == "AUTH PLAIN":
                connection.sendall(b"334 \r\n")
                command += " " + stream.readline().decode("latin-1").strip()
            usual = self.usual(verb, command, state)
            reply = self.reply(connection, command if command in self.replies else verb, usual)
            if reply.startswith("421"):
                return
            if verb == "MAIL":
                mail = {"from": command[11:].split(">")[0], "to": [], "tls": state["tls"]}
            if verb == "RCPT" and reply.startswith("2"):
                mail["to"].append(command[9:].split(">")[0])
            if verb == "DATA" and reply.startswith("354"):
                lines = list(iter(stream.readline, b".\r\n"))
                mail["data"] = b"".join(each[each.startswith(b"."):] for each in lines)
                if self.reply(connection, "end of data", "250 2.0.0 queued").startswith("2"):
                    self.mails.append(mail)
            if verb == "QUIT":
                return

    def encrypted(self, connection, owned):
        return owned.enter_context(self.context.wrap_socket(connection, server_side=True))

    def usual(self, verb, command, state):
        if verb == "EHLO":
            offers = ["sink.test"]
            if self.context and not state["tls"]:
                offers.append("STARTTLS")
            if self.login:
                offers.append("AUTH PLAIN")
            return "\r\n".join("250-" + offer for offer in offers) + "\r\n250 SIZE 1000000"
        if verb == "AUTH":
            wanted = base64.b64encode("\0{}\0{}".format(*self.login).encode()).decode()
            state["known"] = command == f"AUTH PLAIN {wanted}"
            return "235 2.7.0 welcome" if state["known"] else "535 5.7.8 no"
        if verb == "MAIL" and not state["known"]:
            return "530 5.7.0 log in first"
        return {"DATA": "354 go", "QUIT": "221 bye"}.get(verb, "250 2.1.0 fine")

    def reply(self, connection, key, usual):
        reply = self.replies.get(key, usual)
        if isinstance(reply, list):
            reply = reply.pop(0) if reply else usual
        if reply == "hang":
            self.released.wait(WAIT_SECONDS_MAX)
            return "421"
        connection.sendall(reply.encode() + b"\r\n")
        return reply

    def close(self):
        self.released.set()
        self.server.close()


class Courier(Process):
    """The driver of the courier. Everything that it prints is in `answers`, in order."""

    def __init__(self, folder, helo="probe.example.test", resolver="127.0.0.1:1", ca_file="",
                 renew_ms=60000):
        command = [COURIER, helo, resolver, str(ca_file), str(renew_ms)]
        super().__init__(command, folder / "courier.err", stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE)
        self.answers = []
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.answers.append(json.loads(line))

    def order(self, **order):
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        self.process.stdin.flush()

    def answer(self, number):
        """The answer of that number, counted from 0."""
        wait_until(lambda: len(self.answers) > number or not self.running(), "an answer")
        if len(self.answers) <= number:
            raise AssertionError("the courier ended: " + self.stderr)
        return self.answers[number]

    def send(self, **order):
        """Sends one message and waits for what becomes of it."""
        number = len(self.answers)
        self.order(**order)
        return self.answer(number)

    def finish(self):
        """Ends its input, and returns its exit code."""
        self.process.stdin.close()
        code = self.wait()
        self.reader.join()
        return code

    def end(self):
        super().end()
        self.reader.join()
