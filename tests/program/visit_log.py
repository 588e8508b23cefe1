# SPDX-License-Identifier: MIT
"""What the log of a fleet's visits (mxsweep sink --visits) shows about the sweep that made them:
the most connections at once, the least pause between visits, and the rate.

Moments are in seconds of the monotonic clock, as time.monotonic() has it. A connection that is
closed at the moment at which another one is opened is not open at once with it."""

import collections
import ipaddress
import json

NANOSECONDS = 1_000_000_000

Visit = collections.namedtuple("Visit", "address port opened closed")


def prefix_of(address):
    """The /24 of an IPv4 address, the /48 of an IPv6 address."""
    length = 48 if ":" in address else 24
    return str(ipaddress.ip_network(f"{address}/{length}", strict=False))


def prefix_of_ipv4(address):
    """The same for IPv4 only, fast enough for a million addresses."""
    return address.rpartition(".")[0]


def read_visits(path):
    """The visits of the log, in the order of their beginning."""
    visits = []
    with open(path, "rb") as lines:
        for line in lines:
            visit = json.loads(line)
            address, _, port = visit["local"].rpartition(":")
            visits.append(Visit(address.strip("[]"), int(port), visit["opened"] / NANOSECONDS,
                                visit["closed"] / NANOSECONDS))
    visits.sort(key=lambda visit: visit.opened)
    return visits


def most_of(visits):
    """The most of these visits that were open at once."""
    events = []
    for visit in visits:
        events.append((visit.opened, 1, 1))
        events.append((visit.closed, 0 if visit.closed > visit.opened else 2, -1))
    most = now = 0
    for _, _, change in sorted(events):
        now += change
        most = max(most, now)
    return most


def grouped(visits, key):
    """The visits of each address, or of what `key` makes of an address; None: of no group."""
    groups = collections.defaultdict(list)
    for visit in visits:
        group = key(visit.address)
        if group is not None:
            groups[group].append(visit)
    return groups


def most_at_once(visits, key=lambda address: address):
    """The most visits open at once for any address, or for any group of addresses."""
    return max(map(most_of, grouped(visits, key).values()), default=0)


def least_pause(visits):
    """The least time between the end of a visit of an address and the beginning of its next one, in
    seconds; negative: they overlapped. None: no address was visited twice."""
    least = None
    for of_address in grouped(visits, lambda address: address).values():
        ended = None
        for visit in of_address:
            if ended is not None and (least is None or visit.opened - ended < least):
                least = visit.opened - ended
            ended = visit.closed if ended is None else max(ended, visit.closed)
    return least


def most_within(visits, seconds):
    """The most visits that began within any span of this length."""
    most = first = 0
    for last, visit in enumerate(visits):
        while visit.opened - visits[first].opened >= seconds:
            first += 1
        most = max(most, last - first + 1)
    return most
