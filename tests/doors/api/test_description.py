"""The description of the routes is whole: every request and answer by example, and every error that is answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from unittest.mock import Mock

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from sayso.doors.api.app import application
from sayso.doors.api.bounds import is_open
from sayso.doors.api.problems import PROBLEM, is_openai
from sayso.doors.api.public import PublicRoutes

BINARY = ("audio/", "text/", "application/x-ndjson")


@pytest.fixture(scope="module")
def told() -> dict:
    app = application(Mock(), PublicRoutes(object(), {}, object()))  # a description asks no service
    return json.loads(json.dumps(app.app.app.app.openapi()))


def operations(told: dict) -> Iterator[tuple[str, str, dict]]:
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def validator_of(told: dict, schema: dict) -> Draft202012Validator:
    registry = Registry().with_resource("urn:api", Resource(contents=told, specification=DRAFT202012))
    return Draft202012Validator(absolute(schema), registry=registry)


def absolute(value):
    if isinstance(value, dict):
        return {
            key: f"urn:api{below}" if key == "$ref" and below.startswith("#/components") else absolute(below)
            for key, below in value.items()
        }
    return [absolute(each) for each in value] if isinstance(value, list) else value


def resolved(told: dict, value: dict) -> dict:
    while "$ref" in value:
        found = told
        for step in value["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        value = found
    return value


def examples_of(told: dict, content: dict) -> list:
    schema = resolved(told, content["schema"])
    return [content["example"]] if "example" in content else schema.get("examples", [])


def test_every_request_and_every_answer_of_json_has_an_example_that_is_as_its_schema_says(told):
    told_absolutely = {**told, "components": absolute(told["components"])}
    for path, method, operation in operations(told):
        bodies = [operation.get("requestBody", {}).get("content", {})]
        bodies += [resolved(told, answer).get("content", {}) for answer in operation["responses"].values()]
        for content in bodies:
            for kind, media in content.items():
                if "json" not in kind or kind.startswith(BINARY):
                    continue
                shown = examples_of(told, media)
                assert shown, (path, method, kind)
                for one in shown:
                    problems = list(validator_of(told_absolutely, media["schema"]).iter_errors(one))
                    assert not problems, (path, method, problems[0].message)


def test_every_answer_says_its_media_type_and_every_path_names_what_stands_in_it(told):
    for path, method, operation in operations(told):
        for status, answer in operation["responses"].items():
            assert resolved(told, answer).get("content"), (path, method, status)
        for parameter in operation.get("parameters", []):
            assert parameter["in"] != "path" or "example" in parameter, (path, parameter["name"])


def test_every_error_is_described_in_the_one_shape(told):
    for path, method, operation in operations(told):
        answers = operation["responses"]
        assert "422" not in answers or path == "/add-checkpoint"
        expected = {"500", "413"} if is_open(path) else {"500", "413", "400", "401", "403", "503"}
        expected |= {"409"} if "{" in path and not is_open(path) else set()
        assert expected <= set(answers), (path, method)
        for status in expected - ({"503"} if path == "/readyz" else set()):
            content = resolved(told, answers[status])["content"]
            (kind,) = content
            assert kind == PROBLEM
            assert content[kind]["example"]["status"] == int(status)
            assert isinstance(content[kind]["example"]["error"], dict) == is_openai(path)


CREATE = {"/v1/audio/voice_consents", "/v1/audio/voices", "/v1/enrollments/{enrollment}/recordings"}
"""What creates though it answers 200, as clients expect of it."""


def test_what_creates_takes_an_idempotency_key_and_what_speaks_may_be_refused_at_once(told):
    def names(operation):
        return {parameter["name"] for parameter in operation.get("parameters", [])}

    for path, method, operation in operations(told):
        if "201" in operation["responses"] or (path in CREATE and method == "post"):
            assert "Idempotency-Key" in names(operation), (path, method)
        if "X-Sayso-Deadline-Ms" in names(operation):
            assert "Retry-After" in resolved(told, operation["responses"]["429"])["headers"]
