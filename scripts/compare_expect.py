#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: compare_expect.py EXPECTED RECORDS

Compares the records of a sweep with what `mxsweep sink --expect` says that it should find: for
each address one record, with this outcome, phase and cause, and with whatever else it names: keys
of "tls" ("offered" being that of "starttls") and all anomalies. Both are JSON Lines. Prints how
many of each persona agreed; exits 1 when anything differs."""

import collections
import json
import sys

DIFFERENCES_SHOWN_MAX = 20


def read_lines(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def verdict(line):
    return "{} in {}: {}".format(line["outcome"], line.get("phase", "-"), line["cause"])


def findings(record):
    """What a record says of the things that an expectation may name."""
    found = dict(record.get("tls", {}))
    found["offered"] = record.get("starttls", {}).get("offered")
    return found


def words(line, wanted):
    """The verdict, and behind it the findings that are wanted."""
    found = line.get("tls", {}) if "persona" in line else findings(line)
    text = [verdict(line)] + [f"{key} {found.get(key)}" for key in wanted.get("tls", {})]
    if "anomalies" in wanted:
        text.append("anomalies " + (" ".join(sorted(line.get("anomalies", []))) or "none"))
    return ", ".join(text)


def differences(expected, records):
    """Address, persona, what was expected and what was found."""
    seen = collections.defaultdict(list)
    for record in records:
        seen[record.get("ip", record["target"])].append(record)
    for line in expected:
        found = seen.pop(line["ip"], [])
        right = words(line, line)
        said = words(found[0], line) if len(found) == 1 else f"{len(found)} records"
        if said != right:
            yield line["ip"], line["persona"], right, said
    for ip in seen:
        yield ip, "none", "no record", "a record"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    expected, records = read_lines(sys.argv[1]), read_lines(sys.argv[2])
    wrong = list(differences(expected, records))
    wrong_by_persona = collections.Counter(persona for _, persona, _, _ in wrong)
    for persona, count in sorted(collections.Counter(e["persona"] for e in expected).items()):
        print(f"{persona:28} {count - wrong_by_persona[persona]:6} of {count:6} as expected")
    for ip, persona, right, said in wrong[:DIFFERENCES_SHOWN_MAX]:
        print(f"{ip} ({persona}): {right} expected; {said} found")
    print(f"{len(expected)} addresses, {len(records)} records, {len(wrong)} differences")
    sys.exit(1 if wrong or not expected else 0)


if __name__ == "__main__":
    main()
