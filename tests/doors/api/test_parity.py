"""What the command line does, the server does: each command has a route, or a reason to stay at the operator's desk."""

from __future__ import annotations

import re
from pathlib import Path
from unittest.mock import Mock

import pytest
from typer.main import get_command

from sayso.doors.api.app import application
from sayso.doors.api.public import PublicRoutes
from sayso.doors.cli.main import program

SERVER_PAGE = Path(__file__).parents[3] / "docs" / "server.md"

ANSWERED = {
    "account add": "POST /v1/organisations",
    "account credential": "POST /v1/credentials",
    "account hold": "POST /v1/organisations/{organisation}/licensees",
    "account list": "GET /v1/accounts",
    "account revoke": "POST /v1/credentials/{credential}/revoke",
    "consent accept": "POST /v1/grants/{grant}/{change}",
    "consent amend": "POST /v1/grants/{grant}/amendments",
    "consent approve": "POST /v1/grants/{grant}/approvals",
    "consent decline": "POST /v1/grants/{grant}/{change}",
    "consent export": "GET /v1/grants/{grant}/record",
    "consent grant": "POST /v1/grants",
    "consent import": "POST /v1/grants/imports",
    "consent list": "GET /v1/grants",
    "consent receipt": "GET /v1/grants/{grant}/receipt",
    "consent request": "POST /v1/grants",
    "consent resume": "POST /v1/grants/{grant}/{change}",
    "consent revoke": "POST /v1/grants/{grant}/{change}",
    "consent show": "GET /v1/grants/{grant}",
    "consent simulate": "POST /v1/simulations",
    "consent submit": "POST /v1/submissions",
    "consent suspend": "POST /v1/grants/{grant}/{change}",
    "consent why": "POST /v1/decisions",
    "consent withdraw": "POST /v1/grants/{grant}/{change}",
    "corpus create": "POST /v1/corpora",
    "corpus find": "GET /v1/corpora/{corpus}/segments",
    "corpus nearest": "POST /v1/corpora/{corpus}/nearest",
    "corpus report": "GET /v1/corpora/{corpus}/card",
    "corpus run": "POST /v1/corpora/{corpus}/run",
    "corpus sample": "POST /v1/corpora/{corpus}/samples",
    "corpus status": "GET /v1/corpora/{corpus}",
    "corpus withdraw": "POST /v1/corpora/{corpus}/withdrawals",
    "credentials check": "POST /v1/certificate-checks",
    "credentials local": "POST /v1/signer/local",
    "credentials show": "GET /v1/signer",
    "credentials use": "POST /v1/signer",
    "detect": "POST /v1/detections",
    "diagnose": "POST /v1/diagnoses",
    "enroll check": "POST /v1/enrollment-checks",
    "enroll decide": "POST /v1/enrollments/{enrollment}/decision",
    "enroll evidence": "GET /v1/enrollments/{enrollment}/evidence",
    "enroll list": "GET /v1/enrollments",
    "enroll reviews": "GET /v1/reviews",
    "enroll start": "POST /v1/enrollments",
    "enroll status": "GET /v1/enrollments/{enrollment}",
    "enroll submit": "POST /v1/enrollments/{enrollment}/recordings",
    "erase certificate": "GET /v1/certificates/{certificate}",
    "erase check": "POST /v1/certificates/checks",
    "erase plan": "POST /v1/erasures",
    "erase run": "POST /v1/erasures/{plan}/run",
    "export": "POST /v1/clips/{clip}/releases",
    "fairness collect": "POST /v1/fairness/collections",
    "fairness judge": "POST /v1/fairness/judgements",
    "fairness monitor": "POST /v1/fairness/monitors",
    "fairness remedy": "POST /v1/fairness/remedies",
    "gate register": "POST /v1/gate/plans",
    "gate run": "POST /v1/gate/reports",
    "gate show": "GET /v1/gate/records/{record}",
    "gate status": "GET /v1/gate",
    "gate waive": "POST /v1/gate/waivers",
    "key add": "POST /v1/keys",
    "key list": "GET /v1/keys",
    "key revoke": "POST /v1/keys/{credential}/revoke",
    "labels list": "GET /v1/labels",
    "labels read": "POST /v1/label-readings",
    "ledger audit": "POST /v1/ledger/period-audits",
    "ledger checkpoint": "GET /v1/ledger/checkpoint",
    "ledger export": "POST /v1/ledger/exports",
    "ledger keys": "GET /v1/ledger/keys",
    "ledger prove": "GET /v1/ledger/{entry}/proof",
    "ledger query": "GET /v1/ledger",
    "ledger reconsider": "POST /v1/ledger/{entry}/reconsideration",
    "ledger reindex": "POST /v1/ledger/reindex",
    "ledger rotate": "POST /v1/ledger/rotations",
    "ledger verify": "POST /v1/ledger/verifications",
    "mark detect": "POST /v1/marks/detections",
    "mark embed": "POST /v1/marks",
    "mark profiles": "GET /v1/marks/profiles",
    "mark publish": "GET /v1/marks/key",
    "produce package": "POST /v1/productions/{production}/run",
    "produce plan": "POST /v1/productions",
    "produce redo": "POST /v1/productions/{production}/lines/{line}/redo",
    "produce report": "GET /v1/productions/{production}/report",
    "produce resume": "POST /v1/productions/{production}/run",
    "produce run": "POST /v1/productions/{production}/run",
    "produce status": "GET /v1/productions/{production}",
    "protect add": "POST /v1/protected-voices",
    "protect list": "GET /v1/protected-voices",
    "protect match": "GET /v1/enrollments/{enrollment}/likenesses",
    "protect remove": "POST /v1/protected-voices/{protected}/removal",
    "report compliance": "GET /v1/reports/compliance",
    "restore": "POST /v1/restorations",
    "runs cancel": "POST /v1/runs/{run}/cancel",
    "runs fork": "POST /v1/runs/{run}/fork",
    "runs list": "GET /v1/runs",
    "runs pause": "POST /v1/runs/{run}/pause",
    "runs resume": "POST /v1/runs/{run}/resume",
    "runs show": "GET /v1/runs/{run}",
    "say": "POST /v1/audio/speech",
    "speaker add": "POST /v1/speakers",
    "speaker deceased": "POST /v1/speakers/{speaker}/death",
    "speaker key recover": "POST /v1/speakers/{speaker}/key/recovery",
    "speaker key rotate": "POST /v1/speakers/{speaker}/key/rotation",
    "speaker key set": "POST /v1/speakers/{speaker}/key",
    "speaker key show": "GET /v1/speakers/{speaker}/key",
    "store add": "POST /v1/storage/items",
    "store export": "POST /v1/storage/items/{item}/copies",
    "store gc": "POST /v1/storage/clearings",
    "store list": "GET /v1/storage/items",
    "store plan": "POST /v1/storage/plans",
    "store show": "GET /v1/storage/items/{item}",
    "text": "POST /v1/texts",
    "trace": "POST /v1/traces",
    "verify": "POST /v1/verifications",
    "voice clone": "POST /v1/voices",
    "voice list": "GET /v1/voices",
    "voice show": "GET /v1/voices/{voice}",
}
"""The route that answers each command."""

