"""What a command prints with ``--json``, held against its schema."""

from __future__ import annotations

import json
from functools import cache

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from sayso.doors import schemas


@cache
def validator(*names: str) -> Draft202012Validator:
    """Return what accepts a value that exactly one of the schemas describes."""
    known = [(schemas.PREFIX + name, Resource.from_contents(schemas.schema(name))) for name in schemas.names()]
    one_of = {"oneOf": [{"$ref": schemas.PREFIX + name} for name in names]}
    return Draft202012Validator(
        one_of if len(names) > 1 else one_of["oneOf"][0], registry=Registry().with_resources(known)
    )


def command_of(words) -> str:
    """Return the command that a command line names: ``consent grant``, or ``say``."""
    words = [str(word) for word in words]
    return next(" ".join(words[:n]) for n in (3, 2, 1) if " ".join(words[:n]) in schemas.commands())


def checked(words, stdout: str, code: int) -> list:
    """Return the objects that a command printed, each as its schema says.

    A command line that names no command may answer with an error only.
    """
    try:
        results = schemas.commands()[command_of(words)]
    except StopIteration:
        results = []
    allowed = validator(*results, *(("error", "file-error") if code else ()))
    objects = [json.loads(line) for line in stdout.splitlines()]
    for found in objects:
        problems = [f"{problem.json_path}: {problem.message}" for problem in _causes(allowed.iter_errors(found))]
        assert not problems, f"sayso {' '.join(map(str, words[:2]))}: {found}\n" + "\n".join(problems)
    return objects


def _causes(problems):
    """Yield the problems beneath those that only say that no schema fits."""
    for problem in problems:
        yield from _causes(problem.context) if problem.context else (problem,)
