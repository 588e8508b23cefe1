# SPDX-License-Identifier: MIT
"""The system's log of an inner machine, for servers that log nowhere else."""

import contextlib
import re
import socket
import threading


class SystemLog:
    """Receives what is sent to the socket at `path`, and appends it to the file `log`, line by
    line, without the priority."""

    def __init__(self, path, log):
        self.path = path
        self.log = log
        self.log.touch()
        self.datagrams = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.datagrams.bind(str(path))
        path.chmod(0o666)
        self.thread = threading.Thread(target=self.receive, daemon=True)
        self.thread.start()

    def receive(self):
        with open(self.log, "ab", buffering=0) as log:
            while octets := self.datagrams.recv(1 << 16):
                log.write(re.sub(rb"^<\d+>", b"", octets).rstrip(b"\0\n") + b"\n")

    def end(self):
        with contextlib.closing(self.datagrams), \
                socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", str(self.path))
            self.thread.join()
