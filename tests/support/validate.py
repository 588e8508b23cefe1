#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Validates JSON Lines against a JSON Schema with a validator that is not ours.

usage: validate.py SCHEMA.json RECORDS.jsonl

Prints for each record "valid", or what is wrong with it. Exit status: 0 it has looked at all of
them, 2 wrong usage, 77 the validator (Debian: python3-jsonschema) is not installed.
"""
import json
import sys

try:
    from jsonschema import Draft202012Validator
except ImportError:
    sys.exit(77)


def refuse_constant(word):
    raise ValueError(f"{word} is not JSON")


def refuse_duplicate_keys(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a key stands there twice")
    return members


def judge(validator, line):
    try:
        record = json.loads(
            line,
            object_pairs_hook=refuse_duplicate_keys,
            parse_constant=refuse_constant,
        )
    except ValueError as error:
        return f"{error}: {line[:200]!r}"
    for error in validator.iter_errors(record):
        return f"{error.json_path}: {error.message[:500]!r}"
    return "valid"


def main():
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file, object_pairs_hook=refuse_duplicate_keys)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    with open(sys.argv[2], encoding="utf-8", newline="\n") as file:
        for line in file:
            print(judge(validator, line))
    return 0


if __name__ == "__main__":
    sys.exit(main())
