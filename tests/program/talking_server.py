# SPDX-License-Identifier: MIT
"""A server that talks as a test says, on real sockets."""

import contextlib
import socket
import threading

SECONDS_MAX = 20


class TalkingServer:
    """Accepts connections on a port of its own, and has `talk` called with each in a thread of its
    own. What goes wrong with a connection ends that connection."""

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
