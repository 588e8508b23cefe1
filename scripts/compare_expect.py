#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: compare_expect.py EXPECTED RECORDS

Compares the records of a sweep with what `mxsweep sink --expect` says that it should find: for
each address one record, with this outcome, phase and cause. Both are JSON Lines. Prints how many
of each persona agreed; exits 1 when anything differs."""

import collections
import json
import sys

DIFFERENCES_SHOWN_MAX = 20


def read_lines(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def verdict(line):
    return "{} in {}: {}".format(line["outcome"], line.get("phase", "-"), line["cause"])


def differences(expected, records):
    seen = collections.defaultdict(list)
    for record in records:
        seen[record.get("ip", record["target"])].append(record)
    for line in expected:
        found = seen.pop(line["ip"], [])
        if len(found) != 1:
            yield line, f"{len(found)} records"
        elif verdict(found[0]) != verdict(line):
            yield line, verdict(found[0])
    for ip in seen:
        yield {"ip": ip, "persona": "none", "outcome": "no record", "cause": "-"}, "a record"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    expected, records = read_lines(sys.argv[1]), read_lines(sys.argv[2])
    wrong = list(differences(expected, records))
    wrong_by_persona = collections.Counter(line["persona"] for line, _ in wrong)
    for persona, count in sorted(collections.Counter(e["persona"] for e in expected).items()):
        print(f"{persona:24} {count - wrong_by_persona[persona]:6} of {count:6} as expected")
    for line, found in wrong[:DIFFERENCES_SHOWN_MAX]:
        print(f"{line['ip']} ({line['persona']}): {verdict(line)} expected; {found} found")
    print(f"{len(expected)} addresses, {len(records)} records, {len(wrong)} differences")
    sys.exit(1 if wrong or not expected else 0)


if __name__ == "__main__":
    main()
