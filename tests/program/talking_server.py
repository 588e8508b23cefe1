# SPDX-License-Identifier: MIT
"""A server on real sockets whose conversation is a function of the test."""

import contextlib
import socket
import threading

SECONDS_MAX = 20


class TalkingServer:
    """Accepts connections on a port of its own, and calls `talk` with each in a thread of its own.
    An error on a connection ends that connection only."""

    def __init__(self, talk):
        self.talk = talk
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                connection.settimeout(SECONDS_MAX)
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with contextlib.suppress(OSError), connection:
            self.talk(connection)

    def close(self):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
