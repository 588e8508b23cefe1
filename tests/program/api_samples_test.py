#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the API answers for sample facts is what its description promises, and the description is
sound."""

import json
import subprocess
import sys
import unittest

from api_samples import all_samples, description
from openapi import Draft202012Validator, OpenApi, read_json
from program import MXSWEEP, SKIPPED, WAIT_SECONDS_MAX, main


def nodes(value, path="#"):
    """Every object of a JSON text, with its place."""
    if isinstance(value, dict):
        yield path, value
        for key, member in value.items():
            yield from nodes(member, f"{path}/{key}")
    elif isinstance(value, list):
        for i, member in enumerate(value):
            yield from nodes(member, f"{path}/{i}")


class Description(unittest.TestCase):
    def setUp(self):
        self.openapi = OpenApi(description())
        self.document = self.openapi.document

    def test_all_references_lead_somewhere(self):
        for place, node in nodes(self.document):
            if "$ref" in node:
                with self.subTest(place):
                    self.assertTrue(node["$ref"].startswith("#/components/"))
                    self.assertIsInstance(self.openapi.resolve(node), dict)

    def test_every_component_is_referred_to(self):
        used = {node["$ref"] for _, node in nodes(self.document) if "$ref" in node}
        for kind in ("parameters", "responses", "schemas"):
            for name in self.document["components"][kind]:
                self.assertIn(f"#/components/{kind}/{name}", used)

    def test_operations_have_names_of_their_own_and_answers_with_content(self):
        names = [item[method]["operationId"] for item in self.document["paths"].values()
                 for method in item]
        self.assertEqual(len(names), len(set(names)))
        tags = {tag["name"] for tag in self.document["tags"]}
        for name, (_, path, operation) in self.openapi.operations.items():
            with self.subTest(name):
                self.assertTrue(set(operation["tags"]) <= tags)
                self.assertIn("200", operation["responses"])
                for status, answer in operation["responses"].items():
                    content = self.openapi.resolve(answer).get("content")
                    self.assertEqual(bool(content), status != "304")  # Which has no body.
                parameters = [self.openapi.resolve(each)
                              for each in operation.get("parameters", [])]
                in_path = {each["name"] for each in parameters if each["in"] == "path"}
                self.assertEqual(in_path, {part[1:part.index("}")] for part in path.split("/")
                                           if part.startswith("{")})

    def test_what_changes_something_needs_the_token(self):
        for name, (method, _, operation) in self.openapi.operations.items():
            with self.subTest(name):
                if method == "post":
                    self.assertEqual(operation["security"], [{"bearer": []}])
                else:
                    self.assertIn({}, operation["security"])

    @unittest.skipIf(Draft202012Validator is None, "python3-jsonschema is not installed")
    def test_schemas_are_schemas_and_their_examples_valid(self):
        examples = 0
        for name, schema in self.document["components"]["schemas"].items():
            Draft202012Validator.check_schema(schema)
            for example in schema.get("examples", []):
                with self.subTest(name):
                    self.openapi.validate(schema, example)
                    examples += 1
        self.assertGreater(examples, 10)

    def test_no_object_has_keys_that_are_not_described(self):
        free = {"Record"}
        for name, schema in self.document["components"]["schemas"].items():
            for place, node in nodes(schema, name):
                if "properties" in node and name not in free and not place.endswith("properties"):
                    with self.subTest(place):
                        self.assertIs(node["additionalProperties"], False)
                        self.assertLessEqual(set(node["required"]), set(node["properties"]))

    def test_causes_are_those_of_the_record(self):
        record = read_json(subprocess.run([MXSWEEP, "schema"], check=True, capture_output=True,
                                          timeout=WAIT_SECONDS_MAX).stdout)
        self.assertEqual(self.document["components"]["schemas"]["Cause"]["enum"],
                         record["$defs"]["cause"]["enum"])

    def test_a_request_is_found_by_its_path(self):
        for method, path, operation in (
                ("GET", "/api/v1/monitors/0123456789abcdef", "getMonitor"),
                ("GET", "/api/v1/monitors?limit=2", "listMonitors"),
                ("POST", "/api/v1/incidents/7/ack", "acknowledge"),
                ("GET", "/badge/0123456789abcdef/uptime/30d.svg", "uptimeBadgeSvg"),
                ("POST", "/api/v1/monitors", None), ("GET", "/api/v2/monitors", None)):
            self.assertEqual(self.openapi.operation_of(method, path), operation, path)

    def test_another_method_is_answered_as_its_path_says(self):
        answer = (405, "application/json", '{"error":"GET, HEAD"}')
        self.openapi.expect("POST", "/api/v1/monitors", *answer)
        with self.assertRaises(AssertionError):
            self.openapi.expect("POST", "/api/v2/monitors", *answer)

    @unittest.skipIf(Draft202012Validator is None, "python3-jsonschema is not installed")
    def test_what_is_not_as_described_is_found(self):
        good = {"observed_at": "2026-11-26T10:02:10.000000Z", "items": []}
        self.openapi.expect("GET", "/api/v1/monitors", 200, "application/json", json.dumps(good))
        for status, media_type, body in (
                (200, "application/json", json.dumps({**good, "more": 1})),
                (200, "application/json", json.dumps({**good, "items": [{}]})),
                (200, "application/json", '{"observed_at":1,"observed_at":2,"items":[]}'),
                (200, "application/json", "{"),
                (200, "text/html", json.dumps(good)),
                (200, "application/x-ndjson", "{}\n"),
                (418, "application/json", '{"error":"no"}'),
                (404, "application/json", '{"error":"no"}'),
                (401, "application/json", '{"errors":"no"}')):
            with self.subTest(body), self.assertRaises((AssertionError, ValueError)):
                self.openapi.expect("GET", "/api/v1/monitors", status, media_type, body)

    @unittest.skipIf(Draft202012Validator is None, "python3-jsonschema is not installed")
    def test_durations_of_requests_are_those_that_ctl_takes(self):
        for span, good in (("90s", True), ("30m", True), ("2h", True), ("1d", True),
                           ("1d12h", True), ("", False), ("soon", False), ("2 h", False)):
            with self.subTest(span):
                body = json.dumps({"by": "anna", "for": span})
                if good:
                    self.openapi.expect_request("acknowledge", body)
                else:
                    with self.assertRaises(AssertionError):
                        self.openapi.expect_request("acknowledge", body)


class Answers(unittest.TestCase):
    def setUp(self):
        self.openapi = OpenApi(description())

    def test_every_answer_is_as_described(self):
        for i, (operation, status, media_type, body) in enumerate(all_samples()):
            with self.subTest(f"{operation} {i}"):
                self.openapi.expect_answer(operation, status, media_type, body)

    def test_facts_of_every_kind_have_a_sample(self):
        seen = {operation for operation, *_ in all_samples()}
        for name, (_, _, operation) in self.openapi.operations.items():
            if set(operation["tags"]) & {"facts", "metrics"}:
                self.assertIn(name, seen)

    def test_every_key_of_an_answer_occurs(self):
        """No schema promises a key that is never written."""
        written = set()
        for operation, _, media_type, body in all_samples():
            if media_type == "application/json" and operation != "getOpenapi":
                written |= {key for _, node in nodes(read_json(body)) for key in node}
        commands = {"AckRequest", "HoldRequest", "Done", "Held", "Reloaded", "Shields"}
        for name, schema in self.openapi.document["components"]["schemas"].items():
            if name in commands:
                continue
            for key in schema.get("properties", {}):
                self.assertIn(key, written, name)


if __name__ == "__main__":
    if Draft202012Validator is None:
        print("skipped: python3-jsonschema is not installed", file=sys.stderr)
        sys.exit(SKIPPED)
    main()
