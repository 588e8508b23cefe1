#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks records in zgrab2's format, field by field, against a table made from its schemas.

usage: zgrab2_table.py TABLE.json RECORDS.jsonl

Prints for each record "valid", or what is wrong with it. Exit status: 0 it has looked at all of
them, 2 wrong usage.
"""
import base64
import binascii
import datetime
import ipaddress
import json
import pathlib
import re
import sys

TABLE = pathlib.Path(__file__).with_name("zgrab2_table.json")


def is_base64(value):
    try:
        base64.b64decode(value, validate=True)
    except binascii.Error:
        return False
    return True


def is_moment(value):
    try:
        datetime.datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        return False
    return True


# The schema's type of an address is IPv4 only, and zgrab2 itself writes IPv6 as well.
def is_address(value):
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def text(test):
    return lambda value: isinstance(value, str) and test(value)


def integer(least, most):
    return lambda value: type(value) is int and least <= value <= most  # A bool is an int, too.


LEAVES = {
    "string": text(lambda value: True),
    "boolean": lambda value: isinstance(value, bool),
    "binary": text(is_base64),
    "hex": text(lambda value: re.fullmatch("(?:[0-9a-f]{2})+", value) is not None),
    "oid": text(lambda value: re.fullmatch(r"\d+(?:\.\d+)+", value) is not None),
    "datetime": text(is_moment),
    "ip": text(is_address),
    "u8": integer(0, 2**8 - 1),
    "u16": integer(0, 2**16 - 1),
    "u32": integer(0, 2**32 - 1),
    "s32": integer(-2**31, 2**31 - 1),
    "s64": integer(-2**63, 2**63 - 1),
}


class Table:
    def __init__(self, path=TABLE):
        table = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
        self.root, self.types = table["root"], table["types"]

    def faults(self, value, of=None, path=""):
        """What is wrong with an object of that type: the path of each field, and why."""
        if not isinstance(value, dict):
            yield f"{path}: {value!r} is not an object"
            return
        fields = self.types[of or self.root]
        for key, field in fields.items():
            if field.get("required") and key not in value:
                yield f"{path}.{key}: is missing"
        for key, member in value.items():
            if key not in fields:
                yield f"{path}.{key}: zgrab2 has no such key"
            elif fields[key].get("list"):
                yield from self.faults_of_list(member, fields[key], f"{path}.{key}")
            else:
                yield from self.faults_of(member, fields[key], f"{path}.{key}")

    def faults_of_list(self, value, field, path):
        if not isinstance(value, list):
            yield f"{path}: {value!r} is not a list"
            return
        for place, member in enumerate(value):
            yield from self.faults_of(member, field, f"{path}[{place}]")

    def faults_of(self, value, field, path):
        kind = field["type"]
        if kind in self.types:
            yield from self.faults(value, kind, path)
        elif kind == "enum":
            pattern = field.get("pattern")
            if value not in field["values"] and not (pattern and re.fullmatch(pattern, value)):
                yield f"{path}: {value!r} is none of {field['values']}"
        elif not LEAVES[kind](value):
            yield f"{path}: {value!r} is not of the type {kind}"


def refuse_duplicate_keys(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a key stands there twice")
    return members


def judge(table, line):
    try:
        record = json.loads(line, object_pairs_hook=refuse_duplicate_keys)
    except ValueError as error:
        return f"{error}: {line[:200]!r}"
    return next(table.faults(record), "valid")[:600]


def main():
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    table = Table(sys.argv[1])
    with open(sys.argv[2], encoding="utf-8", newline="\n") as file:
        for line in file:
            print(judge(table, line))
    return 0


if __name__ == "__main__":
    sys.exit(main())
