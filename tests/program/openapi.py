# SPDX-License-Identifier: MIT
"""Compares answers of the API with its description (src/api/openapi.json, as it is served at
/api/v1/openapi.json): status, media type and body."""

import json
import re

try:
    from jsonschema import Draft202012Validator
except ImportError:  # Debian: python3-jsonschema.
    Draft202012Validator = None

METHODS = ("get", "post")


def no_key_twice(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise AssertionError("a key stands there twice")
    return members


def refuse_constant(word):
    raise AssertionError(f"{word} is not JSON")


def read_json(text):
    if isinstance(text, bytes):
        text = text.decode("utf-8")
    return json.loads(text, object_pairs_hook=no_key_twice, parse_constant=refuse_constant)


class OpenApi:
    """`text`: the description, as it is served."""

    def __init__(self, text):
        self.document = read_json(text)
        self.validators = {}
        self.operations = {}
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item:
                    self.operations[item[method]["operationId"]] = (method, path, item[method])

    def resolve(self, node):
        """What a reference leads to; any other node is returned unchanged."""
        while "$ref" in node:
            place = self.document
            for step in node["$ref"].removeprefix("#/").split("/"):
                place = place[step.replace("~1", "/").replace("~0", "~")]
            node = place
        return node

    def validate(self, schema, value):
        """An error names the place in `value`."""
        if Draft202012Validator is None:
            return
        key = json.dumps(schema, sort_keys=True)
        if key not in self.validators:
            # The whole description is the root, so that references of the schema lead into it.
            self.validators[key] = Draft202012Validator({**self.document, **schema})
        for error in self.validators[key].iter_errors(value):
            shown = json.dumps(error.instance)[:300]
            raise AssertionError(f"{error.json_path}: {error.message[:300]}: {shown}")

    def operation_of(self, method, path):
        """The operation that a request is, without its query; nothing: it is not described."""
        found = []
        for operation, (known, template, _) in self.operations.items():
            pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
            if known == method.lower() and re.fullmatch(pattern, path.partition("?")[0]):
                found.append((template.count("{"), operation))
        return min(found)[1] if found else None

    def expect_answer(self, operation, status, content_type, body):
        """`body`: octets or text."""
        answers = self.operations[operation][2]["responses"]
        if str(status) not in answers:
            raise AssertionError(f"{operation}: {status} is not described")
        contents = self.resolve(answers[str(status)])["content"]
        media_type = content_type.partition(";")[0].strip()
        if media_type not in contents:
            raise AssertionError(f"{operation} {status}: {content_type} is not described")
        content = contents[media_type]
        if media_type == "application/json":
            self.validate(content["schema"], read_json(body))
            return
        text = body.decode("utf-8") if isinstance(body, bytes) else body
        self.validate(content["schema"], text)
        if "x-line-schema" in content:
            if text and not text.endswith("\n"):
                raise AssertionError(f"{operation}: the last line has no end")
            for line in text.split("\n")[:-1]:
                self.validate(content["x-line-schema"], read_json(line))

    def expect_request(self, operation, body):
        content = self.operations[operation][2]["requestBody"]["content"]["application/json"]
        self.validate(content["schema"], read_json(body))

    def expect(self, method, path, status, content_type, body):
        """The answer to a request with this path; 405: to one with another method."""
        operation = self.operation_of(method, path)
        if operation is None and status == 405:
            others = (self.operation_of(each, path) for each in METHODS)
            operation = next((each for each in others if each), None)
        if operation is None:
            raise AssertionError(f"{method} {path} is not described")
        self.expect_answer(operation, status, content_type, body)
