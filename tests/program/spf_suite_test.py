#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The conformance suites for SPF that come with Debian's python3-spf: ours gives each test's result
and explanation. They are not part of this project; where they are not installed, this is skipped."""

import glob
import gzip
import sys

from spf_driver import line, run, skip

try:
    import yaml
except ImportError:
    skip("python3-yaml is not installed")

# Tests left out, with the reason. RFC 7208's own suite has none.
SUITES = {
    "rfc7208-tests.yml": {},
    "rfc4408-tests.yml": {},
    "test.yml": {
        "default-modifier": "of pyspf's lax mode: RFC 7208, 6 ignores the modifier",
        "default-modifier-harsh": "of pyspf's harsh mode: 'ambiguous' is no result of RFC 7208",
    },
}
TYPES = {"TXT", "A", "AAAA", "MX", "PTR"}


def documents(name):
    """The suite's text, wherever the package has it, compressed or not."""
    found = sorted(glob.glob(f"/usr/share/doc/python3-spf/**/{name}*", recursive=True))
    for path in found:
        opened = gzip.open(path, "rb") if path.endswith(".gz") else open(path, "rb")
        with opened as file:
            return list(yaml.safe_load_all(file))
    return None


def records_of(entries):
    """A name's records as (type, value), with those of type SPF as TXT where there is no TXT; and
    where the first timeout stands."""
    records = []
    copied = []
    own_texts = False
    for entry in entries:
        if not isinstance(entry, dict):
            records.append(("TIMEOUT", None))
            continue
        for kind, value in entry.items():
            if kind in ("TXT", "SPF"):
                value = "".join(value) if isinstance(value, list) else value
            if kind == "TXT":
                own_texts = True
            if kind == "SPF":
                copied.append(("TXT", value))
            elif value != "NONE":
                records.append((kind, value))
    return records if own_texts else records + copied


def zone_lines(zone):
    yield line("zone")
    for name, entries in zone.items():
        before = set()
        for kind, value in records_of(entries):
            if kind == "TIMEOUT":
                for other in sorted(TYPES - before):
                    yield line("timeout", name, other.lower())
                break
            before.add(kind)
            if value == "TIMEOUT":
                yield line("timeout", name, kind.lower())
            elif kind == "MX":
                yield line("mx", name, value[0], value[1])
            elif kind == "TXT":
                yield line("txt", name, value.encode("utf-8"))
            elif kind in TYPES | {"CNAME"}:
                yield line(kind.lower(), name, value)


def suite(name, left_out):
    scenarios = documents(name)
    if scenarios is None:
        return None
    lines = []
    tests = []
    for scenario in scenarios:
        lines.extend(zone_lines(scenario["zonedata"]))
        for test_name, test in scenario.get("tests", {}).items():
            if test_name in left_out:
                continue
            lines.append(line("check", test["host"], test["helo"], test["mailfrom"] or "",
                              test.get("receiver", "unknown")))
            tests.append((test_name, test))
    wrong = []
    for (test_name, test), (result, explanation, _, _) in zip(tests, run(lines), strict=True):
        wanted = test["result"] if isinstance(test["result"], list) else [test["result"]]
        told = test.get("explanation")
        if result not in wanted:
            wrong.append(f"{test_name}: {result}, not {' or '.join(wanted)}")
        elif told is not None and (explanation or "DEFAULT") != told:
            wrong.append(f"{test_name}: explained as {explanation!r}, not {told!r}")
    print(f"{name}: {len(tests) - len(wrong)} of {len(tests)}, {len(left_out)} left out")
    for text in wrong:
        print("  " + text)
    return not wrong


def main():
    results = {name: suite(name, left_out) for name, left_out in SUITES.items()}
    if results["rfc7208-tests.yml"] is None:
        skip("python3-spf has no rfc7208-tests.yml here")
    sys.exit(0 if all(result is not False for result in results.values()) else 1)


if __name__ == "__main__":
    main()
