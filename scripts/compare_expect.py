#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: compare_expect.py EXPECTED RECORDS

Compares the records of a sweep with the expectations that `mxsweep sink --expect` prints: one
record for each address, with the expected outcome, phase and cause, and with the other expected
values: keys of "tls" ("offered" is that of "starttls") and all anomalies. Both files are JSON
Lines. Prints how many servers of each persona agree; exits with 1 if anything differs."""

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
    """The values of a record that an expectation may have."""
    found = dict(record.get("tls", {}))
    found["offered"] = record.get("starttls", {}).get("offered")
    return found


def words(line, wanted):
    """The verdict, followed by the findings that are expected."""
    found = line.get("tls", {}) if "persona" in line else findings(line)
    text = [verdict(line)] + [f"{key} {found.get(key)}" for key in wanted.get("tls", {})]
    if "anomalies" in wanted:
        text.append("anomalies " + (" ".join(sorted(line.get("anomalies", []))) or "none"))
    return ", ".join(text)


def differences(expected, records):
    """Yields address, persona, expectation and finding of each difference."""
    seen = collections.defaultdict(list)
    for record in records:
        seen[record.get("ip", record["target"])].append(record)
    for line in expected:
        found = seen.pop(line["ip"], [])
        right = words(line, line)
        seen_words = words(found[0], line) if len(found) == 1 else f"{len(found)} records"
        if seen_words != right:
            yield line["ip"], line["persona"], right, seen_words
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
    for ip, persona, right, found in wrong[:DIFFERENCES_SHOWN_MAX]:
        print(f"{ip} ({persona}): {right} expected; {found} found")
    print(f"{len(expected)} addresses, {len(records)} records, {len(wrong)} differences")
    sys.exit(1 if wrong or not expected else 0)


if __name__ == "__main__":
    main()