LOCAL = {
    "consent sign": "the private key is the speaker's, and stays on their machine; the server hands out what is to be"
    " signed, and takes what was",
    "demo": "shows a newcomer how it goes, in an installation of its own",
    "doctor": "looks after the files of the machine, and accepts its clock",
    "fairness measure": "reads the recordings of a cohort from the operator's disk, for hours",
    "resolver serve": "is a server",
    "serve": "is a server",
    "settings show": "tells the paths and the environment of the machine",
    "speaker key export": "hands over a private key, which never travels; a speaker elsewhere names a new key of their own"
    " instead",
    "witness serve": "is a server",
    "corpus add": "reads recordings where they lie and copies none; sent over HTTP they would lie unsealed in the home,"
    " where no withdrawal and no erasure looks for them",
    "corpus export": "writes unsealed sound into a folder that a later run renews, so that a withdrawal reaches it; a"
    " copy that was downloaded would keep what was withdrawn",
    "produce demo": "makes its two fables in an installation of its own",
}
"""Commands that stay at the operator's desk, each with the reason."""


def commands(command, path=()):
    """Yield every command of the program, in words."""
    if below := getattr(command, "commands", None):
        for word, each in below.items():
            yield from commands(each, (*path, word))
    else:
        yield " ".join(path)


@pytest.fixture(scope="module")
def served() -> set[str]:
    """What the server's description has: METHOD and path."""
    app = application(Mock(), PublicRoutes(object(), {}, object()))  # a description asks no service
    paths = app.app.app.app.openapi()["paths"].items()
    return {f"{method.upper()} {path}" for path, methods in paths for method in methods}


def test_every_command_has_a_route_or_a_reason():
    tables = [set(ANSWERED), set(LOCAL)]
    assert sum(map(len, tables)) == len(set.union(*tables)), "a command is in two tables"
    assert set.union(*tables) == set(commands(get_command(program())))


def test_every_route_that_answers_a_command_is_there(served):
    assert {command: route for command, route in ANSWERED.items() if route not in served} == {}


def test_the_commands_that_stay_at_the_desk_are_few_and_stand_in_the_docs():
    assert len(LOCAL) <= 12
    told = dict(re.findall(r"^\| `sayso ([a-z ]+)` \| (.+) \|$", SERVER_PAGE.read_text("utf-8"), re.MULTILINE))
    assert told == LOCAL
