# SPDX-License-Identifier: MIT
"""Ports for servers that a test starts later, or that need one number for UDP and TCP."""

import contextlib
import random
import socket

# Below the ports that Linux gives to sockets that ask for any (net.ipv4.ip_local_port_range): no
# connection or server of a test that runs at the same time gets one of these by chance.
PORTS = range(12000, 32000)


def open_pair(address="127.0.0.1"):
    """A bound UDP socket and a listening TCP socket with the same port."""
    while True:
        port = random.choice(PORTS)
        with contextlib.ExitStack() as undone:
            try:
                datagrams = undone.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                datagrams.bind((address, port))
                stream = undone.enter_context(socket.create_server((address, port)))
            except OSError:
                continue
            undone.pop_all()
            return datagrams, stream


def free_port():
    """A port of 127.0.0.1 at which nothing listens, for UDP and TCP."""
    datagrams, stream = open_pair()
    with datagrams, stream:
        return stream.getsockname()[1]
