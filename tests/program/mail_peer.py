# SPDX-License-Identifier: MIT
"""A mail server of the test, in clear text on loopback: it takes messages by SMTP with AUTH PLAIN,
and gives them out by POP3."""

import base64
import socketserver
import threading

USER, PASSWORD = "probe", "s3cret-of-the-probe"


class _Conversation(socketserver.StreamRequestHandler):
    timeout = 60

    def say(self, *lines):
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

    def handle(self):
        try:
            self.greet()
            for line in iter(self.rfile.readline, b""):
                words = line.decode().rstrip("\r\n").split(" ")
                if self.answer(words[0].upper(), words[1:]) is False:
                    return
        except OSError:
            return


class _Smtp(_Conversation):
    def greet(self):
        self.say("220 peer.example.net ESMTP")

    def answer(self, verb, words):
        peer = self.server.peer
        if verb == "EHLO":
            self.say("250-peer.example.net", "250 AUTH PLAIN")
        elif verb == "AUTH":
            if len(words) < 2:
                self.say("334 ")
                words.append(self.rfile.readline().decode().strip())
            _, user, password = base64.b64decode(words[1]).decode().split("\0")
            good = (user, password) == (USER, PASSWORD)
            self.say("235 2.7.0 welcome" if good else "535 5.7.8 no")
        elif verb == "DATA":
            self.say("354 go on")
            lines = []
            for line in iter(self.rfile.readline, b".\r\n"):
                lines.append(line[1:] if line.startswith(b"..") else line)
            if peer.refusal:
                self.say(peer.refusal)
            else:
                peer.take(b"".join(lines))
                self.say("250 2.0.0 queued")
        elif verb == "QUIT":
            self.say("221 bye")
            return False
        else:
            self.say("250 ok")
        return True


class _Pop3(_Conversation):
    def greet(self):
        self.user = ""
        self.say("+OK peer")

    def answer(self, verb, words):
        peer = self.server.peer
        with peer.lock:
            messages = dict(peer.messages)
        if verb == "CAPA":
            self.say("+OK", "USER", "UIDL", "TOP", ".")
        elif verb == "USER":
            self.user = words[0]
            self.say("+OK")
        elif verb == "PASS":
            good = (self.user, " ".join(words)) == (USER, PASSWORD)
            self.say("+OK" if good else "-ERR no")
        elif verb in ("UIDL", "LIST"):
            self.say("+OK", *(f"{number} id{number}" for number in messages), ".")
        elif verb in ("TOP", "RETR"):
            headers = messages[int(words[0])].split(b"\r\n\r\n")[0]
            self.say("+OK")
            self.wfile.write(headers + b"\r\n\r\n.\r\n")
        elif verb == "DELE":
            with peer.lock:
                peer.messages.pop(int(words[0]), None)
            self.say("+OK")
        elif verb == "QUIT":
            self.say("+OK")
            return False
        else:
            self.say("+OK")
        return True


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class MailPeer:
    def __init__(self):
        self.lock = threading.Lock()
        self.messages = {}
        self.taken = 0
        self.refusal = ""   # The reply to the final dot.
        self.loses = False  # Messages, after it has accepted them.
        self.servers = []
        for kind in (_Smtp, _Pop3):
            server = _Server(("127.0.0.1", 0), kind)
            server.peer = self
            threading.Thread(target=server.serve_forever, daemon=True).start()
            self.servers.append(server)
        self.smtp, self.pop3 = (f"127.0.0.1:{server.server_address[1]}" for server in self.servers)

    def take(self, message):
        with self.lock:
            self.taken += 1
            if not self.loses:
                self.messages[self.taken] = message

    def close(self):
        for server in self.servers:
            server.shutdown()
            server.server_close()
